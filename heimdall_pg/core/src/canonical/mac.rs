//! MAC addresses: EUI-48 and EUI-64 (IEEE 802) in lower case with colons.

use std::borrow::Cow;

use super::limit::trimmed;
use super::{CanonicalError, Kind};

/// The canonical text of a MAC address.
///
/// Read are octets with `:` or `-`, groups of four or six digits with `:`, `-` or `.`, and bare digits.
pub fn canonical_mac(raw: &str) -> Result<Cow<'_, str>, CanonicalError> {
    let value = trimmed(Kind::Mac, raw)?;
    let mut octets = Octets::default();
    let mut separator = None;
    let (mut group, mut group_length) = (0, None);
    for byte in value.bytes() {
        if let Some(digit) = (byte as char).to_digit(16) {
            octets.push(digit as u8);
            group += 1;
            continue;
        }
        if !matches!(byte, b':' | b'-' | b'.') || separator.is_some_and(|first| first != byte) {
            return Err(error("it holds other characters than digits and one separator"));
        }
        if *group_length.get_or_insert(group) != group {
            return Err(error("the groups differ in length"));
        }
        separator = Some(byte);
        group = 0;
    }
    if group_length.is_some_and(|length| length != group || !matches!(length, 2 | 4 | 6)) {
        return Err(error("the groups differ in length"));
    }
    if !matches!(octets.digits, 12 | 16) {
        return Err(error("it has neither 12 nor 16 digits"));
    }
    let canonical = separator == Some(b':') && group_length == Some(2);
    if canonical && !value.bytes().any(|b| b.is_ascii_uppercase()) {
        return Ok(Cow::Borrowed(value));
    }
    Ok(Cow::Owned(octets.text()))
}

/// True where the value has the separators of a MAC address: bare digits may be anything.
pub(super) fn is_separated(value: &str) -> bool {
    value.bytes().any(|b| matches!(b, b':' | b'-' | b'.'))
}

#[derive(Default)]
struct Octets {
    bytes: [u8; 8],
    digits: usize,
}

impl Octets {
    fn push(&mut self, digit: u8) {
        if let Some(byte) = self.bytes.get_mut(self.digits / 2) {
            *byte = *byte << 4 | digit;
        }
        self.digits += 1;
    }

    fn text(&self) -> String {
        let mut text = String::with_capacity(23);
        for (index, byte) in self.bytes.iter().take(self.digits / 2).enumerate() {
            if index > 0 {
                text.push(':');
            }
            for digit in [byte >> 4, byte & 0xf] {
                text.push((if digit < 10 { b'0' + digit } else { b'a' + digit - 10 }) as char);
            }
        }
        text
    }
}

fn error(reason: &'static str) -> CanonicalError {
    CanonicalError::new(Kind::Mac, reason)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_one_address() {
        for raw in [
            "00:1a:2b:3c:4d:5e",
            "00-1A-2B-3C-4D-5E",
            "001a.2b3c.4d5e",
            "001A2B3C4D5E",
            "001a2b:3c4d5e",
            " 00:1A:2b:3c:4d:5e ",
        ] {
            assert_eq!(canonical_mac(raw).unwrap(), "00:1a:2b:3c:4d:5e", "{raw}");
        }
        assert_eq!(canonical_mac("001a.2bff.fe3c.4d5e").unwrap(), "00:1a:2b:ff:fe:3c:4d:5e");
        assert!(matches!(canonical_mac("00:1a:2b:3c:4d:5e"), Ok(Cow::Borrowed(_))));
    }

    #[test]
    fn others_are_refused() {
        for raw in ["", ":", "00:1a:2b:3c:4d", "00:1a-2b:3c:4d:5e", "00:1a:2b:3c:4d:5g", "0:1a:2b:3c:4d:5e"] {
            assert!(canonical_mac(raw).is_err(), "{raw}");
        }
        for raw in ["001a:2b3c4d5e", "00:1a:2b:3c:4d:5e:", "001:a2b:3c4:d5e", "é0:1a:2b:3c:4d:5e"] {
            assert!(canonical_mac(raw).is_err(), "{raw}");
        }
    }
}
