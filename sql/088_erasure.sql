-- Erasing a subject: whatever is stored of an observable goes, and a tombstone says that it did.
-- See docs/decisions/0029-erasure.md.

CREATE TABLE heimdall.tombstone (
    id        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    -- The order among readers, as in the change log.
    xid       xid8 NOT NULL DEFAULT pg_catalog.pg_current_xact_id(),
    label     text NOT NULL,
    -- Of the value, keyed; neither the value nor its key in the registry.
    digest    bytea NOT NULL,
    erased_at timestamptz NOT NULL DEFAULT pg_catalog.now(),
    actor     text NOT NULL,
    reason    text NOT NULL,
    vertices  bigint NOT NULL,
    edges     bigint NOT NULL,
    records   bigint NOT NULL,
    changes   bigint NOT NULL,
    rejects   bigint NOT NULL
);
CREATE INDEX tombstone_digest ON heimdall.tombstone (digest);

SELECT pg_catalog.pg_extension_config_dump('heimdall.tombstone', '');
SELECT pg_catalog.pg_extension_config_dump('heimdall.tombstone_id_seq', '');

-- What belongs to vertices: the records of the rows in which they were observed; and what follows from their values,
-- such as the host of a URL, where nothing else is known of it.
CREATE FUNCTION heimdall._belongings(subjects ag_catalog.graphid[]) RETURNS ag_catalog.graphid[]
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    every constant integer := 2147483647;
    found ag_catalog.graphid[];
    own ag_catalog.graphid[] := subjects;
    derived ag_catalog.graphid[];
BEGIN
    SELECT subjects || array_agg(DISTINCT e.gid) INTO found
    FROM heimdall._edges_of(subjects, every) AS e
    WHERE e.edge_type = 'OBSERVED_IN' AND e.direction = 'out';
    LOOP
        SELECT array_agg(DISTINCT e.gid) INTO derived
        FROM heimdall._edges_of(own, every) AS e
        WHERE e.edge_type IN ('HAS_HOST', 'SUBDOMAIN_OF') AND e.direction = 'out'
          AND e.gid OPERATOR(ag_catalog.<>) ALL (found)
          AND NOT EXISTS (
              SELECT FROM heimdall._edges_of(ARRAY[e.gid], every) AS o
              WHERE (o.edge_type, o.direction) <> ('SUBDOMAIN_OF', 'out') AND o.gid OPERATOR(ag_catalog.<>) ALL (found))
          -- Rows that name it without a relation leave no edge.
          AND NOT EXISTS (
              SELECT FROM heimdall._sightings(e.gid) AS s
              GROUP BY s.batch
              HAVING sum(s.sightings) > (
                  SELECT coalesce(sum(w.sightings), 0)
                  FROM unnest(own) AS f (gid), LATERAL heimdall._sightings(f.gid) AS w WHERE w.batch = s.batch));
        EXIT WHEN derived IS NULL;
        found := found || derived;
        own := own || derived;
    END LOOP;
    RETURN found;
END
$$;

-- Takes the changes of vertices, by their keys, and of their edges out of the change log, and gives how many those
-- were. Their segments stay, if only empty, so that no cursor leads to nothing.
CREATE FUNCTION heimdall._forget_changes(erased text[]) RETURNS bigint
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    forgotten bigint;
BEGIN
    WITH gone AS MATERIALIZED (
        SELECT unnest(erased) AS key
    ), touched AS (
        SELECT DISTINCT c.seq
        FROM heimdall.change_log AS c, unnest(c.keys, c.to_keys) AS k (key, to_key)
        WHERE k.key IN (SELECT g.key FROM gone AS g) OR k.to_key IN (SELECT g.key FROM gone AS g)
    ), kept AS (
        SELECT c.seq, coalesce(array_agg(k.key ORDER BY k.at), '{}') AS keys,
               coalesce(array_agg(k.to_key ORDER BY k.at), '{}') AS to_keys,
               coalesce(array_agg(k.sightings ORDER BY k.at), '{}') AS sightings,
               coalesce(array_agg(k.first_seen ORDER BY k.at), '{}') AS first_seen,
               coalesce(array_agg(k.last_seen ORDER BY k.at), '{}') AS last_seen,
               coalesce(array_agg(k.properties ORDER BY k.at), '{}') AS properties
        FROM touched AS t JOIN heimdall.change_log AS c ON c.seq = t.seq,
             unnest(c.keys, c.to_keys, c.sightings, c.first_seen, c.last_seen, c.properties)
                 WITH ORDINALITY AS k (key, to_key, sightings, first_seen, last_seen, properties, at)
        WHERE k.key NOT IN (SELECT g.key FROM gone AS g)
          AND (k.to_key IS NULL OR k.to_key NOT IN (SELECT g.key FROM gone AS g))
        GROUP BY c.seq
    ), cut AS (
        UPDATE heimdall.change_log AS c
        SET keys = coalesce(k.keys, '{}'), sightings = coalesce(k.sightings, '{}'),
            first_seen = coalesce(k.first_seen, '{}'), last_seen = coalesce(k.last_seen, '{}'),
            to_keys = CASE WHEN c.to_keys IS NOT NULL THEN coalesce(k.to_keys, '{}') END,
            properties = CASE WHEN c.properties IS NOT NULL THEN coalesce(k.properties, '{}') END
        FROM touched AS t
        JOIN heimdall.change_log AS b ON b.seq = t.seq
        LEFT JOIN kept AS k ON k.seq = t.seq
        WHERE c.seq = t.seq
        RETURNING cardinality(b.keys) - cardinality(c.keys) AS less)
    SELECT coalesce(sum(u.less), 0) INTO forgotten FROM cut AS u;
    -- It counts keys of the segment that is next. To look at those again does no harm.
    UPDATE heimdall.look_alike_progress SET keys = 0 WHERE keys > 0;
    RETURN forgotten;
