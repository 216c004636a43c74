-- What is around an observable.

-- Labels or edge types that a caller has named, as the graph calls them. Raises for one that the graph does not have: a
-- name that is misspelt would otherwise look like a vertex without neighbours.
CREATE FUNCTION heimdall._named_labels(what text, named text[]) RETURNS TABLE (label text, id integer)
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    meant text[] := ARRAY(
        SELECT CASE what WHEN 'vertex' THEN heimdall._label_of(n.name) ELSE n.name END FROM unnest(named) AS n (name));
    present text[] := ARRAY(SELECT l.label::text FROM heimdall._labels(what) AS l);
BEGIN
    IF NOT meant <@ present THEN
        RAISE EXCEPTION 'the graph does not have every % that was named', CASE what WHEN 'vertex' THEN 'label' ELSE 'edge type' END
            USING ERRCODE = 'invalid_parameter_value',
                  DETAIL = format('Missing: %s.', (
                      SELECT string_agg(coalesce(m.name, 'NULL'), ', ')
                      FROM unnest(meant) AS m (name) WHERE m.name IS NULL OR m.name <> ALL (present))),
                  HINT = format('There are: %s.', array_to_string(present, ', '));
    END IF;
    RETURN QUERY SELECT l.label::text, l.id FROM heimdall._labels(what) AS l WHERE l.label = ANY (meant);
END
$$;

-- The vertices next to a ring of vertices that are not known yet: up to `room` of those with a label that is wanted, and up
-- to `most_passed` of the others, of which NULL wants none. Each list of edges is read a little first, so that every type has its share and a hub
-- costs no more than what it adds; then as much further as the answer has room.
CREATE FUNCTION heimdall._ring_around(
    ring ag_catalog.graphid[], known ag_catalog.graphid[], wanted integer[], types text[], room integer, most_passed integer
) RETURNS TABLE (gids ag_catalog.graphid[], edge_types text[], passed ag_catalog.graphid[], is_cut boolean)
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    most_edges CONSTANT integer := 500000;
    most integer := 128 + room / (4 * cardinality(ring));
    found record;
BEGIN
    LOOP
        WITH read AS MATERIALIZED (
            SELECT e.gid, e.edge_type, row_number() OVER (PARTITION BY e.via, e.edge_type, e.direction) AS place
            FROM heimdall._edges_of(ring, most, most_edges, types) AS e
        ), fresh AS MATERIALIZED (
            SELECT r.gid, min(r.edge_type::text COLLATE "C") AS edge_type,
                   wanted IS NULL OR ag_catalog._extract_label_id(r.gid) = ANY (wanted) AS is_wanted
            FROM read AS r
            WHERE NOT EXISTS (SELECT FROM unnest(known) AS k (gid) WHERE k.gid OPERATOR(ag_catalog.=) r.gid)
            GROUP BY r.gid
            ORDER BY min(r.place), r.gid
        ), given AS MATERIALIZED (
            SELECT f.gid, f.edge_type FROM fresh AS f WHERE f.is_wanted LIMIT room
        )
        SELECT ARRAY(SELECT g.gid FROM given AS g) AS gids, ARRAY(SELECT g.edge_type FROM given AS g) AS edge_types,
               ARRAY(SELECT f.gid FROM fresh AS f WHERE NOT f.is_wanted LIMIT coalesce(most_passed, 0)) AS passed,
               (SELECT count(*) FILTER (WHERE r.place = most) + (count(*) = most_edges)::integer FROM read AS r) AS cut_lists
        INTO found;
        EXIT WHEN found.cut_lists = 0 OR cardinality(found.gids) >= room OR most >= most_edges
               OR wanted IS NOT NULL AND cardinality(found.passed) >= most_passed;
        most := least(
            greatest(4 * most, 2 * most + 2 * (room - cardinality(found.gids))::bigint / found.cut_lists), most_edges);
    END LOOP;
    RETURN QUERY SELECT found.gids, found.edge_types, found.passed,
        cardinality(found.gids) < room
        AND (found.cut_lists > 0 OR wanted IS NOT NULL AND cardinality(found.passed) >= coalesce(most_passed, most_edges));
END
$$;

-- Vertices within `depth` edges of an observable, nearest first. With labels, only those with such a label are given, and
-- the walk passes through the others; with types, only edges of these are walked.
CREATE FUNCTION heimdall.neighbors(
    kind text, value text, depth integer DEFAULT 1, labels text[] DEFAULT NULL, types text[] DEFAULT NULL,
    max_rows integer DEFAULT 1000
) RETURNS TABLE (distance integer, edge_type text, label text, neighbor text, tlp text, gid ag_catalog.graphid)
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
AS $$
DECLARE
    wanted integer[];
    room integer := max_rows;
    -- How many may be passed through on the way to those that are wanted.
    most_passed integer := least(10 * max_rows::bigint, 100000);
    frontier ag_catalog.graphid[] := heimdall._gids_of(kind, value);
    known ag_catalog.graphid[] := frontier;
    ring record;
    shown bigint;
    is_cut boolean := false;
BEGIN
    PERFORM heimdall._check_limit('depth', depth), heimdall._check_limit('max_rows', max_rows);
    IF labels IS NOT NULL THEN
        wanted := ARRAY(SELECT l.id FROM heimdall._named_labels('vertex', labels) AS l);
    END IF;
    IF types IS NOT NULL THEN
        types := ARRAY(SELECT t.label FROM heimdall._named_labels('edge', types) AS t);
    END IF;
    FOR step IN 1..depth LOOP
        EXIT WHEN cardinality(frontier) = 0 OR room <= 0;
        SELECT r.* INTO ring
        FROM heimdall._ring_around(
            frontier, known, wanted, types, room, CASE WHEN step < depth THEN most_passed END) AS r;
        RETURN QUERY
            SELECT step, t.edge_type, v.label::text, v.value, v.tlp, v.gid
            FROM heimdall._vertices(ring.gids) AS v
            JOIN unnest(ring.edge_types) WITH ORDINALITY AS t (edge_type, at) ON t.at = v.at
            ORDER BY v.at;
        GET DIAGNOSTICS shown = ROW_COUNT;
        is_cut := is_cut OR ring.is_cut;
        room := room - cardinality(ring.gids);
        most_passed := most_passed - cardinality(ring.passed);
        frontier := ring.gids || ring.passed;
        known := known || frontier;
        IF step < depth AND shown < cardinality(frontier) AND heimdall.clearance() < 4 THEN
            -- The walk does not pass through what is hidden.
            frontier := ARRAY(SELECT v.gid FROM heimdall._vertices(frontier) AS v ORDER BY v.at);
        END IF;
    END LOOP;
    IF is_cut AND room > 0 THEN
        RAISE NOTICE 'there may be more neighbours'
            USING ERRCODE = 'VH001', DETAIL = 'There are too many edges on the way to read them all.',
                  HINT = 'Name the types of edges to walk, or raise max_rows.';
    END IF;
END
$$;
