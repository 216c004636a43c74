//! What the name of a column says of its values.

use crate::canonical::Kind;

/// The words of a name in lower case: `id.orig_h` gives `id`, `orig` and `h`, `userName` gives `user` and `name`.
fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut lower_before = false;
    for c in name.chars() {
        if !c.is_alphanumeric() || (c.is_uppercase() && lower_before) {
            words.push(String::new());
        }
        if let (true, Some(word)) = (c.is_alphanumeric(), words.last_mut()) {
            word.extend(c.to_lowercase());
        }
        lower_before = c.is_lowercase();
    }
    words.retain(|word| !word.is_empty());
    words
}

/// True where a name says that its values are times.
pub(super) fn says_time(name: &str) -> bool {
    const WORDS: [&str; 12] = [
        "ts",
        "time",
        "timestamp",
        "date",
        "datetime",
        "at",
        "seen",
        "when",
        "created",
        "start",
        "utc",
        "day",
    ];
    words(name).iter().any(|word| WORDS.contains(&word.as_str()))
}

/// Secrets look like digests, and a column of them would become vertices with readable keys.
pub(super) fn says_secret(name: &str) -> bool {
    const WORDS: [&str; 12] = [
        "pass",
        "passwd",
        "password",
        "pwd",
        "secret",
        "token",
        "credential",
        "credentials",
        "cookie",
        "session",
        "pin",
        "apikey",
    ];
    let words = words(name);
    words.iter().any(|word| WORDS.contains(&word.as_str()))
        || words
            .windows(2)
            .any(|pair| pair[1] == "key" && ["api", "access", "private"].contains(&pair[0].as_str()))
}

/// The kind that a name says.
pub(super) fn named_kind(name: &str) -> Option<Kind> {
    let words = words(name);
    let has = |candidates: &[&str]| words.iter().any(|word| candidates.contains(&word.as_str()));
    if has(&["user", "username", "login", "account", "userid", "uid"]) && !has(&["agent", "domain", "type"]) {
        return Some(Kind::User);
    }
    if has(&["hostname", "host", "computer", "workstation"]) {
        return Some(Kind::Host);
    }
    let person = has(&["fullname", "surname", "firstname", "lastname"])
        || (has(&["full", "display", "first", "last", "person", "customer", "employee"]) && has(&["name"]));
    person.then_some(Kind::Person)
}
