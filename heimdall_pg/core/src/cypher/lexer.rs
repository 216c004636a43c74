//! Tokens of Cypher as Apache AGE's scanner cuts them: what is within a string, a comment or a quoted name is no keyword.
//!
//! The rules have to be AGE's to the letter, or a query could mean one thing here and another there: block comments do
//! not nest, a line comment ends at CR as well as at LF, a backslash escapes in strings and nowhere else.

use super::CypherError;

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenKind {
    /// A keyword or a name, unquoted.
    Word,
    /// A name in backticks.
    QuotedName,
    /// A string in either quotes.
    Text,
    /// A number.
    Number,
    /// `$name`.
    Parameter,
    /// One character of punctuation, except `..`.
    Symbol,
}

/// A token and where it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Token<'q> {
    /// What it is.
    pub kind: TokenKind,
    /// As it is written, quotes included.
    pub text: &'q str,
    /// Byte at which it begins.
    pub at: usize,
}

impl Token<'_> {
    /// True for that keyword, in any case. Quoted names are none.
    pub fn is(&self, keyword: &str) -> bool {
        self.kind == TokenKind::Word && self.text.eq_ignore_ascii_case(keyword)
    }

    /// True for that punctuation.
    pub fn is_symbol(&self, symbol: &str) -> bool {
        self.kind == TokenKind::Symbol && self.text == symbol
    }

    /// Byte behind it.
    pub const fn end(&self) -> usize {
        self.at + self.text.len()
    }
}

/// The tokens of a query, in one pass.
///
/// # Errors
/// Where a string, a quoted name or a comment does not end, or a character begins no token.
pub fn tokens(query: &str) -> Result<Vec<Token<'_>>, CypherError> {
    let bytes = query.as_bytes();
    let byte = |at: usize| bytes.get(at).copied().unwrap_or_default();
    let mut tokens = Vec::new();
    let mut at = 0;
    while let Some(&first) = bytes.get(at) {
        let (kind, end) = match first {
            b'\t' | b'\n' | 0x0b | 0x0c | b'\r' | b' ' => {
                at += 1;
                continue;
            }
            b'/' if byte(at + 1) == b'*' => {
                at = find(query, at + 2, "*/").ok_or(CypherError::Unterminated("comment"))? + 2;
                continue;
            }
            b'/' if byte(at + 1) == b'/' => {
                at += span(bytes, at, |b| !matches!(b, b'\n' | b'\r'));
                continue;
            }
            b'\'' | b'"' => {
                (TokenKind::Text, text_end(bytes, at).ok_or(CypherError::Unterminated("string"))?)
            }
            b'`' => (
                TokenKind::QuotedName,
                find(query, at + 1, "`").ok_or(CypherError::Unterminated("name in backticks"))? + 1,
            ),
            _ if begins_word(first) => (TokenKind::Word, at + span(bytes, at, continues_word)),
            b'$' if begins_word(byte(at + 1)) => {
                (TokenKind::Parameter, at + 1 + span(bytes, at + 1, continues_word))
            }
            b'0'..=b'9' => (TokenKind::Number, number_end(bytes, at)),
            b'.' if byte(at + 1).is_ascii_digit() => (TokenKind::Number, number_end(bytes, at)),
            b'.' if byte(at + 1) == b'.' => (TokenKind::Symbol, at + 2),
            b'?' | b'%' | b'(' | b')' | b'*' | b'+' | b',' | b'-' | b'.' | b'/' | b':' | b';' | b'<'
            | b'=' | b'>' | b'[' | b']' | b'^' | b'{' | b'|' | b'}' | b'~' | b'&' | b'@' | b'#' | b'!' => {
                (TokenKind::Symbol, at + 1)
            }
            _ => return Err(CypherError::Character(at)),
        };
        let text = query.get(at..end).ok_or(CypherError::Character(at))?;
        tokens.push(Token { kind, text, at });
        at = end;
    }
    Ok(tokens)
}

/// Any byte of a character beyond ASCII is a letter to AGE.
const fn begins_word(byte: u8) -> bool {
    byte.is_ascii_alphabetic() || byte == b'_' || byte >= 0x80
}

const fn continues_word(byte: u8) -> bool {
    begins_word(byte) || byte.is_ascii_digit() || byte == b'$'
}

/// How many bytes from there on are such.
fn span(bytes: &[u8], at: usize, is_such: impl Fn(u8) -> bool) -> usize {
    bytes.iter().skip(at).take_while(|byte| is_such(**byte)).count()
}

fn find(query: &str, from: usize, what: &str) -> Option<usize> {
    query.get(from..)?.find(what).map(|found| from + found)
}

fn text_end(bytes: &[u8], start: usize) -> Option<usize> {
    let quote = bytes.get(start)?;
    let mut at = start + 1;
    loop {
        match bytes.get(at)? {
            b'\\' => at += 2,
            byte if byte == quote => return Some(at + 1),
            _ => at += 1,
        }
    }
}

/// `1..3` is a range of two numbers. Letters behind a number are a word of their own, except those of `0x` and `e`.
fn number_end(bytes: &[u8], start: usize) -> usize {
    let digits = |at: usize| at + span(bytes, at, |b| b.is_ascii_digit());
    let byte = |at: usize| bytes.get(at).copied().unwrap_or_default();
    if byte(start) == b'0' && byte(start + 1) | 0x20 == b'x' {
        return start + 2 + span(bytes, start + 2, |b| b.is_ascii_hexdigit());
    }
    let mut end = digits(start);
    if byte(end) == b'.' && byte(end + 1) != b'.' {
        end = digits(end + 1);
    }
    if byte(end) | 0x20 == b'e' {
        let sign = usize::from(matches!(byte(end + 1), b'+' | b'-'));
        if byte(end + 1 + sign).is_ascii_digit() {
            end = digits(end + 1 + sign);
        }
    }
    end
}
