//! E-mail addresses, and what stands before the host of a URL.

use super::Kind;
use super::scan::{Candidate, Scan};
use crate::canonical::{self, extract_observables};

/// The longest mailbox name of RFC 5321.
const MAX_LOCAL: usize = 64;
/// The longest domain name, with letters that take several bytes.
const MAX_DOMAIN: usize = 512;
/// The longest user information of a URL that is looked at.
const MAX_USER: usize = 256;

impl Scan<'_> {
    /// The e-mail address around an at sign, as the extraction of observables reads it.
    pub(super) fn email(&self, at: usize) -> Option<Candidate> {
        let bytes = self.bytes();
        let local = |byte: &u8| {
            byte.is_ascii_alphanumeric() || b"+*%~'._-!#$&/=?^`{|}".contains(byte) || *byte >= 0x80
        };
        let before = bytes.get(self.floor..at)?;
        let start = at - before.iter().rev().take(MAX_LOCAL + 1).take_while(|byte| local(byte)).count();
        let domain =
            |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_') || *byte >= 0x80;
        let behind = bytes.get(at + 1..)?;
        let end = at + 1 + behind.iter().take(MAX_DOMAIN).take_while(|byte| domain(byte)).count();
        // Without a name before it or a dot behind it, there is none.
        if start == at || !bytes.get(at + 1..end)?.contains(&b'.') {
            return None;
        }
        let (start, end) = (self.text.ceil_char_boundary(start), self.text.floor_char_boundary(end));
        let found = extract_observables(self.text.get(start..end)?).find(|found| {
            found.kind == canonical::Kind::Email && start + found.start < at && start + found.end > at
        })?;
        Some(Candidate::new(Kind::Email, start + found.start, start + found.end, 0.97))
    }

    /// The name and the password in `https://name:password@host/`.
    pub(super) fn user_information(&self, start: usize) -> Option<Candidate> {
        let rest = self.bytes().get(start..)?;
        let rest = rest.get(..MAX_USER).unwrap_or(rest);
        let ends = |byte: &u8| byte.is_ascii_whitespace() || b"/?#\"'<>".contains(byte);
        let authority = rest.iter().position(ends).and_then(|end| rest.get(..end)).unwrap_or(rest);
        let length = memchr::memrchr(b'@', authority)?;
        let password = memchr::memchr(b':', authority.get(..length)?)? + 1;
        (password < length).then(|| Candidate::new(Kind::Credential, start, start + length, 0.97))
    }
}
