-- Why somebody sees a record, or does not.

-- Step by step: what the role is, its clearance, the record, its mark and which batches gave it, and the verdict, with
-- what to grant. Auditors and administrators may ask about every record, and get no value of it. Anybody else is told of a
-- record that he is not cleared for what he is told of one that is not there. Every question leaves a trace.
CREATE FUNCTION heimdall.explain_access(role name, kind text, value text)
RETURNS TABLE (what text, verdict text, reason text)
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    levels CONSTANT text[] := ARRAY['heimdall_tlp_clear', 'heimdall_tlp_green', 'heimdall_tlp_amber',
                                    'heimdall_tlp_amber_strict', 'heimdall_tlp_red'];
    -- As high as who asks may know; in here the current user is the owner.
    known smallint := CASE WHEN pg_has_role(heimdall._outer_user(), 'heimdall_auditor', 'USAGE')
                             OR pg_has_role(heimdall._outer_user(), 'heimdall_admin', 'USAGE') THEN 4
                           ELSE heimdall._clearance_of(heimdall._outer_user()) END;
    subject record;
    clearance smallint;
    is_analyst boolean;
    hit record;
    is_there boolean := false;
BEGIN
    SELECT r.oid, r.rolsuper INTO subject FROM pg_roles AS r WHERE r.rolname = explain_access.role;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'there is no role "%"', role USING ERRCODE = 'undefined_object';
    END IF;
    PERFORM heimdall._audit_alone('access.explain', role::text, jsonb_build_object('kind', kind));
    IF subject.rolsuper THEN
        RETURN QUERY SELECT 'role', 'superuser', 'A superuser reads every row.';
    END IF;
    is_analyst := pg_has_role(subject.oid, 'heimdall_analyst', 'USAGE');
    RETURN QUERY SELECT 'membership', CASE WHEN is_analyst THEN 'analyst' ELSE 'no analyst' END,
        CASE WHEN is_analyst THEN 'It may ask questions.'
             WHEN pg_has_role(subject.oid, 'heimdall_analyst', 'MEMBER')
             THEN 'It has heimdall_analyst without inheriting it: SET ROLE heimdall_analyst, or grant it WITH INHERIT TRUE.'
             ELSE format('It may not read the graph: GRANT heimdall_analyst TO %I', role) END;
    clearance := heimdall._clearance_of(subject.oid);
    RETURN QUERY SELECT 'clearance', coalesce(heimdall.tlp_name(clearance), 'none'),
        CASE WHEN clearance < 0 THEN 'It has none of the roles heimdall_tlp_…, and sees no record.'
             ELSE format('The highest of its roles is %s.', levels[clearance + 1]) END;
    FOR hit IN
        SELECT n.gid, n.tlp
        FROM unnest(heimdall._lookup_keys(kind, explain_access.value)) AS k (key)
        JOIN heimdall.node AS n ON n.key = k.key COLLATE "C"
        WHERE n.tlp <= known
    LOOP
        is_there := true;
        RETURN QUERY SELECT 'record', 'there', NULL::text;
        RETURN QUERY SELECT 'mark', heimdall.tlp_name(hit.tlp), coalesce((
            SELECT 'Given by ' || string_agg(
                       CASE WHEN m.place <= 5 THEN format('batch %s of the source %s', m.id, m.source) END, ', ' ORDER BY m.place)
                   || CASE WHEN count(*) > 5 THEN format(' and %s more.', count(*) - 5) ELSE '.' END
            FROM (
                SELECT b.id, b.source, row_number() OVER (ORDER BY b.id) AS place
                FROM (SELECT DISTINCT p.batch FROM heimdall._sightings(hit.gid) AS p) AS s
                JOIN heimdall.batch AS b ON b.id = s.batch
                WHERE b.tlp = hit.tlp
            ) AS m), 'Given by no batch that is stored.');
        RETURN QUERY SELECT 'access',
            CASE WHEN is_analyst AND clearance >= hit.tlp THEN 'visible' ELSE 'hidden' END,
            coalesce(nullif(concat_ws('; ',
                CASE WHEN NOT is_analyst THEN format('GRANT heimdall_analyst TO %I', role) END,
                CASE WHEN clearance < hit.tlp THEN format('GRANT %I TO %I', levels[hit.tlp + 1], role) END), ''),
                'The mark is no higher than the clearance.');
    END LOOP;
    IF NOT is_there THEN
        RETURN QUERY SELECT 'record', 'not there',
            CASE WHEN known = 4 THEN 'Nothing with that value is stored.'
                 ELSE 'Nothing with that value is stored, or you are not cleared for it.' END;
    END IF;
END
$$;
