-- The vertices next to those of a ring that were not reached before, each with one of the ring that leads to it. Where
-- a vertex has more than `most` edges, or all of them more than half a million, the rest is cut. What is hidden is not
-- reached.
CREATE FUNCTION heimdall._next_ring(ring ag_catalog.graphid[], known ag_catalog.graphid[], most integer)
RETURNS TABLE (reached ag_catalog.graphid[], via ag_catalog.graphid[], is_cut boolean)
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    WITH edges AS MATERIALIZED (
        -- No further than is needed to see that a vertex has too many.
        SELECT e.via, e.gid, count(*) OVER (PARTITION BY e.via) > most AS is_hub
        FROM heimdall._edges_of(ring, most + 1, 500000) AS e
    ), fresh AS MATERIALIZED (
        SELECT DISTINCT ON (e.gid) e.gid, e.via, dense_rank() OVER (ORDER BY e.gid) AS at
        FROM edges AS e
        WHERE NOT e.is_hub
          AND NOT EXISTS (SELECT FROM unnest(known) AS k (gid) WHERE k.gid OPERATOR(ag_catalog.=) e.gid)
        ORDER BY e.gid
    )
    SELECT coalesce(array_agg(f.gid), '{}'), coalesce(array_agg(f.via), '{}'),
           (SELECT count(*) = 500000 OR coalesce(bool_or(e.is_hub), false) FROM edges AS e)
    FROM fresh AS f
    WHERE heimdall.clearance() = 4
       OR f.at IN (SELECT v.at FROM heimdall._vertices(ARRAY(SELECT g.gid FROM fresh AS g ORDER BY g.at)) AS v);
END;

-- The first of the vertices reached that is wanted.
CREATE FUNCTION heimdall._first_of(reached ag_catalog.graphid[], wanted ag_catalog.graphid[]) RETURNS ag_catalog.graphid
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    SELECT s.gid
    FROM unnest(reached) WITH ORDINALITY AS s (gid, at)
    JOIN unnest(wanted) AS w (gid) ON w.gid OPERATOR(ag_catalog.=) s.gid
    ORDER BY s.at
    LIMIT 1;
END;

-- A shortest path between two observables, searched from both ends at a time. Vertices with more than a thousand edges
-- are passed through only where there is no path without, those with more than a hundred thousand never: nearly
-- everything is two steps from everything through them, and it says little.
CREATE FUNCTION heimdall.path(
    from_kind text, from_value text, to_kind text, to_value text, max_depth integer DEFAULT 4
) RETURNS TABLE (step integer, edge_type text, direction text, label text, value text, gid ag_catalog.graphid)
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
AS $$
DECLARE
    origin ag_catalog.graphid[] := heimdall._gids_of(from_kind, from_value);
    target ag_catalog.graphid[] := heimdall._gids_of(to_kind, to_value);
    most integer;
    -- What was reached from either end, nearest first; at the same place, from where; and the last ring of it.
    ahead ag_catalog.graphid[];
    ahead_via ag_catalog.graphid[];
    ahead_ring ag_catalog.graphid[];
    back ag_catalog.graphid[];
    back_via ag_catalog.graphid[];
    back_ring ag_catalog.graphid[];
    ring record;
    is_cut boolean;
    meeting ag_catalog.graphid;
    met ag_catalog.graphid;
    way ag_catalog.graphid[];
BEGIN
    IF max_depth IS NULL OR max_depth NOT BETWEEN 1 AND 20 THEN
        RAISE EXCEPTION 'max_depth has to be from 1 to 20' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    IF cardinality(origin) = 0 OR cardinality(target) = 0 THEN
        RETURN;
    END IF;
    FOREACH most IN ARRAY ARRAY[1000, 100000] LOOP
        ahead := origin;
        ahead_via := array_fill(NULL::ag_catalog.graphid, ARRAY[cardinality(origin)]);
        ahead_ring := origin;
        back := target;
        back_via := array_fill(NULL::ag_catalog.graphid, ARRAY[cardinality(target)]);
        back_ring := target;
        is_cut := false;
        meeting := heimdall._first_of(back, origin);
        FOR depth IN 1..max_depth LOOP
            EXIT WHEN meeting IS NOT NULL OR cardinality(ahead_ring) + cardinality(back_ring) = 0;
            -- The smaller ring is the cheaper one.
            IF cardinality(back_ring) = 0 OR cardinality(ahead_ring) BETWEEN 1 AND cardinality(back_ring) THEN
                SELECT r.* INTO ring FROM heimdall._next_ring(ahead_ring, ahead, most) AS r;
                ahead := ahead || ring.reached;
                ahead_via := ahead_via || ring.via;
                ahead_ring := ring.reached;
                meeting := heimdall._first_of(back, ring.reached);
            ELSE
                SELECT r.* INTO ring FROM heimdall._next_ring(back_ring, back, most) AS r;
                back := back || ring.reached;
                back_via := back_via || ring.via;
                back_ring := ring.reached;
                meeting := heimdall._first_of(ahead, ring.reached);
            END IF;
            is_cut := is_cut OR ring.is_cut;
        END LOOP;
        EXIT WHEN meeting IS NOT NULL OR NOT is_cut;
    END LOOP;
    IF meeting IS NULL THEN
        IF is_cut THEN
            RAISE NOTICE 'there may be a path nevertheless'
                USING ERRCODE = 'VH001',
                      DETAIL = 'Vertices with more than 100,000 edges were not passed through, or there were too many on the way.';
        END IF;
        RETURN;
    END IF;
    met := meeting;
    WHILE met IS NOT NULL LOOP
        way := array_prepend(met, way);
        met := ahead_via[array_position(ahead, met)];
    END LOOP;
    met := back_via[array_position(back, meeting)];
    WHILE met IS NOT NULL LOOP
        way := array_append(way, met);
        met := back_via[array_position(back, met)];
    END LOOP;
    RETURN QUERY
        SELECT v.at::integer - 1, e.edge_type::text, e.direction, v.label::text, v.value, v.gid
        FROM heimdall._vertices(way) AS v
        LEFT JOIN (
            SELECT DISTINCT ON (b.at) b.at, b.edge_type, b.direction
            FROM heimdall._edges_between(way[:cardinality(way) - 1], way[2:]) AS b
            ORDER BY b.at, b.direction DESC, b.edge_type
        ) AS e ON e.at = v.at - 1
        ORDER BY v.at;
END
$$;
