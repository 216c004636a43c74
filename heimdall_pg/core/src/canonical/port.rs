//! Port numbers of TCP, UDP and their like: 16 bits (RFC 6335).

use std::borrow::Cow;

use super::limit::trimmed;
use super::{CanonicalError, Kind};

/// The canonical text of a port: its number, from 0 to 65535, without leading zeros or a protocol.
pub fn canonical_port(raw: &str) -> Result<Cow<'_, str>, CanonicalError> {
    let error = |reason| Err(CanonicalError::new(Kind::Port, reason));
    let value = trimmed(Kind::Port, raw)?;
    if !value.bytes().all(|b| b.is_ascii_digit()) {
        return error("not a number");
    }
    if value.len() > 1 && value.starts_with('0') {
        return error("a leading zero");
    }
    if value.parse::<u16>().is_err() {
        return error("more than 65535");
    }
    Ok(Cow::Borrowed(value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_16_bits() {
        for (raw, text) in [("443", "443"), (" 0 ", "0"), ("65535", "65535")] {
            assert_eq!(canonical_port(raw).unwrap(), text);
        }
        for raw in ["", "65536", "0443", "-1", "+1", "443/tcp", "https", "٤"] {
            assert!(canonical_port(raw).is_err(), "{raw}");
        }
    }
}
