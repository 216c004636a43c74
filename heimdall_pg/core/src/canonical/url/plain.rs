//! The shape of nearly all URLs of logs, `http(s)://host:port/path?query#fragment` in ASCII with nothing in
//! it that has to be encoded, decoded or folded: decided byte by byte, without the URL parser.

use std::borrow::Cow;
use std::net::Ipv4Addr;

use crate::canonical::defang::first_mark;
use crate::canonical::domain::PlainName;

/// The canonical text of a URL of that shape; `None` where it is another, or where a closer look is needed.
pub(super) fn plain(value: &str) -> Option<Cow<'_, str>> {
    let (scheme, default_port) = scheme(value.as_bytes())?;
    let rest = value.get(scheme.len()..)?;
    let name = PlainName::of(rest.as_bytes())?;
    let (host, rest) = rest.split_at_checked(name.len)?;
    // The parser reads a host that ends in a number as an IPv4 address, in all its old spellings.
    let hexadecimal = || matches!(host.as_bytes().get(name.last..), Some([b'0', b'x' | b'X', ..]));
    if (name.number && host.parse::<Ipv4Addr>().is_err()) || hexadecimal() {
        return None;
    }
    let (port, tail) = split_port(rest)?;
    let slash = match tail.as_bytes().first() {
        Some(b'/') => "",
        Some(b'?' | b'#') | None => "/",
        Some(_) => return None,
    };
    if !is_settled(tail.as_bytes()) || first_mark(tail).is_some() {
        return None;
    }
    let port = if port == default_port { "" } else { port };
    let kept = scheme.len() + host.len() + port.len() + slash.len() + tail.len();
    if slash.is_empty() && kept == value.len() && !name.upper && value.starts_with(scheme) {
        return Some(Cow::Borrowed(value));
    }
    let mut out = String::with_capacity(kept);
    out.push_str(scheme);
    out.push_str(host);
    out.make_ascii_lowercase();
    for part in [port, slash, tail] {
        out.push_str(part);
    }
    Some(Cow::Owned(out))
}

/// The scheme in lower case with what follows it, and the port that is left out.
fn scheme(value: &[u8]) -> Option<(&'static str, &'static str)> {
    [("https://", ":443"), ("http://", ":80")].into_iter().find(|(scheme, _)| {
        value.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme.as_bytes()))
    })
}

/// The port with its colon, empty where there is none, and what follows it.
fn split_port(rest: &str) -> Option<(&str, &str)> {
    let Some(digits) = rest.strip_prefix(':') else {
        return Some(("", rest));
    };
    let length = digits.bytes().take(6).take_while(u8::is_ascii_digit).count();
    let port = digits.get(..length)?;
    if port.starts_with('0') || port.parse::<u16>().is_err() {
        return None;
    }
    rest.split_at_checked(1 + length)
}

/// True for what stands in a path, a query and a fragment as it is.
const PLAIN: [bool; 256] = plain_bytes();

const fn plain_bytes() -> [bool; 256] {
    let mut plain = [false; 256];
    let mut byte = 0;
    while byte < 256 {
        plain[byte] = matches!(
            byte as u8,
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9'
                | b'/' | b'-' | b'_' | b'~' | b'=' | b'&' | b'+' | b':' | b'@'
                | b'!' | b'$' | b'*' | b',' | b';' | b'(' | b')' | b'[' | b']'
        );
        byte += 1;
    }
    plain
}

/// True where nothing of a path, a query and a fragment is changed.
fn is_settled(tail: &[u8]) -> bool {
    let (mut path, mut fragment) = (true, false);
    for (at, &byte) in tail.iter().enumerate() {
        if PLAIN.get(usize::from(byte)).copied().unwrap_or_default() {
            continue;
        }
        match byte {
            // Behind a slash it may be all of a segment, which then goes.
            b'.' if path && at.checked_sub(1).and_then(|before| tail.get(before)) == Some(&b'/') => {
                return false;
            }
            b'.' => {}
            b'?' => path = false,
            b'#' if !fragment => (path, fragment) = (false, true),
            b'%' if is_settled_octet(tail.get(at + 1..at + 3)) => {}
            _ => return false,
        }
    }
    true
}

