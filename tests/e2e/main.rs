//! End-to-end tests: over the wire, against a server that the run has started, each in a database of its own.

mod backup;
mod canonical;
mod change_log;
mod concurrency;
mod derived;
mod dumps;
mod duplicates;
mod errors;
mod hijack;
mod inference;
mod install;
mod paths;
mod properties;
mod protection;
mod questions;
mod rejects;
mod roles;
mod search;
mod spelling;
mod timeline;
mod tlp;
mod top;
mod transactions;
mod ways;
