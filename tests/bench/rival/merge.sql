-- The log is in the table `log`; it becomes vertices, edges and provenance. No change log, no rejects.
--
-- One writer at a time, so that what is not there can be inserted without ON CONFLICT, which would look up every key once
-- more; and known records have their ids from the same join that finds them.
LOCK TABLE rival."Ip", rival."User", rival."Domain", rival."USED", rival."CONNECTED_TO", rival."QUERIED"
    IN SHARE ROW EXCLUSIVE MODE;
ANALYZE log (src, dst, account, domain);

-- Pairs as they are spelled: the rows once for each edge type, and never again.
CREATE TEMP TABLE used ON COMMIT DROP AS
    SELECT account, src, count(*) AS sightings, min(ts) AS first_seen, max(ts) AS last_seen
    FROM log GROUP BY account, src;
CREATE TEMP TABLE connected ON COMMIT DROP AS
    SELECT src, dst, max(bytes) AS bytes, count(*) AS sightings, min(ts) AS first_seen, max(ts) AS last_seen
    FROM log GROUP BY src, dst;
CREATE TEMP TABLE queried ON COMMIT DROP AS
    SELECT src, domain, count(*) AS sightings, min(ts) AS first_seen, max(ts) AS last_seen
    FROM log GROUP BY src, domain;

-- Each spelling once, with its canonical form.
CREATE TEMP TABLE ip_spelling ON COMMIT DROP AS
    SELECT s.raw, host(s.raw::inet) COLLATE "C" AS value, sum(s.sightings)::bigint AS sightings,
           min(s.first_seen) AS first_seen, max(s.last_seen) AS last_seen
    FROM (SELECT src AS raw, sightings, first_seen, last_seen FROM connected
          UNION ALL
          SELECT dst, sightings, first_seen, last_seen FROM connected) AS s
    GROUP BY s.raw;
CREATE TEMP TABLE user_spelling ON COMMIT DROP AS
    SELECT s.raw, s.sightings, s.first_seen, s.last_seen,
           encode(hmac(convert_to(lower(s.raw), 'UTF8'), decode(current_setting('rival.key'), 'hex'), 'sha256'), 'hex')
               COLLATE "C" AS value
    FROM (SELECT account AS raw, sum(sightings)::bigint AS sightings, min(first_seen) AS first_seen,
                 max(last_seen) AS last_seen
          FROM used GROUP BY account) AS s;
CREATE TEMP TABLE domain_spelling ON COMMIT DROP AS
    SELECT domain AS raw, lower(domain) COLLATE "C" AS value, sum(sightings)::bigint AS sightings,
           min(first_seen) AS first_seen, max(last_seen) AS last_seen
    FROM queried GROUP BY domain;
ANALYZE ip_spelling, user_spelling, domain_spelling;

-- Vertices, in the order of their values, with the ids that they have or get.
CREATE TEMP TABLE ip ON COMMIT DROP AS
    SELECT s.*, v.id IS NULL AS is_new, coalesce(v.id, _graphid(_label_id('rival', 'Ip'), nextval('rival."Ip_id_seq"'))) AS id
    FROM (SELECT value, sum(sightings)::bigint AS sightings, min(first_seen) AS first_seen, max(last_seen) AS last_seen
          FROM ip_spelling GROUP BY value ORDER BY value) AS s
    LEFT JOIN rival."Ip" AS v ON (v.properties ->> 'value'::text) COLLATE "C" = s.value
    ORDER BY s.value;
CREATE TEMP TABLE account ON COMMIT DROP AS
    SELECT s.*, v.id IS NULL AS is_new,
           coalesce(v.id, _graphid(_label_id('rival', 'User'), nextval('rival."User_id_seq"'))) AS id
    FROM (SELECT value, max(raw) AS raw, sum(sightings)::bigint AS sightings, min(first_seen) AS first_seen,
                 max(last_seen) AS last_seen
          FROM user_spelling GROUP BY value ORDER BY value) AS s
    LEFT JOIN rival."User" AS v ON (v.properties ->> 'value'::text) COLLATE "C" = s.value
    ORDER BY s.value;
CREATE TEMP TABLE domain ON COMMIT DROP AS
    SELECT s.*, v.id IS NULL AS is_new,
           coalesce(v.id, _graphid(_label_id('rival', 'Domain'), nextval('rival."Domain_id_seq"'))) AS id
    FROM (SELECT value, sum(sightings)::bigint AS sightings, min(first_seen) AS first_seen, max(last_seen) AS last_seen
          FROM domain_spelling GROUP BY value ORDER BY value) AS s
    LEFT JOIN rival."Domain" AS v ON (v.properties ->> 'value'::text) COLLATE "C" = s.value
    ORDER BY s.value;
ANALYZE ip, account, domain;

INSERT INTO rival."Ip" (id, properties)
    SELECT id, agtype_build_map('value'::text, value, 'tlp'::text, 2) FROM ip WHERE is_new;
-- encrypt_iv is the fastest that pgcrypto has, and does not notice what was tampered with; pgp_sym_encrypt does, and
-- takes three times as long without, ninety times with its default derivation of keys.
INSERT INTO rival."User" (id, properties)
    SELECT a.id, agtype_build_map('value'::text, a.value, 'tlp'::text, 2, 'sealed'::text,
        encode(a.iv || encrypt_iv(convert_to(a.raw, 'UTF8'), decode(current_setting('rival.key'), 'hex'), a.iv, 'aes'), 'base64'))
    FROM (SELECT id, value, raw, gen_random_bytes(16) AS iv FROM account WHERE is_new OFFSET 0) AS a;
