-- What version 0.2.0 makes or drops once. Functions and views are replaced by themselves, grants are written anew.
-- A line `-- include 084_x.sql` stands for what that file makes besides functions and views.

-- Sightings of records that a batch makes itself go into runs; those of before stay as they are. The view of the
-- former name is made with the others.
ALTER TABLE heimdall.provenance RENAME TO sighting;
ALTER TABLE heimdall.sighting RENAME CONSTRAINT provenance_pkey TO sighting_pkey;
ALTER INDEX heimdall.provenance_batch RENAME TO sighting_batch;
-- include 024_sightings.sql
