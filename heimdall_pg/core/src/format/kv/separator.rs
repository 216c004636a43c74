//! What stands between the pairs of a line.

use super::quoted::Quotes;

/// Candidates beside spaces, the first of equals first.
const CANDIDATES: [u8; 4] = [b'\t', b';', b',', b'|'];

/// The separator of a line; `None` where it is spaces.
///
/// Counted is what precedes the keys. One that precedes at least half as many as spaces do is it: in
/// `Device Port=1, Device Name=x` keys have spaces, in `msg=a, b user=x src=y` a value has a comma.
pub(super) fn of(text: &str) -> Option<u8> {
    let bytes = text.as_bytes();
    let mut counts = [0_usize; CANDIDATES.len()];
    let mut spaces = 0_usize;
    let mut quotes = Quotes::default();
    let mut from = 0;
    while let Some(at) = bytes.get(from..).and_then(|rest| memchr::memchr(b'=', rest)) {
        let before = bytes.get(from..from + at).unwrap_or_default();
        let at = from + at;
        from = match text.get(at + 1..).and_then(|value| quotes.end(value)) {
            Some(end) => at + 1 + end,
            None => at + 1,
        };
        let key = before.iter().rev().take_while(|byte| is_of_key(**byte)).count();
        let between = before.get(..before.len() - key).unwrap_or_default();
        if between.last().is_some_and(|last| *last == b' ') {
            spaces += 1;
        }
        let mark =
            if between.last() == Some(&b'\t') { Some(&b'\t') } else { between.trim_ascii_end().last() };
        if let Some(count) = CANDIDATES
            .iter()
            .zip(&mut counts)
            .find_map(|(candidate, count)| (Some(candidate) == mark).then_some(count))
        {
            *count += 1;
        }
    }
    let (count, separator) =
        counts.into_iter().zip(CANDIDATES).rev().max_by_key(|(count, _)| *count).unwrap_or((0, b' '));
    (count > 0 && count * 2 >= spaces).then_some(separator)
}

fn is_of_key(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte >= 0x80 || b"_.-[]@:\"'/".contains(&byte)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn separators_are_what_precedes_keys() {
        for (text, separator) in [
            ("a=1 b=2 c=3", None),
            ("a=1, b=2, c=3", Some(b',')),
            ("a=1,b=2", Some(b',')),
            ("a=1;b=x y;c=2", Some(b';')),
            ("a=1\tb=x y\tc=2", Some(b'\t')),
            ("a=1 | b=2", Some(b'|')),
            ("a b=1, c d=2, e=3, f=4", Some(b',')),
            ("a=x, y b=1 c=2 d=3", None),
            ("a=\"x, b=1, c=2\" d=1 e=2", None),
            ("a=\"open, b=1 c=2 d=3", None),
            ("a=1", None),
            ("", None),
        ] {
            assert_eq!(of(text), separator, "{text}");
        }
    }
}
