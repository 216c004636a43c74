//! The kind of a value, from its shape.

use super::defang::refang;
use super::limit::max_bytes;
use super::{
    Kind, canonical, canonical_observable, card, coordinates, domain, mac, path, phone, user, user_agent,
};

/// A kind that fits, and how likely it is meant.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Guess {
    /// The kind.
    pub kind: Kind,
    /// From 0 to 1.
    pub confidence: f32,
}

/// The kind that fits best; `None` where none does. A user only as a security identifier, and never a person, a
/// host, a country, a port, a protocol or a text: these have no shape of their own. A telephone number only with
/// its country. Defanged values are taken for what they stand for.
pub fn kind_of(raw: &str) -> Option<Guess> {
    let raw = raw.trim_ascii();
    if raw.len() > max_bytes(Kind::Url) {
        return None;
    }
    let value = refang(raw);
    let value = value.trim_ascii();
    // In the order of how much a shape says.
    [
        cve,
        uuid,
        sid,
        mac_address,
        ip,
        cidr,
        asn,
        email,
        url,
        position,
        file,
        hash,
        iban,
        card,
        telephone,
        timestamp,
        agent,
        domain_name,
    ]
    .into_iter()
    .find_map(|guess| guess(value))
    // Kinds that are not defanged take the value as it is written.
    .filter(|guess| value == raw || canonical_observable(guess.kind, raw).is_ok())
}

fn sure(kind: Kind, value: &str, confidence: f32) -> Option<Guess> {
    canonical(kind, value).ok().map(|_| Guess { kind, confidence })
}

fn cve(value: &str) -> Option<Guess> {
    sure(Kind::Cve, value, 1.0)
}

fn sid(value: &str) -> Option<Guess> {
    user::is_sid(value).then_some(Guess { kind: Kind::User, confidence: 0.95 })
}

fn mac_address(value: &str) -> Option<Guess> {
    // Bare digits may be anything, and eight groups with colons are an IPv6 address as well.
    if !mac::is_separated(value) {
        return None;
    }
    let eight = value.bytes().filter(|&b| b == b':').count() == 7;
    sure(Kind::Mac, value, if eight { 0.6 } else { 0.95 })
}

fn ip(value: &str) -> Option<Guess> {
    sure(Kind::Ip, value, 1.0)
}

fn cidr(value: &str) -> Option<Guess> {
    sure(Kind::Cidr, value, 1.0)
}

fn asn(value: &str) -> Option<Guess> {
    // A number alone may be anything, and `as` is a word.
    let digits = value.get(..2).filter(|prefix| prefix.eq_ignore_ascii_case("as"))?;
    sure(Kind::Asn, value, if digits == "AS" { 0.9 } else { 0.6 })
}

fn uuid(value: &str) -> Option<Guess> {
    // Without hyphens it may as well be a digest.
    if !value.contains('-') {
        return None;
    }
    sure(Kind::Uuid, value, 0.95)
}

fn email(value: &str) -> Option<Guess> {
    let (_, domain) = value.rsplit_once('@')?;
    // `alice@host` may as well be an account on a host.
    sure(Kind::Email, value, if domain.contains(['.', ':']) { 0.95 } else { 0.5 })
}

fn url(value: &str) -> Option<Guess> {
    value.split_once("://")?;
    sure(Kind::Url, value, 0.95)
}

fn position(value: &str) -> Option<Guess> {
    // Two numbers may be anything.
    if coordinates::is_marked(value) { sure(Kind::Coordinates, value, 0.95) } else { None }
}

fn file(value: &str) -> Option<Guess> {
    // What has no root looks like any text, and a target of HTTP like an absolute path.
    path::likelihood(value).and_then(|confidence| sure(Kind::File, value, confidence))
}

fn telephone(value: &str) -> Option<Guess> {
    // Without a plus sign digits may be anything, and with one they may still count something.
    let plus = value.trim_start_matches(['(', ' ']).starts_with('+') || value.starts_with("tel:");
    let number = plus.then(|| canonical(Kind::Phone, value).ok()).flatten()?;
    let bare = value.bytes().skip(1).all(|b| b.is_ascii_digit());
    let confidence = if bare { 0.8 } else { 0.9 };
    phone::is_assigned(&number).then_some(Guess { kind: Kind::Phone, confidence })
}

fn agent(value: &str) -> Option<Guess> {
    if user_agent::is_browser(value) { sure(Kind::UserAgent, value, 0.95) } else { None }
}

fn hash(value: &str) -> Option<Guess> {
    // A digest without a single letter is not likely.
    let digits = value.bytes().all(|b| b.is_ascii_digit());
    sure(Kind::Hash, value, if digits { 0.4 } else { 0.9 })
}

fn iban(value: &str) -> Option<Guess> {
    sure(Kind::Iban, value, 0.95)
}

fn card(value: &str) -> Option<Guess> {
    let digits = canonical(Kind::Card, value).ok().filter(|digits| card::is_issued(digits))?;
    // One in ten of all numbers has a check digit that fits.
    Some(Guess { kind: Kind::Card, confidence: if digits == value { 0.5 } else { 0.9 } })
}

fn timestamp(value: &str) -> Option<Guess> {
    let bare = value.parse::<f64>().is_ok();
    let number = bare || value.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    if number && !value.starts_with(['1', '2']) {
        // Times since 1970 in digits begin with 1 from 2001 to 2033; more likely this counts something.
        return None;
    }
    // `2024-031` is the 31st day of a year, and more often the 31st of something else; so many digits count
    // other things as well.
    let doubtful = value.len() == 8 && value.rfind('-') == Some(4) || bare && value.len() == 18;
    sure(
        Kind::Timestamp,
        value,
        if doubtful {
            0.4
        } else if bare {
            0.5
        } else {
            0.95
        },
    )
}

