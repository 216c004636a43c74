-- One backend, as for Heimdall: no parallel workers. Room enough that nothing is sorted or hashed on disk.
SET search_path = pg_catalog, ag_catalog, public;
SET work_mem = '256MB';
SET hash_mem_multiplier = 4;
SET temp_buffers = '512MB';
SET max_parallel_workers_per_gather = 0;
SET rival.key = '000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f';

BEGIN;
-- Temporary rather than unlogged: no lock, no shared buffers, gone by itself. The plaintext of the users is in its file on
-- disk for the time being, which Heimdall does not allow.
CREATE TEMP TABLE log (ts timestamptz, src text, dst text, account text, domain text, bytes text) ON COMMIT DROP;
