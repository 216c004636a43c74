-- What version 0.2.0 makes or drops once. Functions and views are replaced by themselves, grants are written anew.
-- A line `-- include 084_x.sql` stands for what that file makes besides functions and views.

-- include 081_readers.sql

ALTER TABLE heimdall.provenance SET (autovacuum_vacuum_insert_scale_factor = 0.02);