/// Endings of file names that are also top-level domains.
const FILES_AND_DOMAINS: [&str; 14] =
    ["app", "cab", "com", "md", "mov", "name", "pl", "ps", "py", "rs", "sh", "so", "ws", "zip"];

/// Endings that only file names have.
const FILES: [&str; 48] = [
    "7z", "bak", "bat", "bin", "bmp", "cfg", "class", "conf", "csv", "dat", "db", "dll", "doc", "docx",
    "elf", "exe", "gif", "gz", "hta", "htm", "html", "ini", "iso", "jar", "jpeg", "jpg", "js", "json", "lnk",
    "log", "lua", "msi", "pdf", "php", "png", "ppt", "pptx", "ps1", "rar", "rtf", "svg", "tar", "tmp", "txt",
    "vbs", "xls", "xlsx", "xml",
];

fn domain_name(value: &str) -> Option<Guess> {
    let canonical = domain::canonical_domain(value).ok()?;
    let (name, last) = canonical.rsplit_once('.')?;
    if FILES.binary_search(&last).is_ok() {
        return None;
    }
    // `com` is a file name ending of old and by far the most common domain.
    let file = !name.contains('.') && last != "com" && FILES_AND_DOMAINS.binary_search(&last).is_ok();
    let known = domain::has_public_suffix(&canonical);
    Some(Guess { kind: Kind::Domain, confidence: if known && !file { 0.9 } else { 0.4 } })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn shapes() {
        for (raw, kind) in [
            ("CVE-2021-44228", Kind::Cve),
            ("00:1a:2b:3c:4d:5e", Kind::Mac),
            ("001a.2b3c.4d5e", Kind::Mac),
            ("192.0.2.1", Kind::Ip),
            ("192.0.2.0/24", Kind::Cidr),
            ("192[.]0[.]2[.]0/24", Kind::Cidr),
            ("2001:db8::/32", Kind::Cidr),
            ("AS13335", Kind::Asn),
            ("{F81D4FAE-7DEC-11D0-A765-00A0C91E6BF6}", Kind::Uuid),
            ("DE89 3704 0044 0532 0130 00", Kind::Iban),
            ("4111 1111 1111 1111", Kind::Card),
            ("192[.]0[.]2[.]1", Kind::Ip),
            ("2001:db8::1", Kind::Ip),
            ("ada@example.org", Kind::Email),
            ("ada[at]example[.]org", Kind::Email),
            ("hxxps://example[.]org/x", Kind::Url),
            ("d41d8cd98f00b204e9800998ecf8427e", Kind::Hash),
            ("2024-01-31T23:59:59Z", Kind::Timestamp),
            ("10/Oct/2000:13:55:36 -0700", Kind::Timestamp),
            ("S-1-5-21-1-2-3-500", Kind::User),
            ("+44 20 7123 4567", Kind::Phone),
            ("tel:+1-415-555-0123;ext=12", Kind::Phone),
            ("C:\\Windows\\System32\\cmd.exe", Kind::File),
            ("\\\\srv\\share\\x", Kind::File),
            ("geo:48.8584,2.2945", Kind::Coordinates),
            ("48°51'30.2\"N 2°17'40.2\"E", Kind::Coordinates),
            ("Mozilla/5.0 (X11; Linux x86_64)", Kind::UserAgent),
            ("www.example.org", Kind::Domain),
            ("bücher.de", Kind::Domain),
        ] {
            let guess = kind_of(raw).unwrap_or_else(|| panic!("{raw}"));
            assert_eq!(guess.kind, kind, "{raw}");
            assert!(guess.confidence >= 0.9, "{raw}: {}", guess.confidence);
        }
    }

    #[test]
    fn doubtful_shapes() {
        for (raw, kind) in [
            ("1591367999", Kind::Timestamp),
            ("1591367999305984", Kind::Timestamp),
            ("4111111111111111", Kind::Card),
            ("1591367999.305988", Kind::Timestamp),
            ("server.corp", Kind::Domain),
            ("archive.zip", Kind::Domain),
            ("alice@host", Kind::Email),
            ("1.5913679E9", Kind::Timestamp),
            ("133512191990000000", Kind::Timestamp),
            ("2024-031", Kind::Timestamp),
            ("/images/logo.png", Kind::File),
        ] {
            let guess = kind_of(raw).unwrap_or_else(|| panic!("{raw}"));
            assert_eq!((guess.kind, guess.confidence <= 0.5), (kind, true), "{raw}");
        }
        for raw in [
            "",
            "alice",
            "Ada Lovelace",
            "invoice.pdf",
            "x.exe",
            "42",
            "13335",
            "192.0.2.1/24",
            "as soon",
            "3.14",
            "0501234567",
            "1.2.3",
            "-1591367999",
            "638423423990000000",
            "2024-W05",
            "GET /x",
            "48.8584, 2.2945",
            "+1.5",
            "+11111111111",
            "DE",
            "Germany",
            "/index.html",
            "/search?q=a/b",
            "curl/8.5.0",
        ] {
            assert_eq!(kind_of(raw), None, "{raw}");
        }
    }

    #[test]
    fn endings_are_sorted() {
        assert!(FILES.is_sorted() && FILES_AND_DOMAINS.is_sorted());
    }

    proptest! {
        #[test]
        fn never_panics(raw in "\\PC{0,60}") {
            let _ = kind_of(&raw);
        }
    }
}