/// True for hexadecimal digits in upper case that stand for what has to be encoded.
fn is_settled_octet(digits: Option<&[u8]>) -> bool {
    let value = |digit: &u8| match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'A'..=b'F' => Some(digit - b'A' + 10),
        _ => None,
    };
    let Some([high, low]) = digits else {
        return false;
    };
    let (Some(high), Some(low)) = (value(high), value(low)) else {
        return false;
    };
    let byte = high << 4 | low;
    !(byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~'))
}

#[cfg(test)]
mod tests {
    use super::super::{canonical_url, settled};
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_usual_is_plain() {
        for raw in [
            "http://example.org/",
            "https://www.example.org:8443/a/b.c?q=%2Fx&y=(1)#top",
            "http://192.0.2.1:8080/x.exe",
            "http://localhost/a..b/",
        ] {
            assert!(matches!(plain(raw), Some(Cow::Borrowed(text)) if text == raw), "{raw}");
        }
        assert_eq!(plain("HTTPS://Example.ORG:443?Q").as_deref(), Some("https://example.org/?Q"));
        assert_eq!(plain("http://a:443").as_deref(), Some("http://a:443/"));
    }

    #[test]
    fn the_rest_takes_a_closer_look() {
        for raw in
            ["ftp://a/", "http:/a/", "http://", "http:///", "http://a@b/", "http://[::1]/", "http://a../"]
        {
            assert_eq!(plain(raw), None, "{raw}");
        }
        for raw in ["http://1.2.3/", "http://a.0x7f/", "http://01.2.3.4/", "http://xn--a/", "http://a:080/"] {
            assert_eq!(plain(raw), None, "{raw}");
        }
        for raw in ["/./a", "/a/..", "/%2f", "/%41", "/%", "/%2", "/\\", "/a b", "/[.]", "/a#b#c", "/é", "/^"]
        {
            assert_eq!(plain(&format!("http://a{raw}")), None, "{raw}");
        }
    }

    /// URLs with damage.
    fn urls() -> impl Strategy<Value = String> {
        let host = "([a-zA-Z]{1,3}|[a-z0-9_-]{1,4}|[0-9]{1,3}|xn--[a-z]{2}|0x[0-9a-f]{1,2}|[!-~]|é|[\t\n ])";
        (
            "([hH][tT]tps?|http|https|ftp|ws)(://|://|://|:/|:|:\\\\\\\\)",
            prop::collection::vec(host, 1..5),
            prop_oneof![3 => Just(".".to_owned()), 1 => "\\.{0,2}"],
            "(|:80|:443|:8080|:[0-9]{0,6}|@b|:x)",
            prop::collection::vec(
                "(/|/|/|\\.|\\.\\.|[a-zA-Z0-9_~-]{1,4}|%[0-9a-fA-F]{2}|%2[eE]|\\?|#|[!-~]|[()\\[\\]]|\\[\\.\\]|\\(dot\\)| |é|\t)",
                0..8,
            ),
            "(/|\\?|#||\\\\)",
        )
            .prop_map(|(scheme, host, dot, port, tail, first)| {
                format!("{scheme}{}{port}{first}{}", host.join(&dot), tail.concat())
            })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(1000))]

        #[test]
        fn decides_as_the_parser_does(raw in urls()) {
            if let Some(text) = plain(raw.trim_ascii()) {
                prop_assert_eq!(settled(raw.trim_ascii()).map(Cow::into_owned), Ok(text.to_string()));
                prop_assert!(matches!(plain(&text), Some(Cow::Borrowed(again)) if again == text));
                prop_assert!(canonical_url(&text).is_ok_and(|again| again == text));
            }
        }
    }
}
