//! Look-alikes in SQL: embeddings as `real[]`, which pgvector takes for its own types.

use heimdall_core::canonical::{self, Kind};
use heimdall_core::similar;
use pgrx::prelude::*;

use crate::canonical::invalid;
use crate::error::Error;

/// Raised where a value gets another embedding than before: stored ones are made anew then.
#[pg_extern(immutable, parallel_safe, name = "_embedding_version")]
pub fn embedding_version() -> i32 {
    i32::try_from(similar::VERSION).unwrap_or(i32::MAX)
}

/// The embedding of what a key of the registry stands for; NULL for labels that have none and for digests.
#[pg_extern(immutable, strict, parallel_safe, name = "_embedding")]
pub fn embedding(key: &str) -> Option<Vec<f32>> {
    similar::embedding_key(key)
}

/// The runs of three bytes that a value has and whoever holds it in its midst has to have.
#[pg_extern(immutable, strict, parallel_safe, name = "_grams")]
pub fn grams(value: &str) -> Vec<i32> {
    heimdall_core::grams::grams(value)
}

/// What to look for when the look-alikes of a value are wanted: their label, the key that the value itself has, and
/// one row for each vector to look near to.
#[pg_extern(immutable, parallel_safe, name = "_look_alike_probes")]
pub fn look_alike_probes(
    value: Option<&str>,
    kind: Option<&str>,
) -> TableIterator<'static, (name!(label, String), name!(own, String), name!(probe, Vec<f32>))> {
    let Some(value) = value else { return TableIterator::new(Vec::new()) };
    let kind = kind.map(|kind| match Kind::from_name(kind) {
        Some(kind @ (Kind::Domain | Kind::Url)) => kind,
        _ => Error::new(
            PgSqlErrorCode::ERRCODE_INVALID_PARAMETER_VALUE,
            "there are no look-alikes of that kind",
        )
        .hint("The kinds are: domain, url.")
        .raise(),
    });
    let probes = similar::probes(value, kind).unwrap_or_else(|error| invalid(&error).raise());
    let label = probes.kind.label().to_owned();
    let own = format!("{label}:{}", probes.own);
    let rows: Vec<_> = probes.vectors.into_iter().map(|probe| (label.clone(), own.clone(), probe)).collect();
    TableIterator::new(rows)
}

/// The embedding of a domain name in any spelling.
#[pg_extern(immutable, strict, parallel_safe, name = "_embedding_domain")]
pub fn embedding_domain(value: &str) -> Vec<f32> {
    let domain = canonical::canonical_observable(Kind::Domain, value);
    similar::embedding_domain(&domain.unwrap_or_else(|error| invalid(&error).raise()))
}
