\ir settings.sql

SELECT b.source AS dump, s.format, w.way AS "way in", b.rows_read AS rows, b.rows_rejected AS bad,
       b.vertices_created AS vertices, b.vertices_merged AS merged, b.edges_created AS edges,
       (b.rows_read / (b.milliseconds / 1000))::integer AS "rows/s"
FROM heimdall.batch AS b
JOIN heimdall.source AS s ON s.name = b.source
JOIN (VALUES ('auth', '\copy heimdall_in.auth'), ('dns', 'ingest_ndjson()'),
             ('indicators', 'ingest_csv()'), ('leak', 'the gateway')) AS w (source, way) ON w.source = b.source
ORDER BY b.id;

\echo 'Rows that were put aside, the row itself encrypted (table heimdall.rejects):'
\echo
SELECT b.source AS dump, r.column_name AS "column", r.reason, count(*) AS rows, min(r.row_number) AS "first row"
FROM heimdall.rejects AS r
JOIN heimdall.batch AS b ON b.id = r.batch
GROUP BY b.source, r.column_name, r.reason
ORDER BY count(*) DESC, b.source, min(r.row_number)
LIMIT 8;

\echo 'The mapping that was inferred for the leak; what it does not name (the password) is encrypted:'
\echo
SELECT e.key AS "column", e.value ->> 'label' AS label
FROM heimdall.source AS s, jsonb_each(s.mapping -> 'entities') AS e
WHERE s.name = 'leak' AND s.mapping_origin = 'inferred';

DO $check$
BEGIN
    ASSERT (SELECT count(*) FROM heimdall.batch) = 4, 'four dumps are four batches';
    ASSERT (SELECT bool_and(b.rows_accepted > 0 AND (b.rows_rejected > 0 OR s.mapping_origin = 'inferred'))
            FROM heimdall.batch AS b JOIN heimdall.source AS s ON s.name = b.source),
        'every dump has good rows, and those with a mapping of their own have bad ones';
    ASSERT (SELECT count(*) FROM heimdall.rejects) = (SELECT sum(rows_rejected) FROM heimdall.batch),
        'every rejected row has its reason';
END
$check$;
