//! Forms of export in SQL.

use heimdall_core::exchange::{self, csv, stix};
use pgrx::prelude::*;
use pgrx::{JsonB, Uuid};

/// True where the value of a key is in clear; a `Hash` may be keyed nevertheless.
#[pg_extern(immutable, strict, parallel_safe, name = "_is_clear")]
pub fn is_clear(key: &str) -> bool {
    exchange::is_clear(key)
}

/// A value as a field of CSV that no spreadsheet takes for a formula.
#[pg_extern(immutable, strict, parallel_safe, name = "_csv_field")]
pub fn csv_field(value: &str) -> String {
    csv::field(value)
}

/// The STIX 2.1 observable of a key of the registry; NULL where there is none, or the value is not in clear.
#[pg_extern(immutable, strict, parallel_safe, name = "_stix_observable")]
pub fn stix_observable(key: &str) -> Option<JsonB> {
    stix::observable(key).map(JsonB)
}

/// The id of an object that is no observable, in the namespace of this database.
#[pg_extern(immutable, strict, parallel_safe, name = "_stix_id")]
pub fn stix_id(kind: &str, namespace: Uuid, name: &str) -> String {
    let namespace = namespace.as_bytes().iter().fold(0u128, |number, byte| number << 8 | u128::from(*byte));
    stix::own_id(kind, namespace, name)
}

/// A type of edge as the type of a relationship.
#[pg_extern(immutable, strict, parallel_safe, name = "_stix_relationship_type")]
pub fn stix_relationship_type(edge_type: &str) -> String {
    stix::relationship_type(edge_type)
}
