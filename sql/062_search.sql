-- Vertices by value.

-- True where a key is that of an address in the network. The zone of an address does not matter.
CREATE FUNCTION heimdall._in_network(key text, network text) RETURNS boolean
LANGUAGE sql STABLE STRICT PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    SELECT CASE
        WHEN pg_input_is_valid(address, 'inet') THEN address::inet <<= network::inet
        ELSE false
    END
    FROM (SELECT split_part(substr(key, 4), '%', 1) AS address) AS a;
END;

-- True where a batch has seen a vertex in that time; an end that is NULL is open.
CREATE FUNCTION heimdall._seen_between(gid ag_catalog.graphid, since timestamptz, until timestamptz) RETURNS boolean
LANGUAGE sql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    SELECT EXISTS (
        SELECT FROM heimdall._sightings(_seen_between.gid) AS p
        WHERE p.last_seen >= coalesce(since, '-infinity') AND p.first_seen <= coalesce(until, 'infinity')
          -- Not so where there is no time.
          AND p.first_seen <= p.last_seen
    );
END;

-- Vertices by value: the whole of it, its beginning, the end of a domain, the network of an address, the midst of a domain
-- or URL. Every one is a few ranges of an index. With a time, only what some batch has seen in that range. A page goes on
-- behind the last key of the one before, in the order of the query.
CREATE FUNCTION heimdall.search(
    query text,
    kind text DEFAULT NULL,
    max_rows integer DEFAULT 100,
    since timestamptz DEFAULT NULL,
    until timestamptz DEFAULT NULL,
    after text DEFAULT NULL
) RETURNS TABLE (
    key text, label text, value text, tlp text, sightings bigint, first_seen timestamptz, last_seen timestamptz,
    gid ag_catalog.graphid
)
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
-- The planner does not know how long a range is. Read in the order of an index, it ends where there is enough; sorted,
-- all of it would be read first.
SET enable_sort = off
AS $$
DECLARE
    labels text[] := ARRAY(SELECT l.label::text FROM heimdall._labels('vertex') AS l);
BEGIN
    PERFORM heimdall._check_limit('max_rows', max_rows);
    RETURN QUERY
    SELECT found.key, split_part(found.key, ':', 1), substr(found.key, strpos(found.key, ':') + 1),
           heimdall.tlp_name(found.tlp), seen.sightings, nullif(seen.first_seen, 'infinity'),
           nullif(seen.last_seen, '-infinity'), found.gid
    FROM (
        SELECT near.key, near.gid, near.tlp, near.place
        FROM heimdall._search_spans(search.query, search.kind, labels) AS s,
        LATERAL (
            (
                SELECT n.key, n.gid, n.tlp, n.key AS place
                FROM heimdall.node AS n
                WHERE NOT s.reversed AND n.key BETWEEN s.low AND s.high AND n.key > coalesce(search.after, '')
                  AND (s.network IS NULL OR heimdall._in_network(n.key, s.network))
                  AND (since IS NULL AND until IS NULL OR heimdall._seen_between(n.gid, since, until))
                ORDER BY n.key
                LIMIT max_rows
            )
            UNION ALL
            (
                SELECT n.key, n.gid, n.tlp, heimdall._reversed(n.key)
                FROM heimdall.node AS n
                WHERE s.reversed AND n.key >= 'Domain:' AND n.key < 'Domain;'
                  AND heimdall._reversed(n.key) BETWEEN s.low AND s.high
                  AND heimdall._reversed(n.key) > coalesce(heimdall._reversed(search.after), '')
                  AND (since IS NULL AND until IS NULL OR heimdall._seen_between(n.gid, since, until))
                ORDER BY heimdall._reversed(n.key)
                LIMIT max_rows
            )
        ) AS near
        UNION ALL
        SELECT w.key, w.gid, w.tlp, w.key
        FROM heimdall._search_within(search.query, search.kind, max_rows, since, until, search.after) AS w
        WHERE btrim(search.query) LIKE '*%*' AND length(btrim(search.query)) > 1
        LIMIT max_rows
    ) AS found,
    LATERAL (
        SELECT sum(p.sightings)::bigint AS sightings, min(p.first_seen) AS first_seen, max(p.last_seen) AS last_seen
        FROM heimdall._sightings(found.gid) AS p
    ) AS seen
    ORDER BY found.place;
END
$$;
