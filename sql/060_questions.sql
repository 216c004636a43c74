-- What the graph is asked. Every function runs with the rights of the caller.

-- The name of a TLP level.
CREATE FUNCTION heimdall.tlp_name(level integer) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN (ARRAY['clear', 'green', 'amber', 'amber+strict', 'red'])[level + 1];

-- What is known of one observable. A personal value is found by its HMAC.
CREATE FUNCTION heimdall.lookup(kind text, value text)
RETURNS TABLE (
    key text, label text, tlp text, sightings bigint, first_seen timestamptz, last_seen timestamptz,
    sources text[], gid ag_catalog.graphid
)
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    SELECT n.key, split_part(n.key, ':', 1), heimdall.tlp_name(n.tlp), sum(p.sightings)::bigint,
           nullif(min(p.first_seen), 'infinity'), nullif(max(p.last_seen), '-infinity'),
           array_agg(DISTINCT b.source ORDER BY b.source), n.gid
    FROM unnest(heimdall._lookup_keys(kind, value)) AS k (key)
    JOIN heimdall.node AS n ON n.key = k.key COLLATE "C"
    JOIN heimdall.provenance AS p ON p.gid OPERATOR(ag_catalog.=) n.gid
    JOIN heimdall.batch AS b ON b.id = p.batch
    GROUP BY n.key;
END;

-- Which batches brought an observable, with the first row that named it.
CREATE FUNCTION heimdall.provenance(kind text, value text)
RETURNS TABLE (
    batch bigint, source text, actor name, ingested_at timestamptz, sightings bigint,
    first_seen timestamptz, last_seen timestamptz, first_row bigint
)
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    SELECT b.id, b.source, b.actor, b.finished_at, p.sightings,
           nullif(p.first_seen, 'infinity'), nullif(p.last_seen, '-infinity'), p.first_row
    FROM unnest(heimdall._lookup_keys(kind, value)) AS k (key)
    JOIN heimdall.node AS n ON n.key = k.key COLLATE "C"
    JOIN heimdall.provenance AS p ON p.gid OPERATOR(ag_catalog.=) n.gid
    JOIN heimdall.batch AS b ON b.id = p.batch
    ORDER BY b.id;
END;

-- Observables that one source and any of the others have seen.
CREATE FUNCTION heimdall.overlap(source text, others text[])
RETURNS TABLE (
    label text, value text, tlp text, seen_in text[], sightings bigint,
    first_seen timestamptz, last_seen timestamptz
)
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    WITH own AS (
        SELECT DISTINCT p.gid
        FROM heimdall.batch AS b JOIN heimdall.provenance AS p ON p.batch = b.id
        WHERE b.source = overlap.source
    ), shared AS (
        SELECT p.gid, array_agg(DISTINCT b.source ORDER BY b.source) AS seen_in,
               sum(p.sightings)::bigint AS sightings, min(p.first_seen) AS first_seen, max(p.last_seen) AS last_seen
        FROM own JOIN heimdall.provenance AS p ON p.gid OPERATOR(ag_catalog.=) own.gid
        JOIN heimdall.batch AS b ON b.id = p.batch
        WHERE b.source = ANY (overlap.others)
        GROUP BY p.gid
    )
    SELECT split_part(n.key, ':', 1), substr(n.key, strpos(n.key, ':') + 1), heimdall.tlp_name(n.tlp),
           s.seen_in, s.sightings, nullif(s.first_seen, 'infinity'), nullif(s.last_seen, '-infinity')
    FROM shared AS s JOIN heimdall.node AS n ON n.gid OPERATOR(ag_catalog.=) s.gid
    ORDER BY s.sightings DESC, n.key;
END;

-- Vertices within `depth` edges of an observable, nearest first. At most `max_rows` are visited, so that a
-- hub does not stall the answer.
CREATE FUNCTION heimdall.neighbors(kind text, value text, depth integer DEFAULT 1, max_rows integer DEFAULT 1000)
RETURNS TABLE (distance integer, edge_type text, label text, neighbor text, tlp text, gid ag_catalog.graphid)
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    own name := heimdall.graph();
    visited ag_catalog.graphid[];
    frontier ag_catalog.graphid[];
    reached ag_catalog.graphid[];
    edges text[];
    room integer := max_rows;
