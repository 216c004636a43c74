-- Vertices that a source has under other keys than its rules give them now. What other sources have seen of them stays.
-- See docs/decisions/0027-policy.md.

-- Lets what these batches have seen of records be seen of others: `olds` and `news` are at the same place of two arrays.
CREATE FUNCTION heimdall._move_sightings(olds ag_catalog.graphid[], news ag_catalog.graphid[], batches bigint[]) RETURNS void
LANGUAGE sql
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    SELECT heimdall._runs_into_rows(olds);
    WITH gone AS (
        DELETE FROM heimdall.sighting AS s USING ROWS FROM (unnest(olds), unnest(news)) AS m (old, new)
        WHERE s.gid OPERATOR(ag_catalog.=) m.old AND s.batch = ANY (batches)
        RETURNING s.*, m.new
    )
    INSERT INTO heimdall.sighting AS s (gid, batch, sightings, first_seen, last_seen, first_row)
    SELECT g.new, g.batch, sum(g.sightings), min(g.first_seen), max(g.last_seen), min(g.first_row)
    FROM gone AS g GROUP BY g.new, g.batch
    ON CONFLICT (gid, batch) DO UPDATE
    SET sightings = s.sightings + excluded.sightings, first_seen = least(s.first_seen, excluded.first_seen),
        last_seen = greatest(s.last_seen, excluded.last_seen), first_row = least(s.first_row, excluded.first_row);
END;

-- Lets the edges of a type that these batches have seen at vertices lead to others instead. Gives how many.
CREATE FUNCTION heimdall._move_edges(
    source text, edge_type name, label_id integer, olds ag_catalog.graphid[], news ag_catalog.graphid[], batches bigint[]
) RETURNS bigint
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    own name := heimdall.graph();
    sequence regclass := (
        SELECT format('%I.%I', g.name, l.seq_name)::regclass
        FROM ag_catalog.ag_label AS l JOIN ag_catalog.ag_graph AS g ON g.graphid = l.graph
        WHERE g.name = own AND l.id = label_id);
    old_ids ag_catalog.graphid[];
    new_ids ag_catalog.graphid[];
    starts ag_catalog.graphid[];
    stops ag_catalog.graphid[];
    records text[];
