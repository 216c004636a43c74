-- What types and sizes of embedding cost: HEIMDALL_DOMAINS=FILE psql -f tests/bench/similar.sql, with one domain a line. Works in
-- temporary tables. The figures in docs/decisions/0014-look-alikes.md come from here.
\set ON_ERROR_STOP 1
\timing off
SET client_min_messages = warning;
-- What is measured is the index, not the cache.
SET temp_buffers = '1GB';
SET max_parallel_maintenance_workers = 0;
CREATE TEMPORARY TABLE line (domain text);
\copy line FROM PROGRAM 'cat "$HEIMDALL_DOMAINS"' WITH (FORMAT text)
CREATE TEMPORARY TABLE domain AS
SELECT d AS domain, heimdall._embedding('Domain:' || d) AS embedding
FROM (SELECT DISTINCT heimdall.try_canonical_domain(domain) AS d FROM line) AS c
WHERE d LIKE '%.%' LIMIT 100000;
CREATE TEMPORARY TABLE query AS
SELECT domain, embedding FROM domain ORDER BY md5(domain) LIMIT 300;
-- The nearest ten, compared one by one.
CREATE TEMPORARY TABLE truth AS
SELECT q.domain, n.found FROM query AS q, LATERAL (
    SELECT ARRAY(SELECT d.domain FROM domain AS d ORDER BY d.embedding::vector(128) <=> q.embedding::vector(128) LIMIT 10) AS found) AS n;
CREATE TEMPORARY TABLE figure (type text, step text, value text);

CREATE PROCEDURE pg_temp.measure(type text, cast_to text, operators text, operator text) LANGUAGE plpgsql AS $$
DECLARE
    start timestamptz;
    hits bigint;
    one double precision;
    times double precision[] := '{}';
    q record;
    found text[];
BEGIN
    EXECUTE format('CREATE TEMPORARY TABLE stored AS SELECT d.domain, (%s)::%s AS e FROM domain AS d', cast_to, type);
    start := clock_timestamp();
    EXECUTE format('CREATE INDEX stored_hnsw ON stored USING hnsw (e %s)', operators);
    INSERT INTO figure VALUES (type, 'index of a full table, s', round(extract(epoch FROM clock_timestamp() - start), 1)),
        (type, 'size of the index, MB', round(pg_relation_size('stored_hnsw') / 1e6)),
        (type, 'size of the table, MB', round(pg_relation_size('stored') / 1e6));
    start := clock_timestamp();
    EXECUTE format('INSERT INTO stored SELECT d.domain || ''x'', (%s)::%s FROM (SELECT domain, heimdall._embedding(''Domain:x'' || domain) AS embedding FROM domain LIMIT 5000) AS d', cast_to, type);
    INSERT INTO figure VALUES (type, 'a row more, µs', round(extract(epoch FROM clock_timestamp() - start) / 5000 * 1e6));
    DELETE FROM stored WHERE domain LIKE '%x' AND NOT EXISTS (SELECT FROM domain AS d WHERE d.domain = stored.domain);
    SET LOCAL enable_seqscan = off;
    FOREACH one IN ARRAY ARRAY[40, 200] LOOP
        PERFORM set_config('hnsw.ef_search', one::integer::text, true);
        hits := 0;
        times := '{}';
        FOR q IN SELECT t.domain, t.found, d.embedding FROM truth AS t JOIN query AS d USING (domain) LOOP
            start := clock_timestamp();
            EXECUTE format('SELECT ARRAY(SELECT s.domain FROM stored AS s ORDER BY s.e %s (SELECT (%s)::%s FROM (SELECT $1 AS embedding) AS d) LIMIT 10)',
                operator, cast_to, type) INTO found USING q.embedding;
            times := times || extract(epoch FROM clock_timestamp() - start)::double precision * 1e3;
            hits := hits + (SELECT count(*) FROM unnest(found) AS f WHERE f = ANY (q.found));
        END LOOP;
        INSERT INTO figure SELECT type, format('recall of the nearest ten, ef_search %s, %%', one), round(hits / 30.0, 1)
        UNION ALL SELECT type, format('median ms, ef_search %s', one),
                  round(percentile_cont(0.5) WITHIN GROUP (ORDER BY t)::numeric, 2) FROM unnest(times) AS t;
    END LOOP;
    DROP TABLE stored;
END
$$;
CALL pg_temp.measure('vector(128)', 'd.embedding', 'vector_cosine_ops', '<=>');
CALL pg_temp.measure('halfvec(128)', 'd.embedding', 'halfvec_cosine_ops', '<=>');
CALL pg_temp.measure('bit(128)', 'binary_quantize(d.embedding::vector(128))', 'bit_hamming_ops', '<~>');
SELECT count(*) AS domains FROM domain;
SELECT step, max(value) FILTER (WHERE type LIKE 'vector%') AS vector, max(value) FILTER (WHERE type LIKE 'halfvec%') AS halfvec,
       max(value) FILTER (WHERE type LIKE 'bit%') AS bit
FROM figure GROUP BY step ORDER BY step;
