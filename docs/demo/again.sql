-- Every dump a second time, by another way in than the first.
\ir settings.sql

-- All that is stored, as one digest.
CREATE TEMP VIEW stored AS
SELECT count(*) AS rows, md5(string_agg(r, E'\n' ORDER BY r)) AS digest
FROM (SELECT t::text FROM heimdall.node AS t UNION ALL SELECT t::text FROM heimdall.provenance AS t
      UNION ALL SELECT t::text FROM heimdall.batch AS t UNION ALL SELECT t::text FROM heimdall.change_log AS t
      UNION ALL SELECT t::text FROM heimdall.rejects AS t UNION ALL SELECT t::text FROM heimdall.data_key AS t
      UNION ALL SELECT t::text FROM heimdall_graph._ag_label_vertex AS t
      UNION ALL SELECT t::text FROM heimdall_graph._ag_label_edge AS t) AS everything (r);

SELECT rows AS rows_before, digest AS digest_before FROM stored \gset

\set dump `cat data/auth.csv`
SELECT batch AS auth_batch, duplicate AS auth_duplicate FROM heimdall.ingest_csv('auth', $1) \bind :dump \gset
\set dump '\\x' `od -An -v -tx1 data/dns.ndjson | tr -d ' \n'`
SELECT batch AS dns_batch, duplicate AS dns_duplicate FROM heimdall.ingest('dns', $1) \bind :dump \gset
\copy heimdall_in.indicators FROM 'data/indicators.csv' CSV HEADER
\copy heimdall_in.leak FROM 'data/leak.csv' CSV HEADER

SELECT a.dump, a.way AS "way in, this time", a.answer
FROM (VALUES (1, 'auth', 'ingest_csv()', CASE WHEN :'auth_duplicate' THEN 'this is batch ' || :'auth_batch' || ' already' ELSE 'taken in again' END),
             (2, 'dns', 'ingest(bytea)', CASE WHEN :'dns_duplicate' THEN 'this is batch ' || :'dns_batch' || ' already' ELSE 'taken in again' END),
             (3, 'indicators', '\copy heimdall_in.indicators', 'no batch was added'),
             (4, 'leak', '\copy heimdall_in.leak', 'no batch was added')) AS a (at, dump, way, answer)
ORDER BY a.at;

SELECT w.at AS "stored", w.rows, left(w.digest, 12) || '…' AS "digest of all rows"
FROM (SELECT 'before', :rows_before, :'digest_before'
      UNION ALL SELECT 'after', rows, digest FROM stored) AS w (at, rows, digest);

SELECT digest = :'digest_before' AS held FROM stored \gset
\if :held
\else
    DO $check$ BEGIN RAISE EXCEPTION 'the same dump again has changed something'; END $check$;
\endif
