-- What observables have in common.

-- Vertices next to two of the values at least: most shared first, then the rarest, by how many edges they have, counted up
-- to a thousand of a type and direction. The kind of each value is told from its shape; `Label:value` says it outright.
-- Of a value with many edges it is only asked whether it has one to what the others are next to.
CREATE FUNCTION heimdall.correlate(observables text[], max_rows integer)
RETURNS TABLE (label text, value text, tlp text, shared_by integer, shared_with text[], degree bigint)
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
AS $$
DECLARE
    given ag_catalog.graphid[];
    keys text[];
    most integer;
    -- Which of the given is next to which vertex; those with edges that were not read, and of which types.
    near_via ag_catalog.graphid[];
    near_gid ag_catalog.graphid[];
    hubs ag_catalog.graphid[];
    hub_types text[];
    pair_via ag_catalog.graphid[];
    pair_gid ag_catalog.graphid[];
    shared ag_catalog.graphid[];
    degrees bigint[];
BEGIN
    PERFORM heimdall.graph(), heimdall._check_limit('max_rows', max_rows);
    SELECT array_agg(g.gid), array_agg(g.key) INTO given, keys
    FROM (
        SELECT DISTINCT n.gid, n.key
        FROM unnest(observables) AS v (text), LATERAL unnest(heimdall._candidate_keys(v.text)) AS k (key)
        CROSS JOIN LATERAL (SELECT o.gid, o.key FROM heimdall.node AS o WHERE o.key = k.key COLLATE "C" LIMIT 1) AS n
    ) AS g;
    IF given IS NULL OR cardinality(given) < 2 THEN
        RETURN;
    END IF;
    -- One hub among them is no loss, since what it shares is next to another as well. With two, more is read.
    FOREACH most IN ARRAY ARRAY[1000, 8000] LOOP
        WITH read AS MATERIALIZED (
            SELECT e.via, e.edge_type, e.direction, e.gid FROM heimdall._edges_of(given, most) AS e
        ), near AS (
            SELECT DISTINCT r.via, r.gid
            FROM read AS r
            WHERE NOT EXISTS (SELECT FROM unnest(given) AS g (gid) WHERE g.gid OPERATOR(ag_catalog.=) r.gid)
        ), cut AS (
            SELECT r.via, r.edge_type FROM read AS r GROUP BY r.via, r.edge_type, r.direction HAVING count(*) = most
        )
        SELECT array_agg(n.via), array_agg(n.gid),
               ARRAY(SELECT DISTINCT c.via FROM cut AS c), ARRAY(SELECT DISTINCT c.edge_type::text FROM cut AS c)
        INTO near_via, near_gid, hubs, hub_types
        FROM near AS n;
        EXIT WHEN cardinality(hubs) < 2;
    END LOOP;
    IF cardinality(hubs) > 0 THEN
        SELECT array_agg(p.via), array_agg(p.gid) INTO pair_via, pair_gid
        FROM (
            SELECT h.via, n.gid FROM unnest(hubs) AS h (via), unnest(near_gid) AS n (gid)
            EXCEPT
            SELECT n.via, n.gid FROM unnest(near_via, near_gid) AS n (via, gid)
        ) AS p;
        SELECT near_via || array_agg(p.via), near_gid || array_agg(p.gid) INTO near_via, near_gid
        FROM unnest(pair_via, pair_gid) WITH ORDINALITY AS p (via, gid, at)
        WHERE p.at IN (SELECT b.at FROM heimdall._edges_between(pair_via, pair_gid, hub_types) AS b);
    END IF;
    SELECT array_agg(s.gid) INTO shared
    FROM (
        SELECT n.gid FROM unnest(near_gid) AS n (gid) GROUP BY n.gid HAVING count(*) > 1
        ORDER BY count(*) DESC, n.gid
        LIMIT 10000
    ) AS s;
    IF heimdall.clearance() < 4 THEN
        -- What is hidden takes no place among what is given.
        shared := ARRAY(SELECT v.gid FROM heimdall._vertices(shared) AS v ORDER BY v.at);
    END IF;
    RETURN QUERY
        WITH ranked AS (
            SELECT n.gid, c.degree, array_agg(k.key ORDER BY k.key COLLATE "C") AS shared_with
            FROM heimdall._degrees(shared, 1000) AS c
            JOIN unnest(near_via, near_gid) AS n (via, gid) ON n.gid OPERATOR(ag_catalog.=) c.gid
            JOIN unnest(given, keys) AS k (gid, key) ON k.gid OPERATOR(ag_catalog.=) n.via
            GROUP BY n.gid, c.degree
            ORDER BY count(*) DESC, c.degree, n.gid
            LIMIT max_rows
        )
        SELECT v.label::text, v.value, v.tlp, cardinality(r.shared_with), r.shared_with, r.degree
        FROM heimdall._vertices(ARRAY(SELECT r.gid FROM ranked AS r)) AS v JOIN ranked AS r ON r.gid OPERATOR(ag_catalog.=) v.gid
        ORDER BY cardinality(r.shared_with) DESC, r.degree, v.gid;
    IF cardinality(hubs) > 1 THEN
        RAISE NOTICE 'there may be more in common'
            USING ERRCODE = 'VH001', DETAIL = 'Two of the values at least have too many edges to read them all.';
    END IF;
END
$$;

-- The same with a value an argument, and a thousand rows at most.
CREATE FUNCTION heimdall.correlate(VARIADIC observables text[])
RETURNS TABLE (label text, value text, tlp text, shared_by integer, shared_with text[], degree bigint)
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    SELECT c.* FROM heimdall.correlate(observables, 1000) AS c;
END;
