//! URLs in text.

use std::borrow::Cow;

use super::reader::{Reader, is_name_char};
use crate::canonical::Kind;
use crate::canonical::defang::Defanged;
use crate::canonical::url::canonical_url;

/// Schemes that are looked for, beside the defanged ones.
const SCHEMES: [&str; 7] = ["http", "https", "ftp", "ftps", "sftp", "ws", "wss"];
/// The longest scheme, defanged or not: `hxxxps`.
const MAX_SCHEME: usize = 6;

impl Reader<'_> {
    /// The URL whose scheme ends at `colon`; where to go on.
    pub(super) fn url(&mut self, colon: usize) -> Option<usize> {
        if colon < self.no_url_before {
            return None;
        }
        let (start, scheme) = self.scheme_before(colon)?;
        let rest = colon + 3;
        let quoted = start.checked_sub(1).and_then(|at| self.byte(at)) == Some(b'\'');
        let (stop, end) = self.url_end(rest, quoted);
        let raw = format!("{scheme}://{}", self.slice(rest, end));
        match canonical_url(&raw) {
            Ok(canonical) if end > rest => Some(self.note(Kind::Url, start, end, canonical.into_owned())),
            _ => {
                self.no_url_before = stop;
                None
            }
        }
    }

    /// Where the scheme before a colon begins, and what it is.
    fn scheme_before(&self, colon: usize) -> Option<(usize, Cow<'static, str>)> {
        (2..=MAX_SCHEME).find_map(|length| {
            let start = colon.checked_sub(length)?;
            // Nothing that was found already is part of it: the asterisks stand in no other observable.
            if start
                .checked_sub(1)
                .and_then(|at| self.byte(at))
                .is_some_and(|byte| byte.is_ascii_alphanumeric())
            {
                return None;
            }
            let written = self.text.as_bytes().get(start..colon)?;
            let plain = SCHEMES.into_iter().find(|scheme| written.eq_ignore_ascii_case(scheme.as_bytes()));
            let scheme = plain
                .map(Cow::Borrowed)
                .or_else(|| Defanged::of(written).map(|found| Cow::Owned(found.plain())));
            Some((start, scheme?))
        })
    }

    /// Where a URL stops, and where it ends as a reader sees it: before the punctuation of the sentence.
    fn url_end(&self, rest: usize, quoted: bool) -> (usize, usize) {
        let mut open = [0usize; 3];
        let (mut at, mut query) = (rest, false);
        while let Some(byte) = self.byte(at) {
            match byte {
                b'?' => query = true,
                b'(' => open[0] += 1,
                b'{' => open[1] += 1,
                // An address literal, or `a[]=1`; otherwise the label of a link (AsciiDoc).
                b'[' if query || at == rest || self.byte(at - 1) == Some(b'@') => open[2] += 1,
                b'[' | b'\\' => break,
                b')' | b'}' | b']' => {
                    let pair = match byte {
                        b')' => &mut open[0],
                        b'}' => &mut open[1],
                        _ => &mut open[2],
                    };
                    match pair.checked_sub(1) {
                        Some(left) => *pair = left,
                        None => break,
                    }
                }
                b'\'' if quoted => break,
                b',' | b';' if self.is_scheme(at + 1) => break,
                _ if !byte.is_ascii() => match self.char_at(at) {
                    Some(c) if is_name_char(c) => at += c.len_utf8() - 1,
                    _ => break,
                },
                _ => {}
            }
            at += 1;
        }
        let end = |byte: &u8| matches!(byte, b'.' | b',' | b';' | b':' | b'!' | b'?' | b'\'' | b'*');
        let url = self.slice(rest, at).as_bytes();
        let trailing = url.iter().rev().take_while(|byte| end(byte)).count();
        (at, at - trailing)
    }

    /// True where another URL begins: those of a list are not parts of its first.
    fn is_scheme(&self, at: usize) -> bool {
        let length = self.count(at, 7, |byte| byte.is_ascii_alphabetic() || matches!(byte, b'*' | b'_'));
        length > 1 && self.follows(at + length, "://")
    }
}
