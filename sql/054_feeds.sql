-- How old what a source has brought is, for those who watch over it: of all sources, whatever the caller may see of them.
CREATE FUNCTION heimdall.feeds()
RETURNS TABLE (source text, batches bigint, last_batch_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    SELECT s.name, count(b.id), max(b.finished_at)
    FROM heimdall.source AS s
    LEFT JOIN heimdall.batch AS b ON b.source = s.name
    GROUP BY s.name
    ORDER BY s.name;
END;