END
$$;

-- Deletes vertices with their edges, and gives the edges and the tables.
CREATE FUNCTION heimdall._forget_vertices(gids ag_catalog.graphid[], OUT edges ag_catalog.graphid[], OUT tables regclass[])
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    own name := heimdall.graph();
    label_table regclass;
    gone ag_catalog.graphid[];
BEGIN
    edges := '{}';
    tables := '{}';
    -- AGE drops what it keeps of a graph with every statement on a label's table, were it for nothing.
    FOR label_table IN
        SELECT l.relation
        FROM ag_catalog.ag_label AS l JOIN ag_catalog.ag_graph AS g ON g.graphid = l.graph
        WHERE g.name = own AND l.kind = 'e'
          AND l.name IN (SELECT e.edge_type FROM heimdall._edges_of(gids, 2147483647) AS e)
    LOOP
        EXECUTE format($q$
            WITH gone AS (
                DELETE FROM %s AS e
                WHERE e.start_id OPERATOR(ag_catalog.=) ANY ($1) OR e.end_id OPERATOR(ag_catalog.=) ANY ($1)
                RETURNING e.id)
            SELECT array_agg(g.id) FROM gone AS g$q$, label_table) USING gids INTO gone;
        edges := edges || gone;
        tables := tables || label_table;
    END LOOP;
    FOR label_table IN
        SELECT l.relation
        FROM ag_catalog.ag_label AS l JOIN ag_catalog.ag_graph AS g ON g.graphid = l.graph
        WHERE g.name = own AND l.kind = 'v'
          AND l.id IN (SELECT ag_catalog._extract_label_id(u.gid) FROM unnest(gids) AS u (gid))
    LOOP
        EXECUTE format('DELETE FROM %s AS v WHERE v.id OPERATOR(ag_catalog.=) ANY ($1)', label_table) USING gids;
        tables := tables || label_table;
    END LOOP;
    DELETE FROM heimdall.node AS n WHERE n.gid OPERATOR(ag_catalog.=) ANY (gids);
END
$$;

-- Makes the planner's statistics of a table anew, which hold samples of its values. Those of a table that is empty now
-- would stay as they were.
CREATE FUNCTION heimdall._forget_statistics(relation regclass) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    sampled record;
BEGIN
    FOR sampled IN
        SELECT n.nspname::text AS schema, c.relname::text AS name, a.attname::text AS attribute, s.stainherit
        FROM pg_statistic AS s
        JOIN pg_class AS c ON c.oid = s.starelid
        JOIN pg_namespace AS n ON n.oid = c.relnamespace
        JOIN pg_attribute AS a ON a.attrelid = s.starelid AND a.attnum = s.staattnum
        WHERE s.starelid = relation
    LOOP
        -- PostgreSQL 18 has it.
        IF to_regprocedure('pg_catalog.pg_clear_attribute_stats(text,text,text,boolean)') IS NOT NULL THEN
            EXECUTE 'SELECT pg_catalog.pg_clear_attribute_stats($1, $2, $3, $4)'
            USING sampled.schema, sampled.name, sampled.attribute, sampled.stainherit;
        END IF;
    END LOOP;
    IF FOUND THEN
        EXECUTE format('ANALYZE %s', relation);
    END IF;
END
$$;

-- Erases what is stored of an observable: its vertices in whichever way its value was protected, their edges, the
-- records of the rows that it was observed in, provenance and changes of all of these, and the rows put aside that name
-- it. One row: how much that was, the tombstone that is left (NULL where nothing was known), and the statement that
-- removes what is deleted from the files. Nobody ingests meanwhile.
CREATE FUNCTION heimdall.erase_subject(kind text, value text, reason text)
RETURNS TABLE (tombstone bigint, vertices bigint, edges bigint, records bigint, changes bigint, rejects bigint, vacuum text)
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    subjects ag_catalog.graphid[];
    gids ag_catalog.graphid[];
    keys text[];
    forgotten record;
    tables regclass[];
    relation regclass;
