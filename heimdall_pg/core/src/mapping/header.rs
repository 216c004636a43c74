//! Is this a column name, or is it data?
//!
//! Column names are stored in clear, as names of properties. A dump without a header line would put its
//! first row there, and a JSON object keyed by address its addresses: neither is let through.

use crate::canonical::{Kind, kind_of};

/// Longest column name.
const MAX_NAME: usize = 128;

/// False where a name looks like a value: an address, a digest, a time, a number.
pub fn is_plausible_name(name: &str) -> bool {
    if name.len() > MAX_NAME || name.chars().any(char::is_control) || !name.chars().any(char::is_alphabetic) {
        return false;
    }
    match kind_of(name) {
        // `id.orig_h` and `user.name` have the shape of domain names.
        Some(guess) if guess.kind == Kind::Domain => name.split('.').count() <= 8,
        Some(guess) => guess.confidence < 0.6,
        None => true,
    }
}

/// The first column (from 1) whose name looks like a value.
///
/// # Errors
/// That column.
pub fn plausible_header(names: &[String]) -> Result<(), usize> {
    match names.iter().position(|name| !is_plausible_name(name)) {
        Some(at) => Err(at + 1),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_the_field_are_names() {
        for name in
            ["ts", "id.orig_h", "user.name", "Source Address", "src_ip", "@timestamp", "_path", "größe", "c"]
        {
            assert!(is_plausible_name(name), "{name}");
        }
    }

    #[test]
    fn data_is_no_name() {
        let values = [
            "10.0.0.1",
            "a@example.com",
            "2024-01-31T00:00:00Z",
            "1",
            "d41d8cd98f00b204e9800998ecf8427e",
            "",
            "a\tb",
        ];
        for value in values {
            assert!(!is_plausible_name(value), "{value}");
        }
    }
}
