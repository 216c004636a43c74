//! Everything of Heimdall that needs no database: bytes → records → entities → batch.
//!
//! Modules depend downwards only: `pipeline`, `preset` → `batch` → `mapping` → `format`, `protect`, `canonical`.

pub mod audit;
pub mod batch;
pub mod canonical;
pub mod cypher;
pub mod detect;
pub mod exchange;
pub mod format;
pub mod grams;
pub mod mapping;
pub mod pipeline;
pub mod preset;
pub mod protect;
pub mod redact;
pub mod similar;
pub mod subject;