BEGIN
    IF depth IS NULL OR depth < 1 OR max_rows IS NULL OR max_rows < 1 THEN
        RAISE EXCEPTION 'depth and max_rows have to be 1 at least' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    frontier := ARRAY(
        SELECT n.gid FROM unnest(heimdall._lookup_keys(kind, $2)) AS k (key)
        JOIN heimdall.node AS n ON n.key = k.key COLLATE "C");
    visited := frontier;
    FOR step IN 1..depth LOOP
        EXIT WHEN cardinality(frontier) = 0 OR room <= 0;
        EXECUTE format($q$
            SELECT array_agg(found.gid), array_agg(found.edge_type)
            FROM (
                SELECT e.gid, min(e.edge_type) AS edge_type
                FROM (
                    SELECT end_id AS gid, tableoid::regclass::text AS edge_type
                    FROM %1$I._ag_label_edge WHERE start_id OPERATOR(ag_catalog.=) ANY ($1)
                    UNION ALL
                    SELECT start_id, tableoid::regclass::text
                    FROM %1$I._ag_label_edge WHERE end_id OPERATOR(ag_catalog.=) ANY ($1)
                ) AS e
                WHERE e.gid OPERATOR(ag_catalog.<>) ALL ($2)
                GROUP BY e.gid
                ORDER BY e.gid
                LIMIT $3
            ) AS found$q$, own)
        INTO reached, edges USING frontier, visited, room;
        EXIT WHEN reached IS NULL;
        RETURN QUERY EXECUTE format($q$
            SELECT $3, (parse_ident(r.edge_type))[2], (parse_ident(v.tableoid::regclass::text))[2],
                   ag_catalog.agtype_access_operator(v.properties, '"value"'::ag_catalog.agtype)::text,
                   heimdall.tlp_name(ag_catalog.agtype_access_operator(v.properties, '"tlp"'::ag_catalog.agtype)::integer), v.id
            FROM unnest($1, $2) WITH ORDINALITY AS r (gid, edge_type, at)
            JOIN %1$I._ag_label_vertex AS v ON v.id OPERATOR(ag_catalog.=) r.gid
            ORDER BY r.at$q$, own)
        USING reached, edges, step;
        room := room - cardinality(reached);
        visited := visited || reached;
        frontier := reached;
    END LOOP;
END
$$;

-- What observables have in common: vertices next to two of them at least, most shared first, then the rarest.
-- The kind of each value is told from its shape; `Label:value` says it outright.
CREATE FUNCTION heimdall.correlate(VARIADIC observables text[])
RETURNS TABLE (label text, value text, tlp text, shared_by integer, shared_with text[], degree bigint)
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    own name := heimdall.graph();
BEGIN
    RETURN QUERY EXECUTE format($q$
        WITH given AS (
            SELECT DISTINCT n.gid, n.key
            FROM unnest($1) AS v (text), LATERAL unnest(heimdall._candidate_keys(v.text)) AS k (key)
            JOIN heimdall.node AS n ON n.key = k.key COLLATE "C"
        ), near AS (
            SELECT g.key, e.end_id AS gid FROM given AS g JOIN %1$I._ag_label_edge AS e ON e.start_id OPERATOR(ag_catalog.=) g.gid
            UNION
            SELECT g.key, e.start_id FROM given AS g JOIN %1$I._ag_label_edge AS e ON e.end_id OPERATOR(ag_catalog.=) g.gid
        ), shared AS (
            SELECT near.gid, array_agg(near.key ORDER BY near.key) AS keys
            FROM near
            WHERE NOT EXISTS (SELECT FROM given WHERE given.gid OPERATOR(ag_catalog.=) near.gid)
            GROUP BY near.gid HAVING count(*) > 1
        )
        SELECT (parse_ident(v.tableoid::regclass::text))[2],
               ag_catalog.agtype_access_operator(v.properties, '"value"'::ag_catalog.agtype)::text,
               heimdall.tlp_name(ag_catalog.agtype_access_operator(v.properties, '"tlp"'::ag_catalog.agtype)::integer),
               cardinality(s.keys), s.keys, d.degree
        FROM shared AS s JOIN %1$I._ag_label_vertex AS v ON v.id OPERATOR(ag_catalog.=) s.gid,
        LATERAL (SELECT count(*) AS degree FROM (
            (SELECT FROM %1$I._ag_label_edge AS e WHERE e.start_id OPERATOR(ag_catalog.=) s.gid LIMIT 1000)
            UNION ALL
            (SELECT FROM %1$I._ag_label_edge AS e WHERE e.end_id OPERATOR(ag_catalog.=) s.gid LIMIT 1000)) AS edges) AS d
        ORDER BY cardinality(s.keys) DESC, d.degree, v.id$q$, own)
    USING observables;
END
$$;
