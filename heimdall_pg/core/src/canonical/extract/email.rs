//! E-mail addresses in text.

use super::reader::Reader;
use crate::canonical::Kind;
use crate::canonical::domain::has_public_suffix;
use crate::canonical::email::canonical_email;

/// The longest mailbox name of RFC 5321.
const MAX_LOCAL: usize = 64;
/// The longest domain name, with room for letters that take several bytes.
const MAX_DOMAIN: usize = 1024;

impl Reader<'_> {
    /// The e-mail address that begins with the name from `start` to `end`; where to go on.
    ///
    /// Mailbox names of today are looked for; those that need quotes, and most signs that RFC 5322 allows, are
    /// rather part of the text (`to=ada@example.org`).
    pub(super) fn email(&mut self, start: usize, end: usize) -> Option<usize> {
        let before = start.checked_sub(3).and_then(|at| self.text.as_bytes().get(at..start));
        // Two dots within a mailbox name: no address, and no shorter one either.
        let cut = matches!(before, Some([byte, b'.', b'.']) if byte.is_ascii_alphanumeric());
        if cut || end - start > MAX_LOCAL {
            return None;
        }
        let local = |byte: &u8| byte.is_ascii_alphanumeric() || b"+*%~'._-".contains(byte);
        let at = end + self.count(end, MAX_LOCAL, local);
        if self.byte(at) != Some(b'@') {
            return None;
        }
        let domain_end = self.name_end(at + 1);
        let domain = self.slice(at + 1, domain_end).trim_end_matches(['.', '-', '_']);
        let stop = at + 1 + domain.len();
        if domain.len() > MAX_DOMAIN {
            return None;
        }
        let canonical = canonical_email(self.slice(start, stop)).ok()?;
        let (_, host) = canonical.rsplit_once('@')?;
        // Before a bare address stands the account of a log-in (`root@192.0.2.1`): the address is looked for.
        if !(host.contains('.') && has_public_suffix(host)) {
            return None;
        }
        let canonical = canonical.into_owned();
        Some(self.note(Kind::Email, start, stop, canonical))
    }
}