INSERT INTO rival."Domain" (id, properties)
    SELECT id, agtype_build_map('value'::text, value, 'tlp'::text, 2) FROM domain WHERE is_new;

-- Spelling to id, once for the four ends of edges that need it.
CREATE TEMP TABLE ip_id ON COMMIT DROP AS SELECT s.raw, v.id FROM ip_spelling AS s JOIN ip AS v USING (value);
CREATE TEMP TABLE user_id ON COMMIT DROP AS SELECT s.raw, v.id FROM user_spelling AS s JOIN account AS v USING (value);
CREATE TEMP TABLE domain_id ON COMMIT DROP AS SELECT s.raw, v.id FROM domain_spelling AS s JOIN domain AS v USING (value);
ANALYZE ip_id, user_id, domain_id, used, connected, queried;

-- Edges, in the order of their ends, with the ids that they have or get.
CREATE TEMP TABLE used_edge ON COMMIT DROP AS
    SELECT s.*, e.id IS NULL AS is_new,
           coalesce(e.id, _graphid(_label_id('rival', 'USED'), nextval('rival."USED_id_seq"'))) AS id
    FROM (SELECT a.id AS start_id, b.id AS end_id, sum(p.sightings)::bigint AS sightings,
                 min(p.first_seen) AS first_seen, max(p.last_seen) AS last_seen
          FROM used AS p JOIN user_id AS a ON a.raw = p.account JOIN ip_id AS b ON b.raw = p.src
          GROUP BY a.id, b.id) AS s
    LEFT JOIN rival."USED" AS e ON e.start_id = s.start_id AND e.end_id = s.end_id
    ORDER BY s.start_id, s.end_id;
CREATE TEMP TABLE connected_edge ON COMMIT DROP AS
    SELECT s.*, e.id IS NULL AS is_new,
           coalesce(e.id, _graphid(_label_id('rival', 'CONNECTED_TO'), nextval('rival."CONNECTED_TO_id_seq"'))) AS id
    FROM (SELECT a.id AS start_id, b.id AS end_id, max(p.bytes) AS bytes, sum(p.sightings)::bigint AS sightings,
                 min(p.first_seen) AS first_seen, max(p.last_seen) AS last_seen
          FROM connected AS p JOIN ip_id AS a ON a.raw = p.src JOIN ip_id AS b ON b.raw = p.dst
          GROUP BY a.id, b.id) AS s
    LEFT JOIN rival."CONNECTED_TO" AS e ON e.start_id = s.start_id AND e.end_id = s.end_id
    ORDER BY s.start_id, s.end_id;
CREATE TEMP TABLE queried_edge ON COMMIT DROP AS
    SELECT s.*, e.id IS NULL AS is_new,
           coalesce(e.id, _graphid(_label_id('rival', 'QUERIED'), nextval('rival."QUERIED_id_seq"'))) AS id
    FROM (SELECT a.id AS start_id, b.id AS end_id, sum(p.sightings)::bigint AS sightings,
                 min(p.first_seen) AS first_seen, max(p.last_seen) AS last_seen
          FROM queried AS p JOIN ip_id AS a ON a.raw = p.src JOIN domain_id AS b ON b.raw = p.domain
          GROUP BY a.id, b.id) AS s
    LEFT JOIN rival."QUERIED" AS e ON e.start_id = s.start_id AND e.end_id = s.end_id
    ORDER BY s.start_id, s.end_id;
ANALYZE connected_edge (is_new);

INSERT INTO rival."USED" (id, start_id, end_id, properties)
    SELECT id, start_id, end_id, p.properties
    FROM used_edge, (SELECT agtype_build_map('tlp'::text, 2) AS properties OFFSET 0) AS p WHERE is_new;
INSERT INTO rival."CONNECTED_TO" (id, start_id, end_id, properties)
    SELECT id, start_id, end_id, agtype_build_map('tlp'::text, 2, 'bytes'::text, bytes) FROM connected_edge WHERE is_new;
UPDATE rival."CONNECTED_TO" AS e
    SET properties = agtype_build_map('tlp'::text, 2, 'bytes'::text, s.bytes)
    FROM connected_edge AS s
    WHERE NOT s.is_new AND e.start_id = s.start_id AND e.end_id = s.end_id
      AND (e.properties ->> 'bytes'::text) IS DISTINCT FROM s.bytes;
INSERT INTO rival."QUERIED" (id, start_id, end_id, properties)
    SELECT id, start_id, end_id, p.properties
    FROM queried_edge, (SELECT agtype_build_map('tlp'::text, 2) AS properties OFFSET 0) AS p WHERE is_new;

-- Ids of a label and of an edge type are together, and those of each table below are in order.
INSERT INTO public.provenance (gid, batch, sightings, first_seen, last_seen)
    SELECT s.id, b.batch, s.sightings, s.first_seen, s.last_seen
    FROM (SELECT id, sightings, first_seen, last_seen FROM ip
          UNION ALL SELECT id, sightings, first_seen, last_seen FROM account
          UNION ALL SELECT id, sightings, first_seen, last_seen FROM domain
          UNION ALL SELECT id, sightings, first_seen, last_seen FROM used_edge
          UNION ALL SELECT id, sightings, first_seen, last_seen FROM connected_edge
          UNION ALL SELECT id, sightings, first_seen, last_seen FROM queried_edge) AS s,
         (SELECT nextval('public.batch_id') AS batch OFFSET 0) AS b
    ORDER BY s.id;
COMMIT;
