-- Sources: a name for a kind of dump, with its format and mapping.

-- Gives a source its mapping: makes the labels and the inbox that go with it.
CREATE FUNCTION heimdall._apply_mapping(source text, mapping jsonb, mapping_origin text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET client_min_messages = warning
AS $$
DECLARE
    label text;
    columns text[];
    is_kept boolean;
BEGIN
    PERFORM heimdall.check_mapping(mapping);
    UPDATE heimdall.source AS s
    SET mapping = _apply_mapping.mapping, mapping_origin = _apply_mapping.mapping_origin
    -- Of two first dumps at a time, each with a mapping inferred, the first one's is kept.
    WHERE s.name = _apply_mapping.source AND (s.mapping IS NULL OR _apply_mapping.mapping_origin = 'given');
    is_kept := FOUND;
    IF mapping_origin = 'given' THEN
        PERFORM heimdall._check_policy(heimdall._policy(source), mapping);
    END IF;
    FOR label IN SELECT l FROM unnest(heimdall._mapping_labels_under(mapping, heimdall._policy(source))) AS l ORDER BY l LOOP
        PERFORM heimdall._ensure_label(label, false);
    END LOOP;
    FOR label IN SELECT l FROM unnest(heimdall._mapping_edge_types(mapping)) AS l ORDER BY l LOOP
        PERFORM heimdall._ensure_label(label, true);
    END LOOP;
    IF NOT is_kept THEN
        RETURN;
    END IF;
    PERFORM heimdall._audit('source.mapping', source, jsonb_build_object(
        'origin', mapping_origin, 'sha256', encode(sha256(convert_to(mapping::text, 'UTF8')), 'hex')));
    IF source <> 'stream' THEN
        EXECUTE format('DROP VIEW IF EXISTS heimdall_in.%I', source);
    END IF;
    columns := ARRAY(SELECT jsonb_array_elements_text(mapping -> 'columns'));
    -- A view's column has 63 bytes for its name: with a longer one, the other ways in remain. So they do for a source that
    -- had the name before heimdall_in.stream was there.
    IF source <> 'stream' AND cardinality(columns) > 0 AND NOT EXISTS (SELECT FROM unnest(columns) AS c WHERE octet_length(c) > 63) THEN
        PERFORM heimdall._make_inbox(source, columns);
    END IF;
END
$$;

-- The inbox of a source: a view that takes rows and keeps none.
CREATE FUNCTION heimdall._make_inbox(source text, columns text[]) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    targets text;
BEGIN
    SELECT string_agg(format('NULL::pg_catalog.text AS %I', c.name), ', ' ORDER BY c.at) INTO targets
    FROM unnest(columns) WITH ORDINALITY AS c (name, at);
    EXECUTE format('CREATE VIEW heimdall_in.%I AS SELECT %s WHERE false', source, targets);
    EXECUTE format('CREATE TRIGGER inbox_1_begin BEFORE INSERT ON heimdall_in.%I '
                   'FOR EACH STATEMENT EXECUTE FUNCTION heimdall._inbox_begin(%L)', source, source);
    EXECUTE format('CREATE TRIGGER inbox_2_row INSTEAD OF INSERT ON heimdall_in.%I '
                   'FOR EACH ROW EXECUTE FUNCTION heimdall._inbox_row()', source);
    EXECUTE format('CREATE TRIGGER inbox_3_end AFTER INSERT ON heimdall_in.%I '
                   'FOR EACH STATEMENT EXECUTE FUNCTION heimdall._inbox_end()', source);
    EXECUTE format('GRANT INSERT ON heimdall_in.%I TO heimdall_ingest', source);
END
$$;

-- Raises where a share of bad rows is none.
CREATE FUNCTION heimdall._check_reject_limit(reject_limit double precision) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF reject_limit IS NULL OR NOT reject_limit BETWEEN 0 AND 1 THEN
        RAISE EXCEPTION 'reject_limit has to be a share between 0 and 1' USING ERRCODE = 'invalid_parameter_value';
    END IF;
END
$$;

-- Makes a source: of a preset, or of a format, or of whatever the first dump is. Without a mapping, one is inferred from
-- the first dump and kept. What is given goes before what the preset says.
CREATE FUNCTION heimdall.create_source(
    name text,
    format text DEFAULT NULL,
    mapping jsonb DEFAULT NULL,
    reject_limit double precision DEFAULT 0.1,
    preset text DEFAULT NULL,
    options jsonb DEFAULT '{}'
) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    declared record;
BEGIN
    PERFORM heimdall.graph();
    IF name IS NULL OR name !~ '^[a-z_][a-z0-9_]{0,62}$' THEN
        RAISE EXCEPTION 'a source cannot have that name'
            USING ERRCODE = 'invalid_name', HINT = 'Lower-case letters, digits and underscores, 63 at most, no digit first.';
    END IF;
    IF name = 'stream' THEN
        RAISE EXCEPTION 'a source cannot be called "stream"'
            USING ERRCODE = 'reserved_name', DETAIL = 'heimdall_in.stream takes the dumps of every source.';
    END IF;
    SELECT * INTO declared FROM heimdall._declared(create_source.format, create_source.options, create_source.mapping, create_source.preset);
    PERFORM heimdall._check_reject_limit(reject_limit);
    INSERT INTO heimdall.source (name, format, reject_limit, created_by, options, preset)
    VALUES (create_source.name, declared.format, create_source.reject_limit, heimdall._actor(), declared.options, create_source.preset)
    ON CONFLICT DO NOTHING;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'there is a source "%" already', name
            USING ERRCODE = 'duplicate_object', HINT = 'heimdall.set_mapping() gives it another mapping, heimdall.set_source() another format.';
    END IF;
    PERFORM heimdall._audit('source.create', name, jsonb_build_object('format', declared.format, 'reject_limit', reject_limit)
        || jsonb_strip_nulls(jsonb_build_object('preset', preset, 'options', nullif(declared.options, '{}'))));
    IF declared.mapping IS NOT NULL THEN
        PERFORM heimdall._apply_mapping(name, declared.mapping, 'given');
    END IF;
END
$$;

-- Changes what a source declares of its dumps, for those that follow; NULL leaves a thing as it is.
CREATE FUNCTION heimdall.set_source(
    name text,
    format text DEFAULT NULL,
    options jsonb DEFAULT NULL,
    reject_limit double precision DEFAULT NULL
) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    own heimdall.source;
    declared record;
    most double precision;
BEGIN
    SELECT * INTO own FROM heimdall.source AS s WHERE s.name = set_source.name FOR UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'there is no source "%"', name
            USING ERRCODE = 'undefined_object', HINT = 'heimdall.create_source() makes one.';
    END IF;
    most := coalesce(set_source.reject_limit, own.reject_limit);
    PERFORM heimdall._check_reject_limit(most);
    SELECT * INTO declared
    FROM heimdall._declared(coalesce(set_source.format, own.format), coalesce(set_source.options, own.options), NULL, NULL);
    UPDATE heimdall.source AS s
    SET format = declared.format, options = declared.options, reject_limit = most
    WHERE s.name = own.name;
    PERFORM heimdall._audit('source.set', own.name, jsonb_build_object(
        'format', declared.format, 'options', declared.options, 'reject_limit', most));
END
$$;

-- Gives a source another mapping, for the dumps that follow.
CREATE FUNCTION heimdall.set_mapping(source text, mapping jsonb) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF mapping IS NULL THEN
        RAISE EXCEPTION 'a mapping cannot be NULL' USING ERRCODE = 'null_value_not_allowed';
    END IF;
    PERFORM FROM heimdall.source AS s WHERE s.name = set_mapping.source FOR UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'there is no source "%"', source
            USING ERRCODE = 'undefined_object', HINT = 'heimdall.create_source() makes one.';
    END IF;
    PERFORM heimdall._apply_mapping(source, mapping, 'given');
END
$$;
