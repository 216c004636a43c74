-- What was put aside, by reason: the rows of one batch, or of all that the caller sees. `open` are those that are in no batch
-- since; `first_row` is the first of the dump that was put aside for it.
CREATE FUNCTION heimdall.reject_summary(of_batch bigint DEFAULT NULL)
RETURNS TABLE (batch bigint, source text, column_name text, rule text, reason text, rejected bigint, open bigint, first_row bigint)
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    SELECT r.batch, b.source, r.column_name, r.rule, r.reason, count(*), count(*) FILTER (WHERE r.retried_in IS NULL), min(r.row_number)
    FROM heimdall.rejects AS r
    JOIN heimdall.batch AS b ON b.id = r.batch
    WHERE of_batch IS NULL OR r.batch = of_batch
    GROUP BY r.batch, b.source, r.column_name, r.rule, r.reason
    ORDER BY r.batch, count(*) DESC, min(r.row_number), r.column_name, r.rule, r.reason;
END;
