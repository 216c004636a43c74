-- Who may do what. Nothing is granted to PUBLIC but the use of the schema.
-- Only our own functions are touched: those of another extension may be in this schema, if its owner put them there.
DO $revoke$
DECLARE
    called pg_catalog.regprocedure;
BEGIN
    FOR called IN
        SELECT d.objid
        FROM pg_catalog.pg_depend AS d
        JOIN pg_catalog.pg_extension AS e ON e.oid OPERATOR(pg_catalog.=) d.refobjid
        WHERE e.extname OPERATOR(pg_catalog.=) 'heimdall' AND d.deptype OPERATOR(pg_catalog.=) 'e'
          AND d.classid OPERATOR(pg_catalog.=) 'pg_catalog.pg_proc'::pg_catalog.regclass
          AND d.refclassid OPERATOR(pg_catalog.=) 'pg_catalog.pg_extension'::pg_catalog.regclass
    LOOP
        EXECUTE pg_catalog.format('REVOKE EXECUTE ON FUNCTION %s FROM PUBLIC', called);
    END LOOP;
END
$revoke$;
GRANT USAGE ON SCHEMA heimdall TO PUBLIC;
GRANT USAGE ON SCHEMA heimdall_in TO heimdall_ingest;

-- Functions that read no data are for both roles.
DO $grants$
DECLARE
    called pg_catalog.regprocedure;
BEGIN
    FOR called IN
        SELECT p.oid
        FROM pg_catalog.pg_proc AS p
        WHERE p.pronamespace OPERATOR(pg_catalog.=) 'heimdall'::pg_catalog.regnamespace
          AND (p.proname OPERATOR(pg_catalog.~) '^(try_)?canonical'
               OR p.proname OPERATOR(pg_catalog.=) ANY (ARRAY[
                   'kind_of', 'parse_timestamp', 'registrable_domain', 'public_suffix', 'url_host', 'email_parts', 'hash_kind', 'refang', 'defang', 'extract_observables', 'detect_pii', 'scrub', 'pii_hash', 'embedding_domain', '_embedding_domain',
                   'canonicaliser_version', 'check_mapping', 'infer_mapping', 'formats', 'tlp_name', 'graph']))
    LOOP
        EXECUTE pg_catalog.format('GRANT EXECUTE ON FUNCTION %s TO heimdall_ingest, heimdall_analyst', called);
    END LOOP;
END
$grants$;

-- What a policy asks of whoever reads.
GRANT EXECUTE ON FUNCTION heimdall.clearance()
TO heimdall_ingest, heimdall_analyst, heimdall_sync, heimdall_auditor, heimdall_admin;

-- Those who ingest bring dumps and define sources; what is stored they do not see.
GRANT EXECUTE ON FUNCTION
    heimdall.create_source(text, text, jsonb, double precision),
    heimdall.set_mapping(text, jsonb),
    heimdall.ingest_csv(text, text),
    heimdall.ingest_ndjson(text, text),
    heimdall.ingest(text, bytea),
    heimdall.ingest_file(text, text)
TO heimdall_ingest;
GRANT EXECUTE ON FUNCTION heimdall.pii_encrypt(text, text, text, text) TO heimdall_ingest, heimdall_admin;
GRANT SELECT ON heimdall.source, heimdall.batch, heimdall.rejects TO heimdall_ingest;
-- heimdall.graph() reads it with the rights of the caller.
GRANT SELECT ON heimdall.instance TO heimdall_ingest, heimdall_analyst;

