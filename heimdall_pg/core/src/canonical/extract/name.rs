//! Domain names in text.

use super::reader::Reader;
use crate::canonical::Kind;
use crate::canonical::domain::canonical_domain;
use crate::canonical::limit::max_bytes;

/// Top-level domains that files and source code end in as well. `.com` is left out: it is old for a file.
const FILES: [&str; 14] =
    ["cab", "java", "md", "mov", "name", "pl", "ps", "properties", "py", "rs", "sh", "so", "ws", "zip"];

impl Reader<'_> {
    /// The domain that the name from `start` to `end` is; where to go on.
    pub(super) fn domain(&mut self, start: usize, end: usize) -> Option<usize> {
        let name = self.slice(start, end).trim_end_matches(['.', '-', '_']);
        if name.len() > max_bytes(Kind::Domain) || self.follows(end, "()") {
            return None;
        }
        // Numbers and words without a dot are the most of what comes here.
        if name.is_ascii() && !name.rsplit_once('.').is_some_and(|(_, last)| is_top_level(last)) {
            return None;
        }
        let canonical = canonical_domain(name).ok()?;
        let registrable = registrable(&canonical)?;
        let stop = start + name.len();
        let (before, last) = canonical.rsplit_once('.')?;
        let certain = self.plain.is_defanged(start, stop) || name.starts_with("www.");
        if !certain && (is_file(before, last) || is_next_sentence(name)) {
            return None;
        }
        // No registry gives out an underscore: what stands before it belongs to the text.
        let label = registrable.split('.').next().unwrap_or_default();
        let cut = match label.rfind('_') {
            None => 0,
            Some(_) if canonical.len() != name.len() => return None,
            Some(at) => canonical.len() - registrable.len() + at + 1,
        };
        let rest = canonical.get(cut..)?.trim_start_matches('-');
        let cut = canonical.len() - rest.len();
        if rest.starts_with('.') {
            return None;
        }
        let rest = rest.to_owned();
        let stop = self.note(Kind::Domain, start + cut.min(name.len()), stop, rest);
        self.skip_path(stop);
        Some(stop)
    }
}

/// What a domain needs to be taken for one: a registered name under a known suffix. A suffix of a company
/// (`duckdns.org`) is a registered name itself.
fn registrable(canonical: &str) -> Option<&str> {
    if let Some(domain) = psl::domain(canonical.as_bytes()) {
        let start = canonical.len().checked_sub(domain.as_bytes().len())?;
        return canonical.get(start..).filter(|_| domain.suffix().is_known());
    }
    let suffix = psl::suffix(canonical.as_bytes())?;
    (suffix.typ() == Some(psl::Type::Private)).then_some(canonical)
}

/// Letters, or an A-label.
fn is_top_level(label: &str) -> bool {
    let letters = label.bytes().all(|byte| byte.is_ascii_alphabetic());
    label.len() > 1 && (letters || label.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("xn--")))
}

/// `readme.md`, `libc.6.so`.
fn is_file(before: &str, last: &str) -> bool {
    let number = |label: &str| label.bytes().all(|byte| byte.is_ascii_digit());
    FILES.contains(&last) && (!before.contains('.') || before.split('.').any(number))
}

/// `the end.In the beginning`: a full stop without a space.
fn is_next_sentence(name: &str) -> bool {
    let Some((before, last)) = name.rsplit_once('.') else {
        return false;
    };
    let first_upper = |text: &str| text.bytes().next().is_some_and(|byte| byte.is_ascii_uppercase());
    let title = first_upper(last) && last.bytes().skip(1).all(|byte| byte.is_ascii_lowercase());
    title && !first_upper(before.rsplit('.').next().unwrap_or_default())
}
