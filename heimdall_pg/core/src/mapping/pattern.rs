//! Patterns of a mapping: regular expressions that take time linear in the value, whatever they say.

use regex::{Regex, RegexBuilder};

use super::check::{MappingError, fault};

/// Longest pattern, in bytes.
const MAX_PATTERN: usize = 1000;

/// Memory that a compiled pattern may take, in bytes, and as much again for what it remembers while it runs.
const MAX_COMPILED: usize = 1 << 20;

/// A pattern, compiled; none where it cannot be.
pub(super) fn compile(pattern: &str) -> Option<Regex> {
    let built = RegexBuilder::new(pattern).size_limit(MAX_COMPILED).dfa_size_limit(MAX_COMPILED).build();
    built.ok().filter(|_| pattern.len() <= MAX_PATTERN)
}

/// Fails where a pattern cannot be compiled.
pub(super) fn check_pattern(path: &str, pattern: &str) -> Result<(), MappingError> {
    if pattern.len() > MAX_PATTERN {
        return fault(path, format!("is longer than {MAX_PATTERN} bytes"));
    }
    match compile(pattern) {
        Some(_) => Ok(()),
        None => fault(path, "is no regular expression, or one that takes too much memory"),
    }
}
