-- What was seen of an observable and when: its edges, once for each batch that brought them, the earliest first. What has
-- no time comes last. The earliest of a hub's edges may be any of them: no more than `max_edges` of each type and
-- direction are read, and a notice says so where there are more. NULL reads all.
CREATE FUNCTION heimdall.timeline(
    kind text, value text, max_rows integer DEFAULT 1000, max_edges integer DEFAULT 20000
) RETURNS TABLE (
    at timestamptz, last_seen timestamptz, edge_type text, direction text, label text, neighbor text,
    source text, batch bigint, sightings bigint
)
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
AS $$
DECLARE
    read record;
BEGIN
    PERFORM heimdall._check_limit('max_rows', max_rows), heimdall._check_limit('max_edges', coalesce(max_edges, 1));
    WITH edges AS MATERIALIZED (
        SELECT e.* FROM heimdall._edges_of(heimdall._gids_of(kind, timeline.value), max_edges) AS e
    )
    SELECT array_agg(e.id) AS ids, array_agg(e.edge_type::text) AS edge_types, array_agg(e.direction) AS directions,
           array_agg(e.gid) AS gids,
           EXISTS (SELECT FROM edges AS l GROUP BY l.via, l.edge_type, l.direction HAVING count(*) = max_edges) AS is_cut
    INTO read
    FROM edges AS e;
    RETURN QUERY
        WITH seen AS MATERIALIZED (
            SELECT e.edge_type, e.direction, e.gid, p.first_seen, p.last_seen, p.batch, p.sightings,
                   row_number() OVER (ORDER BY p.first_seen, p.last_seen, p.batch, e.id) AS place
            FROM unnest(read.ids, read.edge_types, read.directions, read.gids) AS e (id, edge_type, direction, gid),
            -- By its index, whatever the planner thinks of how many edges there are.
            LATERAL (
                SELECT q.batch, sum(q.sightings)::bigint AS sightings, min(q.first_seen) AS first_seen,
                       max(q.last_seen) AS last_seen
                FROM heimdall._sightings(e.id) AS q GROUP BY q.batch
            ) AS p
            ORDER BY place
            LIMIT max_rows
        )
        SELECT nullif(s.first_seen, 'infinity'), nullif(s.last_seen, '-infinity'), s.edge_type, s.direction,
               v.label::text, v.value, b.source, s.batch, s.sightings
        FROM heimdall._vertices(ARRAY(SELECT s.gid FROM seen AS s ORDER BY s.place)) AS v
        JOIN seen AS s ON s.place = v.at
        JOIN heimdall.batch AS b ON b.id = s.batch
        ORDER BY s.place;
    IF read.is_cut THEN
        RAISE NOTICE 'the timeline may not be whole'
            USING ERRCODE = 'VH001', DETAIL = 'There are more edges of a type than were read.', HINT = 'Raise max_edges; NULL reads all.';
    END IF;
END
$$;
