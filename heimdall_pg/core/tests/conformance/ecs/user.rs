//! Accounts and e-mail addresses of the document.

use heimdall_core::canonical::Kind;
use heimdall_core::canonical::email::canonical_email;
use heimdall_core::canonical::user::canonical_user;

use super::event::Event;
use super::observable::{self, Miss};
use super::{ABSENT, ELASTIC, ESCAPED, SEKOIA, Vector, check, line};

const NO_ADDRESS: &str = "a name, a placeholder or a piece of an address: refused";
const NO_SUFFIX: &str = "the domain has no suffix of the Public Suffix List: not extracted";
const EQUALS: &str = "a local part with an equals sign, which rather ends a key: not extracted";

#[test]
fn canonical_emails_of_logs() {
    let sekoia = &[(NO_ADDRESS, 65), (NO_SUFFIX, 5), (EQUALS, 2), (ABSENT, 3)];
    check("E-mail addresses in logs", "RFC 5321, RFC 6531", emails, &[(ELASTIC, &[]), (SEKOIA, sekoia)]);
}

#[test]
fn canonical_users_of_logs() {
    check("Accounts in logs", "Unicode, normal form C", users, &[(ELASTIC, &[]), (SEKOIA, &[(ABSENT, 5)])]);
}

fn emails(event: &Event) -> Vec<Vector> {
    let of_field =
        |path: &str| path.ends_with(".email") || path.starts_with("email.") && path.ends_with(".address");
    let vector = |value: &str| {
        let (local, domain) = value.rsplit_once('@').unwrap_or_default();
        let suffix = psl::suffix(domain.trim().as_bytes()).is_some_and(|suffix| suffix.is_known());
        observable::vector(event, value, canonical_email, &[Kind::Email], |miss| match miss {
            Miss::Refused(_) if domain.is_empty() || value.contains('<') => Some(NO_ADDRESS),
            Miss::Refused(_) => None,
            Miss::NotExtracted(_) if !suffix => Some(NO_SUFFIX),
            Miss::NotExtracted(_) if local.contains('=') => Some(EQUALS),
            Miss::NotExtracted(_) => None,
            Miss::Absent => Some(ABSENT),
            Miss::Escaped => Some(ESCAPED),
        })
    };
    event.values(of_field).into_iter().map(vector).collect()
}

/// Names of accounts have spaces in them: they are looked for in the whole line.
fn users(event: &Event) -> Vec<Vector> {
    let decoded = line::strings(&event.input).unwrap_or_default();
    let text = [&*event.input.replace("\\\\", "\\"), &*decoded].concat().to_lowercase();
    let vector = |value: &str| match line::canonical(value, canonical_user) {
        Ok(canonical) if text.contains(&canonical) => (value.to_owned(), Ok(()), None),
        Ok(_) => (value.to_owned(), Err(format!("not in {}", event.input)), Some(ABSENT)),
        Err(error) => (value.to_owned(), Err(error), None),
    };
    event.values(|path| path == "related.user").into_iter().map(vector).collect()
}
