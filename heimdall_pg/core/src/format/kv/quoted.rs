//! Values in quotes.

use std::borrow::Cow;

/// Finds where quoted values end.
#[derive(Default)]
pub(super) struct Quotes {
    /// Quotes that nothing closes any more in this line: looking again and again would take long.
    open: [bool; 2],
}

impl Quotes {
    /// Where a quoted text that `text` begins with ends, behind its quote; `None` where it begins with none, or
    /// where the quote is not closed.
    ///
    /// The quote that closes is followed by a separator, a bracket or nothing: `"a"b c"` is one text.
    pub fn end(&mut self, text: &str) -> Option<usize> {
        let bytes = text.as_bytes();
        let (quote, open) = match (bytes.first()?, &mut self.open) {
            (quote @ b'"', [open, _]) | (quote @ b'\'', [_, open]) => (*quote, open),
            _ => return None,
        };
        if *open {
            return None;
        }
        let mut from = 1;
        while let Some(at) = bytes.get(from..).and_then(|rest| memchr::memchr2(quote, b'\\', rest)) {
            let at = from + at;
            let next = bytes.get(at + 1);
            if bytes.get(at) == Some(&b'\\') {
                from = at + 2;
            } else if next.is_none_or(|next| b" \t\r\n,;|=])}\x1d".contains(next)) {
                return Some(at + 1);
            } else {
                from = at + 1;
            }
        }
        *open = true;
        None
    }
}

/// A text without the quotes around it and its escapes: `\"`, and `\\` where nothing else has a backslash
/// before it, as in `C:\Users`.
pub(super) fn unquote(quoted: &str) -> Cow<'_, str> {
    let mut chars = quoted.chars();
    let quote = chars.next().unwrap_or('"');
    chars.next_back();
    let text = chars.as_str();
    if !text.contains('\\') {
        return Cow::Borrowed(text);
    }
    let mut bytes = text.bytes();
    let escapes = loop {
        match bytes.next() {
            None => break true,
            Some(b'\\') if !matches!(bytes.next(), Some(b'\\' | b'"' | b'\'')) => break false,
            Some(_) => {}
        }
    };
    let mut plain = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(char) = chars.next() {
        match chars.peek() {
            Some(next) if char == '\\' && (*next == quote || escapes) => {
                plain.push(*next);
                chars.next();
            }
            _ => plain.push(char),
        }
    }
    Cow::Owned(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quote_is_closed_before_a_separator() {
        for (text, end) in [
            (r#""a b" c"#, Some(5)),
            (r#""a "b" c""#, Some(6)),
            (r#""a"b c""#, Some(7)),
            (r#""a\\" b""#, Some(5)),
            (r#""a\"b" c"#, Some(6)),
            ("'it's' b", Some(6)),
            ("\"open", None),
            ("plain", None),
            ("", None),
        ] {
            assert_eq!(Quotes::default().end(text), end, "{text}");
        }
    }

    #[test]
    fn escapes_are_those_of_the_writer() {
        for (quoted, text) in [
            (r#""a \"b\" c""#, r#"a "b" c"#),
            (r#""C:\Users\x""#, r"C:\Users\x"),
            (r#""C:\\Users\\x""#, r"C:\Users\x"),
            (r#""CORP\nina""#, r"CORP\nina"),
            ("'a'", "a"),
        ] {
            assert_eq!(unquote(quoted), text, "{quoted}");
        }
    }
}