-- Analysts ask.
GRANT EXECUTE ON FUNCTION
    heimdall.lookup(text, text),
    heimdall.provenance(text, text),
    heimdall.overlap(text, text[]),
    heimdall.neighbors(text, text, integer, text[], text[], integer),
    heimdall.correlate(text[]),
    heimdall.correlate(text[], integer),
    heimdall.search(text, text, integer, timestamptz, timestamptz),
    heimdall.path(text, text, text, text, integer),
    heimdall.timeline(text, text, integer, integer),
    heimdall.top(text, text, integer, text),
    heimdall.as_of(timestamptz, text, text, integer),
    heimdall.changes_between(timestamptz, timestamptz, text, text, text, integer),
    heimdall._lookup_keys(text, text),
    heimdall._candidate_keys(text),
    heimdall._labels(text),
    heimdall._named_labels(text, text[]),
    heimdall._edges_of(ag_catalog.graphid[], integer, integer, text[]),
    heimdall._degrees(ag_catalog.graphid[], integer),
    heimdall._edges_between(ag_catalog.graphid[], ag_catalog.graphid[], text[]),
    heimdall._vertices(ag_catalog.graphid[]),
    heimdall._gids_of(text, text),
    heimdall._check_limit(text, integer),
    heimdall._ring_around(ag_catalog.graphid[], ag_catalog.graphid[], integer[], text[], integer, integer),
    heimdall._search_spans(text, text, text[]),
    heimdall._in_network(text, text),
    heimdall._seen_between(ag_catalog.graphid, timestamptz, timestamptz),
    heimdall._next_ring(ag_catalog.graphid[], ag_catalog.graphid[], integer),
    heimdall._first_of(ag_catalog.graphid[], ag_catalog.graphid[]),
    heimdall._label_of(text),
    heimdall._number(ag_catalog.graphid),
    heimdall._graphid(bigint),
    heimdall._sightings(ag_catalog.graphid),
    heimdall.similar(text, integer, text),
    heimdall._search_within(text, text, integer, timestamptz, timestamptz),
    heimdall._grams(text),
    heimdall._embedding(text),
    heimdall._look_alike_probes(text, text),
    heimdall._look_alikes_waiting(text, integer),
    heimdall.cypher(text, jsonb, integer),
    heimdall._cypher_statement(text, text),
    heimdall.export_csv(text, text[], text, timestamptz, timestamptz, text),
    heimdall.export_stix(text, text[], text, timestamptz, timestamptz, text),
    heimdall._export_selection(text, text[], text, timestamptz, timestamptz, text),
    heimdall._tlp_level(text),
    heimdall._is_clear(text),
    heimdall._csv_field(text),
    heimdall._stix_observable(text),
    heimdall._stix_id(text, uuid, text),
    heimdall._stix_relationship_type(text),
    heimdall._stix_time(timestamptz),
    heimdall._stix_marking(integer)
TO heimdall_analyst;
GRANT SELECT ON heimdall.source, heimdall.batch, heimdall.node, heimdall.provenance, heimdall.sighting,
    heimdall.sighting_run, heimdall.look_alike TO heimdall_analyst;

-- Functions of Apache AGE that are not for everybody. Most read the whole graph around grants, and load it into the
-- session, or read what those give and end the server when they are given anything else; Cypher that needs them is
-- refused with a hint (heimdall_pg/src/guard/). The last two end the server when they are called with NULL; the aggregates
-- that they belong to work without a right on them.
DO $of_age$
DECLARE
    called pg_catalog.regprocedure;
BEGIN
    FOR called IN
        SELECT p.oid
        FROM pg_catalog.pg_proc AS p
        WHERE p.pronamespace OPERATOR(pg_catalog.=) 'ag_catalog'::pg_catalog.regnamespace
          AND p.proname OPERATOR(pg_catalog.=) ANY (ARRAY[
              'age_vle', 'age_materialize_vle_path', 'age_materialize_vle_edges', 'age_shortest_path', 'age_all_shortest_paths',
              'age_graph_stats', 'age_vertex_stats',
              'age_float8_stddev_pop_aggfinalfn', 'age_float8_stddev_samp_aggfinalfn'])
    LOOP
        EXECUTE pg_catalog.format('REVOKE EXECUTE ON FUNCTION %s FROM PUBLIC', called);
    END LOOP;
END
$of_age$;
