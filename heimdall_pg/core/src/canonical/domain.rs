//! Domain names: UTS #46 (non-transitional) to A-labels, lower case, no trailing dot.

mod plain;

use std::borrow::Cow;
use std::net::Ipv4Addr;

use idna::uts46::{AsciiDenyList, DnsLength, Hyphens, Uts46};

use super::limit::trimmed;
use super::{CanonicalError, Kind};
pub(super) use plain::PlainName;

/// Lengths of RFC 1035 2.3.4, for a name in text without the root's dot.
const MAX_NAME: usize = 253;
const MAX_LABEL: usize = 63;

/// The canonical text of a domain name.
///
/// Internationalised names become A-labels, and an A-label that does not stand for a U-label is refused.
/// Underscores are allowed (`_dmarc.example.org`), and so are hyphens anywhere in a label: names that the
/// rules for host names forbid are resolved every day, and telemetry shows them. Refused are addresses,
/// names whose last label is a number (RFC 3696 2), wildcards and empty labels.
pub fn canonical_domain(raw: &str) -> Result<Cow<'_, str>, CanonicalError> {
    name(Kind::Domain, raw)
}

/// The same for another kind that follows the rules of domain names, and that the error names.
pub(super) fn name(kind: Kind, raw: &str) -> Result<Cow<'_, str>, CanonicalError> {
    let value = trimmed(kind, raw)?;
    let name = value.strip_suffix('.').unwrap_or(value);
    // What follows tells why a value is none.
    if let Some(plain) = PlainName::of(name.as_bytes())
        && plain.len == name.len()
        && plain.len <= MAX_NAME
        && !plain.number
    {
        return Ok(if plain.upper { Cow::Owned(name.to_ascii_lowercase()) } else { Cow::Borrowed(name) });
    }
    if needs_idna(value.as_bytes()) {
        let ascii = Uts46::new()
            .to_ascii(value.as_bytes(), AsciiDenyList::URL, Hyphens::Allow, DnsLength::Ignore)
            .map_err(|_| CanonicalError::new(kind, "not an internationalised name (UTS #46)"))?;
        return Ok(match ascii {
            Cow::Borrowed(ascii) => lower(kind, ascii)?,
            Cow::Owned(ascii) => Cow::Owned(lower(kind, &ascii)?.into_owned()),
        });
    }
    lower(kind, value)
}

/// The part of a name that its owner registered (`example.co.uk`), after the Public Suffix List; `None` for
/// a public suffix itself and for what is no domain.
pub fn registrable_domain(raw: &str) -> Option<Cow<'_, str>> {
    match canonical_domain(raw).ok()? {
        Cow::Borrowed(domain) => psl::domain_str(domain).map(Cow::Borrowed),
        Cow::Owned(domain) => psl::domain_str(&domain).map(|found| Cow::Owned(found.to_owned())),
    }
}

/// The suffix under which names are registered (`co.uk`), after the Public Suffix List; of a name under no listed
/// suffix the last label, as the list's algorithm says. `None` for what is no domain.
pub fn public_suffix(raw: &str) -> Option<Cow<'_, str>> {
    match canonical_domain(raw).ok()? {
        Cow::Borrowed(domain) => psl::suffix_str(domain).map(Cow::Borrowed),
        Cow::Owned(domain) => psl::suffix_str(&domain).map(|found| Cow::Owned(found.to_owned())),
    }
}

/// The canonical text of a name that is registered under a suffix which the Public Suffix List has; `None` for such a
/// suffix itself and for every other name.
pub fn listed_domain(raw: &str) -> Option<Cow<'_, str>> {
    let canonical = canonical_domain(raw).ok()?;
    let is_listed = psl::domain(canonical.as_bytes()).is_some_and(|domain| domain.suffix().is_known());
    is_listed.then_some(canonical)
}

/// True where the name ends in a suffix that the Public Suffix List has.
pub(super) fn has_public_suffix(canonical: &str) -> bool {
    psl::suffix(canonical.as_bytes()).is_some_and(|suffix| suffix.is_known())
}

/// Not only ASCII, or with an A-label, whose Punycode has to be checked.
fn needs_idna(value: &[u8]) -> bool {
    let mut label_start = true;
    for (index, &byte) in value.iter().enumerate() {
        if !byte.is_ascii() {
            return true;
        }
        if label_start && byte | 0x20 == b'x' && is_a_label(value.get(index..).unwrap_or_default()) {
            return true;
        }
        label_start = byte == b'.';
    }
    false
}

fn is_a_label(rest: &[u8]) -> bool {
    rest.get(..4).is_some_and(|prefix| prefix.eq_ignore_ascii_case(b"xn--"))
}

