-- Taking back what a batch brought. See docs/decisions/0031-rollback.md.

-- What all batches but one say of the properties of records, later ones over earlier ones: of vertices (`label:value`) or,
-- where there are `to_keys`, of edges of a type. A row for each.
CREATE FUNCTION heimdall._logged_properties(label name, keys text[], to_keys text[], but_batch bigint)
RETURNS TABLE (key text, to_key text, properties jsonb)
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    WITH wanted AS (
        SELECT w.* FROM ROWS FROM (unnest(keys), unnest(to_keys)) WITH ORDINALITY AS w (key, to_key, at)
    ), told AS (
        SELECT w.at, c.seq, k.properties::jsonb AS properties
        FROM heimdall.change_log AS c
        CROSS JOIN LATERAL ROWS FROM (unnest(c.keys), unnest(c.to_keys), unnest(c.properties)) AS k (key, to_key, properties)
        JOIN wanted AS w ON w.key = k.key AND w.to_key IS NOT DISTINCT FROM k.to_key
        WHERE c.label = _logged_properties.label AND c.batch <> but_batch AND k.properties <> ''
    ), clear AS (
        SELECT t.at, jsonb_object_agg(m.key, m.value ORDER BY t.seq) AS properties
        FROM told AS t, LATERAL jsonb_each(t.properties - '{value,tlp,sealed}'::text[]) AS m GROUP BY t.at
    ), sealed AS (
        SELECT t.at, jsonb_object_agg(m.key, m.value ORDER BY t.seq) AS properties
        FROM told AS t, LATERAL jsonb_each(t.properties -> 'sealed') AS m GROUP BY t.at
    )
    SELECT w.key, w.to_key,
           coalesce(c.properties, '{}')
           || CASE WHEN s.properties IS NULL THEN '{}'::jsonb ELSE jsonb_build_object('sealed', s.properties) END
    FROM wanted AS w LEFT JOIN clear AS c ON c.at = w.at LEFT JOIN sealed AS s ON s.at = w.at;
END;

