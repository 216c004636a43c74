\ir settings.sql

CREATE TEMP VIEW hit AS
SELECT indicator::text, listed::text, logged::text
FROM cypher('heimdall_graph', $$
    MATCH (:Ip)-[seen:QUERIED]->(what:Domain)-[entry:INDICATES]->(:Threat)
    RETURN what.value, entry.listed, max(seen.spelled)
$$) AS (indicator agtype, listed agtype, logged agtype)
UNION ALL
SELECT indicator::text, listed::text, logged::text
FROM cypher('heimdall_graph', $$
    MATCH (:Email)-[seen:LOGIN_FROM]->(what:Ip)-[entry:INDICATES]->(:Threat)
    RETURN what.value, entry.listed, max(seen.spelled)
$$) AS (indicator agtype, listed agtype, logged agtype)
UNION ALL
SELECT indicator::text, listed::text, logged::text
FROM cypher('heimdall_graph', $$
    MATCH (:Domain)-[seen:RESOLVED_TO]->(what:Ip)-[entry:INDICATES]->(:Threat)
    RETURN what.value, entry.listed, max(seen.spelled)
$$) AS (indicator agtype, listed agtype, logged agtype);

SELECT h.indicator, h.listed AS "in the list", h.logged AS "in the log",
       array_to_string(o.seen_in, ', ') AS log, o.sightings AS times
FROM hit AS h
JOIN heimdall.overlap('indicators', ARRAY['auth', 'dns']) AS o ON o.value = h.indicator
ORDER BY o.sightings DESC, h.indicator;

\echo 'What two of them have in common, rarest first: SELECT * FROM heimdall.correlate('
\echo '    ''sync[.]telemetry[.]test'', ''Drop.Courier.test.'');'
\echo
SELECT label, value, tlp, shared_by AS "shared by", degree
FROM heimdall.correlate('sync[.]telemetry[.]test', 'Drop.Courier.test.');

DO $check$
BEGIN
    ASSERT (SELECT count(*) FROM hit) >= 10, 'listed indicators are in the logs';
    ASSERT (SELECT count(*) FROM hit WHERE listed <> logged) >= 10, 'they are spelled differently there';
    ASSERT EXISTS (SELECT FROM heimdall.correlate('sync.telemetry.test', 'drop.courier.test') AS c
                   WHERE c.value = '10.20.7.41'), 'one host asked for both names';
END
$check$;
