//! Everything of Heimdall that needs no database: bytes → records → entities → batch.
//!
//! Modules depend downwards only: `pipeline` → `batch` → `mapping` → `protect`, `format`, `canonical`.

pub mod canonical;
pub mod protect;
