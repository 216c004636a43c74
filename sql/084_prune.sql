-- How long the change log is kept.

-- Removes the segments that are older than `keep` and that every reader has dealt with, from the beginning on, and
-- remembers where the log begins now. A reader that holds such segments back is named, with a warning; where it has
-- not dealt with a segment older than `leave_behind`, it is left behind instead: it holds nothing back any more and
-- has to start anew, which acknowledge() tells it. One row: what was removed, and who is in the way.
CREATE FUNCTION heimdall.prune_changes(keep interval DEFAULT '30 days', leave_behind interval DEFAULT NULL)
RETURNS TABLE (segments bigint, bytes bigint, horizon text, held_by text[], left_behind text[])
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    -- Behind every transaction that is over: whoever is still open may yet write a segment with a lower number.
    kept_xid xid8 := pg_snapshot_xmin(pg_current_snapshot());
    kept_seq bigint := 0;
    first_kept record;
BEGIN
    IF keep IS NULL OR keep < '0' OR leave_behind < '0' THEN
        RAISE EXCEPTION 'keep and leave_behind have to be spans of time' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    -- What similar() has yet to index is in the log.
    PERFORM heimdall.refresh_similar(2147483647);
    PERFORM pg_advisory_xact_lock(hashtext('heimdall.readers'));
    -- The log loses its beginning and nothing else: what is old behind something younger stays.
    SELECT c.xid, c.seq INTO first_kept FROM heimdall.change_log AS c
    WHERE c.at >= now() - keep AND c.xid < kept_xid ORDER BY c.xid, c.seq LIMIT 1;
    IF FOUND THEN
        kept_xid := first_kept.xid;
        kept_seq := first_kept.seq;
    END IF;
    WITH lost AS (
        UPDATE heimdall.reader AS r SET invalidation_reason = 'left behind'
        WHERE r.invalidation_reason IS NULL AND EXISTS (
            SELECT FROM heimdall.change_log AS c
            WHERE (c.xid, c.seq) > (r.xid, r.seq) AND (c.xid, c.seq) < (kept_xid, kept_seq)
              AND c.at < now() - prune_changes.leave_behind)
        RETURNING r.name)
    SELECT coalesce(array_agg(l.name ORDER BY l.name), '{}') INTO left_behind FROM lost AS l;
    SELECT coalesce(array_agg(r.name ORDER BY r.name), '{}') INTO held_by FROM heimdall.reader AS r
    WHERE r.invalidation_reason IS NULL AND EXISTS (
        SELECT FROM heimdall.change_log AS c
        WHERE (c.xid, c.seq) > (r.xid, r.seq) AND (c.xid, c.seq) < (kept_xid, kept_seq));
    SELECT r.xid, r.seq + 1 AS seq INTO first_kept FROM heimdall.reader AS r
    WHERE r.invalidation_reason IS NULL AND (r.xid, r.seq) < (kept_xid, kept_seq) ORDER BY r.xid, r.seq LIMIT 1;
    IF FOUND THEN
        kept_xid := first_kept.xid;
        kept_seq := first_kept.seq;
    END IF;
    WITH gone AS (
        DELETE FROM heimdall.change_log AS c WHERE (c.xid, c.seq) < (kept_xid, kept_seq)
        RETURNING c.xid, c.seq, c.at, c.batch, heimdall._segment_size(c) AS size
    ), moved AS (
        INSERT INTO heimdall.change_horizon AS h (xid, seq, at, batches)
        SELECT last.xid, last.seq, (SELECT max(g.at) FROM gone AS g),
               (SELECT range_agg(int8range(g.batch, g.batch, '[]')) FROM gone AS g)
        FROM (SELECT g.xid, g.seq FROM gone AS g ORDER BY g.xid DESC, g.seq DESC LIMIT 1) AS last
        ON CONFLICT (singleton) DO UPDATE
        SET xid = excluded.xid, seq = excluded.seq, at = greatest(h.at, excluded.at), batches = h.batches + excluded.batches
    )
    SELECT count(*), coalesce(sum(g.size), 0) INTO segments, bytes FROM gone AS g;
    SELECT h.xid::text || '-' || h.seq INTO horizon FROM heimdall.change_horizon AS h;
    IF segments > 0 OR cardinality(left_behind) > 0 THEN
        PERFORM heimdall._audit('changes.prune', 'change_log', jsonb_build_object(
            'keep', keep::text, 'segments', segments, 'horizon', horizon, 'left_behind', left_behind));
    END IF;
    IF cardinality(held_by) > 0 THEN
        RAISE WARNING 'changes older than % are kept for readers that have not dealt with them: %', keep, array_to_string(held_by, ', ')
            USING ERRCODE = 'VH005', HINT = 'heimdall.readers shows how far they are; leave_behind goes on without those that are too far.';
    END IF;
    RETURN NEXT;
END
$$;