BEGIN
    EXECUTE format($q$
        WITH moved AS MATERIALIZED (
            SELECT * FROM unnest($2, $3) AS m (old, new)
        ), own AS MATERIALIZED (
            SELECT e.id, e.properties::text AS properties, e.start_id AS old_start, e.end_id AS old_end,
                   coalesce(a.new, e.start_id) AS new_start, coalesce(b.new, e.end_id) AS new_end,
                   row_number() OVER () AS at
            FROM %1$I.%2$I AS e
            LEFT JOIN moved AS a ON a.old OPERATOR(ag_catalog.=) e.start_id
            LEFT JOIN moved AS b ON b.old OPERATOR(ag_catalog.=) e.end_id
            WHERE (a.new IS NOT NULL OR b.new IS NOT NULL)
              AND EXISTS (SELECT FROM heimdall._sightings(e.id) AS s WHERE s.batch = ANY ($4))
        ), named AS MATERIALIZED (
            SELECT o.*, %2$L || ':' || a.key || '>' || b.key AS old_key, %2$L || ':' || c.key || '>' || d.key AS new_key
            FROM own AS o
            JOIN heimdall.node AS a ON a.gid OPERATOR(ag_catalog.=) o.old_start
            JOIN heimdall.node AS b ON b.gid OPERATOR(ag_catalog.=) o.old_end
            JOIN heimdall.node AS c ON c.gid OPERATOR(ag_catalog.=) o.new_start
            JOIN heimdall.node AS d ON d.gid OPERATOR(ag_catalog.=) o.new_end
        ), bound AS (
            SELECT w.* FROM (
                SELECT array_agg(n.old_key ORDER BY n.at) AS old_keys, array_agg(n.new_key ORDER BY n.at) AS new_keys,
                       array_agg(n.properties ORDER BY n.at) AS properties
                FROM (SELECT * FROM named ORDER BY at) AS n
            ) AS a, heimdall._rebound($1, a.old_keys, a.new_keys, a.properties) AS w
        )
        SELECT array_agg(n.id ORDER BY n.place), array_agg(n.new_start ORDER BY n.place), array_agg(n.new_end ORDER BY n.place),
               array_agg(coalesce(b.properties, n.properties) ORDER BY n.place)
        FROM (SELECT m.*, row_number() OVER (ORDER BY m.at) AS place FROM named AS m) AS n LEFT JOIN bound AS b ON b.at = n.place
    $q$, own, edge_type) INTO old_ids, starts, stops, records USING source, olds, news, batches;
    IF old_ids IS NULL THEN
        RETURN 0;
    END IF;
    -- Of several that become one, the properties of the last are kept and the highest mark.
    EXECUTE format($q$
        INSERT INTO %1$I.%2$I AS t (id, start_id, end_id, properties)
        SELECT ag_catalog._graphid($1, nextval($2)), u.start_id, u.end_id,
               u.properties::ag_catalog.agtype OPERATOR(ag_catalog.||) ag_catalog.agtype_build_map('tlp'::text, u.tlp)
        FROM (
            SELECT DISTINCT ON (v.start_id, v.end_id) v.start_id, v.end_id, v.properties,
                   max((v.properties::jsonb ->> 'tlp')::bigint) OVER (PARTITION BY v.start_id, v.end_id) AS tlp
            FROM unnest($3, $4, $5) WITH ORDINALITY AS v (start_id, end_id, properties, at)
            ORDER BY v.start_id USING OPERATOR(ag_catalog.<), v.end_id USING OPERATOR(ag_catalog.<), v.at DESC
        ) AS u
        ON CONFLICT (start_id, end_id) DO UPDATE
        SET properties = excluded.properties OPERATOR(ag_catalog.||) t.properties OPERATOR(ag_catalog.||)
            ag_catalog.agtype_build_map('tlp'::text, greatest(
                (t.properties OPERATOR(ag_catalog.->) '"tlp"'::ag_catalog.agtype)::bigint,
                (excluded.properties OPERATOR(ag_catalog.->) '"tlp"'::ag_catalog.agtype)::bigint))
    $q$, own, edge_type) USING label_id, sequence, starts, stops, records;
    EXECUTE format($q$
        SELECT array_agg(t.id ORDER BY u.at)
        FROM unnest($1, $2) WITH ORDINALITY AS u (start_id, end_id, at)
        JOIN %1$I.%2$I AS t ON t.start_id OPERATOR(ag_catalog.=) u.start_id AND t.end_id OPERATOR(ag_catalog.=) u.end_id
    $q$, own, edge_type) INTO new_ids USING starts, stops;
    PERFORM heimdall._move_sightings(old_ids, new_ids, batches);
    EXECUTE format($q$
        DELETE FROM %1$I.%2$I AS t USING unnest($1) AS g (gid)
        WHERE t.id OPERATOR(ag_catalog.=) g.gid AND NOT EXISTS (SELECT FROM heimdall._sightings(g.gid))
    $q$, own, edge_type) USING old_ids;
    RETURN cardinality(old_ids);
END
$$;

-- Gives vertices of a label that these batches of a source have seen the keys that they have under the rules of now; all
-- entities of the source with the label `declared` fall under one rule. Gives how many.
CREATE FUNCTION heimdall._rekey(source text, mapping jsonb, declared text, stored name, batches bigint[]) RETURNS bigint
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    own name := heimdall.graph();
    old_label integer;
    new_label integer;
    new_name name;
    sequence regclass;
    olds ag_catalog.graphid[];
    news ag_catalog.graphid[];
    old_keys text[];
    new_keys text[];
    records text[];
    edge_type record;
