-- Personal data and secrets in a text. The functions take their arguments as they lie and fill a tuplestore by
-- themselves, which takes a declaration by hand.
CREATE FUNCTION heimdall.detect_pii(value text, options jsonb DEFAULT '{}')
RETURNS TABLE (kind text, start integer, "end" integer, confidence double precision)
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE ROWS 10
AS 'MODULE_PATHNAME', 'heimdall_detect_pii';

CREATE FUNCTION heimdall.scrub(value text, options jsonb DEFAULT '{}')
RETURNS text
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'heimdall_scrub';
