//! Canonicalisers and decoders against the published vectors of their field.
//!
//! The vectors are not part of the project. They are read from `$HEIMDALL_CORPORA`, or from
//! `shared/corpora` beside the work tree; a set that is not there is skipped, and the output says so. What
//! came of them is a table in the reference of canonical forms, which `make conformance` writes.

#[cfg(test)]
#[path = "../support/corpora.rs"]
mod corpora;
#[cfg(test)]
mod corpus;
#[cfg(test)]
mod csv;
#[cfg(test)]
mod defang;
#[cfg(test)]
mod detect;
#[cfg(test)]
mod ecs;
#[cfg(test)]
mod email;
#[cfg(test)]
mod formats;
#[cfg(test)]
mod iban;
#[cfg(test)]
mod ip;
#[cfg(test)]
mod json;
#[cfg(test)]
mod lines;
#[cfg(test)]
mod nmap;
#[cfg(test)]
mod personal;
#[cfg(test)]
mod public_suffix;
#[cfg(test)]
mod reference;
#[cfg(test)]
mod rows;
#[cfg(test)]
mod table;
#[cfg(test)]
mod text;
#[cfg(test)]
mod timestamp;
#[cfg(test)]
mod url;
#[cfg(test)]
mod web;
#[cfg(test)]
mod zeek;
