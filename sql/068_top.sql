-- The vertices that stand out: with the most edges, seen most often, or new. With a source, by what that source has
-- brought alone. Every question reads the whole of the edges, or of the provenance.
CREATE FUNCTION heimdall.top(
    what text, kind text DEFAULT NULL, max_rows integer DEFAULT 20, source text DEFAULT NULL
) RETURNS TABLE (
    label text, value text, tlp text, degree bigint, sightings bigint, first_seen timestamptz, last_seen timestamptz,
    gid ag_catalog.graphid
)
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    own name := heimdall.graph();
    batches bigint[] := ARRAY(SELECT b.id FROM heimdall.batch AS b WHERE b.source = top.source);
    labels integer[] := ARRAY(
        SELECT l.id FROM heimdall._labels('vertex') AS l WHERE top.kind IS NULL OR l.label = heimdall._label_of(top.kind));
    -- So many stand out; where some of them may be hidden, it is not known how many have to be looked at.
    foremost integer := CASE WHEN heimdall.clearance() = 4 THEN max_rows END;
    winners ag_catalog.graphid[];
BEGIN
    PERFORM heimdall._check_limit('max_rows', max_rows);
    CASE what
    WHEN 'connected' THEN
        EXECUTE format($q$
            SELECT array_agg(w.gid ORDER BY w.degree DESC, w.gid)
            FROM (
                SELECT d.*
                FROM (
                    SELECT e.gid, count(*) AS degree
                    FROM (
                        SELECT o.id, o.start_id AS gid FROM %1$I._ag_label_edge AS o
                        UNION ALL
                        SELECT i.id, i.end_id FROM %1$I._ag_label_edge AS i
                    ) AS e
                    WHERE ag_catalog._extract_label_id(e.gid) = ANY ($1)
                      AND ($3 IS NULL OR EXISTS (
                          SELECT FROM heimdall._sightings(e.id) AS p WHERE p.batch = ANY ($4)))
                    GROUP BY e.gid
                    ORDER BY degree DESC, e.gid
                    LIMIT $5
                ) AS d
                WHERE $5 IS NOT NULL OR EXISTS (SELECT FROM heimdall._vertices(ARRAY[d.gid]))
                LIMIT $2
            ) AS w$q$, own)
        INTO winners USING labels, max_rows, source, batches, foremost;
    WHEN 'seen' THEN
        SELECT array_agg(w.gid ORDER BY w.sightings DESC, w.gid) INTO winners
        FROM (
            SELECT d.*
            FROM (
                SELECT p.gid, sum(p.sightings) AS sightings
                FROM heimdall.provenance AS p
                WHERE ag_catalog._extract_label_id(p.gid) = ANY (labels) AND (top.source IS NULL OR p.batch = ANY (batches))
                GROUP BY p.gid
                ORDER BY sum(p.sightings) DESC, p.gid
                LIMIT foremost
            ) AS d
            WHERE foremost IS NOT NULL OR EXISTS (SELECT FROM heimdall._vertices(ARRAY[d.gid]))
            LIMIT max_rows
        ) AS w;
    WHEN 'newest' THEN
        SELECT array_agg(w.gid ORDER BY w.first_seen DESC, w.gid) INTO winners
        FROM (
            SELECT d.*
            FROM (
                SELECT p.gid, min(p.first_seen) AS first_seen
                FROM heimdall.provenance AS p
                WHERE ag_catalog._extract_label_id(p.gid) = ANY (labels) AND (top.source IS NULL OR p.batch = ANY (batches))
                GROUP BY p.gid
                HAVING min(p.first_seen) < 'infinity'
                ORDER BY min(p.first_seen) DESC, p.gid
                LIMIT foremost
            ) AS d
            WHERE foremost IS NOT NULL OR EXISTS (SELECT FROM heimdall._vertices(ARRAY[d.gid]))
            LIMIT max_rows
        ) AS w;
    ELSE
        RAISE EXCEPTION 'there is no such question'
            USING ERRCODE = 'invalid_parameter_value', HINT = 'The questions are: connected, newest, seen.';
    END CASE;
    RETURN QUERY
        WITH edges AS (
            SELECT e.via, count(*) AS degree
            FROM heimdall._edges_of(winners, NULL) AS e
            WHERE top.source IS NULL OR EXISTS (
                SELECT FROM heimdall._sightings(e.id) AS p WHERE p.batch = ANY (batches))
            GROUP BY e.via
        )
        SELECT w.label::text, w.value, w.tlp, coalesce(e.degree, 0), s.sightings, nullif(s.first_seen, 'infinity'),
               nullif(s.last_seen, '-infinity'), w.gid
        FROM heimdall._vertices(winners) AS w
        LEFT JOIN edges AS e ON e.via OPERATOR(ag_catalog.=) w.gid,
        LATERAL (
            SELECT sum(p.sightings)::bigint AS sightings, min(p.first_seen) AS first_seen, max(p.last_seen) AS last_seen
            FROM heimdall._sightings(w.gid) AS p
            WHERE (top.source IS NULL OR p.batch = ANY (batches))
        ) AS s
        ORDER BY w.at;
END
$$;
