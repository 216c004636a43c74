-- What the hand-written SQL needs before its first log: AGE's labels, one index for each promise, provenance.
CREATE EXTENSION IF NOT EXISTS pgcrypto;
SET search_path = pg_catalog, ag_catalog, public;

SELECT create_graph('rival');
SELECT create_vlabel('rival', 'Ip'), create_vlabel('rival', 'User'), create_vlabel('rival', 'Domain');
SELECT create_elabel('rival', 'USED'), create_elabel('rival', 'CONNECTED_TO'), create_elabel('rival', 'QUERIED');

-- One vertex a value. An index on text is written and searched in two thirds of the time of one on agtype, and in less
-- than a table of its own for the values takes.
CREATE UNIQUE INDEX ip_value ON rival."Ip" ((properties ->> 'value'::text) COLLATE "C");
CREATE UNIQUE INDEX user_value ON rival."User" ((properties ->> 'value'::text) COLLATE "C");
CREATE UNIQUE INDEX domain_value ON rival."Domain" ((properties ->> 'value'::text) COLLATE "C");

-- One edge of a type between two vertices; the index serves what AGE's on start_id does.
CREATE UNIQUE INDEX used_ends ON rival."USED" (start_id, end_id);
CREATE UNIQUE INDEX connected_to_ends ON rival."CONNECTED_TO" (start_id, end_id);
CREATE UNIQUE INDEX queried_ends ON rival."QUERIED" (start_id, end_id);
DROP INDEX rival."USED_start_id_idx", rival."CONNECTED_TO_start_id_idx", rival."QUERIED_start_id_idx";

CREATE SEQUENCE public.batch_id;
CREATE TABLE public.provenance (
    gid        graphid NOT NULL,
    batch      bigint NOT NULL,
    sightings  bigint NOT NULL,
    first_seen timestamptz NOT NULL,
    last_seen  timestamptz NOT NULL,
    PRIMARY KEY (gid, batch)
);
