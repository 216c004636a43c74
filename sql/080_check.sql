-- What has to hold between registry, graph, provenance and change log, for an operator to run.

-- One row for each invariant, with how often it is broken and one record that breaks it; 0 is good. All of it is
-- one statement and so sees one state, however many are writing.
CREATE FUNCTION heimdall._violations()
RETURNS TABLE (invariant text, violations bigint, example text)
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    own name := heimdall.graph();
BEGIN
    RETURN QUERY EXECUTE format($q$
        WITH vertex AS MATERIALIZED (
            SELECT v.id, l.name AS label, l.name || ':'
                       || ag_catalog.agtype_access_operator(v.properties, '"value"'::ag_catalog.agtype)::text AS key,
                   ag_catalog.agtype_access_operator(v.properties, '"tlp"'::ag_catalog.agtype)::integer AS tlp
            FROM %1$I._ag_label_vertex AS v JOIN ag_catalog.ag_label AS l ON l.relation = v.tableoid
        ), edge AS MATERIALIZED (
            SELECT e.id, e.start_id, e.end_id, l.name AS label
            FROM %1$I._ag_label_edge AS e JOIN ag_catalog.ag_label AS l ON l.relation = e.tableoid
        ), provenance AS MATERIALIZED (
            SELECT * FROM heimdall.provenance
        ), record AS (
            SELECT n.gid, n.key AS name FROM heimdall.node AS n
            UNION ALL
            SELECT e.id, e.label || ' ' || f.key || '>' || t.key
            FROM edge AS e
            JOIN heimdall.node AS f ON f.gid OPERATOR(ag_catalog.=) e.start_id
            JOIN heimdall.node AS t ON t.gid OPERATOR(ag_catalog.=) e.end_id
        ), stored AS (
            SELECT p.batch, r.name, sum(p.sightings) AS sightings, min(p.first_seen) AS first_seen,
                   max(p.last_seen) AS last_seen
            FROM provenance AS p JOIN record AS r ON r.gid OPERATOR(ag_catalog.=) p.gid
            WHERE NOT EXISTS (SELECT FROM heimdall.change_horizon AS h WHERE p.batch <@ h.batches)
            GROUP BY 1, 2
        ), logged AS (
            -- All arrays at once: an element by its position would decompress its array once for each change.
            SELECT c.batch, CASE WHEN k.to_key IS NULL THEN k.key
                                 ELSE c.label || ' ' || k.key || '>' || k.to_key END AS name,
                   sum(k.sightings) AS sightings, min(k.first_seen) AS first_seen, max(k.last_seen) AS last_seen
            FROM heimdall.change_log AS c,
                 unnest(c.keys, c.to_keys, c.sightings, c.first_seen, c.last_seen)
                     AS k (key, to_key, sightings, first_seen, last_seen)
            WHERE NOT EXISTS (SELECT FROM heimdall.change_horizon AS h WHERE c.batch <@ h.batches)
            GROUP BY 1, 2
        ), broken (invariant, record) AS (
            SELECT 'a vertex has a row in the registry', v.key
            FROM vertex AS v
            WHERE NOT EXISTS (SELECT FROM heimdall.node AS n WHERE n.gid OPERATOR(ag_catalog.=) v.id)
            UNION ALL
            SELECT 'a row of the registry has a vertex', n.key
            FROM heimdall.node AS n
            WHERE NOT EXISTS (SELECT FROM vertex AS v WHERE v.id OPERATOR(ag_catalog.=) n.gid)
            UNION ALL
            SELECT 'a vertex is called as in the registry', n.key
            FROM heimdall.node AS n JOIN vertex AS v ON v.id OPERATOR(ag_catalog.=) n.gid
            WHERE v.key <> n.key
            UNION ALL
            SELECT 'a vertex is marked as in the registry', n.key
            FROM heimdall.node AS n JOIN vertex AS v ON v.id OPERATOR(ag_catalog.=) n.gid
            WHERE v.tlp <> n.tlp
            UNION ALL
            SELECT 'an edge joins two vertices', e.label || ' ' || e.id::text
            FROM edge AS e
            WHERE NOT EXISTS (SELECT FROM vertex AS v WHERE v.id OPERATOR(ag_catalog.=) e.start_id)
               OR NOT EXISTS (SELECT FROM vertex AS v WHERE v.id OPERATOR(ag_catalog.=) e.end_id)
            UNION ALL
            SELECT 'between two vertices there is one edge of a type', min(e.label || ' ' || e.id::text)
            FROM edge AS e GROUP BY e.label, e.start_id, e.end_id HAVING count(*) > 1
            UNION ALL
            SELECT 'a record has its provenance', r.name
            FROM record AS r
            WHERE NOT EXISTS (SELECT FROM provenance AS p WHERE p.gid OPERATOR(ag_catalog.=) r.gid)
            UNION ALL
            SELECT 'provenance is that of a record', p.gid::text
            FROM provenance AS p
            WHERE NOT EXISTS (SELECT FROM vertex AS v WHERE v.id OPERATOR(ag_catalog.=) p.gid)
              AND NOT EXISTS (SELECT FROM edge AS e WHERE e.id OPERATOR(ag_catalog.=) p.gid)
            UNION ALL
            SELECT 'provenance is that of a batch', p.gid::text
            FROM provenance AS p
            WHERE NOT EXISTS (SELECT FROM heimdall.batch AS b WHERE b.id = p.batch)
            UNION ALL
            SELECT 'the change log says what the provenance says', coalesce(s.name, c.name)
            FROM stored AS s FULL JOIN logged AS c ON c.batch = s.batch AND c.name = s.name
            WHERE (s.sightings, s.first_seen, s.last_seen) IS DISTINCT FROM (c.sightings, c.first_seen, c.last_seen)
            UNION ALL
            SELECT 'the audit trail holds', 'lane ' || v.lane || ', entry ' || v.broken_at || ': ' || v.reason
            FROM heimdall.verify_audit() AS v WHERE v.reason IS NOT NULL
            UNION ALL
            SELECT 'a batch is in the audit trail', 'batch ' || b.id
            FROM heimdall.batch AS b JOIN heimdall.instance AS i ON b.id >= i.audited_from
            WHERE NOT EXISTS (SELECT FROM heimdall.audit AS a
                              WHERE a.action = 'ingest' AND a.object = 'batch ' || b.id)
        )
        SELECT i.invariant, count(b.invariant), min(b.record)
        FROM unnest(ARRAY[
            'a vertex has a row in the registry', 'a row of the registry has a vertex',
            'a vertex is called as in the registry', 'a vertex is marked as in the registry',
            'an edge joins two vertices', 'between two vertices there is one edge of a type',
            'a record has its provenance', 'provenance is that of a record', 'provenance is that of a batch',
            'the change log says what the provenance says',
            'the audit trail holds', 'a batch is in the audit trail']) WITH ORDINALITY AS i (invariant, at)
        LEFT JOIN broken AS b ON b.invariant = i.invariant
        GROUP BY i.invariant, i.at
        ORDER BY i.at$q$, own);
