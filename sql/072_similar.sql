-- Look-alikes of domains and URLs. See docs/decisions/0014-look-alikes.md.

-- One row for each domain and URL in clear. All of it can be made again from the registry and the change log, so that
-- no dump of the database needs it.
CREATE TABLE heimdall.look_alike (
    key       text COLLATE "C" PRIMARY KEY,
    embedding @extschema:vector@.halfvec(128) NOT NULL,
    -- Runs of three bytes, for what is searched in the midst of them.
    grams     integer[] NOT NULL
);
CREATE INDEX look_alike_grams ON heimdall.look_alike USING gin (grams);
CREATE INDEX look_alike_domain ON heimdall.look_alike USING hnsw (embedding @extschema:vector@.halfvec_cosine_ops)
    WHERE key OPERATOR(pg_catalog.>=) 'Domain:' AND key OPERATOR(pg_catalog.<) 'Domain;';
CREATE INDEX look_alike_url ON heimdall.look_alike USING hnsw (embedding @extschema:vector@.halfvec_cosine_ops)
    WHERE key OPERATOR(pg_catalog.>=) 'Url:' AND key OPERATOR(pg_catalog.<) 'Url;';

-- How far the change log has been read: the last segment that is done, and so many keys of the next one. 0 is no version:
-- the first refresh begins anew.
CREATE TABLE heimdall.look_alike_progress (
    singleton boolean PRIMARY KEY DEFAULT true CHECK (singleton),
    version   integer NOT NULL DEFAULT 0,
    xid       xid8 NOT NULL DEFAULT '0',
    seq       bigint NOT NULL DEFAULT 0,
    keys      integer NOT NULL DEFAULT 0
);
INSERT INTO heimdall.look_alike_progress DEFAULT VALUES;

-- The embedding of a domain name in any spelling: what looks alike is near, by cosine distance.
CREATE FUNCTION heimdall.embedding_domain(value text) RETURNS @extschema:vector@.halfvec
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    SELECT heimdall._embedding_domain(value)::@extschema:vector@.halfvec;
END;

-- Keys of a label that are in the change log and were not looked at yet, oldest first, `most` at most; some may be
-- indexed nevertheless. The log is closed to analysts; the keys are not, as far as who asks is cleared for them. In here
-- the current user is the owner, who sees all.
CREATE FUNCTION heimdall._look_alikes_waiting(label text, most integer) RETURNS SETOF text
LANGUAGE sql STABLE SECURITY DEFINER ROWS 100
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    SELECT k.key
    FROM heimdall.look_alike_progress AS p, LATERAL (
        SELECT s.keys[CASE WHEN row_number() OVER (ORDER BY s.xid, s.seq) = 1 THEN p.keys ELSE 0 END + 1 :] AS keys
        FROM (
            SELECT c.xid, c.seq, c.keys, c.label FROM heimdall.change_log AS c
            WHERE (c.xid, c.seq) > (p.xid, p.seq) AND c.label IN ('Domain', 'Url') AND c.to_keys IS NULL
            ORDER BY c.xid, c.seq
        ) AS s
    ) AS s, unnest(s.keys) AS k (key)
    WHERE starts_with(k.key, _look_alikes_waiting.label || ':')
      AND ((SELECT heimdall._clearance_of(heimdall._outer_user())) = 4 OR EXISTS (
          SELECT FROM heimdall.node AS n
          WHERE n.key = k.key COLLATE "C" AND n.tlp <= (SELECT heimdall._clearance_of(heimdall._outer_user())) OFFSET 0))
    LIMIT most;
END;

-- Indexes what waits, `max_rows` keys of the change log at most, in this transaction. Only what was committed before
-- every open transaction is looked at, so that nothing is passed over.
CREATE FUNCTION heimdall.refresh_similar(max_rows integer DEFAULT 10000)
RETURNS TABLE (looked_at bigint, added bigint)
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    horizon xid8 := pg_snapshot_xmin(pg_current_snapshot());
    done_version integer;
    done_xid xid8;
    done_seq bigint;
    done_keys integer;
    segment record;
    taken integer;
    made bigint;
