//! The presets against the dumps that they are for, and against the pages that tell of them.
//!
//! Dumps that others have published are not part of the project: they are read from `$HEIMDALL_CORPORA`, or from
//! `shared/corpora` beside the work tree, and a set that is not there is skipped, and the output says so.

#![cfg(test)]

mod corpora;
mod fixtures;
mod graph;
mod page;
mod pairs;
mod protection;
mod sets;
#[path = "../support/corpora.rs"]
mod support;
mod vocabulary;
