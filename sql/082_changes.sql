-- What has changed, for those who follow: workers, peers, other systems.

-- The order among readers, in which a reader goes on from where it was.
CREATE INDEX change_log_order ON heimdall.change_log (xid, seq);

-- Committed changes in order, from behind `after` on: each once, and none is ever added before one that was read.
-- A transaction that is still open may have a lower number than one that has committed; so a reader gets only those
-- whose numbers are all below every open one. The changes of a segment come together: the next call takes the
-- `cursor` of the last row. NULL begins at the beginning. Where what follows has been pruned, that is an error.
CREATE FUNCTION heimdall.changes(after text DEFAULT NULL, max_segments integer DEFAULT 100)
RETURNS TABLE (
    cursor text, at timestamptz, actor text, batch bigint, label name, tlp text, key text, to_key text,
    sightings bigint, first_seen timestamptz, last_seen timestamptz, properties jsonb
)
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    last_xid xid8;
    last_seq bigint;
BEGIN
    IF max_segments IS NULL OR max_segments < 1 THEN
        RAISE EXCEPTION 'max_segments has to be 1 at least' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    SELECT p.xid, p.seq INTO last_xid, last_seq FROM heimdall._position(after) AS p;
    PERFORM heimdall._require_kept(last_xid, last_seq);
    RETURN QUERY
        SELECT s.xid::text || '-' || s.seq, s.at, s.actor, s.batch, s.label, heimdall.tlp_name(s.tlp),
               k.key, k.to_key, k.sightings, nullif(k.first_seen, 'infinity'),
               nullif(k.last_seen, '-infinity'), nullif(k.properties, '')::jsonb
        FROM (
            SELECT c.* FROM heimdall.change_log AS c
            WHERE (c.xid, c.seq) > (last_xid, last_seq) AND c.xid < pg_snapshot_xmin(pg_current_snapshot())
            ORDER BY c.xid, c.seq
            LIMIT max_segments
        ) AS s,
        -- All arrays at once: an element by its position would decompress its array once for each change.
        unnest(s.keys, s.to_keys, s.sightings, s.first_seen, s.last_seen, s.properties)
            WITH ORDINALITY AS k (key, to_key, sightings, first_seen, last_seen, properties, at)
        ORDER BY s.xid, s.seq, k.at;
END
$$;
