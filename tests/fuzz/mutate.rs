//! Mutants of samples, for runs without coverage: cheap, repeatable by their seed, and everywhere.

/// SplitMix64: small, and the same on every machine.
pub struct Random(pub u64);

impl Random {
    /// The next number.
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `bound`, 0 where that is 0.
    pub fn below(&mut self, bound: usize) -> usize {
        if bound == 0 { 0 } else { (self.next() % bound as u64) as usize }
    }
}

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
pub fn mutant(sample: &[u8], other: &[u8], random: &mut Random) -> Vec<u8> {
    let mut out = sample.to_vec();
    for _ in 0..=random.below(4) {
        let (from, to) = (random.below(out.len() + 1), random.below(out.len() + 1));
        let (start, end) = (from.min(to), from.max(to));
        match random.below(8) {
            0 => drop(out.drain(start..end)),
            1 => insert(&mut out, start, TOKENS[random.below(TOKENS.len())].as_bytes()),
            2 if start < out.len() => out[start] = random.next() as u8,
            3 if start < out.len() => out[start] ^= 1 << random.below(8),
            4 => {
                let piece = out[start..end].to_vec();
                for _ in 0..random.below(20) {
                    insert(&mut out, end, &piece);
                }
            }
            5 => {
                let (one, two) = (random.below(other.len() + 1), random.below(other.len() + 1));
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
