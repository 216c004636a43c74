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
                   'canonicaliser_version', 'check_mapping', 'infer_mapping', 'explain_mapping', 'detect_format', 'formats', 'presets', 'tlp_name', 'graph']))
    LOOP
        EXECUTE pg_catalog.format('GRANT EXECUTE ON FUNCTION %s TO heimdall_ingest, heimdall_analyst', called);
    END LOOP;
END
$grants$;

-- What a policy asks of whoever reads.
GRANT EXECUTE ON FUNCTION heimdall.clearance(), heimdall._brings()
TO heimdall_ingest, heimdall_analyst, heimdall_sync, heimdall_auditor, heimdall_admin;

GRANT EXECUTE ON FUNCTION heimdall._mark(ag_catalog.agtype)
TO heimdall_ingest, heimdall_analyst, heimdall_sync, heimdall_auditor, heimdall_admin;

-- Those who ingest bring dumps and define sources; what is stored they do not see.
GRANT EXECUTE ON FUNCTION
    heimdall.create_source(text, text, jsonb, double precision, text, jsonb),
    heimdall.set_source(text, text, jsonb, double precision),
    heimdall.set_mapping(text, jsonb),
    heimdall.ingest_csv(text, text),
    heimdall.ingest_ndjson(text, text),
    heimdall.ingest(text, bytea),
    heimdall.dry_run(text, bytea),
    heimdall.preview(text, bytea),
    heimdall.preview(text, text),
    heimdall.ingest_file(text, text),
    heimdall.last_report()
TO heimdall_ingest;
GRANT EXECUTE ON FUNCTION heimdall.pii_encrypt(text, text, text, text) TO heimdall_ingest, heimdall_admin;
GRANT SELECT ON heimdall.source, heimdall.batch, heimdall.rejects TO heimdall_ingest;
GRANT INSERT ON heimdall_in.stream TO heimdall_ingest;
-- The function looks at who asks.
GRANT SELECT ON heimdall.ingest_progress TO heimdall_ingest, heimdall_admin, pg_read_all_stats;
GRANT EXECUTE ON FUNCTION heimdall._ingest_progress() TO heimdall_ingest, heimdall_admin, pg_read_all_stats;
-- Of those who ingest, each takes back what he has brought, and retries what was put aside of it.
GRANT EXECUTE ON FUNCTION heimdall.rollback_batch(bigint), heimdall.retry_rejects(bigint) TO heimdall_ingest, heimdall_admin;
GRANT EXECUTE ON FUNCTION heimdall.reject_summary(bigint) TO heimdall_ingest;
-- heimdall.graph() reads it with the rights of the caller.
GRANT SELECT ON heimdall.instance TO heimdall_ingest, heimdall_analyst;

-- Those who answer for the data say what happens to a field.
GRANT EXECUTE ON FUNCTION
    heimdall.set_rule(text, text, text, text, jsonb),
    heimdall.drop_rule(text, text),
    heimdall.reapply_policy(text)
TO heimdall_admin;
-- The view asks these with the rights of whoever reads it.
GRANT EXECUTE ON FUNCTION
    heimdall._policy(text),
    heimdall._field_policies(jsonb, jsonb, text[]),
    heimdall.tlp_name(integer)
TO heimdall_ingest, heimdall_auditor, heimdall_admin;
GRANT SELECT ON heimdall.policy TO heimdall_ingest, heimdall_auditor, heimdall_admin;
-- Keys are for administrators; auditors see which there are.
GRANT EXECUTE ON FUNCTION
    heimdall.rotate_data_key(text),
    heimdall.rewrap_keys(),
    heimdall.destroy_data_key(integer, text)
TO heimdall_admin;
GRANT EXECUTE ON FUNCTION heimdall.key_status() TO heimdall_admin, heimdall_auditor;
-- A gateway sends nobody to a database, or to a copy, that would not find what is there.
GRANT EXECUTE ON FUNCTION heimdall.hash_key_fits() TO heimdall_gateway, heimdall_admin, heimdall_auditor;

-- Who was erased is known to those who erase and to auditors alone.
GRANT EXECUTE ON FUNCTION heimdall.erase_subject(text, text, text) TO heimdall_admin;
GRANT EXECUTE ON FUNCTION heimdall.erased(text, text) TO heimdall_admin, heimdall_auditor;

