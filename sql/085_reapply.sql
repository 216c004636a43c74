-- Brings what a source has stored under the rules that it has now. See docs/decisions/0027-policy.md.

-- Records of a source that its batches saw, label by label in parts, with the rules under which the last of these
-- batches stored them. Of a label, or of an edge type.
CREATE FUNCTION heimdall._records_of(source text, label_id integer, most integer)
RETURNS TABLE (gids ag_catalog.graphid[], rules jsonb[])
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    WITH seen AS (
        SELECT p.gid, max(p.batch) AS batch
        FROM heimdall.provenance AS p
        WHERE p.batch = ANY (ARRAY(SELECT b.id FROM heimdall.batch AS b WHERE b.source = _records_of.source))
          AND ag_catalog._extract_label_id(p.gid) = label_id
        GROUP BY p.gid
    ), numbered AS (
        SELECT s.gid, b.rules, (row_number() OVER (ORDER BY s.gid) - 1) / most AS part
        FROM seen AS s JOIN heimdall.batch AS b ON b.id = s.batch
    )
    SELECT array_agg(n.gid ORDER BY n.gid), array_agg(n.rules ORDER BY n.gid)
    FROM numbered AS n
    GROUP BY n.part;
END;

-- Brings what the dumps of a source have stored under the rules of now: properties of vertices and edges, the change log,
-- the time where it is truncated, marks that the mapping has raised, and keys: their vertices become others, with what this
-- source has seen of them. What a rule has lost stays lost. Gives how many vertices, edges and changes of the log were written
-- again, and the keys that could not be.
CREATE FUNCTION heimdall.reapply_policy(source text)
RETURNS TABLE (vertices bigint, edges bigint, changes bigint, keys_to_ingest_anew text[])
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET jit = off
AS $$
DECLARE
    part_size CONSTANT integer := 20000;
    graph name := heimdall.graph();
    own heimdall.source;
    own_batches bigint[];
    own_keys text[];
    after jsonb;
    stored text[];
    mark integer;
    time_unit text;
    label record;
    part record;
    segment record;
    again text[];
    moving record;
    moving_batches bigint[];
    touched bigint;
