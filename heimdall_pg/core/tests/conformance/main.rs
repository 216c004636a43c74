//! Canonicalisers and decoders against the published vectors of their field.
//!
//! The vectors are not part of the project. They are read from `$HEIMDALL_CORPORA`, or from
//! `shared/corpora` beside the work tree; a set that is not there is skipped, and the output says so. What
//! came of them is a table in the reference of canonical forms, which `make conformance` writes.

#![cfg(test)]

#[path = "../support/corpora.rs"]
mod corpora;
mod corpus;
mod csv;
mod defang;
mod detect;
mod ecs;
mod email;
mod formats;
mod iban;
mod ip;
mod json;
mod lines;
mod nmap;
mod personal;
mod public_suffix;
mod reference;
mod rows;
mod table;
mod text;
mod timestamp;
mod url;
mod web;
mod zeek;
