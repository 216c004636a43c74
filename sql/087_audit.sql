-- The audit trail as auditors read it. heimdall.verify_audit() is written in Rust.

-- The last entry of each lane: what heimdall.verify_audit() compares the chains with, to see that no end was cut off.
-- Keep it where those who could cut it off do not come.
CREATE FUNCTION heimdall.audit_heads() RETURNS jsonb
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    SELECT coalesce(jsonb_object_agg(l.lane, jsonb_build_object('position', h.position, 'digest', encode(h.digest, 'hex'))), '{}')
    FROM generate_series(0, 39) AS l (lane)
    CROSS JOIN LATERAL (
        SELECT a.position, a.digest FROM heimdall.audit AS a
        WHERE a.lane = l.lane::smallint ORDER BY a.position DESC LIMIT 1) AS h;
END;

-- Entries from `since` on and before `until`, lane by lane, as JSON lines with all that enters the digests: `detail` is
-- the text that was digested. NULL is no limit.
CREATE FUNCTION heimdall.export_audit(since timestamptz DEFAULT NULL, until timestamptz DEFAULT NULL) RETURNS SETOF text
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    SELECT json_build_object(
        'lane', a.lane, 'position', a.position, 'at', to_char(a.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
        'actor', a.actor, 'session_user', a.session_user_name, 'request_id', a.request_id, 'action', a.action,
        'object', a.object, 'detail', a.detail::text, 'previous', encode(a.previous, 'hex'),
        'digest', encode(a.digest, 'hex'), 'mac', encode(a.mac, 'hex'))::text
    FROM heimdall.audit AS a
    WHERE (since IS NULL OR a.at >= since) AND (until IS NULL OR a.at < until)
    ORDER BY a.lane, a.position;
END;
