\ir settings.sql
\set who 'Ulla.Kowalczyk@EXAMPLE.com'

SELECT left(split_part(key, ':', 2), 12) || '…' AS "account (HMAC)", tlp, sightings, sources
FROM heimdall.lookup('email', $1) \bind :who \g

SELECT source AS dump, batch, first_row AS "first row", sightings, to_char(first_seen, 'YYYY-MM-DD HH24:MI') AS "first seen",
       to_char(last_seen, 'YYYY-MM-DD HH24:MI') AS "last seen", actor
FROM heimdall.provenance('email', $1) \bind :who \g

SELECT count(DISTINCT source) = 2 AS held FROM heimdall.provenance('email', $1) \bind :who \gset
SELECT :'held' AS held \gset
\if :held
\else
    DO $check$ BEGIN RAISE EXCEPTION 'both dumps have to have brought the account'; END $check$;
\endif
