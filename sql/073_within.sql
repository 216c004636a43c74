-- Keys that are indexed and have these runs of three bytes. Under a policy the index would not serve, since Postgres
-- does not take the operator for one that gives nothing away; so it is the owner who reads, for whoever asks.
CREATE FUNCTION heimdall._look_alikes_with(grams integer[]) RETURNS SETOF text
LANGUAGE sql STABLE SECURITY DEFINER ROWS 1000
SET search_path = pg_catalog, pg_temp
-- How often runs of three bytes occur is not known where nothing was analysed yet.
SET enable_seqscan = off
BEGIN ATOMIC
    SELECT i.key FROM heimdall.look_alike AS i
    WHERE i.grams @> _look_alikes_with.grams
      AND ((SELECT heimdall._clearance_of(heimdall._outer_user())) = 4 OR EXISTS (
          SELECT FROM heimdall.node AS n
          WHERE n.key = i.key AND n.tlp <= (SELECT heimdall._clearance_of(heimdall._outer_user())) OFFSET 0));
END;

-- Domains and URLs by what stands in their midst. The index is that of the look-alikes, and filled as they are: behind
-- the ingest. What waits is looked through, 20,000 keys of a label at most.
CREATE FUNCTION heimdall._search_within(
    query text, kind text, max_rows integer, since timestamptz, until timestamptz, after text
) RETURNS TABLE (key text, gid ag_catalog.graphid, tlp smallint)
LANGUAGE plpgsql STABLE ROWS 100
SET search_path = pg_catalog, pg_temp
SET enable_seqscan = off
AS $$
DECLARE
    most constant integer := 20000;
    needle text := lower(heimdall.refang(btrim(btrim(query), '*')));
    labels text[] := CASE WHEN kind IS NULL THEN '{Domain,Url}' ELSE ARRAY[heimdall._label_of(kind)] END;
    waiting text[] := '{}';
    label text;
BEGIN
    IF NOT labels <@ '{Domain,Url}' THEN
        RAISE EXCEPTION 'only domains and URLs are found by what stands in their midst'
            USING ERRCODE = 'feature_not_supported',
                  HINT = 'There is no index for other kinds. Search for the beginning of the value (example*).';
    END IF;
    IF octet_length(needle) < 3 THEN
        RAISE EXCEPTION 'what is searched for is too short'
            USING ERRCODE = 'invalid_parameter_value', HINT = 'Three characters are needed at least.';
    END IF;
    FOREACH label IN ARRAY labels LOOP
        waiting := waiting || ARRAY(SELECT w.key FROM heimdall._look_alikes_waiting(label, most + 1) AS w (key));
    END LOOP;
    IF cardinality(waiting) > most THEN
        RAISE NOTICE 'some values may be missing'
            USING ERRCODE = 'VH002', DETAIL = format('More than %s values wait to be indexed; the oldest of them were looked through.', most),
                  HINT = 'They are indexed in the background, or by heimdall.refresh_similar().';
    END IF;
    RETURN QUERY
        WITH indexed AS MATERIALIZED (
            SELECT i.key FROM heimdall._look_alikes_with(heimdall._grams(needle)) AS i (key)
        )
        SELECT f.key, n.gid, n.tlp
        FROM (
            SELECT k.key
            FROM (
                SELECT i.key FROM indexed AS i
                UNION
                SELECT w.key FROM unnest(waiting) AS w (key)
            ) AS k
            WHERE split_part(k.key, ':', 1) = ANY (labels) AND k.key COLLATE "C" > coalesce(_search_within.after, '')
              AND strpos(lower(substr(k.key, strpos(k.key, ':') + 1)), needle) > 0
            ORDER BY k.key COLLATE "C"
            OFFSET 0
        ) AS f,
        LATERAL (SELECT o.gid, o.tlp FROM heimdall.node AS o WHERE o.key = f.key COLLATE "C" OFFSET 0) AS n
        WHERE since IS NULL AND until IS NULL OR heimdall._seen_between(n.gid, since, until)
        LIMIT max_rows;
END
$$;