END
$$;

-- The invariants and, on request, a repair of those that can be repaired without losing what is known: edges that
-- lead nowhere and provenance of nothing go, marks are raised to the higher of the two, vertices that the registry
-- does not know are registered. `violations` is what was found, `left_over` what a repair has left.
CREATE FUNCTION heimdall.check(repair boolean DEFAULT false)
RETURNS TABLE (invariant text, violations bigint, example text, left_over bigint)
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    own name := heimdall.graph();
    edge_table regclass;
    label_table regclass;
    label_name name;
    -- An operator runs this; the records are for those who are cleared for all of them.
    is_shown boolean := heimdall._clearance_of(heimdall._outer_user()) = 4;
    found_violations bigint[];
    found jsonb;
    found_examples text[];
BEGIN
    IF repair IS NOT TRUE THEN
        RETURN QUERY
            SELECT v.invariant, v.violations, CASE WHEN is_shown THEN v.example END, v.violations
            FROM heimdall._violations() AS v;
        RETURN;
    END IF;
    -- Nobody ingests meanwhile: the lock that every writer holds.
    PERFORM pg_advisory_xact_lock(7226401);
    SELECT array_agg(v.violations), array_agg(CASE WHEN is_shown THEN v.example END),
           jsonb_object_agg(v.invariant, v.violations) FILTER (WHERE v.violations > 0)
    INTO found_violations, found_examples, found
    FROM heimdall._violations() AS v;
    IF found IS NOT NULL THEN
        PERFORM heimdall._audit('repair', own::text, found);
    END IF;
    FOR edge_table, label_table IN
        SELECT e.relation, v.relation
        FROM ag_catalog.ag_label AS e JOIN ag_catalog.ag_graph AS g ON g.graphid = e.graph,
             ag_catalog.ag_label AS v
        WHERE g.name = own AND e.kind = 'e' AND e.name <> '_ag_label_edge'
          AND v.graph = e.graph AND v.name = '_ag_label_vertex'
    LOOP
        EXECUTE format($q$
            DELETE FROM %1$s AS e
            WHERE NOT EXISTS (SELECT FROM %2$s AS v WHERE v.id OPERATOR(ag_catalog.=) e.start_id)
               OR NOT EXISTS (SELECT FROM %2$s AS v WHERE v.id OPERATOR(ag_catalog.=) e.end_id)$q$, edge_table, label_table);
    END LOOP;
    FOR label_table, label_name IN
        SELECT v.relation, v.name
        FROM ag_catalog.ag_label AS v JOIN ag_catalog.ag_graph AS g ON g.graphid = v.graph
        WHERE g.name = own AND v.kind = 'v' AND v.name <> '_ag_label_vertex'
    LOOP
        EXECUTE format($q$
            INSERT INTO heimdall.node (key, gid, tlp)
            SELECT %2$L || ag_catalog.agtype_access_operator(v.properties, '"value"'::ag_catalog.agtype)::text, v.id,
                   ag_catalog.agtype_access_operator(v.properties, '"tlp"'::ag_catalog.agtype)::integer
            FROM %1$s AS v
            WHERE NOT EXISTS (SELECT FROM heimdall.node AS n WHERE n.gid OPERATOR(ag_catalog.=) v.id)
            ON CONFLICT DO NOTHING$q$, label_table, label_name || ':');
        EXECUTE format($q$
            UPDATE heimdall.node AS n
            SET tlp = ag_catalog.agtype_access_operator(v.properties, '"tlp"'::ag_catalog.agtype)::integer
            FROM %1$s AS v
            WHERE n.gid OPERATOR(ag_catalog.=) v.id
              AND n.tlp < ag_catalog.agtype_access_operator(v.properties, '"tlp"'::ag_catalog.agtype)::integer$q$, label_table);
        EXECUTE format($q$
            UPDATE %1$s AS v
            SET properties = v.properties OPERATOR(ag_catalog.||) ag_catalog.agtype_build_map('tlp'::text, n.tlp::bigint)
            FROM heimdall.node AS n
            WHERE n.gid OPERATOR(ag_catalog.=) v.id
              AND n.tlp > ag_catalog.agtype_access_operator(v.properties, '"tlp"'::ag_catalog.agtype)::integer$q$, label_table);
    END LOOP;
    EXECUTE format($q$
        SELECT heimdall._forget_sightings(ARRAY(
            SELECT p.gid
            FROM heimdall.provenance AS p
            WHERE NOT EXISTS (SELECT FROM %1$I._ag_label_vertex AS v WHERE v.id OPERATOR(ag_catalog.=) p.gid)
              AND NOT EXISTS (SELECT FROM %1$I._ag_label_edge AS e WHERE e.id OPERATOR(ag_catalog.=) p.gid)))$q$, own);
    RETURN QUERY
        SELECT v.invariant, found_violations[v.at], found_examples[v.at], v.violations
        FROM heimdall._violations() WITH ORDINALITY AS v (invariant, violations, example, at);
END
$$;
