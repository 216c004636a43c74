-- What was known at a time, and what has come since: by the time at which batches were taken in, not by the times in them.
-- Answered from the provenance, which analysts may read and which is kept as long as the graph: see
-- docs/decisions/0013-as-of-from-provenance.md.

-- What was known of an observable then, with how many edges of each type, counted up to `max_edges` of a type and direction.
-- The mark is the one of now, since that binds. No row where nothing was known yet.
CREATE FUNCTION heimdall.as_of(at timestamptz, kind text, value text, max_edges integer DEFAULT 10000)
RETURNS TABLE (
    key text, label text, tlp text, sightings bigint, first_seen timestamptz, last_seen timestamptz, sources text[],
    known_since timestamptz, edges jsonb, gid ag_catalog.graphid
)
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF at IS NULL THEN
        RAISE EXCEPTION 'a time is needed' USING ERRCODE = 'null_value_not_allowed';
    END IF;
    PERFORM heimdall._check_limit('max_edges', max_edges);
    RETURN QUERY
        SELECT n.key, split_part(n.key, ':', 1), heimdall.tlp_name(n.tlp), s.sightings,
               nullif(s.first_seen, 'infinity'), nullif(s.last_seen, '-infinity'), s.sources, s.known_since, e.edges, n.gid
        FROM unnest(heimdall._lookup_keys(as_of.kind, as_of.value)) AS k (key)
        JOIN heimdall.node AS n ON n.key = k.key COLLATE "C",
        LATERAL (
            SELECT sum(p.sightings)::bigint AS sightings, min(p.first_seen) AS first_seen, max(p.last_seen) AS last_seen,
                   array_agg(DISTINCT b.source ORDER BY b.source) AS sources, min(b.finished_at) AS known_since
            FROM heimdall._sightings(n.gid) AS p JOIN heimdall.batch AS b ON b.id = p.batch
            WHERE b.finished_at <= as_of.at
            HAVING count(*) > 0
        ) AS s,
        LATERAL (
            SELECT coalesce(jsonb_object_agg(t.edge_type, t.edges), '{}') AS edges
            FROM (
                SELECT o.edge_type, count(*) AS edges
                FROM heimdall._edges_of(ARRAY[n.gid], max_edges) AS o
                WHERE EXISTS (
                    SELECT FROM heimdall._sightings(o.id) AS p JOIN heimdall.batch AS b ON b.id = p.batch
                    WHERE b.finished_at <= as_of.at)
                GROUP BY o.edge_type
            ) AS t
        ) AS e;
END
$$;

-- Vertices that batches have brought from one time to another, the latest batch first: `new`, or `seen again`. Sightings,
-- times and sources are those of that while. The end is open where it is NULL.
CREATE FUNCTION heimdall.changes_between(
    since timestamptz, until timestamptz DEFAULT NULL, kind text DEFAULT NULL, change text DEFAULT NULL,
    source text DEFAULT NULL, max_rows integer DEFAULT 1000
) RETURNS TABLE (
    at timestamptz, what text, label text, value text, tlp text, sightings bigint, first_seen timestamptz,
    last_seen timestamptz, sources text[], gid ag_catalog.graphid
)
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
-- Batch by batch, until there is enough: each by the ranges of its rows, each record by its key, which OFFSET 0 holds to.
SET enable_seqscan = off
SET jit = off
AS $$
DECLARE
    labels integer[];
BEGIN
    PERFORM heimdall._check_limit('max_rows', max_rows);
    IF since IS NULL THEN
        RAISE EXCEPTION 'a time is needed' USING ERRCODE = 'null_value_not_allowed';
    END IF;
    IF change NOT IN ('new', 'seen again') THEN
        RAISE EXCEPTION 'there is no such change'
            USING ERRCODE = 'invalid_parameter_value', HINT = 'The changes are: new, seen again.';
    END IF;
    labels := ARRAY(
        SELECT l.id FROM heimdall._labels('vertex') AS l
        WHERE changes_between.kind IS NULL OR l.label = heimdall._label_of(changes_between.kind));
    RETURN QUERY
        WITH batches AS MATERIALIZED (
            SELECT b.id, b.source, b.finished_at, row_number() OVER (ORDER BY b.finished_at DESC, b.id DESC) AS place
            FROM heimdall.batch AS b
            WHERE b.finished_at >= since AND b.finished_at < coalesce(until, 'infinity')
              AND (changes_between.source IS NULL OR b.source = changes_between.source)
        ), found AS MATERIALIZED (
            SELECT b.place, b.finished_at, p.gid, p.is_new
            FROM (SELECT o.* FROM batches AS o ORDER BY o.place OFFSET 0) AS b,
            LATERAL (
                SELECT q.gid, NOT EXISTS (
                    SELECT FROM heimdall._sightings(q.gid) AS e JOIN heimdall.batch AS f ON f.id = e.batch
                    WHERE f.finished_at < since OFFSET 0) AS is_new
                FROM (
                    SELECT DISTINCT r.gid FROM heimdall.provenance AS r
                    WHERE r.batch = b.id AND ag_catalog._extract_label_id(r.gid) = ANY (labels) OFFSET 0
                ) AS q
                -- A record comes once, with the last of its batches.
                WHERE NOT EXISTS (
                    SELECT FROM heimdall._sightings(q.gid) AS l JOIN batches AS m ON m.id = l.batch
                    WHERE m.place < b.place OFFSET 0)
                OFFSET 0
            ) AS p
            WHERE changes_between.change IS NULL OR p.is_new = (changes_between.change = 'new')
            ORDER BY b.place
            LIMIT max_rows
        )
        SELECT f.finished_at, CASE WHEN f.is_new THEN 'new' ELSE 'seen again' END, v.label::text, v.value, v.tlp,
               s.sightings, nullif(s.first_seen, 'infinity'), nullif(s.last_seen, '-infinity'), s.sources, f.gid
        FROM (SELECT o.*, row_number() OVER () AS at FROM found AS o) AS f
        JOIN heimdall._vertices(ARRAY(SELECT o.gid FROM found AS o)) AS v ON v.at = f.at,
        LATERAL (
            SELECT sum(p.sightings)::bigint AS sightings, min(p.first_seen) AS first_seen, max(p.last_seen) AS last_seen,
                   array_agg(DISTINCT b.source ORDER BY b.source) AS sources
            FROM heimdall._sightings(f.gid) AS p JOIN batches AS b ON b.id = p.batch
        ) AS s
        ORDER BY f.place, v.label, v.value;
END
$$;
