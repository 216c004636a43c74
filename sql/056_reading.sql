-- How the questions read the graph: its labels, the edges around vertices, and what vertices are called.
-- AGE keeps a table for each label, all children of one parent. See docs/decisions/0018-edges-by-table.md.

-- The name of a TLP level. Not strict, so that it is inlined; of NULL there is none.
CREATE FUNCTION heimdall.tlp_name(level integer) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN (ARRAY['clear', 'green', 'amber', 'amber+strict', 'red'])[level + 1];

-- The vertex labels or edge types of the graph ('vertex' or 'edge'), with AGE's numbers for them. Analysts cannot read
-- AGE's own catalogue.
CREATE FUNCTION heimdall._labels(what text) RETURNS TABLE (label name, id integer)
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    SELECT c.relname, ag_catalog._label_id(own, c.relname)::integer
    FROM heimdall.graph() AS own,
    pg_inherits AS i JOIN pg_class AS c ON c.oid = i.inhrelid
    WHERE i.inhparent = to_regclass(format('%I.%I', own, '_ag_label_' || what))
    ORDER BY c.relname;
END;

-- Edges of vertices: of each vertex, type and direction the first `most` by the order of an index, and no more than
-- `in_all` altogether. A list that has `most` may go on. NULL is no limit, and every type.
CREATE FUNCTION heimdall._edges_of(
    vertices ag_catalog.graphid[], most integer, in_all integer DEFAULT NULL, types text[] DEFAULT NULL
) RETURNS TABLE (
    via ag_catalog.graphid, edge_type name, direction text, id ag_catalog.graphid, gid ag_catalog.graphid
)
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
-- Where a hub has most of a table's edges, a scan of the table seems to find some soon. The next vertex has none.
SET enable_seqscan = off
SET enable_bitmapscan = off
SET jit = off
AS $$
DECLARE
    own name := heimdall.graph();
    few CONSTANT integer := least(most, 100);
    rest ag_catalog.graphid[] := vertices;
    lists text;
    read record;
BEGIN
    -- A query over the parent is planned in a fifth of the time. Nearly all vertices have few edges, and are done with it.
    IF types IS NULL AND cardinality(vertices) > 0 THEN
        EXECUTE format($q$
            WITH read AS MATERIALIZED (
                SELECT v.gid AS via, e.*
                FROM unnest($1) AS v (gid), LATERAL (
                    (SELECT o.tableoid, 'out' AS direction, o.id, o.end_id AS gid
                     FROM %1$I._ag_label_edge AS o WHERE o.start_id OPERATOR(ag_catalog.=) v.gid LIMIT $2)
                    UNION ALL
                    (SELECT i.tableoid, 'in', i.id, i.start_id
                     FROM %1$I._ag_label_edge AS i WHERE i.end_id OPERATOR(ag_catalog.=) v.gid LIMIT $2)) AS e
                LIMIT $3
            )
            SELECT array_agg(r.via) AS vias, array_agg(r.tableoid) AS types, array_agg(r.direction) AS directions,
                   array_agg(r.id) AS ids, array_agg(r.gid) AS gids, count(*) AS edges,
                   ARRAY(SELECT DISTINCT m.via FROM (
                       SELECT h.via FROM read AS h GROUP BY h.via, h.direction HAVING count(*) = $2) AS m) AS hubs
            FROM read AS r$q$, own)
        INTO read USING vertices, few, in_all;
        IF read.edges IS DISTINCT FROM in_all THEN
            RETURN QUERY
                SELECT e.via, c.relname, e.direction, e.id, e.gid
                FROM unnest(read.vias, read.types, read.directions, read.ids, read.gids) AS e (via, type, direction, id, gid)
                JOIN pg_class AS c ON c.oid = e.type
                WHERE NOT EXISTS (SELECT FROM unnest(read.hubs) AS h (gid) WHERE h.gid OPERATOR(ag_catalog.=) e.via);
            rest := read.hubs;
        END IF;
    END IF;
    SELECT string_agg(format($q$
        (SELECT %2$L::name, 'out', o.id, o.end_id
         FROM %1$I.%2$I AS o WHERE o.start_id OPERATOR(ag_catalog.=) v.gid LIMIT $2)
        UNION ALL
        (SELECT %2$L::name, 'in', i.id, i.start_id
         FROM %1$I.%2$I AS i WHERE i.end_id OPERATOR(ag_catalog.=) v.gid LIMIT $2)$q$, own, t.label), ' UNION ALL ')
    INTO lists
    FROM heimdall._labels('edge') AS t
    WHERE cardinality(rest) > 0 AND (types IS NULL OR t.label = ANY (types));
    IF lists IS NOT NULL THEN
        RETURN QUERY EXECUTE format($q$
            SELECT v.gid, e.*
            FROM unnest($1) AS v (gid), LATERAL (%s) AS e
            LIMIT $3$q$, lists)
        USING rest, most, in_all;
    END IF;
