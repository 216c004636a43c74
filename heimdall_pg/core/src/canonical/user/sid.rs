//! Security identifiers of Windows ([MS-DTYP] 2.4.2).

use std::fmt::Write;

/// An identifier authority has six bytes; one of four bytes is written in decimal.
const MAX_AUTHORITY: u64 = 0xffff_ffff_ffff;
const MAX_DECIMAL_AUTHORITY: u64 = 0xffff_ffff;

/// The most sub authorities that the binary form holds.
const MAX_SUB_AUTHORITIES: usize = 15;

/// The canonical text of a security identifier, or why it is wrong; `None` for what is no identifier but
/// looks like one at most: accounts may begin with `s-1-` as well.
pub(super) fn canonical_sid(value: &str) -> Option<Result<String, &'static str>> {
    let rest = value.strip_prefix("S-1-").or_else(|| value.strip_prefix("s-1-"))?;
    let (authority, rest) = rest.split_once('-').map_or((rest, None), |(first, rest)| (first, Some(rest)));
    let hexadecimal = authority.strip_prefix("0x").or_else(|| authority.strip_prefix("0X"));
    let shape = match hexadecimal {
        Some(digits) => !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_hexdigit()),
        None => is_decimal(authority),
    };
    if !shape || !rest.is_none_or(|rest| rest.split('-').all(is_decimal)) {
        return None;
    }
    let (digits, radix) = hexadecimal.map_or((authority, 10), |digits| (digits, 16));
    Some(written(u64::from_str_radix(digits, radix).ok(), rest))
}

fn written(authority: Option<u64>, rest: Option<&str>) -> Result<String, &'static str> {
    let authority = authority.filter(|&number| number <= MAX_AUTHORITY);
    let authority = authority.ok_or("the identifier authority of a SID has 48 bits")?;
    let rest = rest.ok_or("a SID has at least one sub authority")?;
    let mut out = String::with_capacity(rest.len() + 20);
    let head = if authority > MAX_DECIMAL_AUTHORITY {
        write!(out, "S-1-0x{authority:012x}")
    } else {
        write!(out, "S-1-{authority}")
    };
    head.map_err(|_| "not a SID")?;
    for (place, part) in rest.split('-').enumerate() {
        if place >= MAX_SUB_AUTHORITIES {
            return Err("a SID has at most 15 sub authorities");
        }
        let number: u32 = part.parse().map_err(|_| "a sub authority of a SID has 32 bits")?;
        write!(out, "-{number}").map_err(|_| "not a SID")?;
    }
    Ok(out)
}

fn is_decimal(part: &str) -> bool {
    !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sid(value: &str) -> Option<Result<String, &'static str>> {
        canonical_sid(value)
    }

    #[test]
    fn spellings_of_one_identifier() {
        for (raw, text) in [
            ("S-1-5-18", "S-1-5-18"),
            ("s-1-005-0018", "S-1-5-18"),
            ("S-1-0x5-18", "S-1-5-18"),
            ("S-1-0x000000000005-18", "S-1-5-18"),
            ("S-1-0XABCDEF012345-1", "S-1-0xabcdef012345-1"),
            ("S-1-4294967295-1", "S-1-4294967295-1"),
            ("S-1-4294967296-1", "S-1-0x000100000000-1"),
            ("S-1-5-21-4294967295-0-1-512", "S-1-5-21-4294967295-0-1-512"),
        ] {
            assert_eq!(sid(raw), Some(Ok(text.to_owned())), "{raw}");
            assert_eq!(sid(text), Some(Ok(text.to_owned())), "{text}");
        }
    }

    #[test]
    fn others_are_none_or_refused() {
        for raw in ["S-1", "S-1-", "S-1-5-", "S-1-5--1", "S-2-5-18", "S-1-0x-1", "S-1-5-21-a", "S-1-+5-1"] {
            assert_eq!(sid(raw), None, "{raw}");
        }
        assert!(sid("S-1-5").is_some_and(|sid| sid.is_err()));
        assert!(sid("S-1-281474976710656-1").is_some_and(|sid| sid.is_err()));
        assert!(sid("S-1-5-4294967296").is_some_and(|sid| sid.is_err()));
        assert!(sid(&format!("S-1-5{}", "-1".repeat(15))).is_some_and(|sid| sid.is_ok()));
        assert!(sid(&format!("S-1-5{}", "-1".repeat(16))).is_some_and(|sid| sid.is_err()));
    }
}
