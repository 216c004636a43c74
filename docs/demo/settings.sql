-- How every step of the demo runs and prints.
\set QUIET on
\set ON_ERROR_STOP on
\pset pager off
\pset footer off
\pset null ''
SET client_min_messages = warning;
SET timezone = 'UTC';
SET search_path = ag_catalog, public;
