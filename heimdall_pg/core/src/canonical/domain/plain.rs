//! Names in ASCII without A-labels, as nearly all are: checked in one pass.

use super::MAX_LABEL;

/// A name of which nothing has to be encoded, at the beginning of some bytes.
pub(in crate::canonical) struct PlainName {
    /// Its length; what stands behind it is a part of no name, or the bytes end.
    pub(in crate::canonical) len: usize,
    /// It has capitals.
    pub(in crate::canonical) upper: bool,
    /// Where its last label begins.
    pub(in crate::canonical) last: usize,
    /// Its last label is a number.
    pub(in crate::canonical) number: bool,
}

const LOWER: u8 = 1;
const DIGIT: u8 = 2;
const UPPER: u8 = 4;
/// From here on what no label holds.
const DOT: u8 = 8;
const OTHER: u8 = 9;

const CLASSES: [u8; 256] = classes();

const fn classes() -> [u8; 256] {
    let mut classes = [OTHER; 256];
    let mut byte = 0;
    while byte < 256 {
        classes[byte] = match byte as u8 {
            b'a'..=b'z' | b'-' | b'_' => LOWER,
            b'0'..=b'9' => DIGIT,
            b'A'..=b'Z' => UPPER,
            b'.' => DOT,
            _ => OTHER,
        };
        byte += 1;
    }
    classes
}

impl PlainName {
    /// `None` where there is none, or where it takes more than one pass to tell.
    pub(in crate::canonical) fn of(bytes: &[u8]) -> Option<Self> {
        let (mut last, mut seen, mut all) = (0, 0, 0);
        let mut len = bytes.len();
        for (at, &byte) in bytes.iter().enumerate() {
            let class = CLASSES.get(usize::from(byte)).copied().unwrap_or(OTHER);
            if class < DOT {
                seen |= class;
                continue;
            }
            if class == OTHER {
                len = at;
                break;
            }
            if !is_plain_label(bytes.get(last..at)?) {
                return None;
            }
            (last, all, seen) = (at + 1, all | seen, 0);
        }
        is_plain_label(bytes.get(last..len)?).then_some(Self {
            len,
            upper: (all | seen) & UPPER != 0,
            last,
            number: seen == DIGIT,
        })
    }
}

/// Of the right length, and no A-label, whose Punycode has to be checked.
fn is_plain_label(label: &[u8]) -> bool {
    let a_label = match label {
        [b'x' | b'X', b'n' | b'N', b'-', b'-', ..] => true,
        [] => return false,
        _ => false,
    };
    label.len() <= MAX_LABEL && !a_label
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ends_where_the_name_ends() {
        let plain = |text: &str| PlainName::of(text.as_bytes()).map(|name| (name.len, name.last));
        assert_eq!(plain("example.org"), Some((11, 8)));
        assert_eq!(plain("a.b:80/c.d"), Some((3, 2)));
        assert_eq!(plain("localhost"), Some((9, 0)));
        for text in ["", ".", "a.", ".a", "a..b", "a.xn--b", "XN--b.a", "é", "/"] {
            assert_eq!(plain(text), None, "{text}");
        }
        assert_eq!(plain(&"a".repeat(64)), None);
        assert!(PlainName::of(b"a.12").is_some_and(|name| name.number && !name.upper));
        assert!(PlainName::of(b"A.1b").is_some_and(|name| !name.number && name.upper));
    }
}
