-- Row-level security: a row is visible where its mark is no higher than the clearance of who reads. The owner of the
-- tables, as whom all writing is done, reads every row. See docs/decisions/0022-row-security.md.

-- The mark of a vertex or an edge, 0 (clear) to 4 (red). What has none that can be understood is red.
CREATE FUNCTION heimdall._mark(properties ag_catalog.agtype) RETURNS smallint
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'heimdall_mark';

-- Has the rows of a table read where a condition holds, and not at all otherwise.
CREATE FUNCTION heimdall._limit_rows(relation regclass, condition text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET client_min_messages = warning
AS $$
BEGIN
    EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', relation);
    EXECUTE format('DROP POLICY IF EXISTS heimdall_clearance ON %s', relation);
    EXECUTE format('CREATE POLICY heimdall_clearance ON %s FOR SELECT USING (%s)', relation, condition);
END
$$;

-- Limits the rows of a label. The condition has no subquery: AGE could not evaluate it for startNode() and endNode().
-- Cypher that names no label reads the parents: these have to be limited by themselves, and a policy of theirs holds for
-- what is read through them.
CREATE FUNCTION heimdall._limit_label(relation regclass) RETURNS void
LANGUAGE sql
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    SELECT heimdall._limit_rows(relation, 'heimdall._mark(properties) <= heimdall.clearance()');
END;

-- Limits the rows of every label that is open, parents included, and gives how many were. A dump may come without policies.
CREATE FUNCTION heimdall._limit_labels(graph name) RETURNS bigint
LANGUAGE sql
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    SELECT count(heimdall._limit_label(c.oid))
    FROM pg_namespace AS n
    JOIN pg_class AS p ON p.relnamespace = n.oid AND p.relname IN ('_ag_label_vertex', '_ag_label_edge')
    JOIN pg_class AS c ON c.oid = p.oid OR EXISTS (SELECT FROM pg_inherits AS i WHERE i.inhparent = p.oid AND i.inhrelid = c.oid)
    WHERE n.nspname = graph
      AND NOT (c.relrowsecurity
               AND EXISTS (SELECT FROM pg_policy AS l WHERE l.polrelid = c.oid AND l.polname = 'heimdall_clearance'));
END;

-- Limits the rows of all tables, and of the graph where there is one. Who has brought a batch sees it, and what of it
-- was rejected, whatever it is marked: as a subquery, that is asked once for all rows. So do administrators see batches, which
-- they take back and which hold no values; what was rejected they do not. Provenance is that of its batch: with the highest clearance it need not be asked for.
-- OFFSET 0 has a row looked up in an index, rather than the other table read for the sake of a few.
CREATE FUNCTION heimdall._limit_all_rows() RETURNS void
LANGUAGE sql
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    SELECT heimdall._limit_rows(t.relation::regclass, t.condition)
    FROM (VALUES
        ('heimdall.node', 'tlp <= heimdall.clearance()'),
        ('heimdall.change_log', 'tlp <= heimdall.clearance()'),
        ('heimdall.batch',
         'tlp <= heimdall.clearance() OR actor = (SELECT heimdall._brings())
              OR (SELECT pg_catalog.pg_has_role(current_user, ''heimdall_admin'', ''USAGE''))'),
        ('heimdall.rejects',
         'EXISTS (SELECT FROM heimdall.batch AS b WHERE b.id = rejects.batch
                      AND (b.tlp <= heimdall.clearance() OR b.actor = (SELECT heimdall._brings())))'),
        ('heimdall.sighting',
         'heimdall.clearance() = 4 OR EXISTS (
              SELECT FROM heimdall.batch AS b WHERE b.id = sighting.batch AND b.tlp <= heimdall.clearance() OFFSET 0)'),
        ('heimdall.sighting_run',
         'heimdall.clearance() = 4 OR EXISTS (
              SELECT FROM heimdall.batch AS b WHERE b.id = sighting_run.batch AND b.tlp <= heimdall.clearance() OFFSET 0)'),
        -- A mark is raised in the registry alone.
        ('heimdall.look_alike',
         'heimdall.clearance() = 4 OR EXISTS (SELECT FROM heimdall.node AS n WHERE n.key = look_alike.key OFFSET 0)')
    ) AS t (relation, condition);
    SELECT heimdall._limit_labels(i.graph) FROM heimdall.instance AS i;
END;
