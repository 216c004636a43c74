//! Canonical forms: two spellings of one thing give one text.

mod kind;

pub use kind::Kind;