/// Checks an ASCII name and writes it in lower case.
fn lower(kind: Kind, value: &str) -> Result<Cow<'_, str>, CanonicalError> {
    let error = |reason| Err(CanonicalError::new(kind, reason));
    let value = value.strip_suffix('.').unwrap_or(value);
    if value.len() > MAX_NAME {
        return error("longer than 253 characters");
    }
    let (mut length, mut digits, mut upper) = (0usize, 0usize, false);
    for byte in value.bytes() {
        match byte {
            b'.' if length == 0 => return error("an empty label"),
            b'.' if length > MAX_LABEL => return error("a label longer than 63 characters"),
            b'.' => {
                (length, digits) = (0, 0);
                continue;
            }
            b'0'..=b'9' => digits += 1,
            b'a'..=b'z' | b'-' | b'_' => {}
            b'A'..=b'Z' => upper = true,
            b'*' => return error("a wildcard"),
            b':' | b'/' | b'@' => return error("more than a name"),
            _ => return error("a character that names do not have"),
        }
        length += 1;
    }
    if length == 0 {
        return error("an empty label");
    }
    if length > MAX_LABEL {
        return error("a label longer than 63 characters");
    }
    if digits == length {
        let address = value.parse::<Ipv4Addr>().is_ok();
        return error(if address { "an IP address" } else { "the last label is a number" });
    }
    Ok(if upper { Cow::Owned(value.to_ascii_lowercase()) } else { Cow::Borrowed(value) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn ok(raw: &str) -> String {
        canonical_domain(raw).unwrap().into_owned()
    }

    #[test]
    fn spellings_of_one_name() {
        for raw in ["example.org", "EXAMPLE.ORG", "example.org.", " Example.Org ", "example。org"] {
            assert_eq!(ok(raw), "example.org", "{raw}");
        }
        for raw in ["bücher.example", "BÜCHER.example", "xn--bcher-kva.example", "XN--BCHER-KVA.example"] {
            assert_eq!(ok(raw), "xn--bcher-kva.example", "{raw}");
        }
        assert_eq!(ok("straße.example"), "xn--strae-oqa.example");
        assert_eq!(ok("_dmarc.example.org"), "_dmarc.example.org");
        assert_eq!(ok("r3---sn-4g5e6.example.com"), "r3---sn-4g5e6.example.com");
        assert_eq!(ok("localhost"), "localhost");
        assert_eq!(ok("123.example"), "123.example");
        for raw in ["example.org", "xn--bcher-kva.example", "example.org."] {
            assert!(matches!(canonical_domain(raw), Ok(Cow::Borrowed(_))), "{raw}");
        }
    }

    #[test]
    fn others_are_refused() {
        for raw in ["", ".", "a..b", ".a", "a..", "*.example.org", "192.0.2.1", "a.123", "::1", "a b", "a/b"]
        {
            assert!(canonical_domain(raw).is_err(), "{raw}");
        }
        for raw in ["xn--a", "xn--", "xn--a.example", "a%b", "exa\u{0}mple", "a,b", "xn--example-.org"] {
            assert!(canonical_domain(raw).is_err(), "{raw}");
        }
        assert!(canonical_domain(&"a".repeat(64)).is_err());
        assert!(canonical_domain(&format!("{}.a", "a".repeat(63))).is_ok());
        assert!(canonical_domain(&vec!["a"; 128].join(".")).is_err());
        assert!(canonical_domain(&vec!["a"; 127].join(".")).is_ok());
    }

    #[test]
    fn registrable_part() {
        assert_eq!(registrable_domain("www.Example.co.uk").as_deref(), Some("example.co.uk"));
        assert_eq!(registrable_domain("пример.рф").as_deref(), Some("xn--e1afmkfd.xn--p1ai"));
        assert_eq!(registrable_domain("co.uk"), None);
        assert_eq!(registrable_domain("192.0.2.1"), None);
        assert_eq!(listed_domain("A.Example.co.uk").as_deref(), Some("a.example.co.uk"));
        assert_eq!((listed_domain("co.uk"), listed_domain("setup.exe")), (None, None));
        assert!(has_public_suffix("example.xn--p1ai") && !has_public_suffix("example.pdf"));
    }

    proptest! {
        #[test]
        fn case_does_not_matter(name in "[a-z_]([a-z0-9_-]{0,8}\\.){0,3}[a-z]{1,9}") {
            let upper = name.to_uppercase();
            prop_assert_eq!(canonical_domain(&name), canonical_domain(&upper));
        }

        #[test]
        fn one_pass_decides_as_the_rules_do(name in "([xX][nN]--|[a-zA-Z0-9_-]{0,3}|[0-9]|\\.|[ -~é]|a{40}){0,8}") {
            if !needs_idna(name.as_bytes()) && name.trim_ascii() == name && !name.is_empty() {
                prop_assert_eq!(canonical_domain(&name), lower(Kind::Domain, &name));
            }
        }
    }
}
