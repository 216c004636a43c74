-- What leaves the database: observables in clear, marked no higher than was asked for, in the order of their keys.

-- The level of a mark that is written as TLP 2.0 has it.
CREATE FUNCTION heimdall._tlp_level(name text) RETURNS smallint
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    level integer := array_position(ARRAY['clear', 'green', 'amber', 'amber+strict', 'red'], lower(name));
BEGIN
    IF level IS NULL THEN
        RAISE EXCEPTION 'there is no such mark' USING ERRCODE = 'invalid_parameter_value',
            HINT = 'The marks are: clear, green, amber, amber+strict, red.';
    END IF;
    RETURN level - 1;
END
$$;

-- Vertices in clear, with what the batches say that were asked for: those of a source, and those that saw the vertex in a
-- time. `created` and `modified` are when the first and the last of these batches came.
CREATE FUNCTION heimdall._export_selection(
    kind text, observables text[], source text, since timestamptz, until timestamptz, max_tlp text
) RETURNS TABLE (
    key text, gid ag_catalog.graphid, tlp smallint, sightings bigint, first_seen timestamptz, last_seen timestamptz,
    sources text[], created timestamptz, modified timestamptz
)
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
-- In the order of the index, rather than sorting all of it first.
SET enable_sort = off
SET enable_hashjoin = off
AS $$
DECLARE
    own name := heimdall.graph();
    highest smallint := heimdall._tlp_level(max_tlp);
    low text := coalesce(heimdall._label_of(kind) || ':', '');
    high text := coalesce(heimdall._label_of(kind) || ';', chr(1114111));
    keys text[] := ARRAY(
        SELECT DISTINCT k.key FROM unnest(observables) AS v (value),
        LATERAL unnest(CASE WHEN kind IS NULL THEN heimdall._candidate_keys(v.value)
                            ELSE heimdall._lookup_keys(kind, v.value) END) AS k (key));
