-- The ingests that go on now, as pg_stat_progress_copy shows COPY: one's own, and all of them for administrators and
-- pg_read_all_stats. A view of shared memory; `bytes_total` is known of functions and files.
CREATE VIEW heimdall.ingest_progress AS
    SELECT p.pid, p.source, p.way, p.phase, p.bytes_processed, p.bytes_total, p.rows_read, p.rows_rejected, p.flushes, p.started_at,
           p.rows_read OPERATOR(pg_catalog./) greatest(
               pg_catalog.date_part('epoch', pg_catalog.clock_timestamp() OPERATOR(pg_catalog.-) p.started_at), 0.001) AS rows_per_second,
           p.request_id
    FROM heimdall._ingest_progress() AS p;