BEGIN
    SELECT l.id INTO old_label FROM heimdall._labels('vertex') AS l WHERE l.label = stored;
    EXECUTE format($q$
        WITH own AS MATERIALIZED (
            SELECT t.id, t.properties::text AS properties, row_number() OVER () AS at,
                   %2$L || ':' || ag_catalog.agtype_access_operator(t.properties, '"value"'::ag_catalog.agtype)::text AS key
            FROM (
                SELECT DISTINCT p.gid FROM heimdall.provenance AS p
                WHERE p.batch = ANY ($4) AND ag_catalog._extract_label_id(p.gid) = $5
            ) AS u JOIN %1$I.%2$I AS t ON t.id OPERATOR(ag_catalog.=) u.gid
        ), again AS (
            SELECT w.* FROM (
                SELECT array_agg(o.key ORDER BY o.at) AS keys, array_agg(o.properties ORDER BY o.at) AS properties FROM own AS o
            ) AS a, heimdall._rekeyed($1, $2, heimdall._policy($1), $3, a.keys, a.properties) AS w
        )
        SELECT array_agg(o.id ORDER BY o.at), array_agg(o.key ORDER BY o.at), array_agg(a.label || ':' || a.value ORDER BY o.at),
               array_agg(a.properties ORDER BY o.at), min(a.label)
        FROM own AS o JOIN again AS a ON a.at = o.at
    $q$, own, stored) INTO olds, old_keys, new_keys, records, new_name USING source, mapping, declared, batches, old_label;
    IF olds IS NULL THEN
        RETURN 0;
    END IF;
    PERFORM heimdall._ensure_label(new_name, false);
    SELECT l.id, format('%I.%I', g.name, l.seq_name)::regclass INTO new_label, sequence
    FROM ag_catalog.ag_label AS l JOIN ag_catalog.ag_graph AS g ON g.graphid = l.graph
    WHERE g.name = own AND l.name = new_name;
    -- Those that are not there yet; of several that become one, the highest mark counts.
    EXECUTE format($q$
        WITH wanted AS MATERIALIZED (
            SELECT DISTINCT ON (u.key) u.key, u.properties, max((u.properties::jsonb ->> 'tlp')::bigint) OVER (PARTITION BY u.key) AS tlp
            FROM unnest($1, $2) AS u (key, properties)
        ), made AS (
            INSERT INTO heimdall.node AS n (key, gid, tlp)
            SELECT w.key, ag_catalog._graphid($3, nextval($4)), w.tlp FROM wanted AS w
            WHERE NOT EXISTS (SELECT FROM heimdall.node AS m WHERE m.key = w.key COLLATE "C")
            ORDER BY w.key COLLATE "C"
            RETURNING n.key, n.gid
        ), raised AS (
            UPDATE heimdall.node AS n SET tlp = w.tlp FROM wanted AS w
            WHERE n.key = w.key COLLATE "C" AND n.tlp < w.tlp
            RETURNING n.gid, w.tlp
        ), marked AS (
            UPDATE %1$I.%2$I AS t
            SET properties = t.properties OPERATOR(ag_catalog.||) ag_catalog.agtype_build_map('tlp'::text, r.tlp)
            FROM raised AS r WHERE t.id OPERATOR(ag_catalog.=) r.gid
        )
        INSERT INTO %1$I.%2$I (id, properties)
        SELECT m.gid, w.properties::ag_catalog.agtype OPERATOR(ag_catalog.||) ag_catalog.agtype_build_map('tlp'::text, w.tlp)
        FROM made AS m JOIN wanted AS w ON w.key = m.key
    $q$, own, new_name) USING new_keys, records, new_label, sequence;
    SELECT array_agg(n.gid ORDER BY u.at) INTO news
    FROM unnest(new_keys) WITH ORDINALITY AS u (key, at) JOIN heimdall.node AS n ON n.key = u.key COLLATE "C";

    FOR edge_type IN SELECT l.label, l.id FROM heimdall._labels('edge') AS l LOOP
        PERFORM heimdall._move_edges(source, edge_type.label, edge_type.id, olds, news, batches);
    END LOOP;
    PERFORM heimdall._move_sightings(olds, news, batches);
    PERFORM heimdall._rekey_changes(source, stored, new_name, old_keys, new_keys, records, batches);
    -- What nobody else has seen goes.
    EXECUTE format($q$
        WITH gone AS (
            DELETE FROM %1$I.%2$I AS t USING unnest($1) AS g (gid)
            WHERE t.id OPERATOR(ag_catalog.=) g.gid AND NOT EXISTS (SELECT FROM heimdall._sightings(g.gid))
            RETURNING t.id
        ), unregistered AS (
            DELETE FROM heimdall.node AS n USING gone AS g WHERE n.gid OPERATOR(ag_catalog.=) g.id RETURNING n.key
        )
        DELETE FROM heimdall.look_alike AS a USING unregistered AS u WHERE a.key = u.key COLLATE "C"
    $q$, own, stored) USING olds;
    -- What has come into the clear is to be indexed: the index begins anew.
    UPDATE heimdall.look_alike_progress SET version = 0 WHERE new_name IN ('Domain', 'Url');
    RETURN cardinality(olds);
