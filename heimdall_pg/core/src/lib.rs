//! Everything of Heimdall that needs no database: bytes → records → entities → batch.
//!
//! Modules depend downwards only: [`canonical`] knows no other module of this crate.

pub mod canonical;
