-- What was seen of an observable and when: its edges, once for each batch that brought them, the earliest first. What has
-- no time comes last. All its edges are read, however few are wanted.
CREATE FUNCTION heimdall.timeline(kind text, value text, max_rows integer DEFAULT 1000)
RETURNS TABLE (
    at timestamptz, last_seen timestamptz, edge_type text, direction text, label text, neighbor text,
    source text, batch bigint, sightings bigint
)
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    own name := heimdall.graph();
BEGIN
    IF max_rows IS NULL OR max_rows < 1 THEN
        RAISE EXCEPTION 'max_rows has to be 1 at least' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    RETURN QUERY EXECUTE format($q$
        WITH seen AS (
            SELECT e.id, e.edge_type, e.direction, e.gid, p.first_seen, p.last_seen, p.batch, p.sightings
            FROM (
                SELECT o.id, o.tableoid AS edge_type, 'out' AS direction, o.end_id AS gid
                FROM %1$I._ag_label_edge AS o WHERE o.start_id OPERATOR(ag_catalog.=) ANY ($1)
                UNION ALL
                SELECT i.id, i.tableoid, 'in', i.start_id
                FROM %1$I._ag_label_edge AS i WHERE i.end_id OPERATOR(ag_catalog.=) ANY ($1)
            ) AS e,
            -- By its index, whatever the planner thinks of how many edges there are.
            LATERAL (
                SELECT p.* FROM heimdall.provenance AS p WHERE p.gid OPERATOR(ag_catalog.=) e.id OFFSET 0
            ) AS p
            ORDER BY p.first_seen, p.last_seen, p.batch, e.id
            LIMIT $2
        )
        SELECT nullif(s.first_seen, 'infinity'), nullif(s.last_seen, '-infinity'),
               (parse_ident(s.edge_type::regclass::text))[2], s.direction, (parse_ident(v.tableoid::regclass::text))[2],
               ag_catalog.agtype_access_operator(v.properties, '"value"'::ag_catalog.agtype)::text,
               b.source, s.batch, s.sightings
        FROM seen AS s
        JOIN heimdall.batch AS b ON b.id = s.batch
        JOIN %1$I._ag_label_vertex AS v ON v.id OPERATOR(ag_catalog.=) s.gid
        ORDER BY s.first_seen, s.last_seen, s.batch, s.id$q$, own)
    USING ARRAY(
        SELECT n.gid FROM unnest(heimdall._lookup_keys(kind, $2)) AS k (key)
        JOIN heimdall.node AS n ON n.key = k.key COLLATE "C"), max_rows;
END
$$;
