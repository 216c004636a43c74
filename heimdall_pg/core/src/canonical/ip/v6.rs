//! IPv6 text: read as RFC 4291 2.2 has it, written as RFC 5952 says.
//!
//! Takes to the letter what the standard library takes, in less than half the time, and tells on the way whether
//! the text is the canonical one, so that nearly all addresses of logs are never written again.

use std::net::{Ipv4Addr, Ipv6Addr};

/// An address with what has to be known of its text.
pub(in crate::canonical) struct Parsed {
    pub(in crate::canonical) bits: u128,
    /// Where an IPv4 part begins that stands for the last two groups.
    pub(super) dotted: Option<usize>,
    /// The text is the one of RFC 5952.
    pub(super) canonical: bool,
}

const GROUPS: u32 = 8;

/// Value of a hexadecimal digit with `UPPER` set for a capital, or `NO_DIGIT`.
const DIGITS: [u8; 256] = digits();
const UPPER: u8 = 0x10;
const NO_DIGIT: u8 = 0xff;

const fn digits() -> [u8; 256] {
    let mut digits = [NO_DIGIT; 256];
    let mut value = 0;
    while value < 16 {
        if value < 10 {
            digits[(b'0' + value) as usize] = value;
        } else {
            digits[(b'a' + value - 10) as usize] = value;
            digits[(b'A' + value - 10) as usize] = value | UPPER;
        }
        value += 1;
    }
    digits
}

/// The groups read so far: in one number, since an array would be written by the group and read as a whole.
struct Groups {
    /// The last one in the lowest bits.
    bits: u128,
    count: u32,
    /// One of them is zero.
    zeros: bool,
    /// None of them has a leading zero.
    shortest: bool,
}

impl Groups {
    /// Adds a group; `None` where it has too many digits or is one too many.
    #[inline(always)]
    fn push(&mut self, value: u16, length: usize) -> Option<()> {
        if length > 4 || self.count == GROUPS {
            return None;
        }
        self.bits = self.bits << 16 | u128::from(value);
        self.count += 1;
        self.zeros |= value == 0;
        // A leading zero shows as a value too small for its digits.
        self.shortest &= length == 1 || value >> (4 * (length - 1)) != 0;
        Some(())
    }
}

/// Reads an address that fills the whole text.
pub(in crate::canonical) fn parse(text: &str) -> Option<Parsed> {
    let bytes = text.as_bytes();
    if bytes.starts_with(b":") && !bytes.starts_with(b"::") {
        return None;
    }
    let mut read = Groups { bits: 0, count: 0, zeros: false, shortest: true };
    let (mut value, mut length, mut upper) = (0u16, 0, 0);
    let (mut gap, mut dotted) = (None, None);
    for (at, &byte) in bytes.iter().enumerate() {
        let digit = DIGITS.get(usize::from(byte)).copied().unwrap_or(NO_DIGIT);
        if digit != NO_DIGIT {
            value = value << 4 | u16::from(digit & 0xf);
            upper |= digit;
            length += 1;
            continue;
        }
        match byte {
            b':' if length > 0 => {
                read.push(value, length)?;
                (value, length) = (0, 0);
            }
            b':' if at == 0 => {}
            b':' if gap.is_none() => gap = Some(read.count),
            b'.' => {
                dotted = Some(at - length);
                break;
            }
            _ => return None,
        }
    }
    if let Some(start) = dotted {
        let v4: Ipv4Addr = text.get(start..)?.parse().ok()?;
        let [a, b, c, d] = v4.octets();
        read.push(u16::from_be_bytes([a, b]), 1)?;
        read.push(u16::from_be_bytes([c, d]), 1)?;
    } else if length > 0 {
        read.push(value, length)?;
    } else if gap != Some(read.count) {
        // Nothing stands behind a single colon.
        return None;
    }
    let Groups { bits, count, zeros, shortest } = read;
    let missing = GROUPS - count;
    // It stands for at least one group.
    if gap.is_some() == (missing == 0) {
        return None;
    }
    let behind = 16 * (count - gap.unwrap_or(count));
    let tail = bits & !u128::MAX.checked_shl(behind).unwrap_or(0);
    let head = bits.checked_shr(behind).unwrap_or(0);
    let bits = head.checked_shl(behind + 16 * missing).unwrap_or(0) | tail;
    let canonical =
        shortest && upper & UPPER == 0 && dotted.is_none() && is_longest(gap, missing, zeros, bits);
    Some(Parsed { bits, dotted, canonical })
}

/// True where `::` stands for the run of zero groups that RFC 5952 leaves out.
fn is_longest(gap: Option<u32>, missing: u32, zeros: bool, bits: u128) -> bool {
    if !zeros {
        return gap.is_none() || missing > 1;
    }
    let (start, run) = longest_zero_run(&Ipv6Addr::from(bits).segments());
    if run > 1 {
        gap.is_some_and(|gap| gap as usize == start) && missing as usize == run
    } else {
        gap.is_none()
    }
}

/// IPv6 text in a buffer on the stack. The standard library writes the same text, several times slower.
pub(super) struct Rfc5952 {
    text: [u8; 39],
    len: usize,
}

