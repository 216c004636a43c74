//! Identifiers by their shape: letters and digits at fixed places, with the separators that people write.
//!
//! A shape is matched from the beginning of a word on, looks at each byte once, and never goes back: no separator is
//! a letter or a digit.

/// The characters of the longest identifier without its separators.
const MOST: usize = 24;

/// An identifier without separators, in capitals.
pub(super) struct Compact {
    bytes: [u8; MOST],
    len: usize,
}

impl Compact {
    const fn new() -> Compact {
        Compact { bytes: [0; MOST], len: 0 }
    }

    fn push(&mut self, byte: u8) -> bool {
        let place = self.bytes.get_mut(self.len);
        self.len += 1;
        place.map(|place| *place = byte.to_ascii_uppercase()).is_some()
    }

    pub(super) fn bytes(&self) -> &[u8] {
        self.bytes.get(..self.len).unwrap_or_default()
    }
}

/// Where the shape that begins at `start` ends, and what it holds.
///
/// In a shape `A` stands for a letter, `9` for a digit, `?` for either, `*` for the sign of a century in Finland, `_`
/// for a space or a hyphen or nothing, `~` for one of them or nothing, but the same at every place; others for
/// themselves.
pub(super) fn matched(shape: &str, text: &[u8], start: usize) -> Option<(usize, Compact)> {
    let mut compact = Compact::new();
    let mut at = start;
    let mut separator = None;
    for &sign in shape.as_bytes() {
        let byte = text.get(at).copied().unwrap_or(0);
        let fits = match sign {
            b'A' => byte.is_ascii_alphabetic() && compact.push(byte),
            b'9' => byte.is_ascii_digit() && compact.push(byte),
            b'?' => byte.is_ascii_alphanumeric() && compact.push(byte),
            b'*' => (matches!(byte, b'-' | b'+' | b'A'..=b'F' | b'U'..=b'Y')) && compact.push(byte),
            b'_' => {
                at += usize::from(matches!(byte, b' ' | b'-'));
                continue;
            }
            b'~' => {
                let here = Some(byte).filter(|byte| matches!(byte, b' ' | b'-'));
                if *separator.get_or_insert(here) != here {
                    return None;
                }
                at += usize::from(here.is_some());
                continue;
            }
            other => other == byte,
        };
        if !fits {
            return None;
        }
        at += 1;
    }
    Some((at, compact))
}

/// True where a word may have this shape that begins with so many letters and then digits.
pub(super) fn may_begin(shape: &str, letters: usize, digits: usize) -> bool {
    let signs = shape.as_bytes();
    let count = |from: usize, sign: u8| signs.iter().skip(from).take_while(|&&other| other == sign).count();
    let own_letters = count(0, b'A');
    let own_digits = count(own_letters, b'9');
    let next = signs.get(own_letters + own_digits);
    match next {
        Some(b'?') if own_digits == 0 => letters >= own_letters,
        Some(b'_' | b'~' | b'?') => letters == own_letters && digits >= own_digits,
        _ => letters == own_letters && digits == own_digits,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn compact(shape: &str, text: &str) -> Option<(usize, String)> {
        let (end, compact) = matched(shape, text.as_bytes(), 0)?;
        Some((end, String::from_utf8(compact.bytes().to_vec()).unwrap()))
    }

    #[test]
    fn separators() {
        for text in ["123-45-6789", "123 45 6789", "123456789"] {
            assert_eq!(compact("999~99~9999", text), Some((text.len(), "123456789".to_owned())), "{text}");
        }
        assert_eq!(compact("999~99~9999", "123-45 6789"), None);
        assert_eq!(compact("999_99_9999", "123-456789"), Some((10, "123456789".to_owned())));
        assert_eq!(compact("AA_99", "ab 12x"), Some((5, "AB12".to_owned())));
        assert_eq!(compact("999-99", "12345"), None);
        assert_eq!(compact("99", "1"), None);
        assert_eq!(compact(&"9".repeat(30), &"1".repeat(30)), None);
    }

    #[test]
    fn beginnings() {
        assert!(
            may_begin("AA_99_99A", 2, 0) && may_begin("AA_99_99A", 2, 4) && !may_begin("AA_99_99A", 1, 4)
        );
        assert!(may_begin("999-99", 0, 3) && !may_begin("999-99", 0, 4));
        assert!(may_begin("99~9", 0, 3) && !may_begin("99~9", 0, 1));
        assert!(may_begin("A????", 3, 1) && !may_begin("A????", 0, 4));
    }
}
