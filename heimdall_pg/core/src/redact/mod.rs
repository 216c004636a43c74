//! What of a statement, and of a report about it, a log may show.
//!
//! A statement that has to do with Heimdall and holds values is hidden as a whole: a mistake in its quotes makes any
//! finer reading of it wrong, and that is when it is logged.

mod mention;
mod report;
mod values;

pub use mention::{is_ours, named};
pub use report::{before_value, place, statement_of, without_quoted};
pub use values::is_free_of_values;

#[cfg(test)]
mod tests;
