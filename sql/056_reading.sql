-- How the questions read the graph: its labels, the edges around vertices, and what vertices are called.
-- AGE keeps a table for each label, all children of one parent. See docs/decisions/0018-edges-by-table.md.

-- The name of a TLP level. Not strict, so that it is inlined; of NULL there is none.
CREATE FUNCTION heimdall.tlp_name(level integer) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN (ARRAY['clear', 'green', 'amber', 'amber+strict', 'red'])[level + 1];

-- The vertex labels or edge types of the graph ('vertex' or 'edge'), by name, with AGE's numbers for them. Analysts
-- cannot read AGE's own catalogue. This and the next four are written in Rust, for the sake of plans that are kept.
CREATE FUNCTION heimdall._labels(what text) RETURNS TABLE (label name, id integer)
LANGUAGE c STABLE STRICT ROWS 20
SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'heimdall_labels';

-- Edges of vertices: of each vertex, type and direction the first `most` by the order of an index, and no more than
-- `in_all` altogether. A list that has `most` may go on. NULL is no limit, and every type.
CREATE FUNCTION heimdall._edges_of(
    vertices ag_catalog.graphid[], most integer, in_all integer DEFAULT NULL, types text[] DEFAULT NULL
) RETURNS TABLE (
    via ag_catalog.graphid, edge_type name, direction text, id ag_catalog.graphid, gid ag_catalog.graphid
)
LANGUAGE c STABLE
SET search_path = pg_catalog, pg_temp
-- Where a hub has most of a table's edges, a scan of the table seems to find some soon. The next vertex has none.
SET enable_seqscan = off
SET enable_bitmapscan = off
SET jit = off
AS 'MODULE_PATHNAME', 'heimdall_edges_of';

-- How many edges vertices have, counted up to `most` of each type and direction.
CREATE FUNCTION heimdall._degrees(vertices ag_catalog.graphid[], most integer)
RETURNS TABLE (gid ag_catalog.graphid, degree bigint)
LANGUAGE c STABLE
SET search_path = pg_catalog, pg_temp
SET enable_seqscan = off
SET enable_bitmapscan = off
SET jit = off
AS 'MODULE_PATHNAME', 'heimdall_degrees';

-- Edges between pairs of vertices, which are at the same place of two arrays: `out` leads from the first to the second.
CREATE FUNCTION heimdall._edges_between(
    firsts ag_catalog.graphid[], seconds ag_catalog.graphid[], types text[] DEFAULT NULL
) RETURNS TABLE (at bigint, edge_type name, direction text)
LANGUAGE c STABLE
SET search_path = pg_catalog, pg_temp
SET enable_seqscan = off
SET enable_bitmapscan = off
SET jit = off
AS 'MODULE_PATHNAME', 'heimdall_edges_between';

-- What vertices are, with their place in the array; label by label. What is no vertex has no row.
CREATE FUNCTION heimdall._vertices(gids ag_catalog.graphid[])
RETURNS TABLE (at bigint, gid ag_catalog.graphid, label name, value text, tlp text)
LANGUAGE c STABLE
SET search_path = pg_catalog, pg_temp
SET enable_seqscan = off
SET enable_bitmapscan = off
SET enable_hashjoin = off
SET enable_mergejoin = off
SET jit = off
AS 'MODULE_PATHNAME', 'heimdall_vertices';

-- The vertices of an observable: one for each way in which its value may be protected. Raises where there is no graph.
CREATE FUNCTION heimdall._gids_of(kind text, value text) RETURNS ag_catalog.graphid[]
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
AS $$
BEGIN
    PERFORM heimdall.graph();
    RETURN ARRAY(
        SELECT n.gid
        FROM unnest(heimdall._lookup_keys(kind, value)) AS k (key)
        CROSS JOIN LATERAL (SELECT o.gid FROM heimdall.node AS o WHERE o.key = k.key COLLATE "C" LIMIT 1) AS n);
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
