-- After a restore. AGE's catalogue knows a graph by the OID of its schema, which pg_restore makes anew.
-- See docs/decisions/0011-restore.md.

-- The labels that the tables of the graph make up, whatever AGE's catalogue says: those with records first.
CREATE FUNCTION heimdall._label_tables(graph name)
RETURNS TABLE (
    label name, kind "char", relation regclass, sequence name,
    lowest ag_catalog.graphid, highest ag_catalog.graphid
)
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    FOR label, kind, relation, sequence IN
        SELECT t.relname, root.kind, t.oid, s.relname
        FROM (VALUES ('_ag_label_vertex', 'v'::"char"), ('_ag_label_edge', 'e')) AS root (name, kind)
        JOIN pg_class AS r ON r.relname = root.name
        JOIN pg_namespace AS n ON n.oid = r.relnamespace AND n.nspname = _label_tables.graph
        JOIN pg_class AS t
          ON t.oid = r.oid OR t.oid IN (SELECT i.inhrelid FROM pg_inherits AS i WHERE i.inhparent = r.oid)
        -- The sequence that belongs to the column `id`.
        JOIN pg_attribute AS a ON a.attrelid = t.oid AND a.attname = 'id'
        JOIN pg_depend AS d
          ON d.refobjid = t.oid AND d.refobjsubid = a.attnum AND d.refclassid = 'pg_class'::regclass
         AND d.classid = 'pg_class'::regclass AND d.deptype = 'a'
        JOIN pg_class AS s ON s.oid = d.objid AND s.relkind = 'S'
    LOOP
        EXECUTE format('SELECT id FROM ONLY %I.%I ORDER BY id LIMIT 1', graph, label) INTO lowest;
        EXECUTE format('SELECT id FROM ONLY %I.%I ORDER BY id DESC LIMIT 1', graph, label) INTO highest;
        RETURN NEXT;
    END LOOP;
END
$$;

-- What AGE's catalogue has to say of the labels. A label's number stands in the ids of its records; a label
-- that has none keeps the number it had, or gets a new one: nothing refers to it.
CREATE FUNCTION heimdall._labels_found(graph name, graph_oid oid) RETURNS SETOF ag_catalog.ag_label
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    found record;
    number integer;
    taken integer[] := '{}';
    is_mixed boolean := false;
BEGIN
    FOR found IN
        SELECT t.*, l.id AS known
        FROM heimdall._label_tables(graph) AS t
        LEFT JOIN ag_catalog.ag_graph AS g ON g.name = _labels_found.graph
        LEFT JOIN ag_catalog.ag_label AS l ON l.graph = g.graphid AND l.name = t.label
        ORDER BY t.lowest IS NULL, l.id IS NULL, l.id, t.label
    LOOP
        IF found.lowest IS NOT NULL THEN
            number := ag_catalog._extract_label_id(found.lowest);
            is_mixed := number = ANY (taken) OR number <> ag_catalog._extract_label_id(found.highest);
        ELSE
            number := coalesce(found.known, CASE found.label WHEN '_ag_label_vertex' THEN 1 WHEN '_ag_label_edge' THEN 2 END);
            IF number IS NULL OR number = ANY (taken) THEN
                number := greatest(2, (SELECT max(t) FROM unnest(taken) AS t)) + 1;
            END IF;
        END IF;
        IF is_mixed THEN
            RAISE EXCEPTION 'the records of "%" are not those of one label', found.label
                USING ERRCODE = 'data_corrupted',
                      DETAIL = 'Their ids begin with the number of another label as well.',
                      HINT = 'Restore the dump into an empty database, where heimdall.init() has not been called.';
        END IF;
        taken := taken || number;
        RETURN QUERY SELECT found.label, graph_oid, number::ag_catalog.label_id, found.kind::ag_catalog.label_kind,
                            found.relation, found.sequence;
    END LOOP;
END
$$;

-- Lets no sequence of the graph give a number that is in use. Gives how many were behind.
CREATE FUNCTION heimdall._advance_sequences(graph name) RETURNS integer
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    used record;
    last bigint;
    behind integer := 0;
BEGIN
    FOR used IN
        -- The lower 48 bits of an id count the records of its label.
        SELECT t.sequence AS name, t.highest::text::bigint & 281474976710655 AS number
        FROM heimdall._label_tables(graph) AS t WHERE t.highest IS NOT NULL
        UNION ALL
        SELECT '_label_id_seq', max(l.id)
        FROM ag_catalog.ag_label AS l JOIN ag_catalog.ag_graph AS g ON g.graphid = l.graph
        WHERE g.name = _advance_sequences.graph
    LOOP
        EXECUTE format('SELECT last_value - (NOT is_called)::integer FROM %I.%I', graph, used.name) INTO last;
        IF last < used.number THEN
            PERFORM setval(format('%I.%I', graph, used.name)::regclass, used.number);
            behind := behind + 1;
        END IF;
    END LOOP;
    RETURN behind;
