//! National identifiers: a shape, a check of its digits, and how likely it is meant with and without a word that says so.
//!
//! The likelihoods are judgements with one aim: what logs are full of (plain runs of digits, with one check digit or
//! none) stays below the limit of [`Options`](super::Options) unless a word before it speaks for it.

mod americas;
mod asia_pacific;
mod check;
mod europe;
mod shapes;

use super::Kind;
pub(super) use check::luhn;
pub(super) use shapes::at as shapes_at;

/// One way to write an identifier.
pub(super) struct Shape {
    pub(super) kind: Kind,
    /// See [`template`](super::template).
    pub(super) shape: &'static str,
    /// Whether the characters fit, in capitals and without separators.
    pub(super) check: fn(&[u8]) -> bool,
    /// How likely it is meant where nothing speaks for it.
    pub(super) alone: f64,
    /// How likely it is meant behind a word that speaks for it.
    pub(super) near: f64,
}

/// A row of a table.
const fn id(kind: Kind, shape: &'static str, check: fn(&[u8]) -> bool, alone: f64, near: f64) -> Shape {
    Shape { kind, shape, check, alone, near }
}
