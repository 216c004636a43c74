-- Cypher for analysts: with the rights of the caller, and for reading alone. One object for each row, whose members are
-- what the query returns.
CREATE FUNCTION heimdall.cypher(query text, parameters jsonb DEFAULT '{}', max_rows integer DEFAULT 1000)
RETURNS SETOF jsonb
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    own name := heimdall.graph();
BEGIN
    IF max_rows IS NULL OR max_rows < 1 THEN
        RAISE EXCEPTION 'max_rows has to be 1 at least' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    IF parameters IS NULL OR jsonb_typeof(parameters) <> 'object' THEN
        RAISE EXCEPTION 'the parameters have to be an object' USING ERRCODE = 'invalid_parameter_value',
            HINT = 'heimdall.cypher(''MATCH (n:Ip) WHERE n.value = $ip RETURN n'', ''{"ip": "192.0.2.1"}'')';
    END IF;
    -- AGE looks its own operators up there; the path is as before when this function ends.
    PERFORM set_config('search_path', 'pg_catalog, ag_catalog, pg_temp', true);
    RETURN QUERY EXECUTE heimdall._cypher_statement(own, query)
    USING parameters::text::ag_catalog.agtype, max_rows;
END
$$;
