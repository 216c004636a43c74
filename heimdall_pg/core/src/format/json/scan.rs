//! One pass over JSON text (RFC 8259): what is there, and whether it may be.

use std::borrow::Cow;

use super::unescape;

/// The reason that every breach of the grammar has.
pub(super) const INVALID: &str = "not valid JSON";

/// Stands somewhere in a text.
#[derive(Default)]
pub(super) struct Scan<'a> {
    text: &'a str,
    at: usize,
    /// White space was passed over.
    spaced: bool,
    /// What closes the arrays and objects that are being skipped.
    open: Vec<u8>,
}

/// A string between its quotes, as it is written.
#[derive(Clone, Copy, Debug)]
pub(super) struct Quoted<'a> {
    raw: &'a str,
    escaped: bool,
}

impl<'a> Quoted<'a> {
    /// The string that is meant; copied only where it has escapes.
    ///
    /// # Errors
    /// Half a surrogate pair, or a NUL character.
    #[inline]
    pub fn decode(self) -> Result<Cow<'a, str>, &'static str> {
        if self.escaped { self.unescape() } else { Ok(Cow::Borrowed(self.raw)) }
    }

    #[cold]
    fn unescape(self) -> Result<Cow<'a, str>, &'static str> {
        let mut text = String::with_capacity(self.raw.len());
        unescape::append(self.raw, &mut text)?;
        Ok(Cow::Owned(text))
    }
}

impl<'a> Scan<'a> {
    /// At the beginning of a text. `open` is memory to use, from [`Scan::end`] of an earlier one.
    pub fn new(text: &'a str, mut open: Vec<u8>) -> Scan<'a> {
        open.clear();
        Scan { text, at: 0, spaced: false, open }
    }

    /// Gives its memory back.
    pub fn end(self) -> Vec<u8> {
        self.open
    }

    /// The next byte.
    #[inline]
    pub fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    /// Where it stands.
    pub fn at(&self) -> usize {
        self.at
    }

    /// Goes back to where it once stood.
    pub fn back_to(&mut self, at: usize) {
        self.at = at;
        self.open.clear();
    }

    /// What is left.
    pub fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or("")
    }

    /// Passes over white space.
    #[inline]
    pub fn space(&mut self) {
        while let Some(b' ' | b'\t' | b'\n' | b'\r') = self.peek() {
            self.at += 1;
            self.spaced = true;
        }
    }

    /// Passes over a byte, if it is that one.
    #[inline]
    pub fn take(&mut self, byte: u8) -> bool {
        let there = self.peek() == Some(byte);
        self.at += usize::from(there);
        there
    }

