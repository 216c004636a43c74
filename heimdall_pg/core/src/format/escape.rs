//! Text of bytes that need not be text: how the decoders write what a log had escaped.

/// Appends bytes as text. Control characters and what is not UTF-8 become `\xNN`, as Zeek's JSON writer has them;
/// only those that JSON has a letter for stay.
pub(super) fn push_bytes(out: &mut String, bytes: &[u8]) {
    for chunk in bytes.utf8_chunks() {
        for c in chunk.valid().chars() {
            match c {
                '\u{8}' | '\t' | '\n' | '\u{c}' | '\r' => out.push(c),
                '\0'..='\u{1f}' | '\u{7f}' => push_hex(out, c as u8),
                _ => out.push(c),
            }
        }
        chunk.invalid().iter().for_each(|byte| push_hex(out, *byte));
    }
}

fn push_hex(out: &mut String, byte: u8) {
    out.push_str("\\x");
    for digit in [byte >> 4, byte & 15] {
        out.push(char::from_digit(u32::from(digit), 16).unwrap_or('0'));
    }
}

/// The byte of `xNN` at the beginning of a text.
pub(super) fn hex_byte(escape: &[u8]) -> Option<u8> {
    let [b'x', high, low, ..] = escape else { return None };
    let digit = |byte: &u8| char::from(*byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    Some(digit(high)? << 4 | digit(low)?)
}

/// Appends a string of JSON.
pub(super) fn push_json_string(out: &mut String, text: &str) {
    if text.bytes().any(|byte| matches!(byte, b'"' | b'\\' | 0..=0x1f)) {
        out.push_str(&serde_json::Value::from(text).to_string());
    } else {
        out.push('"');
        out.push_str(text);
        out.push('"');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_text_is_hexadecimal() {
        let mut out = String::new();
        push_bytes(&mut out, b"h\xc3\xa9\xff\xc3\0\n\x7f");
        assert_eq!(out, "hé\\xff\\xc3\\x00\n\\x7f");
        assert_eq!(hex_byte(b"x4aZ"), Some(0x4a));
        assert_eq!((hex_byte(b"x4"), hex_byte(b"xg0"), hex_byte(b"n")), (None, None, None));
    }

    #[test]
    fn strings_are_json() {
        for text in ["", "plain", "\"a\\b\"", "\n\u{1}", "é"] {
            let mut out = String::new();
            push_json_string(&mut out, text);
            assert_eq!(serde_json::from_str::<String>(&out).unwrap(), text);
        }
    }
}
