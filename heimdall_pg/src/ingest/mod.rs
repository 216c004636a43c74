//! The ways in. All of them end in [`upload::Upload`]: one pipeline, one transaction, one report.

mod dump;
mod functions;
mod inbox;
mod preview;
mod report;
mod retry;
mod upload;

pub use inbox::register_callbacks;
