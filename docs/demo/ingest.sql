-- Each dump by another way in; the fourth comes through the gateway. A parameter ($1) keeps the dump out of the text of the statement.
\ir settings.sql

\copy heimdall_in.auth FROM 'data/auth.csv' CSV HEADER

\set dump `cat data/dns.ndjson`
SELECT * FROM heimdall.ingest_ndjson('dns', $1) \bind :dump \g /dev/null

\set dump `cat data/indicators.csv`
SELECT * FROM heimdall.ingest_csv('indicators', $1) \bind :dump \g /dev/null
