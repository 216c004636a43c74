//! E-mail addresses: the mailbox of RFC 5321, internationalised after RFC 6531.

mod folded;
mod parts;

use std::borrow::Cow;
use std::net::{Ipv4Addr, Ipv6Addr};

pub use folded::canonical_email_folded;
pub use parts::{EmailParts, email_parts};

use super::domain::canonical_domain;
use super::ip::canonical_ip;
use super::limit::trimmed;
use super::{CanonicalError, Kind, mailbox, percent};

/// Lengths of RFC 5321 4.5.3.1 (with erratum 1690 of RFC 3696 for the whole).
const MAX_LOCAL: usize = 64;
const MAX_ADDRESS: usize = 254;

/// The canonical text of an e-mail address.
///
/// `Name <a@b>` and `mailto:` are taken apart. The domain is canonical; an address as a domain is written as
/// a literal (`a@[192.0.2.1]`) with or without brackets in the input. The local part is in lower case and in normal form C: by
/// RFC 5321 it may be case-sensitive, and no mail system of today makes use of that. Quotes are dropped
/// where they are not needed. Comments are refused; [`email_parts`] takes them off.
pub fn canonical_email(raw: &str) -> Result<Cow<'_, str>, CanonicalError> {
    let value = trimmed(Kind::Email, raw)?;
    let value = without_name(value)?;
    let scheme = value.get(..7).filter(|scheme| scheme.eq_ignore_ascii_case("mailto:"));
    let Some(scheme) = scheme else {
        return address(value);
    };
    let target = value.get(scheme.len()..).and_then(|rest| rest.split('?').next()).unwrap_or_default();
    let decoded = percent::decoded(target).ok_or(error("the mailto: URL is not UTF-8"))?;
    address(&decoded).map(|address| Cow::Owned(address.into_owned()))
}

/// `a@b` of `Name <a@b>`.
fn without_name(value: &str) -> Result<&str, CanonicalError> {
    let Some(inside) = value.strip_suffix('>') else {
        return Ok(value);
    };
    let (mut quoted, mut escaped) = (false, false);
    for (at, byte) in inside.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => quoted = !quoted,
            b'<' if !quoted => return Ok(inside.get(at + 1..).unwrap_or_default().trim_ascii()),
            _ => {}
        }
    }
    Err(error("an angle bracket without its pair"))
}

fn address(value: &str) -> Result<Cow<'_, str>, CanonicalError> {
    let (local, rest) = mailbox::local_part(value).map_err(error)?;
    let domain = rest.strip_prefix('@').ok_or(error("no @ after the mailbox name"))?;
    let domain = canonical_host(domain)?;
    if local.len() > MAX_LOCAL {
        return Err(error("the mailbox name is longer than 64 bytes"));
    }
    if local.len() + 1 + domain.len() > MAX_ADDRESS {
        return Err(error("longer than 254 bytes"));
    }
    match (&local, &domain) {
        // Both are parts of the value, whose length tells that a root's dot is not left out.
        (Cow::Borrowed(local), Cow::Borrowed(domain)) if local.len() + 1 + domain.len() == value.len() => {
            Ok(Cow::Borrowed(value))
        }
        _ => Ok(Cow::Owned(format!("{local}@{domain}"))),
    }
}

fn canonical_host(domain: &str) -> Result<Cow<'_, str>, CanonicalError> {
    if let Some(inside) = domain.strip_prefix('[') {
        let inside = inside.strip_suffix(']').ok_or(error("a bracket without its pair"))?;
        return literal(inside).map(
            |text| {
                if text == domain { Cow::Borrowed(domain) } else { Cow::Owned(text) }
            },
        );
    }
    if domain.parse::<Ipv4Addr>().is_ok() {
        return Ok(Cow::Owned(format!("[{domain}]")));
    }
    if domain != domain.trim_ascii() || domain.ends_with('.') {
        return Err(error("the domain ends in what is no part of it"));
    }
    let name = canonical_domain(domain).map_err(|cause| error(cause.reason))?;
    // RFC 5321 4.1.2: a label begins and ends with a letter or a digit.
    if name.split('.').any(|label| label.starts_with('-') || label.ends_with('-')) {
        return Err(error("a label of the domain begins or ends with a hyphen"));
    }
    Ok(name)
}