BEGIN
    RETURN QUERY EXECUTE format($q$
        SELECT n.key, n.gid, n.tlp, s.sightings, nullif(s.first_seen, 'infinity'), nullif(s.last_seen, '-infinity'),
               s.sources, s.created, s.modified
        FROM heimdall.node AS n,
        LATERAL (
            SELECT sum(p.sightings)::bigint AS sightings, min(p.first_seen) AS first_seen, max(p.last_seen) AS last_seen,
                   array_agg(DISTINCT b.source) AS sources, min(b.finished_at) AS created, max(b.finished_at) AS modified
            FROM heimdall._sightings(n.gid) AS p JOIN heimdall.batch AS b ON b.id = p.batch
            WHERE ($5 IS NULL OR b.source = $5)
              AND ($6 IS NULL AND $7 IS NULL OR p.last_seen >= coalesce($6, '-infinity')
                       AND p.first_seen <= coalesce($7, 'infinity') AND p.first_seen <= p.last_seen)
        ) AS s
        WHERE n.key >= $1 COLLATE "C" AND n.key < $2 COLLATE "C" AND n.tlp <= $3 AND %s
          AND heimdall._is_clear(n.key) AND s.sightings IS NOT NULL
          -- A keyed digest looks like one of a file; what it was made from is sealed beside it.
          AND (n.key NOT LIKE 'Hash:%%' OR NOT EXISTS (
              SELECT FROM %I._ag_label_vertex AS v
              WHERE v.id OPERATOR(ag_catalog.=) n.gid AND v.properties::text::jsonb #> '{sealed,value}' IS NOT NULL))
        ORDER BY n.key$q$,
        CASE WHEN observables IS NULL THEN '$4 IS NOT NULL' ELSE 'n.key = ANY ($4 COLLATE "C")' END, own)
    USING low, high, highest, keys, source, since, until;
END
$$;

-- CSV (RFC 4180), a line a row, the header first. Cells that a spreadsheet would take for formulas have an apostrophe
-- before them.
CREATE FUNCTION heimdall.export_csv(
    kind text DEFAULT NULL, observables text[] DEFAULT NULL, source text DEFAULT NULL, since timestamptz DEFAULT NULL,
    until timestamptz DEFAULT NULL, max_tlp text DEFAULT 'green'
) RETURNS SETOF text
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
SET timezone = 'UTC'
AS $$
BEGIN
    RETURN QUERY SELECT 'label,value,tlp,sightings,first_seen,last_seen,sources';
    RETURN QUERY
        SELECT concat_ws(',', heimdall._csv_field(split_part(s.key, ':', 1)),
                         heimdall._csv_field(substr(s.key, strpos(s.key, ':') + 1)), heimdall.tlp_name(s.tlp), s.sightings,
                         coalesce(heimdall._stix_time(s.first_seen), ''), coalesce(heimdall._stix_time(s.last_seen), ''),
                         heimdall._csv_field(array_to_string(s.sources, ' ')))
        FROM heimdall._export_selection(kind, observables, source, since, until, max_tlp) AS s;
END
$$;

-- A time as STIX has it (RFC 3339, UTC, milliseconds).
CREATE FUNCTION heimdall._stix_time(at timestamptz) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    SELECT to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"');
END;

-- The marking definition of a level, as the TLP 2.0 extension of OASIS publishes it.
CREATE FUNCTION heimdall._stix_marking(level integer) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN 'marking-definition--' || (ARRAY['94868c89-83c2-464b-929b-a1a8aa3c8487', 'bab4a63c-aed9-4cf5-a766-dfca5abac2bb',
    '55d920b0-5e8b-4f79-9ee9-91f868d9b421', '939a9414-2ddd-4d32-a0cd-375ea402b003',
    'e828b379-4e03-4974-9ac4-e53a884c97c1'])[level + 1];

-- STIX 2.1, an object a row: the marking definitions, the observables, each followed by when and how often it was
-- seen, and the relationships between them. What an object refers to comes before it.
CREATE FUNCTION heimdall.export_stix(
    kind text DEFAULT NULL, observables text[] DEFAULT NULL, source text DEFAULT NULL, since timestamptz DEFAULT NULL,
    until timestamptz DEFAULT NULL, max_tlp text DEFAULT 'green'
) RETURNS SETOF jsonb
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    own name := heimdall.graph();
    namespace uuid := (SELECT i.origin FROM heimdall.instance AS i);
    highest smallint := heimdall._tlp_level(max_tlp);
BEGIN
    RETURN QUERY
        SELECT jsonb_build_object(
            'type', 'marking-definition', 'spec_version', '2.1', 'id', heimdall._stix_marking(l),
            'created', '2022-10-01T00:00:00.000Z', 'name', 'TLP:' || upper(heimdall.tlp_name(l)),
            'extensions', jsonb_build_object('extension-definition--60a3c5c5-0d10-413e-aab3-9e08dde9e88d',
                jsonb_build_object('extension_type', 'property-extension', 'tlp_2_0', heimdall.tlp_name(l))))
        FROM generate_series(0, highest) AS l;
    RETURN QUERY
        SELECT o.object
        FROM heimdall._export_selection($1, observables, $3, since, until, max_tlp) AS s,
        LATERAL (SELECT heimdall._stix_observable(s.key) AS sco OFFSET 0) AS v,
        LATERAL (
            VALUES (v.sco || jsonb_build_object('object_marking_refs', jsonb_build_array(heimdall._stix_marking(s.tlp)))),
                   (CASE WHEN s.first_seen <= s.last_seen THEN jsonb_build_object(
                       'type', 'observed-data', 'spec_version', '2.1',
                       'id', heimdall._stix_id('observed-data', namespace, s.key),
                       'created', heimdall._stix_time(s.created), 'modified', heimdall._stix_time(s.modified),
                       'first_observed', heimdall._stix_time(s.first_seen), 'last_observed', heimdall._stix_time(s.last_seen),
                       'number_observed', least(s.sightings, 999999999), 'object_refs', jsonb_build_array(v.sco ->> 'id'),
                       'object_marking_refs', jsonb_build_array(heimdall._stix_marking(s.tlp))) END)
        ) AS o (object)
        WHERE v.sco IS NOT NULL AND o.object IS NOT NULL;
    RETURN QUERY EXECUTE format($q$
        WITH selected AS MATERIALIZED (
            SELECT s.key, s.gid FROM heimdall._export_selection($1, $2, $3, $4, $5, $6) AS s
            WHERE heimdall._stix_observable(s.key) IS NOT NULL
        )
        SELECT jsonb_build_object(
                   'type', 'relationship', 'spec_version', '2.1',
                   'id', heimdall._stix_id('relationship', $7, concat_ws(' ', r.edge_type, r.from_key, r.to_key)),
                   'created', heimdall._stix_time(r.created), 'modified', heimdall._stix_time(r.modified),
                   'relationship_type', heimdall._stix_relationship_type(r.edge_type),
                   'source_ref', heimdall._stix_observable(r.from_key) -> 'id',
                   'target_ref', heimdall._stix_observable(r.to_key) -> 'id',
                   'object_marking_refs', jsonb_build_array(heimdall._stix_marking(r.tlp)))
               || CASE WHEN r.first_seen <= r.last_seen THEN jsonb_build_object('start_time', heimdall._stix_time(r.first_seen))
                       ELSE '{}' END
               || CASE WHEN date_trunc('milliseconds', r.first_seen) < date_trunc('milliseconds', r.last_seen)
                       THEN jsonb_build_object('stop_time', heimdall._stix_time(r.last_seen)) ELSE '{}' END
        FROM (
            SELECT c.relname::text AS edge_type, f.key AS from_key, t.key AS to_key, e.tlp, s.*
            FROM (
                SELECT e.id, e.start_id, e.end_id, e.tableoid,
                       ag_catalog.agtype_access_operator(e.properties, '"tlp"'::ag_catalog.agtype)::integer AS tlp
                FROM %I._ag_label_edge AS e
            ) AS e
            JOIN selected AS f ON f.gid OPERATOR(ag_catalog.=) e.start_id
            JOIN selected AS t ON t.gid OPERATOR(ag_catalog.=) e.end_id
            JOIN pg_class AS c ON c.oid = e.tableoid,
            LATERAL (
                SELECT nullif(min(p.first_seen), 'infinity') AS first_seen, nullif(max(p.last_seen), '-infinity') AS last_seen,
                       min(b.finished_at) AS created, max(b.finished_at) AS modified
                FROM heimdall._sightings(e.id) AS p JOIN heimdall.batch AS b ON b.id = p.batch
                WHERE ($3 IS NULL OR b.source = $3)
                  AND ($4 IS NULL AND $5 IS NULL OR p.last_seen >= coalesce($4, '-infinity')
                           AND p.first_seen <= coalesce($5, 'infinity') AND p.first_seen <= p.last_seen)
            ) AS s
            WHERE e.tlp <= $8 AND s.created IS NOT NULL
        ) AS r
        ORDER BY r.edge_type, r.from_key COLLATE "C", r.to_key COLLATE "C"$q$, own)
    USING kind, observables, source, since, until, max_tlp, namespace, highest;
END
$$;
