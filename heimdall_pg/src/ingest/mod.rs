//! The ways in. All of them end in [`upload::Upload`]: one pipeline, one transaction, one report.

mod functions;
mod inbox;
mod preview;
mod report;
mod upload;

pub use inbox::register_callbacks;
