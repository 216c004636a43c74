-- The audit trail.

CREATE TABLE heimdall.audit (
    id     bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at     timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
    actor  text NOT NULL DEFAULT SESSION_USER,
    action text NOT NULL,
    object text NOT NULL,
    detail jsonb NOT NULL
);

SELECT pg_catalog.pg_extension_config_dump('heimdall.audit', '');
SELECT pg_catalog.pg_extension_config_dump('heimdall.audit_id_seq', '');

-- Writes an entry, in the transaction of the caller: what was done, to what, and the particulars, of which none is a
-- value that is protected.
CREATE FUNCTION heimdall._audit(action text, object text, detail jsonb DEFAULT '{}') RETURNS void
LANGUAGE sql
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    INSERT INTO heimdall.audit (action, object, detail) VALUES (action, object, detail);
END;
