-- The graph, its labels and who may read them.

-- The name of the graph. Raises where heimdall.init() has not been called, or after_restore() has yet to be.
CREATE FUNCTION heimdall.graph() RETURNS name
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    own name;
    is_in_place boolean;
BEGIN
    SELECT i.graph, n.oid IS NOT DISTINCT FROM i.graph_oid INTO own, is_in_place
    FROM heimdall.instance AS i LEFT JOIN pg_namespace AS n ON n.nspname = i.graph;
    IF own IS NULL THEN
        RAISE EXCEPTION 'heimdall has no graph in this database yet'
            USING ERRCODE = 'object_not_in_prerequisite_state', HINT = 'Call SELECT heimdall.init() first.';
    END IF;
    IF NOT is_in_place THEN
        RAISE EXCEPTION 'the graph "%" has been restored, and Apache AGE does not know it yet', own
            USING ERRCODE = 'object_not_in_prerequisite_state',
                  DETAIL = 'Its schema is another one than that of the database which was dumped.',
                  HINT = 'Call SELECT * FROM heimdall.after_restore() first, as a superuser.';
    END IF;
    RETURN own;
END
$$;

-- Where this database lives: cluster, timeline, database. A copy of it lives elsewhere.
CREATE FUNCTION heimdall._home() RETURNS text
LANGUAGE sql VOLATILE
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    SELECT format('%s/%s/%s', s.system_identifier, left(pg_walfile_name(pg_current_wal_insert_lsn()), 8), d.oid)
    FROM pg_control_system() AS s, pg_database AS d
    WHERE d.datname = current_database();
END;

-- Lets the roles at what they may use, and AGE into the sessions to come.
CREATE FUNCTION heimdall._open_graph(graph name) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    EXECUTE format('GRANT USAGE ON SCHEMA %I TO heimdall_analyst', graph);
    PERFORM heimdall._limit_labels(graph);
    EXECUTE format('GRANT SELECT ON ALL TABLES IN SCHEMA %I TO heimdall_analyst', graph);
    GRANT USAGE ON SCHEMA ag_catalog TO heimdall_analyst;
    GRANT INSERT ON ALL TABLES IN SCHEMA heimdall_in TO heimdall_ingest;
    -- cypher() is parsed by AGE's hook, which has to be loaded before the query comes.
    EXECUTE format('ALTER DATABASE %I SET session_preload_libraries = %L', current_database(), 'age');
    -- The background worker visits the databases that say so.
    EXECUTE format('ALTER DATABASE %I SET heimdall.index_in_background = on', current_database());
END
$$;

-- Makes the graph. Calling it again changes nothing.
CREATE FUNCTION heimdall.init(graph name DEFAULT 'heimdall_graph') RETURNS text
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET client_min_messages = warning
AS $$
DECLARE
    present name;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('heimdall.init'));
    SELECT i.graph INTO present FROM heimdall.instance AS i;
    IF present IS NOT NULL THEN
        IF present <> init.graph THEN
            RAISE EXCEPTION 'this database has the graph "%" already', present
                USING ERRCODE = 'duplicate_object', HINT = 'One database holds one graph of Heimdall.';
        END IF;
        RETURN present;
    END IF;
    -- AGE's own statements count on its schema; the path is as before when this function ends.
    PERFORM set_config('search_path', 'pg_catalog, ag_catalog, pg_temp', true);
    PERFORM ag_catalog.create_graph(init.graph);
    INSERT INTO heimdall.instance (graph, graph_oid, home)
    SELECT init.graph, n.oid, heimdall._home() FROM pg_namespace AS n WHERE n.nspname = init.graph;
    PERFORM heimdall._open_graph(init.graph);
    RETURN init.graph;
END
$$;

-- Makes a label where it is not there. Edge labels are their own registry: one edge between two vertices.
CREATE FUNCTION heimdall._ensure_label(label name, is_edge boolean) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET client_min_messages = warning
AS $$
DECLARE
    own name := heimdall.graph();
    kind "char" := CASE WHEN is_edge THEN 'e' ELSE 'v' END;
    present "char";
BEGIN
    -- AGE does not lock while it makes a label.
    PERFORM pg_advisory_xact_lock(hashtext('heimdall.label'));
    SELECT l.kind INTO present
    FROM ag_catalog.ag_label AS l JOIN ag_catalog.ag_graph AS g ON g.graphid = l.graph
    WHERE g.name = own AND l.name = label;
    IF present IS NOT NULL THEN
        IF present <> kind THEN
            RAISE EXCEPTION '"%" is a vertex label and cannot be an edge type as well, or the reverse', label
                USING ERRCODE = 'duplicate_object';
        END IF;
        RETURN;
    END IF;
    IF (SELECT count(*) FROM ag_catalog.ag_label AS l JOIN ag_catalog.ag_graph AS g ON g.graphid = l.graph WHERE g.name = own) >= 60 THEN
        RAISE EXCEPTION 'the graph has 60 labels and edge types already'
            USING ERRCODE = 'program_limit_exceeded', HINT = 'Keep the set small: a label is a kind of thing, not a thing.';
    END IF;
    -- AGE's own statements count on its schema; the path is as before when this function ends.
    PERFORM set_config('search_path', 'pg_catalog, ag_catalog, pg_temp', true);
    IF is_edge THEN
        EXECUTE format('SELECT ag_catalog.create_elabel(%L, %L)', own, label);
        EXECUTE format('CREATE UNIQUE INDEX %I ON %I.%I (start_id, end_id)', label || '_ends_key', own, label);
        -- The unique index serves what AGE's own index on start_id does.
        EXECUTE format('DROP INDEX %I.%I', own, label || '_start_id_idx');
    ELSE
        EXECUTE format('SELECT ag_catalog.create_vlabel(%L, %L)', own, label);
    END IF;
    PERFORM heimdall._limit_label(format('%I.%I', own, label)::regclass);
    EXECUTE format('GRANT SELECT ON %I.%I TO heimdall_analyst', own, label);
END
$$;
