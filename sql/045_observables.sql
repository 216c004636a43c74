-- What stands in a text. The function fills a tuplestore by itself, which takes a declaration by hand.
CREATE FUNCTION heimdall.extract_observables(report text)
RETURNS TABLE (kind text, value text, canonical text, start integer, "end" integer)
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE ROWS 100
AS 'MODULE_PATHNAME', 'heimdall_extract_observables';
