-- A schema that somebody has made beforehand is his: he could put functions of his own beside ours.
DO $schema$
BEGIN
    IF EXISTS (SELECT FROM pg_catalog.pg_namespace AS n
               WHERE n.nspname OPERATOR(pg_catalog.=) 'heimdall'
                 AND pg_catalog.pg_get_userbyid(n.nspowner) OPERATOR(pg_catalog.<>) CURRENT_USER) THEN
        RAISE EXCEPTION 'the schema heimdall belongs to another role'
            USING ERRCODE = 'duplicate_schema', HINT = 'Drop or rename it, then create the extension again.';
    END IF;
END
$schema$;

-- Roles are of the cluster, not of the database: they may be there already.
DO $roles$
DECLARE
    role pg_catalog.name;
BEGIN
    FOREACH role IN ARRAY ARRAY[
        'heimdall_ingest', 'heimdall_analyst', 'heimdall_sync', 'heimdall_auditor', 'heimdall_admin', 'heimdall_gateway',
        -- Clearances: see heimdall.clearance().
        'heimdall_tlp_clear', 'heimdall_tlp_green', 'heimdall_tlp_amber', 'heimdall_tlp_amber_strict', 'heimdall_tlp_red']::pg_catalog.name[]
    LOOP
        IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname OPERATOR(pg_catalog.=) role) THEN
            EXECUTE pg_catalog.format('CREATE ROLE %I NOLOGIN', role);
        END IF;
    END LOOP;
END
$roles$;
