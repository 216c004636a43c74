-- What version 0.2.0 makes or drops once. Functions and views are replaced by themselves, grants are written anew.
-- A line `-- include 084_x.sql` stands for what that file makes besides functions and views.

-- include 010_roles.sql

-- Sightings of records that a batch makes itself go into runs; those of before stay as they are. The view of the
-- former name is made with the others.
ALTER TABLE heimdall.provenance RENAME TO sighting;
DO $names$
DECLARE
    own pg_catalog.name;
BEGIN
    -- The primary key, and NOT NULL where PostgreSQL has names for it.
    FOR own IN SELECT c.conname FROM pg_catalog.pg_constraint AS c
               WHERE c.conrelid OPERATOR(pg_catalog.=) 'heimdall.sighting'::pg_catalog.regclass
    LOOP
        EXECUTE pg_catalog.format('ALTER TABLE heimdall.sighting RENAME CONSTRAINT %I TO %I',
                                  own, pg_catalog.replace(own::pg_catalog.text, 'provenance', 'sighting'));
    END LOOP;
END
$names$;
ALTER INDEX heimdall.provenance_batch RENAME TO sighting_batch;
ALTER TABLE heimdall.sighting SET (autovacuum_vacuum_insert_scale_factor = 0.02);
-- include 024_sightings.sql

-- Who acts may be somebody for whom a gateway acts, whose name is longer.
DROP FUNCTION heimdall.provenance(text, text);
DROP FUNCTION heimdall.changes(text, integer);
ALTER TABLE heimdall.batch ALTER COLUMN actor TYPE text;
ALTER TABLE heimdall.source ALTER COLUMN created_by DROP DEFAULT, ALTER COLUMN created_by TYPE text;
ALTER TABLE heimdall.change_log ALTER COLUMN actor DROP DEFAULT, ALTER COLUMN actor TYPE text;
-- The audit trail begins here.
ALTER TABLE heimdall.instance ADD COLUMN audited_from bigint NOT NULL DEFAULT 1;
UPDATE heimdall.instance
SET audited_from = coalesce((SELECT pg_catalog.max(b.id) FROM heimdall.batch AS b), 0) OPERATOR(pg_catalog.+) 1;
-- Its trigger is in the file that is included, functions are made later.
CREATE FUNCTION heimdall._audit_is_append_only() RETURNS trigger
LANGUAGE c
SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'heimdall_audit_is_append_only';
-- include 026_audit.sql

-- The mark of a batch is that of what it has written to the change log; with nothing there, the highest.
ALTER TABLE heimdall.batch ADD COLUMN tlp smallint NOT NULL DEFAULT 4
    CHECK (tlp OPERATOR(pg_catalog.>=) 0 AND tlp OPERATOR(pg_catalog.<=) 4);
UPDATE heimdall.batch AS b SET tlp = l.tlp
FROM (SELECT c.batch, pg_catalog.max(c.tlp) AS tlp FROM heimdall.change_log AS c GROUP BY c.batch) AS l
WHERE b.id OPERATOR(pg_catalog.=) l.batch;
CREATE FUNCTION heimdall._reversed(value text) RETURNS text
LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE LEAKPROOF AS 'text_reverse';
DROP INDEX heimdall.node_domain_reversed;
CREATE INDEX node_domain_reversed ON heimdall.node (heimdall._reversed(key))
    WHERE key OPERATOR(pg_catalog.>=) 'Domain:' AND key OPERATOR(pg_catalog.<) 'Domain;';
-- A data key that is destroyed leaves its row.
ALTER TABLE heimdall.data_key ALTER COLUMN wrapped DROP NOT NULL;
ALTER TABLE heimdall.data_key ADD COLUMN destroyed_at timestamptz;
ALTER TABLE heimdall.data_key ADD COLUMN master_key text;
ALTER TABLE heimdall.data_key ADD COLUMN hash_key text;
ALTER TABLE heimdall.data_key ADD CONSTRAINT data_key_is_there_or_destroyed
    CHECK ((wrapped IS NULL) OPERATOR(pg_catalog.=) (destroyed_at IS NOT NULL));

-- include 072_similar.sql
-- include 081_readers.sql
-- include 088_erasure.sql

ALTER TABLE heimdall.batch ADD COLUMN fields text[] NOT NULL DEFAULT '{}', ADD COLUMN field_values bigint[] NOT NULL DEFAULT '{}',
    ADD COLUMN rules jsonb, ADD COLUMN retry_of bigint;
ALTER TABLE heimdall.rejects ADD COLUMN encoding text NOT NULL DEFAULT 'raw', ADD COLUMN retried_in bigint;
-- include 041_policy.sql

ALTER TABLE heimdall.source ADD COLUMN options jsonb NOT NULL DEFAULT '{}', ADD COLUMN preset text;
-- A source that is called so loses its inbox, and keeps all other ways in. Triggers are in the file that is included,
-- functions and views are made later.
DROP VIEW IF EXISTS heimdall_in.stream;
CREATE FUNCTION heimdall._stream_begin() RETURNS trigger LANGUAGE c AS 'MODULE_PATHNAME', 'heimdall_stream_begin';
CREATE FUNCTION heimdall._stream_row() RETURNS trigger LANGUAGE c AS 'MODULE_PATHNAME', 'heimdall_stream_row';
CREATE FUNCTION heimdall._stream_end() RETURNS trigger LANGUAGE c AS 'MODULE_PATHNAME', 'heimdall_stream_end';
CREATE VIEW heimdall_in.stream AS
    SELECT NULL::pg_catalog.text AS source, NULL::pg_catalog.bytea AS chunk WHERE false;
-- include 051_stream.sql

-- With other arguments now, or no longer needed.
DROP FUNCTION heimdall.neighbors(text, text, integer, integer);
DROP FUNCTION heimdall.search(text, text, integer, timestamptz, timestamptz);
DROP FUNCTION heimdall.timeline(text, text, integer);
DROP FUNCTION heimdall._next_ring(name, ag_catalog.graphid[], ag_catalog.graphid[], integer);
DROP FUNCTION heimdall._vertex_labels();
DROP FUNCTION heimdall.create_source(text, text, jsonb, double precision);
