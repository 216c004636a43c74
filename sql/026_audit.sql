-- The audit trail: who did what, and when. See docs/decisions/0023-audit-trail.md.

-- Entries are in lanes, each of which is a chain: an entry has the digest of the one before it. Written in Rust alone
-- (heimdall_pg/src/audit/); what anybody else writes does not hold.
CREATE TABLE heimdall.audit (
    lane              smallint NOT NULL,
    position          bigint NOT NULL,
    at                timestamptz NOT NULL,
    -- The session user, or for whom a gateway acts.
    actor             text NOT NULL,
    session_user_name text NOT NULL,
    -- Empty where no gateway has stated one.
    request_id        text NOT NULL,
    action            text NOT NULL,
    object            text NOT NULL,
    detail            jsonb NOT NULL,
    -- Digest of the entry before, empty for the first.
    previous          bytea NOT NULL,
    -- SHA-256 of all of the above, and its HMAC under a key that is derived from the hash key.
    digest            bytea NOT NULL,
    mac               bytea NOT NULL,
    PRIMARY KEY (lane, position)
);

-- Page by page, as it happened.
CREATE INDEX audit_time ON heimdall.audit (at, lane, position);

SELECT pg_catalog.pg_extension_config_dump('heimdall.audit', '');

CREATE FUNCTION heimdall._audit_is_append_only() RETURNS trigger
LANGUAGE c
SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'heimdall_audit_is_append_only';

-- For the owner as well, and for who replicates.
CREATE TRIGGER audit_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON heimdall.audit
    FOR EACH STATEMENT EXECUTE FUNCTION heimdall._audit_is_append_only();
ALTER TABLE heimdall.audit ENABLE ALWAYS TRIGGER audit_is_append_only;
