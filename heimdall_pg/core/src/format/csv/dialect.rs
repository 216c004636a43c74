//! How a dump separates and quotes its fields.

/// What a field looks like.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Dialect {
    /// One byte or more; never empty.
    pub delimiter: Box<[u8]>,
    /// What encloses a field, where anything does.
    pub quote: Option<u8>,
    /// What stands before a quote, or itself, inside a quoted field; a doubled quote is one whatever this is.
    pub escape: Option<u8>,
    /// What a line that is no record begins with.
    pub comment: Option<u8>,
    /// Blanks stand between delimiter and field; they are of neither.
    pub padded: bool,
}

impl Dialect {
    /// RFC 4180, with that delimiter.
    #[cfg(test)]
    pub fn of(delimiter: &[u8]) -> Dialect {
        Dialect { delimiter: delimiter.into(), quote: Some(b'"'), escape: None, comment: None, padded: false }
    }

    /// The delimiter where it is one byte and nothing but it ends an unquoted field.
    pub fn plain_delimiter(&self) -> Option<u8> {
        match *self.delimiter {
            [delimiter] if !self.padded => Some(delimiter),
            _ => None,
        }
    }

    /// Past the blanks that stand before a field.
    pub fn skip_padding(&self, data: &[u8], at: usize) -> usize {
        if !self.padded {
            return at;
        }
        let blanks = data.iter().skip(at).take_while(|byte| matches!(byte, b' ' | b'\t')).count();
        at + blanks
    }

    /// True where a delimiter stands there.
    pub fn delimits(&self, data: &[u8], at: usize) -> bool {
        data.get(at..).is_some_and(|rest| rest.starts_with(&self.delimiter))
    }

    /// The quoted text without its escapes.
    pub fn unescape(&self, quoted: &str, out: &mut String) {
        let mut characters = quoted.chars().peekable();
        while let Some(character) = characters.next() {
            let escapes = self.is(self.quote, character) || self.is(self.escape, character);
            let is_escaped = |next: &char| {
                *next == character || (self.is(self.escape, character) && self.is(self.quote, *next))
            };
            match characters.next_if(|next| escapes && is_escaped(next)) {
                Some(escaped) => out.push(escaped),
                None => out.push(character),
            }
        }
    }

    fn is(&self, byte: Option<u8>, character: char) -> bool {
        byte.is_some_and(|byte| char::from(byte) == character)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unescaped(escape: Option<u8>, quoted: &str) -> String {
        let mut out = String::new();
        Dialect { escape, ..Dialect::of(b",") }.unescape(quoted, &mut out);
        out
    }

    #[test]
    fn escapes_come_off_quotes_and_themselves_alone() {
        assert_eq!(unescaped(None, r#"10"" \"" x"#), r#"10" \" x"#);
        assert_eq!(unescaped(Some(b'\\'), r#"10\" \\ 8\'9 "" \n"#), r#"10" \ 8\'9 " \n"#);
    }
}
