//! The local part of an e-mail address: a dot-atom or a quoted string (RFC 5321 4.1.2, RFC 6531).

use std::borrow::Cow;

use super::defang::{first_mark, mark};
use super::text::folded;

/// The canonical local part at the beginning of `value`, and what follows it; or why there is none.
pub(super) fn local_part(value: &str) -> Result<(Cow<'_, str>, &str), &'static str> {
    if let Some(quoted) = value.strip_prefix('"') {
        let (content, rest) = unquoted(quoted)?;
        return Ok((Cow::Owned(written(folded(&content))), rest));
    }
    let Some(end) = memchr::memchr(b'@', value.as_bytes()) else {
        return Err("no @");
    };
    let (local, rest) = value.split_at(end);
    if !is_dot_atom(local) {
        return Err("the mailbox name holds what has to be quoted");
    }
    match folded(local) {
        Cow::Borrowed(local) if first_mark(local).is_none() => Ok((Cow::Borrowed(local), rest)),
        local => Ok((Cow::Owned(written(local)), rest)),
    }
}

/// The content of a quoted string after its first quote, and what follows the string.
fn unquoted(quoted: &str) -> Result<(String, &str), &'static str> {
    let mut content = String::new();
    let mut chars = quoted.chars();
    while let Some(c) = chars.next() {
        match c {
            '"' => return Ok((content, chars.as_str())),
            '\\' => match chars.next() {
                Some(c) if c.is_ascii_graphic() || c == ' ' => content.push(c),
                _ => return Err("a backslash before what it cannot quote"),
            },
            c if c.is_control() => return Err("a control character"),
            c => content.push(c),
        }
    }
    Err("a quote without its pair")
}

/// The content as a dot-atom, or quoted where it is none.
fn written(content: Cow<'_, str>) -> String {
    if is_dot_atom(&content) && first_mark(&content).is_none() {
        return content.into_owned();
    }
    let mut out = String::with_capacity(content.len() + 4);
    out.push('"');
    let mut in_mark = false;
    for (at, c) in content.char_indices() {
        // A backslash inside a mark changes nothing for mail and keeps it from reading as defanged.
        if in_mark || matches!(c, '"' | '\\') {
            out.push('\\');
        }
        in_mark = mark(content.as_bytes(), at).is_some();
        out.push(c);
    }
    out.push('"');
    out
}

fn is_dot_atom(text: &str) -> bool {
    let mut after_dot = true;
    for c in text.chars() {
        match c {
            '.' if after_dot => return false,
            '.' => after_dot = true,
            c if is_atext(c) => after_dot = false,
            _ => return false,
        }
    }
    !after_dot
}

/// `atext` of RFC 5322, and past ASCII what is visible.
fn is_atext(c: char) -> bool {
    if c.is_ascii() {
        return c.is_ascii_alphanumeric() || "!#$%&'*+-/=?^_`{|}~".contains(c);
    }
    !c.is_control() && !c.is_whitespace()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dot_atoms_and_quoted_strings() {
        assert_eq!(local_part("Ada.L@x"), Ok(("ada.l".into(), "@x")));
        assert_eq!(local_part("\"Ada.L\"@x"), Ok(("ada.l".into(), "@x")));
        assert_eq!(local_part("E\u{301}.L@x"), Ok(("é.l".into(), "@x")));
        // The Greek question mark is a semicolon in normal form C, which takes quotes.
        assert_eq!(local_part("a\u{37e}b@x"), Ok(("\"a;b\"".into(), "@x")));
        assert_eq!(local_part("\"a@b\"@x"), Ok(("\"a@b\"".into(), "@x")));
        assert_eq!(local_part("\"a dot b\"@x"), Ok(("\"a \\dot b\"".into(), "@x")));
        assert!(local_part("\"a\"").is_ok_and(|(_, rest)| rest.is_empty()));
        for raw in ["ada", "@x", "a,b@x", "\"a\\é\"@x", "\"a\u{1}\"@x", "\"a", "\"a\\", "a\u{a0}b@x"] {
            assert!(local_part(raw).is_err(), "{raw}");
        }
    }
}
