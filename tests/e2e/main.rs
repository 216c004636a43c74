//! End-to-end tests: over the wire, against a server that the run has started, each in a database of its own.

mod backup;
mod duplicates;
mod dumps;
mod inference;
mod install;
mod spelling;
mod ways;