BEGIN
    IF kind IS NULL OR value IS NULL THEN
        RAISE EXCEPTION 'neither kind nor value of a subject can be NULL' USING ERRCODE = 'null_value_not_allowed';
    END IF;
    IF coalesce(btrim(reason), '') = '' THEN
        RAISE EXCEPTION 'a subject is not erased without a reason' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    IF heimdall._names_subject(kind, value, reason) THEN
        RAISE EXCEPTION 'the reason names the subject' USING ERRCODE = 'invalid_parameter_value',
            DETAIL = 'It is kept, and the subject is not to be.';
    END IF;
    IF current_setting('transaction_isolation') NOT IN ('read committed', 'read uncommitted') THEN
        RAISE EXCEPTION 'a subject is not erased in a transaction that may not see all of it'
            USING ERRCODE = 'invalid_transaction_state', HINT = 'Erase at the isolation level READ COMMITTED.';
    END IF;
    -- What it gives says that somebody is known, also where it is taken back.
    PERFORM heimdall._audit_alone('data.erase_begun', heimdall._label_of(kind), jsonb_build_object('reason', reason));
    -- Nobody ingests meanwhile, and no look-alike is indexed from changes that are about to go.
    PERFORM pg_advisory_xact_lock(7226401);
    PERFORM FROM heimdall.look_alike_progress FOR UPDATE;
    subjects := heimdall._gids_of(kind, value);
    gids := heimdall._belongings(subjects);
    keys := heimdall._lookup_keys(kind, value)
            || ARRAY(SELECT n.key FROM heimdall.node AS n WHERE n.gid OPERATOR(ag_catalog.=) ANY (gids));
    records := (SELECT count(*) FROM heimdall.node AS n
                WHERE n.gid OPERATOR(ag_catalog.=) ANY (gids) AND starts_with(n.key, 'Record:'));
    vertices := cardinality(gids) - records;
    SELECT * INTO forgotten FROM heimdall._forget_vertices(gids);
    edges := cardinality(forgotten.edges);
    PERFORM heimdall._forget_sightings(gids || forgotten.edges);
    changes := heimdall._forget_changes(keys);
    DELETE FROM heimdall.look_alike AS l WHERE l.key = ANY (keys);
    WITH gone AS (
        DELETE FROM heimdall.rejects AS r
        WHERE heimdall._reject_names_subject(erase_subject.kind, erase_subject.value, r.batch, r.row_number, r.encoding, r.raw_sealed)
        RETURNING 1)
    SELECT count(*) INTO rejects FROM gone;
    IF vertices + edges + records + changes + rejects = 0 THEN
        RAISE NOTICE 'nothing is known of this subject' USING ERRCODE = 'VH004';
        RETURN NEXT;
        RETURN;
    END IF;
    -- Who ingests with a snapshot of before is told to begin anew: it would bring back what it still sees.
    PERFORM heimdall._outdate_snapshots();
    tables := ARRAY['heimdall.node', 'heimdall.sighting', 'heimdall.sighting_run', 'heimdall.change_log',
                    'heimdall.look_alike', 'heimdall.rejects']::regclass[] || forgotten.tables;
    FOREACH relation IN ARRAY tables || ARRAY(SELECT i.inhparent::regclass FROM pg_inherits AS i WHERE i.inhrelid = ANY (tables)) LOOP
        PERFORM heimdall._forget_statistics(relation);
    END LOOP;
    INSERT INTO heimdall.tombstone AS t (label, digest, actor, reason, vertices, edges, records, changes, rejects)
    VALUES (heimdall._label_of(erase_subject.kind), heimdall._tombstone_digest(erase_subject.kind, erase_subject.value),
            heimdall._actor(), erase_subject.reason, erase_subject.vertices, erase_subject.edges, erase_subject.records, erase_subject.changes,
            erase_subject.rejects)
    RETURNING t.id INTO tombstone;
    PERFORM heimdall._audit('data.erase', 'tombstone ' || tombstone, jsonb_build_object(
        'label', heimdall._label_of(kind), 'reason', reason, 'vertices', vertices, 'edges', edges, 'records', records,
        'changes', changes, 'rejects', rejects));
    vacuum := 'VACUUM ' || array_to_string(tables, ', ');
    RAISE NOTICE 'what is erased is in deleted rows until they are vacuumed' USING
        ERRCODE = 'VH003',
        DETAIL = 'VACUUM puts them out of reach; VACUUM FULL writes the tables anew, so that their bytes are gone as well. '
                 'Older backups and WAL that is kept have them until they are removed.',
        HINT = vacuum || ';';
    RETURN NEXT;
END
$$;

-- The tombstones of an observable, and whether it is known again: it may have been ingested since. Every question leaves a
-- trace.
CREATE FUNCTION heimdall.erased(kind text, value text)
RETURNS TABLE (
    tombstone bigint, erased_at timestamptz, actor text, reason text, vertices bigint, edges bigint, records bigint,
    changes bigint, rejects bigint, is_known_again boolean
)
LANGUAGE sql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    SELECT heimdall._audit_alone('data.erased_asked', heimdall._label_of(kind));
    SELECT t.id, t.erased_at, t.actor, t.reason, t.vertices, t.edges, t.records, t.changes, t.rejects,
           cardinality(heimdall._gids_of(kind, value)) > 0
    FROM heimdall.tombstone AS t
    WHERE t.digest = heimdall._tombstone_digest(kind, value)
    ORDER BY t.id;
END;