/// The address literal of RFC 5321 4.1.3.
fn literal(inside: &str) -> Result<String, CanonicalError> {
    let tag = inside.get(..5).filter(|tag| tag.eq_ignore_ascii_case("IPv6:"));
    let address = match tag {
        Some(tag) => inside.get(tag.len()..).filter(|text| text.parse::<Ipv6Addr>().is_ok()),
        None => Some(inside).filter(|text| text.parse::<Ipv4Addr>().is_ok()),
    };
    let address = address.and_then(|text| canonical_ip(text).ok());
    let address = address.ok_or(error("the domain literal is not an address"))?;
    Ok(if address.contains(':') { format!("[IPv6:{address}]") } else { format!("[{address}]") })
}

fn error(reason: &'static str) -> CanonicalError {
    CanonicalError::new(Kind::Email, reason)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn ok(raw: &str) -> String {
        canonical_email(raw).unwrap().into_owned()
    }

    #[test]
    fn spellings_of_one_address() {
        for raw in [
            "ada@example.org",
            " Ada@EXAMPLE.org ",
            "Ada Lovelace <ada@example.org>",
            "\"Lovelace, <Ada>\" < ada@example.org >",
            "<mailto:ada@example.org>",
            "mailto:ada%40example.org?subject=x",
            "\"ada\"@example.org",
            "\"\\a\\da\"@example.org",
        ] {
            assert_eq!(ok(raw), "ada@example.org", "{raw}");
        }
        assert_eq!(ok("ada@bücher.example"), "ada@xn--bcher-kva.example");
        assert_eq!(ok("ÉLODIE@example.org"), "élodie@example.org");
        assert_eq!(ok("E\u{301}LODIE@example.org"), "élodie@example.org");
        assert_eq!(ok("ada@localhost"), "ada@localhost");
        assert_eq!(ok("root@192.0.2.1"), "root@[192.0.2.1]");
        assert_eq!(ok("root@[192.0.2.1]"), "root@[192.0.2.1]");
        assert_eq!(ok("root@[ipv6:2001:DB8::1]"), "root@[IPv6:2001:db8::1]");
        assert_eq!(ok("root@[IPv6:::ffff:192.0.2.1]"), "root@[192.0.2.1]");
        for raw in ["ada@example.org", "root@[192.0.2.1]", "a.{b}+c@xn--bcher-kva.example"] {
            assert!(matches!(canonical_email(raw), Ok(Cow::Borrowed(_))), "{raw}");
        }
    }

    #[test]
    fn quotes_stay_where_they_are_needed() {
        assert_eq!(ok("\"Ada L\"@example.org"), "\"ada l\"@example.org");
        assert_eq!(ok("\"a\\\"b\\\\\"@example.org"), "\"a\\\"b\\\\\"@example.org");
        assert_eq!(ok("\"a(at)b\"@example.org"), "\"a(\\at)b\"@example.org");
        assert_eq!(ok("a{.}b@example.org"), "\"a{\\.}b\"@example.org");
        assert_eq!(ok("\"\"@example.org"), "\"\"@example.org");
    }

    #[test]
    fn others_are_refused() {
        for raw in
            ["", "ada", "@example.org", "ada@", "a@b@c", "a..b@c", ".a@c", "a.@c", "a b@c", "a@b c", "a@ b"]
        {
            assert!(canonical_email(raw).is_err(), "{raw}");
        }
        for raw in
            ["a(x)@b", "\"a@b", "a@[::1]", "a@[1.2.3]", "a@-b.c", "a@b-", "a@b.", "ada@b.org>", "a\u{7}@b"]
        {
            assert!(canonical_email(raw).is_err(), "{raw}");
        }
        assert!(canonical_email(&format!("{}@b", "a".repeat(65))).is_err());
        assert!(canonical_email(&format!("a@{}", vec!["b".repeat(62); 4].join("."))).is_ok());
        assert!(canonical_email(&format!("aaaaa@{}", vec!["b".repeat(62); 4].join("."))).is_err());
    }

    proptest! {
        #[test]
        fn once_is_enough(raw in "([a-zA-Z{}é.]{1,6}|\"[ -~é]{0,8}\")@[a-zA-Z.0-9-]{1,9}") {
            if let Ok(once) = canonical_email(&raw) {
                prop_assert_eq!(canonical_email(&once).map(Cow::into_owned), Ok(once.to_string()));
            }
        }
    }
}
