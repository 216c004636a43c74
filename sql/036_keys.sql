-- Keys: what there is, retiring and destroying. See docs/decisions/0024-keys.md. Wrapping them anew is in Rust.

-- Every data key: how much was sealed with it, which master key has wrapped it (by its fingerprint), and which of those
-- that the server has opens it now: 'current', 'previous', or NULL where none does. No key is in it.
CREATE FUNCTION heimdall.key_status()
RETURNS TABLE (
    id integer, source text, created_at timestamptz, retired_at timestamptz, destroyed_at timestamptz, sealed bigint,
    master_key text, opened_by text
)
LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    SELECT k.id, k.source, k.created_at, k.retired_at, k.destroyed_at,
           (SELECT coalesce(sum(b.sealed), 0)::bigint FROM heimdall.batch AS b WHERE b.data_key = k.id),
           k.master_key, heimdall._data_key_opened_by(k.id, k.wrapped)
    FROM heimdall.data_key AS k
    ORDER BY k.id;
END;

-- Whether the hash key that the server has is the one with which what is stored was hashed. With another, nothing is stored,
-- and what is stored under a hash is not found.
CREATE FUNCTION heimdall.hash_key_fits() RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    SELECT NOT EXISTS (SELECT FROM heimdall.data_key AS k WHERE k.hash_key <> heimdall._hash_key_fingerprint());
END;

-- Retires the data keys in use, of one source or of all, and gives their number: the next batch makes a new one. What
-- they have sealed stays readable. A batch that is being written goes on with the key that it has.
CREATE FUNCTION heimdall.rotate_data_key(source text DEFAULT NULL) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    retired integer[];
BEGIN
    IF source IS NOT NULL AND NOT EXISTS (SELECT FROM heimdall.source AS s WHERE s.name = rotate_data_key.source) THEN
        RAISE EXCEPTION 'there is no source "%"', source USING ERRCODE = 'undefined_object';
    END IF;
    WITH rotated AS (
        UPDATE heimdall.data_key AS k SET retired_at = now()
        WHERE k.retired_at IS NULL AND (rotate_data_key.source IS NULL OR k.source = rotate_data_key.source)
        RETURNING k.id)
    SELECT array_agg(r.id ORDER BY r.id) INTO retired FROM rotated AS r;
    PERFORM heimdall._audit('key.rotate', coalesce('source ' || source, 'all sources'), jsonb_build_object('retired', coalesce(retired, '{}')));
    RETURN coalesce(cardinality(retired), 0);
END
$$;

-- Destroys a data key, and with it whatever was sealed with it: how many values that were is given. Uploads that are
-- using it are waited for. The row stays and says so. The key is in deleted rows until they are vacuumed, and in older
-- backups and WAL: wrapped, so that it takes the master key to use it.
CREATE FUNCTION heimdall.destroy_data_key(id integer, reason text) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    own heimdall.data_key;
    lost bigint;
BEGIN
    IF coalesce(btrim(reason), '') = '' THEN
        RAISE EXCEPTION 'a data key is not destroyed without a reason' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    SELECT * INTO own FROM heimdall.data_key AS k WHERE k.id = destroy_data_key.id FOR UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'there is no data key %', id USING ERRCODE = 'undefined_object', HINT = 'See heimdall.key_status().';
    END IF;
    IF own.destroyed_at IS NOT NULL THEN
        RAISE EXCEPTION 'data key % was destroyed at %', id, own.destroyed_at USING ERRCODE = 'object_not_in_prerequisite_state';
    END IF;
    UPDATE heimdall.data_key AS k
    SET wrapped = NULL, destroyed_at = now(), retired_at = coalesce(k.retired_at, now())
    WHERE k.id = destroy_data_key.id;
    SELECT coalesce(sum(b.sealed), 0) INTO lost FROM heimdall.batch AS b WHERE b.data_key = destroy_data_key.id;
    PERFORM heimdall._audit('key.destroy', 'data key ' || id, jsonb_build_object('source', own.source, 'sealed', lost, 'reason', reason));
    RAISE NOTICE 'the wrapped key is in a deleted row until it is vacuumed' USING ERRCODE = 'VH003', HINT = 'VACUUM heimdall.data_key;';
    RETURN lost;
END
$$;
