-- What the graph is asked. Every function runs with the rights of the caller.

-- What is known of one observable. A personal value is found by its HMAC.
CREATE FUNCTION heimdall.lookup(kind text, value text)
RETURNS TABLE (
    key text, label text, tlp text, sightings bigint, first_seen timestamptz, last_seen timestamptz,
    sources text[], gid ag_catalog.graphid
)
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
-- One plan, which is right however much there will be: every table is read by a probe of an index.
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
SET enable_bitmapscan = off
SET enable_memoize = off
BEGIN ATOMIC
    SELECT n.key, split_part(n.key, ':', 1), heimdall.tlp_name(n.tlp), sum(p.sightings)::bigint,
           nullif(min(p.first_seen), 'infinity'), nullif(max(p.last_seen), '-infinity'),
           array_agg(DISTINCT b.source ORDER BY b.source), n.gid
    FROM unnest(heimdall._lookup_keys(kind, value)) AS k (key)
    CROSS JOIN LATERAL (SELECT o.* FROM heimdall.node AS o WHERE o.key = k.key COLLATE "C" LIMIT 1) AS n
    CROSS JOIN LATERAL heimdall._sightings(n.gid) AS p
    CROSS JOIN LATERAL (SELECT o.* FROM heimdall.batch AS o WHERE o.id = p.batch LIMIT 1) AS b
    GROUP BY n.key, n.tlp, n.gid;
END;

-- Which batches brought an observable, with the first row that named it.
CREATE FUNCTION heimdall.provenance(kind text, value text)
RETURNS TABLE (
    batch bigint, source text, actor text, ingested_at timestamptz, sightings bigint,
    first_seen timestamptz, last_seen timestamptz, first_row bigint
)
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
SET enable_bitmapscan = off
SET enable_memoize = off
BEGIN ATOMIC
    SELECT b.id, b.source, b.actor, b.finished_at, sum(p.sightings)::bigint,
           nullif(min(p.first_seen), 'infinity'), nullif(max(p.last_seen), '-infinity'), min(p.first_row)
    FROM unnest(heimdall._lookup_keys(kind, value)) AS k (key)
    CROSS JOIN LATERAL (SELECT o.* FROM heimdall.node AS o WHERE o.key = k.key COLLATE "C" LIMIT 1) AS n
    CROSS JOIN LATERAL heimdall._sightings(n.gid) AS p
    CROSS JOIN LATERAL (SELECT o.* FROM heimdall.batch AS o WHERE o.id = p.batch LIMIT 1) AS b
    GROUP BY b.id, b.source, b.actor, b.finished_at
    ORDER BY b.id;
END;

-- Observables that one source and any of the others have seen. All that the source has brought is read.
CREATE FUNCTION heimdall.overlap(source text, others text[])
RETURNS TABLE (
    label text, value text, tlp text, seen_in text[], sightings bigint,
    first_seen timestamptz, last_seen timestamptz
)
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
SET enable_seqscan = off
SET jit = off
AS $$
DECLARE
    labels integer[] := ARRAY(SELECT l.id FROM heimdall._labels('vertex') AS l);
BEGIN
    RETURN QUERY
        WITH shared AS MATERIALIZED (
            SELECT own.gid, seen.*
            FROM (
                SELECT DISTINCT p.gid
                FROM heimdall.batch AS b,
                LATERAL (
                    SELECT q.gid FROM heimdall.provenance AS q
                    WHERE q.batch = b.id AND ag_catalog._extract_label_id(q.gid) = ANY (labels) OFFSET 0
                ) AS p
                WHERE b.source = overlap.source
            ) AS own,
            LATERAL (
                SELECT array_agg(DISTINCT b.source ORDER BY b.source) AS seen_in, sum(p.sightings)::bigint AS sightings,
                       min(p.first_seen) AS first_seen, max(p.last_seen) AS last_seen
                FROM heimdall._sightings(own.gid) AS p JOIN heimdall.batch AS b ON b.id = p.batch
                WHERE b.source = ANY (overlap.others)
                HAVING count(*) > 0
            ) AS seen
        )
        SELECT v.label::text, v.value, v.tlp, s.seen_in, s.sightings, nullif(s.first_seen, 'infinity'),
               nullif(s.last_seen, '-infinity')
        FROM heimdall._vertices(ARRAY(SELECT s.gid FROM shared AS s)) AS v
        JOIN shared AS s ON s.gid OPERATOR(ag_catalog.=) v.gid
        ORDER BY s.sightings DESC, v.label, v.value COLLATE "C";
END
$$;
