-- Who may do what. Nothing is granted to PUBLIC but the use of the schema.
REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA heimdall FROM PUBLIC;
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
                   'kind_of', 'registrable_domain', 'refang', 'defang', 'extract_observables',
                   'canonicaliser_version', 'check_mapping', 'infer_mapping', 'formats', 'tlp_name', 'graph']))
    LOOP
        EXECUTE pg_catalog.format('GRANT EXECUTE ON FUNCTION %s TO heimdall_ingest, heimdall_analyst', called);
    END LOOP;
END
$grants$;

-- Those who ingest bring dumps and define sources; what is stored they do not see.
GRANT EXECUTE ON FUNCTION
    heimdall.create_source(text, text, jsonb, double precision),
    heimdall.set_mapping(text, jsonb),
    heimdall.ingest_csv(text, text),
    heimdall.ingest_ndjson(text, text),
    heimdall.ingest(text, bytea),
    heimdall.ingest_file(text, text)
TO heimdall_ingest;
GRANT SELECT ON heimdall.source, heimdall.batch, heimdall.rejects TO heimdall_ingest;
-- heimdall.graph() reads it with the rights of the caller.
GRANT SELECT ON heimdall.instance TO heimdall_ingest, heimdall_analyst;

-- Analysts ask.
GRANT EXECUTE ON FUNCTION
    heimdall.lookup(text, text),
    heimdall.provenance(text, text),
    heimdall.overlap(text, text[]),
    heimdall.neighbors(text, text, integer, integer),
    heimdall.correlate(text[]),
    heimdall._lookup_keys(text, text),
    heimdall._candidate_keys(text)
TO heimdall_analyst;
GRANT SELECT ON heimdall.source, heimdall.batch, heimdall.node, heimdall.provenance TO heimdall_analyst;
