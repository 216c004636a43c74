//! The escapes of JSON strings (RFC 8259, section 7).

use super::scan::INVALID;

/// How many bytes the escape takes that these begin with; `None` where it is none.
#[inline]
pub(super) fn length(bytes: &[u8]) -> Option<usize> {
    match bytes.get(1)? {
        b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => Some(2),
        b'u' => bytes.get(2..6)?.iter().all(u8::is_ascii_hexdigit).then_some(6),
        _ => None,
    }
}

/// Appends what a string means whose escapes all have their length.
///
/// # Errors
/// Half a surrogate pair, or a NUL character.
pub(super) fn append(raw: &str, text: &mut String) -> Result<(), &'static str> {
    let mut rest = raw;
    while let Some(at) = memchr::memchr(b'\\', rest.as_bytes()) {
        let (before, escape) = rest.split_at_checked(at).ok_or(INVALID)?;
        text.push_str(before);
        let (character, length) = read(escape)?;
        text.push(character);
        rest = escape.get(length..).ok_or(INVALID)?;
    }
    text.push_str(rest);
    Ok(())
}

/// The character of the escape that a text begins with, and how long it is.
fn read(escape: &str) -> Result<(char, usize), &'static str> {
    let simple = match escape.as_bytes().get(1) {
        Some(b'b') => '\u{8}',
        Some(b'f') => '\u{c}',
        Some(b'n') => '\n',
        Some(b'r') => '\r',
        Some(b't') => '\t',
        Some(b'u') => return unit(escape),
        Some(byte) => char::from(*byte),
        None => return Err(INVALID),
    };
    Ok((simple, 2))
}

/// A character of one unit of UTF-16 or of two.
fn unit(escape: &str) -> Result<(char, usize), &'static str> {
    let first = hex(escape).ok_or(INVALID)?;
    let second = escape.get(6..).and_then(hex);
    let (code, length) = match (first, second) {
        (0, _) => return Err("a NUL character"),
        (0xD800..0xDC00, Some(low @ 0xDC00..0xE000)) => {
            (0x1_0000 + ((first - 0xD800) << 10) + (low - 0xDC00), 12)
        }
        _ => (first, 6),
    };
    Ok((char::from_u32(code).ok_or(INVALID)?, length))
}

/// The unit of a `\uXXXX` that a text begins with.
fn hex(escape: &str) -> Option<u32> {
    u32::from_str_radix(escape.strip_prefix("\\u")?.get(..4)?, 16).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_mean_what_they_mean() {
        let mut text = String::new();
        append(r#"a\"\\\/\b\f\n\r\t\u00e9\ud83d\uDE00é"#, &mut text).unwrap();
        assert_eq!(text, "a\"\\/\u{8}\u{c}\n\r\té😀é");
        for half in [r"\ud83d", r"\ude00", r"\ud83d\u0041", r"\ud83dx"] {
            assert_eq!(append(half, &mut String::new()), Err(INVALID), "{half}");
        }
        assert_eq!(append(r"\u0000", &mut String::new()), Err("a NUL character"));
    }
}