BEGIN
    IF max_rows IS NULL OR max_rows < 1 THEN
        RAISE EXCEPTION 'max_rows has to be 1 at least' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    looked_at := 0;
    added := 0;
    SELECT p.version, p.xid, p.seq, p.keys INTO done_version, done_xid, done_seq, done_keys
    FROM heimdall.look_alike_progress AS p;
    IF done_version = heimdall._embedding_version() AND NOT EXISTS (
        SELECT FROM heimdall.change_log AS c WHERE (c.xid, c.seq) > (done_xid, done_seq) AND c.xid < horizon
    ) THEN
        -- Nothing is written where there is nothing to do, not even a lock.
        RETURN NEXT;
        RETURN;
    END IF;
    -- Another one that refreshes is waited for.
    SELECT p.version, p.xid, p.seq, p.keys INTO done_version, done_xid, done_seq, done_keys
    FROM heimdall.look_alike_progress AS p FOR UPDATE;
    -- It may have gone further than was known before.
    horizon := pg_snapshot_xmin(pg_current_snapshot());
    IF done_version <> heimdall._embedding_version() THEN
        TRUNCATE heimdall.look_alike;
        done_version := heimdall._embedding_version();
        done_xid := '0';
        done_seq := 0;
        done_keys := 0;
        -- The log does not tell of what came before its beginning, the registry does.
        IF EXISTS (SELECT FROM heimdall.change_horizon) THEN
            INSERT INTO heimdall.look_alike (key, embedding, grams)
            SELECT n.key, e.embedding::@extschema:vector@.halfvec, heimdall._grams(substr(n.key, strpos(n.key, ':') + 1))
            FROM heimdall.node AS n, LATERAL (SELECT heimdall._embedding(n.key) AS embedding OFFSET 0) AS e
            WHERE (n.key >= 'Domain:' AND n.key < 'Domain;' OR n.key >= 'Url:' AND n.key < 'Url;') AND e.embedding IS NOT NULL;
            GET DIAGNOSTICS added = ROW_COUNT;
        END IF;
    END IF;
    FOR segment IN
        SELECT c.xid, c.seq, c.keys FROM heimdall.change_log AS c
        WHERE (c.xid, c.seq) > (done_xid, done_seq) AND c.xid < horizon
          AND c.label IN ('Domain', 'Url') AND c.to_keys IS NULL
        ORDER BY c.xid, c.seq
    LOOP
        taken := least(cardinality(segment.keys) - done_keys, max_rows - looked_at);
        INSERT INTO heimdall.look_alike (key, embedding, grams)
        SELECT k.key, e.embedding::@extschema:vector@.halfvec, heimdall._grams(substr(k.key, strpos(k.key, ':') + 1))
        FROM unnest(segment.keys[done_keys + 1 : done_keys + taken]) AS k (key),
             LATERAL (SELECT heimdall._embedding(k.key) AS embedding OFFSET 0) AS e
        WHERE NOT EXISTS (SELECT FROM heimdall.look_alike AS l WHERE l.key = k.key COLLATE "C") AND e.embedding IS NOT NULL
        ON CONFLICT DO NOTHING;
        GET DIAGNOSTICS made = ROW_COUNT;
        looked_at := looked_at + taken;
        added := added + made;
        done_keys := done_keys + taken;
        EXIT WHEN done_keys < cardinality(segment.keys);
        done_xid := segment.xid;
        done_seq := segment.seq;
        done_keys := 0;
        EXIT WHEN looked_at >= max_rows;
    END LOOP;
    IF looked_at < max_rows THEN
        -- What is behind the last segment of ours is of no concern either.
        SELECT c.xid, c.seq INTO segment FROM heimdall.change_log AS c
        WHERE (c.xid, c.seq) > (done_xid, done_seq) AND c.xid < horizon ORDER BY c.xid DESC, c.seq DESC LIMIT 1;
        IF FOUND THEN
            done_xid := segment.xid;
            done_seq := segment.seq;
        END IF;
    END IF;
    UPDATE heimdall.look_alike_progress SET version = done_version, xid = done_xid, seq = done_seq, keys = done_keys;
    RETURN NEXT;
