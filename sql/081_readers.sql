-- Those who follow the change log: how far each has come, and how much of the log is kept for them.
-- See docs/decisions/0016-change-log-retention.md.

-- Registered readers. A position is that of the last segment that the reader has dealt with.
CREATE TABLE heimdall.reader (
    name                text PRIMARY KEY CHECK (name OPERATOR(pg_catalog.~) '^[a-z_][a-z0-9_]{0,62}$'),
    xid                 xid8 NOT NULL,
    seq                 bigint NOT NULL,
    created_at          timestamptz NOT NULL DEFAULT pg_catalog.now(),
    acknowledged_at     timestamptz,
    -- Why it cannot go on: 'left behind' by a pruning, or 'restored' with a copy of the database. Holds nothing back.
    invalidation_reason text CHECK (invalidation_reason OPERATOR(pg_catalog.=) ANY (ARRAY['left behind', 'restored']))
);

-- One row once something was pruned: all segments up to (xid, seq) are gone, the last of them written at `at`, and of
-- these batches the log does not tell all.
CREATE TABLE heimdall.change_horizon (
    singleton boolean PRIMARY KEY DEFAULT true CHECK (singleton),
    xid       xid8 NOT NULL,
    seq       bigint NOT NULL,
    at        timestamptz NOT NULL,
    batches   int8multirange NOT NULL
);

DO $dump$
BEGIN
    PERFORM pg_catalog.pg_extension_config_dump('heimdall.reader', '');
    PERFORM pg_catalog.pg_extension_config_dump('heimdall.change_horizon', '');
END
$dump$;

-- A cursor of the change log in its parts; NULL is the beginning.
CREATE FUNCTION heimdall._position(cursor text, OUT xid xid8, OUT seq bigint)
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF cursor IS NOT NULL AND cursor !~ '^[0-9]{1,20}-[0-9]{1,19}$' THEN
        RAISE EXCEPTION 'this is no cursor of the change log' USING ERRCODE = 'invalid_parameter_value',
            HINT = 'Take the cursor of the last row that heimdall.changes() gave, or NULL for the beginning.';
    END IF;
    xid := coalesce(split_part(cursor, '-', 1), '0')::xid8;
    seq := coalesce(split_part(cursor, '-', 2), '0')::bigint;
END
$$;

-- Registers a reader and gives the cursor to begin with. `start` is 'earliest' (what is still there), 'latest' (what
-- comes from now on), or a cursor.
CREATE FUNCTION heimdall.create_reader(name text, start text DEFAULT 'earliest') RETURNS text
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    place_xid xid8;
    place_seq bigint;
    horizon heimdall.change_horizon;
BEGIN
    IF name IS NULL OR name !~ '^[a-z_][a-z0-9_]{0,62}$' THEN
        RAISE EXCEPTION 'a reader cannot have that name'
            USING ERRCODE = 'invalid_name', HINT = 'Lower-case letters, digits and underscores, 63 at most, no digit first.';
    END IF;
    -- Nothing is pruned between the look at the horizon and the registration.
    PERFORM pg_advisory_xact_lock_shared(hashtext('heimdall.readers'));
    SELECT * INTO horizon FROM heimdall.change_horizon;
    IF start = 'latest' THEN
        SELECT c.xid, c.seq INTO place_xid, place_seq FROM heimdall.change_log AS c
        WHERE c.xid < pg_snapshot_xmin(pg_current_snapshot()) ORDER BY c.xid DESC, c.seq DESC LIMIT 1;
    END IF;
    IF place_xid IS NULL AND start IN ('earliest', 'latest') THEN
        place_xid := coalesce(horizon.xid, '0');
        place_seq := coalesce(horizon.seq, 0);
    ELSIF place_xid IS NULL THEN
        IF start IS NULL THEN
            RAISE EXCEPTION 'start cannot be NULL' USING ERRCODE = 'null_value_not_allowed';
        END IF;
        SELECT p.xid, p.seq INTO place_xid, place_seq FROM heimdall._position(start) AS p;
        PERFORM heimdall._require_kept(place_xid, place_seq);
    END IF;
    INSERT INTO heimdall.reader (name, xid, seq) VALUES (create_reader.name, place_xid, place_seq) ON CONFLICT DO NOTHING;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'there is a reader "%" already', name
            USING ERRCODE = 'duplicate_object', HINT = 'heimdall.drop_reader() removes it.';
    END IF;
    PERFORM heimdall._audit('reader.create', name, jsonb_build_object('start', place_xid::text || '-' || place_seq));
    RETURN place_xid::text || '-' || place_seq;
END
$$;