-- Analysts ask.
GRANT EXECUTE ON FUNCTION
    heimdall.lookup(text, text),
    heimdall.lookup_error(text, text),
    heimdall.provenance(text, text),
    heimdall.overlap(text, text[]),
    heimdall.neighbors(text, text, integer, text[], text[], integer),
    heimdall.correlate(text[]),
    heimdall.correlate(text[], integer),
    heimdall.search(text, text, integer, timestamptz, timestamptz, text),
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
    heimdall._search_within(text, text, integer, timestamptz, timestamptz, text),
    heimdall._grams(text),
    heimdall._embedding(text),
    heimdall._look_alike_probes(text, text),
    heimdall._look_alikes_waiting(text, integer),
    heimdall._look_alikes_with(integer[]),
    heimdall._reversed(text),
    heimdall.cypher(text, jsonb, integer),
    heimdall._cypher_statement(text, text),
    heimdall._cypher_json(cstring),
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

-- Those who carry changes elsewhere read the change log, as far as they are cleared, and register as its readers.
GRANT EXECUTE ON FUNCTION
    heimdall.changes(text, integer),
    heimdall._position(text),
    heimdall._require_kept(xid8, bigint),
    heimdall.tlp_name(integer),
    heimdall.graph()
TO heimdall_sync;
GRANT SELECT ON heimdall.change_log, heimdall.change_horizon, heimdall.instance TO heimdall_sync;
GRANT EXECUTE ON FUNCTION
    heimdall.create_reader(text, text),
    heimdall.acknowledge(text, text),
    heimdall.drop_reader(text),
    heimdall._segment_size(heimdall.change_log)
TO heimdall_sync, heimdall_admin;
GRANT SELECT ON heimdall.readers TO heimdall_sync, heimdall_admin;

-- Operators keep it running; what is stored they do not see.
GRANT EXECUTE ON FUNCTION
    heimdall.create_source(text, text, jsonb, double precision, text, jsonb),
    heimdall.set_source(text, text, jsonb, double precision),
    heimdall.set_mapping(text, jsonb),
    heimdall.check_mapping(jsonb),
    heimdall.infer_mapping(text, text),
    heimdall.detect_format(bytea),
    heimdall.explain_mapping(bytea, text, jsonb),
    heimdall.formats(),
    heimdall.presets(),
    heimdall.graph(),
    heimdall.check(boolean),
    heimdall.refresh_similar(integer),
    heimdall.prune_changes(interval, interval)
TO heimdall_admin;
GRANT SELECT ON heimdall.source, heimdall.batch, heimdall.instance TO heimdall_admin;

-- Sources and their times are no secret to those who watch over them; a gateway tells them to who collects its numbers.
GRANT EXECUTE ON FUNCTION heimdall.feeds() TO heimdall_gateway, heimdall_admin, heimdall_auditor, heimdall_ingest;
-- Why somebody sees something or not.
GRANT EXECUTE ON FUNCTION heimdall.explain_access(name, text, text)
TO heimdall_analyst, heimdall_auditor, heimdall_admin;
-- What is sealed is opened with a trace; the clearance is looked at in there.
GRANT EXECUTE ON FUNCTION heimdall.reveal(text, text, text, text), heimdall.reveal_key(text, text, text), heimdall.reveal_reject(bigint, bigint, text)
TO heimdall_analyst;
GRANT EXECUTE ON FUNCTION heimdall.reveal_reject(bigint, bigint, text) TO heimdall_admin;

-- Auditors read the audit trail, and nothing else.
GRANT SELECT ON heimdall.audit TO heimdall_auditor;
GRANT EXECUTE ON FUNCTION heimdall.audit_heads(), heimdall.export_audit(timestamptz, timestamptz) TO heimdall_auditor;
GRANT EXECUTE ON FUNCTION heimdall.verify_audit(jsonb) TO heimdall_auditor, heimdall_admin;

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

-- Where rows are hidden, an index serves such operators alone as give nothing away of what they compare. Those of AGE's ids
-- compare eight bytes with eight bytes and raise no errors, and are not declared so.
ALTER FUNCTION ag_catalog.graphid_eq(ag_catalog.graphid, ag_catalog.graphid) LEAKPROOF;
ALTER FUNCTION ag_catalog.graphid_lt(ag_catalog.graphid, ag_catalog.graphid) LEAKPROOF;
ALTER FUNCTION ag_catalog.graphid_le(ag_catalog.graphid, ag_catalog.graphid) LEAKPROOF;
ALTER FUNCTION ag_catalog.graphid_gt(ag_catalog.graphid, ag_catalog.graphid) LEAKPROOF;
ALTER FUNCTION ag_catalog.graphid_ge(ag_catalog.graphid, ag_catalog.graphid) LEAKPROOF;
ALTER FUNCTION ag_catalog.graphid_btree_cmp(ag_catalog.graphid, ag_catalog.graphid) LEAKPROOF;

SELECT heimdall._limit_all_rows();
