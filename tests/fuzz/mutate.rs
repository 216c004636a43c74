//! Mutants of samples, for runs without coverage: cheap, repeatable by their seed, and everywhere.

use fastrand::Rng;

/// Pieces that parsers look for.
const TOKENS: [&str; 34] = [
    ".",
    ":",
    "/",
    "//",
    "@",
    "%",
    "%25",
    "[",
    "]",
    "[.]",
    "(dot)",
    "hxxp",
    "http://",
    "xn--",
    "::",
    "\"",
    "\\",
    "\r\n",
    "\n",
    ",",
    "{",
    "}",
    "0",
    "9999999999",
    "-",
    "+",
    "T",
    "Z",
    " ",
    "\u{0}",
    "\u{130}",
    "。",
    "\u{301}",
    "\u{feff}",
];

/// The longest mutant, in bytes.
const LONGEST: usize = 4096;

/// A mutant of the sample: some pieces of it moved, repeated, cut, replaced, or mixed with the other's.
pub fn mutant(sample: &[u8], other: &[u8], random: &mut Rng) -> Vec<u8> {
    let mut out = sample.to_vec();
    for _ in 0..=random.usize(..4) {
        let (from, to) = (random.usize(..out.len() + 1), random.usize(..out.len() + 1));
        let (start, end) = (from.min(to), from.max(to));
        match random.usize(..8) {
            0 => drop(out.drain(start..end)),
            1 => insert(&mut out, start, TOKENS[random.usize(..TOKENS.len())].as_bytes()),
            2 if start < out.len() => out[start] = random.u8(..),
            3 if start < out.len() => out[start] ^= 1 << random.usize(..8),
            4 => {
                let piece = out[start..end].to_vec();
                for _ in 0..random.usize(..20) {
                    insert(&mut out, end, &piece);
                }
            }
            5 => {
                let (one, two) = (random.usize(..other.len() + 1), random.usize(..other.len() + 1));
                insert(&mut out, start, &other[one.min(two)..one.max(two)]);
            }
            6 => out[start..end].make_ascii_uppercase(),
            _ => out[start..end].reverse(),
        }
    }
    out.truncate(LONGEST);
    out
}

fn insert(out: &mut Vec<u8>, at: usize, piece: &[u8]) {
    if out.len() + piece.len() <= LONGEST {
        out.splice(at..at, piece.iter().copied());
    }
}