END
$$;

-- The same in the change log: other keys, and what is sealed bound to them. A vertex is logged as it is now.
CREATE FUNCTION heimdall._rekey_changes(
    source text, old_label name, new_label name, old_keys text[], new_keys text[], records text[], batches bigint[]
) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    segment heimdall.change_log;
    renamed record;
BEGIN
    FOR segment IN
        SELECT c.* FROM heimdall.change_log AS c
        WHERE c.batch = ANY (batches) AND (c.to_keys IS NOT NULL OR c.label = old_label)
    LOOP
        SELECT array_agg(coalesce(a.new_key, k.key) ORDER BY k.at) AS keys,
               CASE WHEN segment.to_keys IS NOT NULL THEN array_agg(coalesce(b.new_key, k.to_key) ORDER BY k.at) END AS to_keys,
               array_agg(a.record ORDER BY k.at) AS records
        INTO renamed
        FROM unnest(segment.keys, segment.to_keys) WITH ORDINALITY AS k (key, to_key, at)
        LEFT JOIN unnest(old_keys, new_keys, records) AS a (old_key, new_key, record) ON a.old_key = k.key
        LEFT JOIN unnest(old_keys, new_keys) AS b (old_key, new_key) ON b.old_key = k.to_key;
        CONTINUE WHEN renamed.keys = segment.keys AND renamed.to_keys IS NOT DISTINCT FROM segment.to_keys;
        UPDATE heimdall.change_log AS c
        SET keys = renamed.keys, to_keys = renamed.to_keys,
            label = CASE WHEN c.to_keys IS NULL THEN new_label ELSE c.label END,
            properties = CASE WHEN c.properties IS NOT NULL THEN (
                SELECT array_agg(CASE WHEN p.text = '' THEN ''
                                      WHEN segment.to_keys IS NULL AND p.text::jsonb ? 'value' THEN coalesce(r.text, p.text)
                                      ELSE coalesce(w.properties, p.text) END ORDER BY p.at)
                FROM unnest(segment.properties) WITH ORDINALITY AS p (text, at)
                JOIN unnest(renamed.records) WITH ORDINALITY AS r (text, at) USING (at)
                LEFT JOIN heimdall._rebound(
                    source, heimdall._record_keys(segment.label, segment.keys, segment.to_keys),
                    heimdall._record_keys(segment.label, renamed.keys, renamed.to_keys), segment.properties) AS w USING (at)) END
        WHERE c.seq = segment.seq;
    END LOOP;
END
$$;

-- What sealed properties of records in a segment of the change log are bound to.
CREATE FUNCTION heimdall._record_keys(label name, keys text[], to_keys text[]) RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    SELECT CASE WHEN to_keys IS NULL THEN keys
                ELSE ARRAY(SELECT label::text || ':' || k.a || '>' || k.b
                           FROM unnest(keys, to_keys) WITH ORDINALITY AS k (a, b, at) ORDER BY k.at) END;
END;
