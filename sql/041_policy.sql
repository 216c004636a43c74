-- What happens to a field, whatever the mapping of its source says. See docs/decisions/0027-policy.md.

-- Rules that were set; they go before those of mappings, which those who ingest may write.
CREATE TABLE heimdall.field_rule (
    -- '*' is every source.
    source  text NOT NULL,
    -- '*' is every field that has no rule, is no key and no time.
    field   text NOT NULL CHECK (field OPERATOR(pg_catalog.<>) ''),
    -- As in a mapping: {"rule": …, "tlp": …, "options": …}.
    rule    jsonb NOT NULL,
    set_at  timestamptz NOT NULL DEFAULT pg_catalog.now(),
    PRIMARY KEY (source, field)
);
SELECT pg_catalog.pg_extension_config_dump('heimdall.field_rule', '');

-- The rules of a source, those of every source among them: {"fields": {field: rule, …}, "default": rule}.
CREATE FUNCTION heimdall._policy(source text) RETURNS jsonb
LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    SELECT jsonb_build_object('fields', coalesce(jsonb_object_agg(r.field, r.rule) FILTER (WHERE r.field <> '*'), '{}'))
           || coalesce(jsonb_object_agg('default', r.rule) FILTER (WHERE r.field = '*'), '{}')
    FROM (
        SELECT DISTINCT ON (f.field) f.field, f.rule
        FROM heimdall.field_rule AS f
        WHERE f.source IN (_policy.source, '*')
        ORDER BY f.field, f.source = '*'
    ) AS r;
END;

-- Makes the labels under which the entities of a source are stored with the rules that it has now.
CREATE FUNCTION heimdall._ensure_labels_of(source text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    own record;
    label text;
BEGIN
    FOR own IN
        SELECT s.name, s.mapping FROM heimdall.source AS s
        WHERE s.mapping IS NOT NULL AND _ensure_labels_of.source IN (s.name, '*')
    LOOP
        FOR label IN SELECT l FROM unnest(heimdall._mapping_labels_under(own.mapping, heimdall._policy(own.name))) AS l ORDER BY l LOOP
            PERFORM heimdall._ensure_label(label, false);
        END LOOP;
    END LOOP;
END
$$;

-- Has uploads with a snapshot of before begin anew: they would still see the rules of then.
CREATE FUNCTION heimdall._outdate_snapshots() RETURNS void
LANGUAGE sql
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    UPDATE heimdall.instance SET origin = origin;
END;

-- Says what happens to a field of a source from now on. It goes before what the mapping says. '*' is every source, and
-- every field that has no rule. The mark of a value is that of its record, or red where it is sealed, unless it is said.
CREATE FUNCTION heimdall.set_rule(
    source text, field text, rule text, tlp text DEFAULT NULL, options jsonb DEFAULT NULL
) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    stated jsonb := jsonb_strip_nulls(jsonb_build_object('rule', rule, 'tlp', tlp, 'options', options));
    found_mapping jsonb;
BEGIN
    IF source IS NULL OR field IS NULL OR rule IS NULL THEN
        RAISE EXCEPTION 'source, field and rule cannot be NULL'
            USING ERRCODE = 'null_value_not_allowed', HINT = 'heimdall.drop_rule() takes a rule back.';
    END IF;
    IF field = '' THEN
        RAISE EXCEPTION 'a field has a name' USING ERRCODE = 'invalid_parameter_value', HINT = '''*'' is every field without a rule.';
    END IF;
    IF source <> '*' THEN
        SELECT s.mapping INTO found_mapping FROM heimdall.source AS s WHERE s.name = set_rule.source;
        IF NOT FOUND THEN
            RAISE EXCEPTION 'there is no source "%"', source
                USING ERRCODE = 'undefined_object', HINT = 'heimdall.create_source() makes one; ''*'' is every source.';
        END IF;
    END IF;
    PERFORM heimdall._check_policy(
        CASE WHEN field = '*' THEN jsonb_build_object('default', stated)
             ELSE jsonb_build_object('fields', jsonb_build_object(field, stated)) END,
        found_mapping);
    INSERT INTO heimdall.field_rule AS f (source, field, rule)
    VALUES (set_rule.source, set_rule.field, stated)
    ON CONFLICT ON CONSTRAINT field_rule_pkey DO UPDATE SET rule = excluded.rule, set_at = excluded.set_at;
    PERFORM heimdall._ensure_labels_of(source);
    PERFORM heimdall._outdate_snapshots();
    PERFORM heimdall._audit('policy.set', source || '/' || field, stated);
END
$$;

-- Takes back a rule that was set; true where there was one.
CREATE FUNCTION heimdall.drop_rule(source text, field text) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    was jsonb;
BEGIN
    DELETE FROM heimdall.field_rule AS f
    WHERE f.source = drop_rule.source AND f.field = drop_rule.field
    RETURNING f.rule INTO was;
    IF was IS NULL THEN
        RETURN false;
    END IF;
    PERFORM heimdall._ensure_labels_of(source);
    PERFORM heimdall._outdate_snapshots();
    PERFORM heimdall._audit('policy.drop', source || '/' || field, was);
    RETURN true;
END
$$;

-- Every field that a source's mapping names, that a rule was set for, or that a dump has brought: what it is used as,
-- the rule in effect and where it comes from, the mark of its values, and how many there were. A field about which
-- nobody has said anything is sealed, and has `needs_rule`.
CREATE VIEW heimdall.policy AS
    SELECT s.name AS source, p.field, p.used_as, p.rule, heimdall.tlp_name(p.tlp) AS tlp,
           CASE WHEN p.options OPERATOR(pg_catalog.<>) '{}'::pg_catalog.jsonb THEN p.options END AS options,
           CASE WHEN p.origin OPERATOR(pg_catalog.=) 'set' AND NOT EXISTS (
                    SELECT FROM heimdall.field_rule AS f
                    WHERE f.source OPERATOR(pg_catalog.=) s.name AND f.field OPERATOR(pg_catalog.=) p.field)
                THEN 'set for every source' ELSE p.origin END AS origin,
           coalesce((seen.brought OPERATOR(pg_catalog.->>) p.field)::pg_catalog.int8, 0) AS field_values,
           p.origin OPERATOR(pg_catalog.=) 'none' AS needs_rule
    FROM heimdall.source AS s
    CROSS JOIN LATERAL (
        SELECT pg_catalog.array_agg(b.field) AS names, pg_catalog.jsonb_object_agg(b.field, b.brought) AS brought
        FROM (SELECT e.field, pg_catalog.sum(e.brought) AS brought
              FROM heimdall.batch AS c,
                   ROWS FROM (pg_catalog.unnest(c.fields), pg_catalog.unnest(c.field_values)) AS e (field, brought)
              WHERE c.source OPERATOR(pg_catalog.=) s.name
              GROUP BY e.field) AS b
    ) AS seen
    CROSS JOIN LATERAL heimdall._field_policies(
        s.mapping, heimdall._policy(s.name), coalesce(seen.names, '{}'::pg_catalog.text[])) AS p
    ORDER BY 1, 2;
