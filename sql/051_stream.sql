-- Where the bytes of any dump go: COPY heimdall_in.stream (source, chunk) FROM STDIN BINARY. One statement is one dump of one
-- source, its chunks in order and cut anywhere. A view in which nothing is ever stored, like the inboxes.
CREATE FUNCTION heimdall._stream_begin() RETURNS trigger LANGUAGE c AS 'MODULE_PATHNAME', 'heimdall_stream_begin';
CREATE FUNCTION heimdall._stream_row() RETURNS trigger LANGUAGE c AS 'MODULE_PATHNAME', 'heimdall_stream_row';
CREATE FUNCTION heimdall._stream_end() RETURNS trigger LANGUAGE c AS 'MODULE_PATHNAME', 'heimdall_stream_end';

CREATE VIEW heimdall_in.stream AS
    SELECT NULL::pg_catalog.text AS source, NULL::pg_catalog.bytea AS chunk WHERE false;

CREATE TRIGGER inbox_1_begin BEFORE INSERT ON heimdall_in.stream
    FOR EACH STATEMENT EXECUTE FUNCTION heimdall._stream_begin();
CREATE TRIGGER inbox_2_row INSTEAD OF INSERT ON heimdall_in.stream
    FOR EACH ROW EXECUTE FUNCTION heimdall._stream_row();
CREATE TRIGGER inbox_3_end AFTER INSERT ON heimdall_in.stream
    FOR EACH STATEMENT EXECUTE FUNCTION heimdall._stream_end();
