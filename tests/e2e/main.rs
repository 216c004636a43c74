//! End-to-end tests: over the wire, against a server that the run has started, each in a database of its own.

mod backup;
mod canonical;
mod change_log;
mod check;
mod concurrency;
mod derived;
mod dumps;
mod duplicates;
mod elsewhere;
mod errors;
mod hijack;
mod inference;
mod install;
mod properties;
mod protection;
mod questions;
mod rejects;
mod restore;
mod roles;
mod spelling;
mod tlp;
mod transactions;
mod ways;
