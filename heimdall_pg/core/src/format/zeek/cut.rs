//! Where the columns of a line end.
//!
//! The fields of a log are short: looking for one separator after the other costs more than the bytes between them.
//! So a line is looked at once, eight bytes at a time.

const ONES: u64 = u64::from_ne_bytes([1; 8]);
const LOW_BITS: u64 = u64::from_ne_bytes([0x7f; 8]);

/// Puts the places of an ASCII separator, and the length of the line, into `ends`.
pub(super) fn cut(line: &[u8], separator: u8, ends: &mut Vec<usize>) {
    ends.clear();
    let pattern = ONES * u64::from(separator);
    let (words, rest) = line.as_chunks::<8>();
    let mut at = 0;
    for word in words {
        let differing = u64::from_le_bytes(*word) ^ pattern;
        // The high bit of each byte that is zero, exactly: nothing carries from one byte to the next.
        let mut equal = !(((differing & LOW_BITS) + LOW_BITS) | differing | LOW_BITS);
        while equal != 0 {
            ends.push(at + (equal.trailing_zeros() / 8) as usize);
            equal &= equal - 1;
        }
        at += 8;
    }
    ends.extend(rest.iter().enumerate().filter(|(_, byte)| **byte == separator).map(|(place, _)| at + place));
    ends.push(line.len());
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::cut;

    proptest! {
        #[test]
        fn separators_are_found(line in prop::collection::vec(prop_oneof![Just(9u8), Just(8), Just(0x89), any::<u8>()], 0..80)) {
            let mut ends = Vec::new();
            cut(&line, b'\t', &mut ends);
            let expected = line.iter().enumerate().filter(|(_, byte)| **byte == b'\t').map(|(at, _)| at);
            prop_assert_eq!(ends, expected.chain([line.len()]).collect::<Vec<_>>());
        }
    }
}
