-- The typed inbox: three triggers on every view in heimdall_in, in Rust.
CREATE FUNCTION heimdall._inbox_begin() RETURNS trigger LANGUAGE c AS 'MODULE_PATHNAME', 'heimdall_inbox_begin';
CREATE FUNCTION heimdall._inbox_row() RETURNS trigger LANGUAGE c AS 'MODULE_PATHNAME', 'heimdall_inbox_row';
CREATE FUNCTION heimdall._inbox_end() RETURNS trigger LANGUAGE c AS 'MODULE_PATHNAME', 'heimdall_inbox_end';