END
$$;

-- Edges between pairs of vertices, which are at the same place of two arrays: `out` leads from the first to the second.
CREATE FUNCTION heimdall._edges_between(
    firsts ag_catalog.graphid[], seconds ag_catalog.graphid[], types text[] DEFAULT NULL
) RETURNS TABLE (at bigint, edge_type name, direction text)
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
SET enable_seqscan = off
SET enable_bitmapscan = off
SET jit = off
AS $$
DECLARE
    own name := heimdall.graph();
    lists text := (
        SELECT string_agg(format($q$
            (SELECT %2$L::name, 'out' FROM %1$I.%2$I AS o
             WHERE o.start_id OPERATOR(ag_catalog.=) p.a AND o.end_id OPERATOR(ag_catalog.=) p.b LIMIT 1)
            UNION ALL
            (SELECT %2$L::name, 'in' FROM %1$I.%2$I AS i
             WHERE i.start_id OPERATOR(ag_catalog.=) p.b AND i.end_id OPERATOR(ag_catalog.=) p.a LIMIT 1)$q$, own, t.label),
            ' UNION ALL ')
        FROM heimdall._labels('edge') AS t
        WHERE types IS NULL OR t.label = ANY (types));
BEGIN
    IF lists IS NOT NULL AND cardinality(firsts) > 0 THEN
        RETURN QUERY EXECUTE format($q$
            SELECT p.at, e.*
            FROM unnest($1, $2) WITH ORDINALITY AS p (a, b, at), LATERAL (%s) AS e$q$, lists)
        USING firsts, seconds;
    END IF;
END
$$;

-- What vertices are, in the order of their ids in the array. What is no vertex has no row.
CREATE FUNCTION heimdall._vertices(gids ag_catalog.graphid[])
RETURNS TABLE (at bigint, gid ag_catalog.graphid, label name, value text, tlp text)
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
SET enable_seqscan = off
SET enable_bitmapscan = off
SET enable_hashjoin = off
SET enable_mergejoin = off
SET jit = off
AS $$
DECLARE
    own name := heimdall.graph();
    parts text := (
        SELECT string_agg(format($q$
            SELECT w.at, v.id, %2$L::name, ag_catalog.agtype_access_operator(v.properties, '"value"'::ag_catalog.agtype)::text,
                   heimdall.tlp_name(ag_catalog.agtype_access_operator(v.properties, '"tlp"'::ag_catalog.agtype)::integer)
            FROM wanted AS w JOIN %1$I.%2$I AS v ON v.id OPERATOR(ag_catalog.=) w.gid
            WHERE w.label = %3$s$q$, own, l.label, l.id), ' UNION ALL ' ORDER BY l.label)
        FROM heimdall._labels('vertex') AS l
        WHERE l.id IN (SELECT ag_catalog._extract_label_id(g.gid) FROM unnest(gids) AS g (gid)));
BEGIN
    IF parts IS NOT NULL THEN
        RETURN QUERY EXECUTE format($q$
            WITH wanted AS MATERIALIZED (
                SELECT g.gid, g.at, ag_catalog._extract_label_id(g.gid) AS label
                FROM unnest($1) WITH ORDINALITY AS g (gid, at)
            )
            %s
            ORDER BY 1$q$, parts)
        USING gids;
    END IF;
END
$$;

-- The vertices of an observable: one for each way in which its value may be protected. Raises where there is no graph.
CREATE FUNCTION heimdall._gids_of(kind text, value text) RETURNS ag_catalog.graphid[]
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM heimdall.graph();
    RETURN ARRAY(
        SELECT n.gid
        FROM unnest(heimdall._lookup_keys(kind, value)) AS k (key)
        JOIN heimdall.node AS n ON n.key = k.key COLLATE "C");
END
$$;

-- Raises where a limit is no positive number.
CREATE FUNCTION heimdall._check_limit(limit_name text, given integer) RETURNS void
LANGUAGE plpgsql IMMUTABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF given IS NULL OR given < 1 THEN
        RAISE EXCEPTION '% has to be 1 at least', limit_name USING ERRCODE = 'invalid_parameter_value';
    END IF;
END
$$;