END
$$;

-- What may be taken for a domain or a URL among those in the graph, most alike first. What waits to be indexed is
-- compared one by one, 20,000 keys of it at most.
CREATE FUNCTION heimdall.similar(value text, k integer DEFAULT 10, kind text DEFAULT NULL)
RETURNS TABLE (
    label text, look_alike text, similarity real, tlp text, sightings bigint, first_seen timestamptz,
    last_seen timestamptz, gid ag_catalog.graphid
)
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
SET hnsw.ef_search = 200
SET hnsw.iterative_scan = relaxed_order
AS $$
DECLARE
    most constant integer := 20000;
    wanted text;
    own text;
    probes @extschema:vector@.halfvec[];
    waiting text[];
BEGIN
    IF k IS NULL OR k NOT BETWEEN 1 AND 1000 THEN
        RAISE EXCEPTION 'k has to be from 1 to 1000' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    SELECT min(p.label), min(p.own), array_agg(p.probe::@extschema:vector@.halfvec) INTO wanted, own, probes
    FROM heimdall._look_alike_probes($1, $3) AS p;
    IF wanted IS NULL THEN
        RETURN;
    END IF;
    waiting := ARRAY(SELECT w.key FROM heimdall._look_alikes_waiting(wanted, most + 1) AS w (key));
    IF cardinality(waiting) > most THEN
        RAISE NOTICE 'some look-alikes may be missing'
            USING ERRCODE = 'VH002', DETAIL = format('More than %s values wait to be indexed; the oldest of them were compared.', most),
                  HINT = 'They are indexed in the background, or by heimdall.refresh_similar().';
    END IF;
    RETURN QUERY EXECUTE format($q$
        WITH near AS (
            SELECT l.key, l.distance
            FROM unnest($1) AS p (probe), LATERAL (
                SELECT i.key, i.embedding OPERATOR(@extschema:vector@.<=>) p.probe AS distance
                FROM heimdall.look_alike AS i
                WHERE i.key >= %1$L AND i.key < %2$L
                ORDER BY i.embedding OPERATOR(@extschema:vector@.<=>) p.probe
                LIMIT $3 + 1
            ) AS l
            UNION ALL
            SELECT w.key, e.embedding::@extschema:vector@.halfvec OPERATOR(@extschema:vector@.<=>) p.probe
            FROM unnest($2) AS w (key), LATERAL (SELECT heimdall._embedding(w.key) AS embedding OFFSET 0) AS e,
                 unnest($1) AS p (probe)
            WHERE e.embedding IS NOT NULL
        ), nearest AS (
            SELECT n.key, min(n.distance) AS distance FROM near AS n
            WHERE n.key <> $4 COLLATE "C"
            GROUP BY n.key
            ORDER BY min(n.distance), n.key
            LIMIT $3
        )
        SELECT split_part(r.key, ':', 1), substr(r.key, strpos(r.key, ':') + 1), greatest(0, 1 - n.distance)::real,
               heimdall.tlp_name(r.tlp), s.sightings, nullif(s.first_seen, 'infinity'), nullif(s.last_seen, '-infinity'), r.gid
        FROM nearest AS n
        JOIN heimdall.node AS r ON r.key = n.key,
        LATERAL (
            SELECT sum(p.sightings)::bigint AS sightings, min(p.first_seen) AS first_seen, max(p.last_seen) AS last_seen
            FROM heimdall._sightings(r.gid) AS p
        ) AS s
        ORDER BY n.distance, n.key$q$, wanted || ':', wanted || ';')
    USING probes, waiting, k, own;
END
$$;
