//! Percent-encoding normalised after RFC 3986 6.2.2.

use std::borrow::Cow;

/// One spelling of percent-encoded text: hexadecimal digits in upper case, unreserved characters as they are,
/// and a `%` that encodes nothing as `%25`, so that taking the others apart cannot give it a meaning.
pub(super) fn normalized(text: &str) -> Cow<'_, str> {
    let Some(first) = memchr::memchr(b'%', text.as_bytes()) else {
        return Cow::Borrowed(text);
    };
    let (clean, mut rest) = text.split_at(first);
    let mut out = String::with_capacity(text.len() + 2);
    out.push_str(clean);
    while let Some(after) = rest.strip_prefix('%') {
        rest = match octet(after) {
            Some((byte, after)) => {
                push_octet(&mut out, byte);
                after
            }
            None => {
                out.push_str("%25");
                after
            }
        };
        let next = memchr::memchr(b'%', rest.as_bytes()).unwrap_or(rest.len());
        let (plain, encoded) = rest.split_at(next);
        out.push_str(plain);
        rest = encoded;
    }
    Cow::Owned(out)
}

/// The text that the percent-encoded one stands for; `None` where it is not UTF-8.
pub(super) fn decoded(text: &str) -> Option<String> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((plain, after)) = rest.split_once('%') {
        out.extend_from_slice(plain.as_bytes());
        let (byte, after) = octet(after).unwrap_or((b'%', after));
        out.push(byte);
        rest = after;
    }
    out.extend_from_slice(rest.as_bytes());
    String::from_utf8(out).ok()
}

/// `byte` as `%XX`.
pub(super) fn push_encoded(out: &mut String, byte: u8) {
    out.push('%');
    for digit in [byte >> 4, byte & 0xf] {
        out.push((if digit < 10 { b'0' + digit } else { b'A' + digit - 10 }) as char);
    }
}

fn push_octet(out: &mut String, byte: u8) {
    if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
        out.push(byte as char);
    } else {
        push_encoded(out, byte);
    }
}

/// The byte of two hexadecimal digits, and what follows them.
fn octet(text: &str) -> Option<(u8, &str)> {
    let mut chars = text.chars();
    let high = chars.next()?.to_digit(16)?;
    let low = chars.next()?.to_digit(16)?;
    Some(((high << 4 | low) as u8, chars.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn one_spelling() {
        assert_eq!(normalized("/%7euser/%2fa%c3%A9"), "/~user/%2Fa%C3%A9");
        assert_eq!(normalized("/%61%4a%"), "/aJ%25");
        assert_eq!(normalized("%%34%31"), "%2541");
        assert_eq!(normalized("%zz%é"), "%25zz%25é");
        assert!(matches!(normalized("/plain"), Cow::Borrowed(_)));
    }

    #[test]
    fn decodes() {
        assert_eq!(decoded("a%40b%2Ec%").as_deref(), Some("a@b.c%"));
        assert_eq!(decoded("%ff"), None);
    }

    proptest! {
        #[test]
        fn once_is_enough(text in "[%0-9a-fA-F/é.]{0,40}") {
            let once = normalized(&text);
            prop_assert_eq!(normalized(&once), &*once);
        }
    }
}