BEGIN
    -- Nobody writes meanwhile.
    PERFORM pg_advisory_xact_lock(7226401);
    SELECT * INTO own FROM heimdall.source AS s WHERE s.name = reapply_policy.source FOR UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'there is no source "%"', source USING ERRCODE = 'undefined_object';
    END IF;
    vertices := 0;
    edges := 0;
    changes := 0;
    keys_to_ingest_anew := '{}';
    own_batches := ARRAY(SELECT b.id FROM heimdall.batch AS b WHERE b.source = own.name);
    IF own.mapping IS NULL OR cardinality(own_batches) = 0 THEN
        RETURN NEXT;
        RETURN;
    END IF;
    after := heimdall._rules_of(own.mapping, heimdall._policy(own.name), ARRAY(
        SELECT p.field FROM heimdall.policy AS p WHERE p.source = own.name));
    -- It opens what is sealed, and could be taken back once it was looked at.
    PERFORM heimdall._audit_alone('policy.reapply_begun', own.name, jsonb_build_object('rules', after));
    -- What an earlier version has stored was stored as the mapping says.
    UPDATE heimdall.batch AS b SET rules = heimdall._rules_of(own.mapping, '{}', ARRAY(SELECT f FROM jsonb_object_keys(after) AS f))
    WHERE b.source = own.name AND b.rules IS NULL;
    stored := heimdall._stored_labels(own.mapping, ARRAY(SELECT f FROM jsonb_object_keys(after) AS f));
    mark := heimdall._tlp_level(coalesce(own.mapping ->> 'tlp', 'red'));
    -- Keys first: what is sealed is bound to them.
    FOR moving IN
        SELECT k.declared, array_agg(DISTINCT k.field ORDER BY k.field) AS fields,
               count(DISTINCT jsonb_build_array(after -> k.field -> 'rule', after -> k.field -> 'options')) AS rules
        FROM (
            -- One field may have keys of several labels, by what its values are.
            SELECT l AS declared, p.field
            FROM heimdall.policy AS p, string_to_table(substr(p.used_as, 8), ', ') AS l
            WHERE p.source = own.name AND p.used_as LIKE 'key of %'
        ) AS k
        GROUP BY k.declared
    LOOP
        moving_batches := ARRAY(
            SELECT b.id FROM heimdall.batch AS b
            WHERE b.source = own.name AND EXISTS (
                SELECT FROM unnest(moving.fields) AS f
                WHERE b.rules ? f
                  AND jsonb_build_array(b.rules -> f -> 'rule', b.rules -> f -> 'options')
                      <> jsonb_build_array(after -> f -> 'rule', after -> f -> 'options')));
        CONTINUE WHEN cardinality(moving_batches) = 0;
        -- Where fields share a label, or vertices of it follow from URLs, nothing says which rule a vertex falls under.
        IF moving.rules > 1 OR EXISTS (
            SELECT FROM heimdall._mapping_labels_under(own.mapping, '{}') AS l (labels)
            WHERE moving.declared IN ('Domain', 'Ip') AND coalesce(own.mapping ->> 'derive', 'urls') <> 'none'
              AND 'Url' = ANY (l.labels))
           -- What was cut or replaced by a pseudonym does not tell what it was.
           OR EXISTS (
            SELECT FROM heimdall.batch AS b, unnest(moving.fields) AS f
            WHERE b.id = ANY (moving_batches) AND b.rules -> f ->> 'rule' IN ('truncate', 'pseudonymise'))
           -- A computed value of what is not to be stored any more is no key.
           OR EXISTS (SELECT FROM unnest(moving.fields) AS f WHERE after -> f ->> 'rule' = 'drop')
        THEN
            keys_to_ingest_anew := keys_to_ingest_anew
                || ARRAY(SELECT f FROM unnest(moving.fields) AS f WHERE f <> ALL (keys_to_ingest_anew));
            CONTINUE;
        END IF;
        vertices := vertices + heimdall._rekey(own.name, own.mapping, moving.declared, moving.declared, moving_batches);
    END LOOP;

    FOR label IN
        SELECT l.label::text AS name, l.id, false AS is_edge FROM heimdall._labels('vertex') AS l
        UNION ALL SELECT l.label::text, l.id, true FROM heimdall._labels('edge') AS l
    LOOP
        FOR part IN
            SELECT r.* FROM heimdall._records_of(own.name, label.id, part_size) AS r WHERE label.name = ANY (stored)
        LOOP
            IF label.is_edge THEN
                EXECUTE format($q$
                    WITH own AS MATERIALIZED (
                        SELECT row_number() OVER () AS at, t.start_id, t.end_id, t.properties::text AS properties, u.rules
                        FROM unnest($1, $2) AS u (id, rules) JOIN %1$I.%2$I AS t ON t.id OPERATOR(ag_catalog.=) u.id
                    ), ends AS MATERIALIZED (
                        SELECT o.*, %3$L || ':' || a.label || ':' || a.value || '>' || b.label || ':' || b.value AS key
                        FROM own AS o
                        JOIN heimdall._vertices(ARRAY(SELECT p.start_id FROM own AS p ORDER BY p.at)) AS a ON a.at = o.at
                        JOIN heimdall._vertices(ARRAY(SELECT p.end_id FROM own AS p ORDER BY p.at)) AS b ON b.at = o.at
                    ), again AS (
                        SELECT w.* FROM (
                            SELECT array_agg(e.key ORDER BY e.at) AS keys, array_agg(e.properties ORDER BY e.at) AS properties,
                                   array_agg(e.rules ORDER BY e.at) AS rules FROM ends AS e
                        ) AS a, heimdall._under_rules($3, $4, $5, %3$L, a.keys, a.properties, a.rules) AS w
                    )
                    UPDATE %1$I.%2$I AS t SET properties = a.properties::ag_catalog.agtype
                    FROM again AS a JOIN own AS o ON o.at = a.at
                    WHERE t.start_id OPERATOR(ag_catalog.=) o.start_id AND t.end_id OPERATOR(ag_catalog.=) o.end_id
                $q$, graph, label.name, label.name) USING part.gids, part.rules, own.name, own.mapping, after;
                GET DIAGNOSTICS touched = ROW_COUNT;
                edges := edges + touched;
            ELSE
                EXECUTE format($q$
                    WITH own AS MATERIALIZED (
                        SELECT row_number() OVER () AS at, t.id, t.properties::text AS properties, u.rules,
                               %3$L || ':' || ag_catalog.agtype_access_operator(t.properties, '"value"'::ag_catalog.agtype)::text AS key
                        FROM unnest($1, $2) AS u (id, rules) JOIN %1$I.%2$I AS t ON t.id OPERATOR(ag_catalog.=) u.id
                    ), again AS (
                        SELECT w.* FROM (
                            SELECT array_agg(e.key ORDER BY e.at) AS keys, array_agg(e.properties ORDER BY e.at) AS properties,
                                   array_agg(e.rules ORDER BY e.at) AS rules FROM own AS e
                        ) AS a, heimdall._under_rules($3, $4, $5, %3$L, a.keys, a.properties, a.rules) AS w
                    )
                    UPDATE %1$I.%2$I AS t SET properties = a.properties::ag_catalog.agtype
                    FROM again AS a JOIN own AS o ON o.at = a.at
                    WHERE t.id OPERATOR(ag_catalog.=) o.id
                $q$, graph, label.name, label.name) USING part.gids, part.rules, own.name, own.mapping, after;
                GET DIAGNOSTICS touched = ROW_COUNT;
                vertices := vertices + touched;
            END IF;
        END LOOP;
        -- A mark is never lowered: another source may have set it.
        EXECUTE format($q$
            UPDATE %I.%I AS t
            SET properties = t.properties OPERATOR(ag_catalog.||) ag_catalog.agtype_build_map('tlp'::text, $2::bigint)
            WHERE (t.properties OPERATOR(ag_catalog.->) '"tlp"'::ag_catalog.agtype)::integer < $2
              AND t.id OPERATOR(ag_catalog.=) ANY (SELECT p.gid FROM heimdall.provenance AS p WHERE p.batch = ANY ($1))
        $q$, graph, label.name) USING own_batches, mark;
    END LOOP;
    UPDATE heimdall.node AS n SET tlp = mark
    WHERE n.tlp < mark AND n.gid OPERATOR(ag_catalog.=) ANY (SELECT p.gid FROM heimdall.provenance AS p WHERE p.batch = ANY (own_batches));

    FOR segment IN
        SELECT c.seq, c.label, c.keys, c.to_keys, c.properties, b.rules
        FROM heimdall.change_log AS c JOIN heimdall.batch AS b ON b.id = c.batch
        WHERE c.batch = ANY (own_batches) AND c.properties IS NOT NULL AND c.label::text = ANY (stored)
    LOOP
        again := (
            SELECT array_agg(coalesce(w.properties, p.text) ORDER BY p.at)
            FROM unnest(segment.properties) WITH ORDINALITY AS p (text, at)
            LEFT JOIN heimdall._under_rules(
                own.name, own.mapping, after, segment.label::text,
                heimdall._record_keys(segment.label, segment.keys, segment.to_keys),
                segment.properties, array_fill(segment.rules, ARRAY[cardinality(segment.properties)])) AS w USING (at));
        IF again <> segment.properties THEN
            UPDATE heimdall.change_log AS c SET properties = again WHERE c.seq = segment.seq;
            changes := changes + 1;
        END IF;
    END LOOP;
    UPDATE heimdall.change_log AS c SET tlp = mark WHERE c.batch = ANY (own_batches) AND c.tlp < mark;

    UPDATE heimdall.batch AS b SET tlp = mark WHERE b.source = own.name AND b.tlp < mark;

    -- A time that is cut is cut wherever it stands.
    time_unit := CASE WHEN after -> (own.mapping ->> 'time') ->> 'rule' = 'truncate'
                      THEN coalesce(after -> (own.mapping ->> 'time') -> 'options' ->> 'time', 'day') END;
    IF time_unit IS NOT NULL THEN
        UPDATE heimdall.sighting AS s
        SET first_seen = date_trunc(time_unit, s.first_seen, 'UTC'), last_seen = date_trunc(time_unit, s.last_seen, 'UTC')
        WHERE s.batch = ANY (own_batches);
        UPDATE heimdall.sighting_run AS r
        SET first_seen = ARRAY(SELECT date_trunc(time_unit, f, 'UTC') FROM unnest(r.first_seen) WITH ORDINALITY AS u (f, at) ORDER BY u.at),
            last_seen = ARRAY(SELECT date_trunc(time_unit, f, 'UTC') FROM unnest(r.last_seen) WITH ORDINALITY AS u (f, at) ORDER BY u.at)
        WHERE r.batch = ANY (own_batches);
        UPDATE heimdall.change_log AS c
        SET first_seen = ARRAY(SELECT date_trunc(time_unit, f, 'UTC') FROM unnest(c.first_seen) WITH ORDINALITY AS u (f, at) ORDER BY u.at),
            last_seen = ARRAY(SELECT date_trunc(time_unit, f, 'UTC') FROM unnest(c.last_seen) WITH ORDINALITY AS u (f, at) ORDER BY u.at)
        WHERE c.batch = ANY (own_batches);
    END IF;

    -- What was digested is lost, but not where it is a key: its original is sealed beside it.
    own_keys := ARRAY(SELECT p.field FROM heimdall.policy AS p WHERE p.source = own.name AND p.used_as LIKE 'key of %');
    UPDATE heimdall.batch AS b SET rules = b.rules || (
        SELECT coalesce(jsonb_object_agg(r.key, CASE WHEN r.key = ANY (own_keys) THEN after -> r.key ELSE r.value END), '{}')
        FROM jsonb_each(heimdall._rules_after(b.rules, after)) AS r
        WHERE r.key <> ALL (keys_to_ingest_anew))
    WHERE b.source = own.name;
    -- What it has sealed just now is counted for no batch.
    UPDATE heimdall.data_key AS k SET retired_at = now() WHERE k.source = own.name AND k.retired_at IS NULL;
    PERFORM heimdall._audit('policy.reapply', own.name, jsonb_build_object(
        'vertices', vertices, 'edges', edges, 'changes', changes, 'keys_to_ingest_anew', keys_to_ingest_anew));
    IF vertices + edges + changes > 0 THEN
        RAISE NOTICE 'what was written over is in the files of the tables until they are vacuumed'
            USING ERRCODE = 'VH003', HINT = 'VACUUM FULL writes them anew. Older backups and write-ahead log have it until they are removed.';
    END IF;
    RETURN NEXT;
END
$$;