-- Properties of a record with those that are said of it: key and mark stay, and the original of the key, which every
-- batch that names it has brought, where nothing else is said.
CREATE FUNCTION heimdall._with_properties(record jsonb, said jsonb) RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    SELECT (SELECT jsonb_object_agg(e.key, e.value) FROM jsonb_each(record) AS e WHERE e.key IN ('value', 'tlp'))
           || (said - 'sealed')
           || (SELECT CASE WHEN s.sealed = '{}' THEN '{}' ELSE jsonb_build_object('sealed', s.sealed) END
               FROM (SELECT CASE WHEN record #> '{sealed,value}' IS NULL THEN '{}'
                                 ELSE jsonb_build_object('value', record #> '{sealed,value}') END
                            || coalesce(said -> 'sealed', '{}')) AS s (sealed));
END;

-- Takes back what a batch brought: what nobody else has seen goes, what others have seen is as they have it, with
-- their properties and their marks. The dump may come again afterwards. For administrators, and for whoever brought it.
CREATE FUNCTION heimdall.rollback_batch(id bigint)
RETURNS TABLE (vertices bigint, edges bigint, restored bigint, rejects bigint)
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET jit = off
AS $$
DECLARE
    graph name := heimdall.graph();
    own heimdall.batch;
    seen ag_catalog.graphid[];
    gone ag_catalog.graphid[];
    kept ag_catalog.graphid[];
    marks bigint[];
    label record;
    said record;
    touched bigint;
BEGIN
    -- Nobody writes meanwhile.
    PERFORM pg_advisory_xact_lock(7226401);
    SELECT b.* INTO own FROM heimdall.batch AS b WHERE b.id = rollback_batch.id FOR UPDATE;
    IF NOT FOUND OR NOT (pg_has_role(heimdall._outer_user(), 'heimdall_admin', 'USAGE') OR own.actor = heimdall._actor()) THEN
        RAISE EXCEPTION 'there is no batch % that you may take back', id
            USING ERRCODE = 'undefined_object', HINT = 'Administrators take back any batch, others what they have brought.';
    END IF;
    IF EXISTS (SELECT FROM heimdall.change_horizon) THEN
        RAISE EXCEPTION 'the change log has been pruned'
            USING ERRCODE = 'object_not_in_prerequisite_state',
                  DETAIL = 'It does not tell any more what other batches say of the records of this one.';
    END IF;
    IF EXISTS (SELECT FROM heimdall.batch AS b WHERE b.retry_of = own.id) THEN
        RAISE EXCEPTION 'rows of batch % have been tried again and accepted', own.id
            USING ERRCODE = 'object_not_in_prerequisite_state',
                  HINT = format('Take these batches back first: %s.',
                                (SELECT string_agg(b.id::text, ', ' ORDER BY b.id DESC) FROM heimdall.batch AS b WHERE b.retry_of = own.id));
    END IF;
    vertices := 0;
    edges := 0;
    restored := 0;
    seen := ARRAY(SELECT DISTINCT p.gid FROM heimdall.provenance AS p WHERE p.batch = own.id);
    DELETE FROM heimdall.sighting_run AS r WHERE r.batch = own.id;
    DELETE FROM heimdall.sighting AS s WHERE s.batch = own.id;
    -- The highest mark of the batches that are left; none where none is.
    SELECT array_agg(m.gid) FILTER (WHERE m.mark IS NULL), array_agg(m.gid) FILTER (WHERE m.mark IS NOT NULL),
           array_agg(m.mark) FILTER (WHERE m.mark IS NOT NULL)
    INTO gone, kept, marks
    FROM (
        SELECT s.gid, (SELECT max(b.tlp) FROM heimdall._sightings(s.gid) AS p JOIN heimdall.batch AS b ON b.id = p.batch) AS mark
        FROM unnest(seen) AS s (gid)
    ) AS m;

    FOR label IN
        SELECT l.label AS name, false AS is_edge FROM heimdall._labels('vertex') AS l
        UNION ALL SELECT l.label, true FROM heimdall._labels('edge') AS l
    LOOP
        EXECUTE format('DELETE FROM %I.%I AS t USING unnest($1) AS g (gid) WHERE t.id OPERATOR(ag_catalog.=) g.gid', graph, label.name)
        USING gone;
        GET DIAGNOSTICS touched = ROW_COUNT;
        vertices := vertices + CASE WHEN label.is_edge THEN 0 ELSE touched END;
        edges := edges + CASE WHEN label.is_edge THEN touched ELSE 0 END;
        EXECUTE format($q$
            UPDATE %I.%I AS t
            SET properties = t.properties OPERATOR(ag_catalog.||) ag_catalog.agtype_build_map('tlp'::text, m.mark)
            FROM unnest($1, $2) AS m (gid, mark)
            WHERE t.id OPERATOR(ag_catalog.=) m.gid AND heimdall._mark(t.properties) > m.mark AND heimdall._mark(t.properties) <= $3
        $q$, graph, label.name) USING kept, marks, own.tlp;
        -- A row is what it is: the vertex of one has no other properties.
        CONTINUE WHEN label.name = 'Record';
        SELECT array_agg(k.key) AS keys, array_agg(k.to_key) AS to_keys INTO said
        FROM heimdall.change_log AS c, unnest(c.keys, c.to_keys, c.properties) AS k (key, to_key, properties)
        WHERE c.batch = own.id AND c.label = label.name AND k.properties <> '';
        CONTINUE WHEN said.keys IS NULL;
        IF label.is_edge THEN
            EXECUTE format($q$
                UPDATE %I.%I AS t
                SET properties = heimdall._with_properties(t.properties::text::jsonb, w.properties)::text::ag_catalog.agtype
                FROM heimdall._logged_properties($1, $2, $3, $4) AS w, heimdall.node AS a, heimdall.node AS b
                WHERE a.key = w.key COLLATE "C" AND b.key = w.to_key COLLATE "C"
                  AND t.start_id OPERATOR(ag_catalog.=) a.gid AND t.end_id OPERATOR(ag_catalog.=) b.gid
            $q$, graph, label.name) USING label.name, said.keys, said.to_keys, own.id;
        ELSE
            EXECUTE format($q$
                UPDATE %I.%I AS t
                SET properties = heimdall._with_properties(t.properties::text::jsonb, w.properties)::text::ag_catalog.agtype
                FROM heimdall._logged_properties($1, $2, NULL, $3) AS w, heimdall.node AS a
                WHERE a.key = w.key COLLATE "C" AND t.id OPERATOR(ag_catalog.=) a.gid
            $q$, graph, label.name) USING label.name, said.keys, own.id;
        END IF;
        GET DIAGNOSTICS touched = ROW_COUNT;
        restored := restored + touched;
    END LOOP;
    WITH unregistered AS (
        DELETE FROM heimdall.node AS n USING unnest(gone) AS g (gid) WHERE n.gid OPERATOR(ag_catalog.=) g.gid RETURNING n.key
    )
    DELETE FROM heimdall.look_alike AS a USING unregistered AS u WHERE a.key = u.key COLLATE "C";
    UPDATE heimdall.node AS n SET tlp = m.mark FROM unnest(kept, marks) AS m (gid, mark)
    WHERE n.gid OPERATOR(ag_catalog.=) m.gid AND n.tlp > m.mark AND n.tlp <= own.tlp;
    DELETE FROM heimdall.change_log AS c WHERE c.batch = own.id;
    -- The segment that it was in the midst of may be gone: the next one is read from its beginning.
    UPDATE heimdall.look_alike_progress SET keys = 0 WHERE keys > 0;
    DELETE FROM heimdall.rejects AS r WHERE r.batch = own.id;
    GET DIAGNOSTICS rejects = ROW_COUNT;
    UPDATE heimdall.rejects AS r SET retried_in = NULL WHERE r.batch = own.retry_of AND r.retried_in = own.id;
    DELETE FROM heimdall.batch AS b WHERE b.id = own.id;
    -- What it has sealed is counted no more.
    UPDATE heimdall.data_key AS k SET retired_at = now() WHERE k.id = own.data_key AND k.retired_at IS NULL;
    PERFORM heimdall._audit('batch.rollback', 'batch ' || own.id, jsonb_build_object(
        'source', own.source, 'digest', encode(own.digest, 'hex'), 'brought_by', own.actor, 'vertices', vertices, 'edges', edges,
        'restored', restored, 'rejects', rejects));
    RETURN NEXT;
END
$$;