    /// Passes over a byte that has to be there.
    ///
    /// # Errors
    /// It is not.
    #[inline]
    pub fn expect(&mut self, byte: u8) -> Result<(), &'static str> {
        if self.take(byte) { Ok(()) } else { Err(INVALID) }
    }

    /// The name of a member, and the colon after it.
    ///
    /// # Errors
    /// There is none.
    #[inline]
    pub fn key(&mut self) -> Result<Quoted<'a>, &'static str> {
        let name = self.string()?;
        self.space();
        self.expect(b':')?;
        self.space();
        Ok(name)
    }

    /// A string.
    ///
    /// # Errors
    /// There is none.
    #[inline]
    pub fn string(&mut self) -> Result<Quoted<'a>, &'static str> {
        self.expect(b'"')?;
        let (bytes, start) = (self.text.as_bytes(), self.at);
        let mut escaped = false;
        loop {
            self.at += plain(bytes.get(self.at..).unwrap_or(&[]));
            match self.peek() {
                Some(b'"') => break,
                Some(b'\\') => {
                    escaped = true;
                    self.at += unescape::length(bytes.get(self.at..).unwrap_or(&[])).ok_or(INVALID)?;
                }
                _ => return Err(INVALID),
            }
        }
        let raw = self.text.get(start..self.at).unwrap_or("");
        self.at += 1;
        Ok(Quoted { raw, escaped })
    }

    /// Any value, as it is written but for white space outside of strings, which goes.
    ///
    /// # Errors
    /// There is none.
    pub fn value(&mut self) -> Result<Cow<'a, str>, &'static str> {
        let start = self.at;
        self.spaced = false;
        self.skip()?;
        let text = self.text.get(start..self.at).unwrap_or("");
        Ok(if self.spaced { Cow::Owned(compact(text)) } else { Cow::Borrowed(text) })
    }

    /// Passes over a value, however deep it is.
    ///
    /// # Errors
    /// There is none.
    pub fn skip(&mut self) -> Result<(), &'static str> {
        let outside = self.open.len();
        loop {
            match self.peek() {
                Some(b'"') => drop(self.string()?),
                Some(b'{') => {
                    self.at += 1;
                    self.space();
                    if !self.take(b'}') {
                        self.open.push(b'}');
                        self.key()?;
                        continue;
                    }
                }
                Some(b'[') => {
                    self.at += 1;
                    self.space();
                    if !self.take(b']') {
                        self.open.push(b']');
                        continue;
                    }
                }
                _ => self.scalar()?,
            }
            loop {
                if self.open.len() == outside {
                    return Ok(());
                }
                let close = self.open.last().copied().unwrap_or_default();
                self.space();
                if self.take(b',') {
                    self.space();
                    if close == b'}' {
                        self.key()?;
                    }
                    break;
                }
                self.expect(close)?;
                self.open.pop();
            }
        }
    }

    /// A number, `true`, `false` or `null`, as it is written.
    ///
    /// # Errors
    /// There is none.
    #[inline]
    pub fn plain_scalar(&mut self) -> Result<&'a str, &'static str> {
        let start = self.at;
        self.scalar()?;
        Ok(self.text.get(start..self.at).unwrap_or(""))
    }

    fn scalar(&mut self) -> Result<(), &'static str> {
        match self.peek() {
            Some(b'-' | b'0'..=b'9') => self.number(),
            Some(b't') => self.word("true"),
            Some(b'f') => self.word("false"),
            Some(b'n') => self.word("null"),
            _ => Err(INVALID),
        }
    }

    fn word(&mut self, word: &str) -> Result<(), &'static str> {
        let there = self.text.as_bytes().get(self.at..).is_some_and(|rest| rest.starts_with(word.as_bytes()));
        self.at += word.len();
        if there { Ok(()) } else { Err(INVALID) }
    }

    fn number(&mut self) -> Result<(), &'static str> {
        self.take(b'-');
        if !self.take(b'0') {
            self.digits()?;
        }
        if self.take(b'.') {
            self.digits()?;
        }
        if let Some(b'e' | b'E') = self.peek() {
            self.at += 1;
            if let Some(b'+' | b'-') = self.peek() {
                self.at += 1;
            }
            self.digits()?;
        }
        Ok(())
    }

    #[inline]
    fn digits(&mut self) -> Result<(), &'static str> {
        let start = self.at;
        while let Some(b'0'..=b'9') = self.peek() {
            self.at += 1;
        }
        if self.at > start { Ok(()) } else { Err(INVALID) }
    }
}

/// How many bytes come before the next quote, backslash or control character: eight at a time.
#[inline]
pub(super) fn plain(bytes: &[u8]) -> usize {
    const ONES: u64 = u64::from_le_bytes([1; 8]);
    const HIGH: u64 = ONES << 7;
    // The high bit of each byte that is below `n`. Above the first one there may be false ones.
    let below = |word: u64, n: u8| word.wrapping_sub(ONES * u64::from(n)) & !word & HIGH;
    let (words, rest) = bytes.as_chunks::<8>();
    for (index, word) in words.iter().enumerate() {
        let word = u64::from_le_bytes(*word);
        let quote = below(word ^ (ONES * u64::from(b'"')), 1);
        let backslash = below(word ^ (ONES * u64::from(b'\\')), 1);
        let found = quote | backslash | below(word, b' ');
        if found != 0 {
            return index * 8 + (found.trailing_zeros() / 8) as usize;
        }
    }
    let tail = rest.iter().position(|byte| matches!(byte, b'"' | b'\\' | 0..b' ')).unwrap_or(rest.len());
    words.len() * 8 + tail
}

/// Valid JSON without white space outside of strings.
fn compact(json: &str) -> String {
    let mut text = String::with_capacity(json.len());
    let (mut quoted, mut escape) = (false, false);
    text.extend(json.chars().filter(|&c| {
        let keep = quoted || !matches!(c, ' ' | '\t' | '\n' | '\r');
        quoted ^= c == '"' && !escape;
        escape = c == '\\' && !escape;
        keep
    }));
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_run_before_a_special_byte_is_found_at_every_place() {
        for special in [b'"', b'\\', 0, b'\n', 0x1f] {
            for length in 0..40 {
                for after in [0, 1, 9, 20] {
                    let mut bytes = vec![0xff; length];
                    bytes.push(special);
                    bytes.resize(length + 1 + after, b' ');
                    assert_eq!(plain(&bytes), length, "{special} after {length}");
                }
            }
        }
        assert_eq!(plain(" !#[]~\u{7f}é€😀 and no more of it".as_bytes()), 34);
    }

    #[test]
    fn white_space_goes_but_in_strings() {
        let mut scan = Scan::new("[ 1 ,\n{\"a b\\\" c\" :\t\" \\\\\" } ] ", Vec::new());
        assert_eq!(scan.value().unwrap(), "[1,{\"a b\\\" c\":\" \\\\\"}]");
        assert_eq!(scan.rest(), " ");
    }
}
