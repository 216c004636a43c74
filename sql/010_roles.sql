-- Roles are of the cluster, not of the database: they may be there already.
DO $roles$
DECLARE
    role pg_catalog.name;
BEGIN
    FOREACH role IN ARRAY ARRAY['heimdall_ingest', 'heimdall_analyst']::pg_catalog.name[] LOOP
        IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname OPERATOR(pg_catalog.=) role) THEN
            EXECUTE pg_catalog.format('CREATE ROLE %I NOLOGIN', role);
        END IF;
    END LOOP;
END
$roles$;