-- Fails where the log cannot be read on from there without a gap.
CREATE FUNCTION heimdall._require_kept(xid xid8, seq bigint) RETURNS void
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    horizon heimdall.change_horizon;
BEGIN
    IF _require_kept.xid >= pg_snapshot_xmax(pg_current_snapshot()) THEN
        RAISE EXCEPTION 'this cursor lies ahead of the change log' USING ERRCODE = 'invalid_parameter_value',
            HINT = 'It is that of another database, or of this one before it was restored: start anew.';
    END IF;
    SELECT * INTO horizon FROM heimdall.change_horizon AS h
    WHERE (_require_kept.xid, _require_kept.seq) < (h.xid, h.seq);
    IF FOUND THEN
        RAISE EXCEPTION 'what follows this cursor has been pruned'
            USING ERRCODE = 'object_not_in_prerequisite_state',
                  DETAIL = format('The change log begins behind %s-%s, written at %s.', horizon.xid, horizon.seq, horizon.at),
                  HINT = 'Start anew: SELECT heimdall.create_reader(name, ''latest''), read the graph, follow from there.';
    END IF;
END
$$;

-- Says that a reader has dealt with everything up to that cursor. An earlier one than the last changes nothing.
CREATE FUNCTION heimdall.acknowledge(name text, cursor text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    place record;
    own heimdall.reader;
BEGIN
    SELECT * INTO own FROM heimdall.reader AS r WHERE r.name = acknowledge.name FOR UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'there is no reader "%"', name
            USING ERRCODE = 'undefined_object', HINT = 'heimdall.create_reader() makes one.';
    END IF;
    IF own.invalidation_reason IS NOT NULL THEN
        RAISE EXCEPTION 'the reader "%" has to start anew', name
            USING ERRCODE = 'object_not_in_prerequisite_state',
                  DETAIL = CASE own.invalidation_reason
                      WHEN 'restored' THEN 'The database is a copy: what the reader knows may not be what is here.'
                      ELSE 'It was left behind, and changes that it has not seen may have been pruned.' END,
                  HINT = 'SELECT heimdall.drop_reader(name), heimdall.create_reader(name, ''latest''), then read the graph.';
    END IF;
    IF cursor IS NULL THEN
        RAISE EXCEPTION 'a cursor cannot be NULL' USING ERRCODE = 'null_value_not_allowed';
    END IF;
    SELECT * INTO place FROM heimdall._position(cursor);
    IF place.xid >= pg_snapshot_xmin(pg_current_snapshot()) THEN
        RAISE EXCEPTION 'nobody can have read as far as this cursor' USING ERRCODE = 'invalid_parameter_value',
            HINT = 'Take the cursor of the last row that heimdall.changes() gave.';
    END IF;
    IF (place.xid, place.seq) < (own.xid, own.seq) THEN
        place.xid := own.xid;
        place.seq := own.seq;
    END IF;
    UPDATE heimdall.reader AS r
    SET xid = place.xid, seq = place.seq, acknowledged_at = now() WHERE r.name = acknowledge.name;
END
$$;

-- Forgets a reader; nothing is kept for it any more.
CREATE FUNCTION heimdall.drop_reader(name text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    DELETE FROM heimdall.reader AS r WHERE r.name = drop_reader.name;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'there is no reader "%"', name
            USING ERRCODE = 'undefined_object', HINT = 'heimdall.create_reader() makes one.';
    END IF;
    PERFORM heimdall._audit('reader.drop', name);
END
$$;

-- Bytes of a segment as it is stored.
CREATE FUNCTION heimdall._segment_size(segment heimdall.change_log) RETURNS bigint
LANGUAGE sql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    SELECT (pg_column_size(segment.keys) + coalesce(pg_column_size(segment.to_keys), 0) + pg_column_size(segment.sightings)
            + pg_column_size(segment.first_seen) + pg_column_size(segment.last_seen)
            + coalesce(pg_column_size(segment.properties), 0))::bigint;
END;

-- How far each reader is behind: segments, their bytes as stored, and the age of the first that it has not dealt with.
CREATE VIEW heimdall.readers AS
    SELECT r.name, r.xid::pg_catalog.text OPERATOR(pg_catalog.||) '-' OPERATOR(pg_catalog.||) r.seq::pg_catalog.text AS cursor,
           r.created_at, r.acknowledged_at, r.invalidation_reason,
           lag.segments AS lag_segments, lag.bytes AS lag_bytes, lag.age AS lag_age
    FROM heimdall.reader AS r, LATERAL (
        SELECT pg_catalog.count(*) AS segments, coalesce(pg_catalog.sum(heimdall._segment_size(c)), 0)::pg_catalog.int8 AS bytes,
               pg_catalog.now() OPERATOR(pg_catalog.-) pg_catalog.min(c.at) AS age
        FROM heimdall.change_log AS c
        WHERE c.xid OPERATOR(pg_catalog.>=) r.xid
          AND (c.xid OPERATOR(pg_catalog.>) r.xid OR c.seq OPERATOR(pg_catalog.>) r.seq)
    ) AS lag;
