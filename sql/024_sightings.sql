-- Provenance: which batches saw a record, how often and when. What was there before is in heimdall.sighting.

-- How often and when a batch saw the records that it has made itself: their graphids follow each other, so that one
-- row holds what would be 32 rows and 32 entries of an index. Runs never overlap.
CREATE TABLE heimdall.sighting_run (
    last_gid   ag_catalog.graphid PRIMARY KEY,
    first_gid  ag_catalog.graphid NOT NULL,
    batch      bigint NOT NULL,
    sightings  bigint[] NOT NULL,
    first_seen timestamptz[] NOT NULL,
    last_seen  timestamptz[] NOT NULL,
    first_row  bigint[] NOT NULL
);
CREATE INDEX sighting_run_batch ON heimdall.sighting_run USING brin (batch) WITH (pages_per_range = 32);
-- As for heimdall.sighting: see there.
ALTER TABLE heimdall.sighting_run SET (autovacuum_vacuum_insert_scale_factor = 0.02);

SELECT pg_catalog.pg_extension_config_dump('heimdall.sighting_run', '');

-- A graphid as a number, and back: the same eight bytes.
CREATE FUNCTION heimdall._number(gid ag_catalog.graphid) RETURNS bigint
LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS 'int8up';
CREATE FUNCTION heimdall._graphid(number bigint) RETURNS ag_catalog.graphid
LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS 'int8up';

-- Which batches saw a record: what joins by a graphid asks, by two probes of an index. A batch that was stored in
-- several parts may have two rows.
CREATE FUNCTION heimdall._sightings(gid ag_catalog.graphid)
RETURNS TABLE (batch bigint, sightings bigint, first_seen timestamptz, last_seen timestamptz, first_row bigint)
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT s.batch, s.sightings, s.first_seen, s.last_seen, s.first_row
    FROM heimdall.sighting AS s
    WHERE s.gid OPERATOR(ag_catalog.=) _sightings.gid
    UNION ALL
    SELECT r.batch, r.sightings[i.at], r.first_seen[i.at], r.last_seen[i.at], r.first_row[i.at]
    FROM (
        SELECT *
        FROM heimdall.sighting_run AS o
        WHERE o.last_gid OPERATOR(ag_catalog.>=) _sightings.gid
          -- A run has 32 records at most. Runs that are hidden are passed over, and there may be very many of them.
          AND o.last_gid OPERATOR(ag_catalog.<=)
              heimdall._graphid(heimdall._number(_sightings.gid) OPERATOR(pg_catalog.+) 31)
        ORDER BY o.last_gid
        LIMIT 1
    ) AS r,
    LATERAL (SELECT (heimdall._number(_sightings.gid) OPERATOR(pg_catalog.-) heimdall._number(r.first_gid)
                     OPERATOR(pg_catalog.+) 1)::pg_catalog.int4 AS at) AS i
    WHERE r.first_gid OPERATOR(ag_catalog.<=) _sightings.gid;
END;

-- Turns the runs that have any of these records into rows; a batch may have a row already, of a later part of it.
CREATE FUNCTION heimdall._runs_into_rows(gids ag_catalog.graphid[]) RETURNS void
LANGUAGE sql
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    WITH gone AS (
        DELETE FROM heimdall.sighting_run AS r
        WHERE r.last_gid OPERATOR(ag_catalog.=) ANY (ARRAY(
            SELECT o.last_gid
            FROM (SELECT DISTINCT u.gid FROM unnest(gids) AS u (gid)) AS g, LATERAL (
                SELECT n.first_gid, n.last_gid FROM heimdall.sighting_run AS n
                WHERE n.last_gid OPERATOR(ag_catalog.>=) g.gid ORDER BY n.last_gid LIMIT 1
            ) AS o
            WHERE o.first_gid OPERATOR(ag_catalog.<=) g.gid))
        RETURNING r.*
    )
    INSERT INTO heimdall.sighting AS s (gid, batch, sightings, first_seen, last_seen, first_row)
    SELECT heimdall._graphid(heimdall._number(r.first_gid) + e.at - 1), r.batch, e.sightings, e.first_seen, e.last_seen, e.first_row
    FROM gone AS r,
         ROWS FROM (unnest(r.sightings), unnest(r.first_seen), unnest(r.last_seen), unnest(r.first_row)) WITH ORDINALITY
             AS e (sightings, first_seen, last_seen, first_row, at)
    ON CONFLICT (gid, batch) DO UPDATE
    SET sightings = s.sightings + excluded.sightings, first_seen = least(s.first_seen, excluded.first_seen),
        last_seen = greatest(s.last_seen, excluded.last_seen), first_row = least(s.first_row, excluded.first_row);
END;

-- Removes the provenance of records.
CREATE FUNCTION heimdall._forget_sightings(gids ag_catalog.graphid[]) RETURNS void
LANGUAGE sql
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    SELECT heimdall._runs_into_rows(gids);
    DELETE FROM heimdall.sighting AS s USING unnest(gids) AS g (gid) WHERE s.gid OPERATOR(ag_catalog.=) g.gid;
END;

-- All of it, by record and batch: for those who read batches or everything.
CREATE VIEW heimdall.provenance WITH (security_invoker) AS
    SELECT s.gid, s.batch, s.sightings, s.first_seen, s.last_seen, s.first_row
    FROM heimdall.sighting AS s
    UNION ALL
    SELECT heimdall._graphid(heimdall._number(r.first_gid) OPERATOR(pg_catalog.+) e.at OPERATOR(pg_catalog.-) 1),
           r.batch, e.sightings, e.first_seen, e.last_seen, e.first_row
    FROM heimdall.sighting_run AS r,
         ROWS FROM (pg_catalog.unnest(r.sightings), pg_catalog.unnest(r.first_seen),
                    pg_catalog.unnest(r.last_seen), pg_catalog.unnest(r.first_row)) WITH ORDINALITY
             AS e (sightings, first_seen, last_seen, first_row, at);