END
$$;

-- Makes a restored graph usable, and tells this database from the one that was dumped. One row: what was done.
-- A second call changes nothing.
CREATE FUNCTION heimdall.after_restore()
RETURNS TABLE (graph name, changed boolean, labels integer, repaired integer, sequences integer, incarnation integer)
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET client_min_messages = warning
AS $$
DECLARE
    own heimdall.instance;
    place oid;
    wanted ag_catalog.ag_label[];
    is_registered boolean;
    is_copy boolean;
BEGIN
    -- As init(), _ensure_label() and a large ingest do: nobody makes labels or records meanwhile.
    PERFORM pg_advisory_xact_lock(hashtext('heimdall.init'));
    PERFORM pg_advisory_xact_lock(hashtext('heimdall.label'));
    PERFORM pg_advisory_xact_lock(7226401);
    SELECT * INTO own FROM heimdall.instance;
    IF own.graph IS NULL THEN
        RAISE EXCEPTION 'heimdall has no graph in this database'
            USING ERRCODE = 'object_not_in_prerequisite_state',
                  HINT = 'Restore a dump of the whole database, or call SELECT heimdall.init() for a new graph.';
    END IF;
    SELECT n.oid INTO place FROM pg_namespace AS n WHERE n.nspname = own.graph;
    IF to_regclass(format('%I._ag_label_vertex', own.graph)) IS NULL
       OR to_regclass(format('%I._ag_label_edge', own.graph)) IS NULL THEN
        RAISE EXCEPTION 'the graph "%" is not in this database', own.graph
            USING ERRCODE = 'invalid_schema_name',
                  DETAIL = format('Heimdall''s own tables are here; the schema "%s" is not, or lacks its tables.', own.graph),
                  HINT = 'Restore a dump of the whole database, made without --schema, --table or --exclude-schema.';
    END IF;

    wanted := ARRAY(SELECT l FROM heimdall._labels_found(own.graph, place) AS l);
    SELECT count(*) INTO repaired FROM (
        SELECT w.* FROM unnest(wanted) AS w EXCEPT SELECT l.* FROM ag_catalog.ag_label AS l) AS differing;
    is_registered := EXISTS (
        SELECT FROM ag_catalog.ag_graph AS g
        WHERE g.name = own.graph AND g.graphid = place AND g.namespace = place
          AND cardinality(wanted) = (SELECT count(*) FROM ag_catalog.ag_label AS l WHERE l.graph = g.graphid));
    IF repaired > 0 OR NOT is_registered THEN
        DELETE FROM ag_catalog.ag_label AS l USING ag_catalog.ag_graph AS g
        WHERE l.graph = g.graphid AND g.name = own.graph;
        DELETE FROM ag_catalog.ag_graph AS g WHERE g.name = own.graph;
        INSERT INTO ag_catalog.ag_graph (graphid, name, namespace) VALUES (place, own.graph, place::regnamespace);
        INSERT INTO ag_catalog.ag_label SELECT w.* FROM unnest(wanted) AS w;
    END IF;
    sequences := heimdall._advance_sequences(own.graph);

    is_copy := own.graph_oid <> place OR own.home <> heimdall._home();
    IF is_copy THEN
        UPDATE heimdall.instance AS i
        SET incarnation = own.incarnation + 1, graph_oid = place, home = heimdall._home()
        RETURNING i.* INTO own;
        -- What a reader has seen of the original may not be what is here.
        UPDATE heimdall.reader AS r SET invalidation_reason = 'restored' WHERE r.invalidation_reason IS NULL;
        -- Another server counts its transactions anew: those of the log may lie in its future, where no reader
        -- would see them, and behind its own. All of them are over; among themselves `seq` says their order.
        IF EXISTS (SELECT FROM heimdall.change_log AS c WHERE c.xid >= pg_current_xact_id())
           OR EXISTS (SELECT FROM heimdall.change_horizon AS h WHERE h.xid >= pg_current_xact_id()) THEN
            UPDATE heimdall.change_log SET xid = '3';
            UPDATE heimdall.change_horizon AS h
            SET xid = '3', seq = coalesce((SELECT min(c.seq) - 1 FROM heimdall.change_log AS c), h.seq);
        END IF;
    END IF;
    SELECT repaired + heimdall._limit_labels(own.graph) INTO repaired;
    changed := is_copy OR NOT is_registered OR repaired > 0 OR sequences > 0;
    IF changed THEN
        -- A dump may come without grants, and comes without the settings of its database. That grants are
        -- written also makes every session's AGE forget what it remembers of schema and tables.
        PERFORM heimdall._open_graph(own.graph);
        PERFORM heimdall._audit('restore', own.graph, jsonb_build_object(
            'incarnation', own.incarnation, 'copy', is_copy, 'repaired', repaired, 'sequences', sequences));
    END IF;
    graph := own.graph;
    labels := cardinality(wanted);
    incarnation := own.incarnation;
    RETURN NEXT;
END
$$;
