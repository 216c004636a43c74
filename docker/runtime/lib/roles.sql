-- For development: the gateway's own role, and the roles that it takes on for the made-up people and programs of the
-- development identity provider. Safe to run again.
SET client_min_messages = warning;

DO $roles$
DECLARE
    role pg_catalog.record;
    member_of pg_catalog.name;
BEGIN
    PERFORM pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtext('heimdall development roles'));
    IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = 'heimdall_gateway_login') THEN
        CREATE ROLE heimdall_gateway_login LOGIN NOINHERIT;
    END IF;
    GRANT heimdall_gateway TO heimdall_gateway_login WITH INHERIT TRUE, SET FALSE;
    FOR role IN
        SELECT * FROM (VALUES
            ('heimdall_dev_lead', ARRAY['heimdall_analyst', 'heimdall_tlp_red']),
            ('heimdall_dev_analyst', ARRAY['heimdall_analyst', 'heimdall_tlp_amber']),
            ('heimdall_dev_ingest', ARRAY['heimdall_ingest']),
            ('heimdall_dev_admin', ARRAY['heimdall_admin']),
            ('heimdall_dev_auditor', ARRAY['heimdall_auditor'])) AS r (name, groups)
    LOOP
        IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = role.name) THEN
            EXECUTE pg_catalog.format('CREATE ROLE %I NOLOGIN', role.name);
        END IF;
        FOREACH member_of IN ARRAY role.groups LOOP
            EXECUTE pg_catalog.format('GRANT %I TO %I', member_of, role.name);
        END LOOP;
        EXECUTE pg_catalog.format('GRANT %I TO heimdall_gateway_login WITH INHERIT FALSE, SET TRUE', role.name);
    END LOOP;
END
$roles$;