impl Rfc5952 {
    pub(super) fn of(bits: u128) -> Self {
        let groups = Ipv6Addr::from(bits).segments();
        let (start, run) = longest_zero_run(&groups);
        let mut out = Self { text: [0; 39], len: 0 };
        for (index, &group) in groups.iter().enumerate() {
            if run > 1 && index >= start && index < start + run {
                if index == start {
                    out.push(b':');
                    // At the end nothing follows that would bring the second colon.
                    if start + run == groups.len() {
                        out.push(b':');
                    }
                }
                continue;
            }
            if index > 0 {
                out.push(b':');
            }
            out.push_group(group);
        }
        out
    }

    fn push(&mut self, byte: u8) {
        if let Some(slot) = self.text.get_mut(self.len) {
            *slot = byte;
            self.len += 1;
        }
    }

    fn push_group(&mut self, group: u16) {
        let places = [group >> 12, group >> 8 & 0xf, group >> 4 & 0xf, group & 0xf];
        let digits = places.map(|digit| digit as u8 + if digit < 10 { b'0' } else { b'a' - 10 });
        let zeros = (group.leading_zeros() as usize / 4).min(3);
        let length = digits.len() - zeros;
        let shortest = digits.get(zeros..).unwrap_or_default();
        if let Some(slot) = self.text.get_mut(self.len..self.len + length) {
            slot.copy_from_slice(shortest);
            self.len += length;
        }
    }

    pub(super) fn as_str(&self) -> &str {
        self.text.get(..self.len).and_then(|text| std::str::from_utf8(text).ok()).unwrap_or_default()
    }
}

/// Start and length of the longest run of zero groups, the first one of equals (RFC 5952 4.2.3).
fn longest_zero_run(groups: &[u16; 8]) -> (usize, usize) {
    let (mut best, mut current) = ((0, 0), (0, 0));
    for (index, &group) in groups.iter().enumerate() {
        if group != 0 {
            current = (index + 1, 0);
            continue;
        }
        current.1 += 1;
        if current.1 > best.1 {
            best = current;
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The same verdict, address and text as the standard library.
    fn agrees(text: &str) {
        let expected = text.parse::<Ipv6Addr>().ok();
        let parsed = parse(text);
        assert_eq!(parsed.as_ref().map(|parsed| Ipv6Addr::from(parsed.bits)), expected, "{text:?}");
        let (Some(parsed), Some(address)) = (parsed, expected) else {
            return;
        };
        // The library writes the last two groups of a mapped address with dots.
        if address.to_ipv4_mapped().is_none() {
            assert_eq!(Rfc5952::of(parsed.bits).as_str(), address.to_string(), "{text:?}");
            assert_eq!(parsed.canonical, address.to_string() == text, "{text:?}");
        }
        if let Some(at) = parsed.dotted {
            let v4 = Ipv4Addr::from(parsed.bits as u32);
            assert_eq!(text[at..], v4.to_string());
        }
    }

    #[test]
    fn agrees_with_the_standard_library_at_the_edges() {
        for text in
            ["", ":", "::", ":::", "::::", "1", "1:", "1::", ":1", "::1", "1::2::3", "::1:", "1:::2", "1::2:"]
        {
            agrees(text);
        }
        for text in
            ["1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7::", "::2:3:4:5:6:7:8", "1:2:3::5:6:7:8", "1:0:0:1:0:0:0:1"]
        {
            agrees(text);
            agrees(&format!("{text}:"));
            agrees(&format!("{text}:9"));
            agrees(&format!(":{text}"));
            agrees(&format!("{text}::"));
        }
        for head in
            ["", "::", "1::", "::1:", "1:2:3:4:5:6:", "1:2:3:4:5:6:7:", "1:2:3:4:5::", "1:2:3:4:5:6::"]
        {
            for tail in
                ["1.2.3.4", "1.2.3", "1.2.3.4.5", "01.2.3.4", "256.2.3.4", "a.2.3.4", "1.2.3.4:", ".1"]
            {
                agrees(&format!("{head}{tail}"));
            }
        }
        for text in ["12345::", "::00001", "0001::", "g::", "::é", "::1%1", " ::1", "::1 ", "ABCD::abcd"] {
            agrees(text);
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4000))]

        #[test]
        fn agrees_with_the_standard_library(
            bits in any::<u128>(),
            holes in any::<u8>(),
            damage in prop::collection::vec((0usize..46, "[0-9a-fA-F:.g%]{0,2}"), 0..3),
        ) {
            let mut groups = Ipv6Addr::from(bits).segments();
            for (index, group) in groups.iter_mut().enumerate() {
                *group = if holes >> index & 1 == 1 { 0 } else { *group >> (index % 3 * 4) };
            }
            let mut text = Ipv6Addr::from(groups).to_string();
            agrees(&text);
            agrees(&text.to_uppercase());
            for (at, piece) in damage {
                let at = at.min(text.len());
                text.replace_range(at..(at + 1).min(text.len()), &piece);
            }
            agrees(&text);
        }

        #[test]
        fn agrees_on_anything(text in "(::|[0-9a-fA-F]{0,5}:|1\\.2|[0-9.]{1,4}|:){0,10}") {
            agrees(&text);
        }
    }
}
