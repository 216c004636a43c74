//! The fields of a record and their values: quoted, in hexadecimal where they hold what a quote could not, or plain.

use std::borrow::Cow;

/// Fields that others choose, which are in hexadecimal where they hold a space, a quote or a control character
/// (`AUPARSE_TYPE_ESCAPED` of libauparse).
const ENCODED: [&str; 39] = [
    "acct",
    "apparmor",
    "cgroup",
    "cmd",
    "comm",
    "cwd",
    "data",
    "denied_mask",
    "device",
    "dir",
    "exe",
    "file",
    "grp",
    "info",
    "invalid_context",
    "key",
    "name",
    "new-chardev",
    "new-disk",
    "new-fs",
    "new-net",
    "new_group",
    "ocomm",
    "old-chardev",
    "old-disk",
    "old-fs",
    "old-net",
    "operation",
    "path",
    "proctitle",
    "profile",
    "requested_mask",
    "root_dir",
    "sw",
    "vm",
    "vm-ctx",
    "watch",
    "data_context",
    "target",
];

/// A piece of a record's body.
pub(super) enum Piece<'a> {
    /// A field with its value as it is written.
    Field(&'a str, &'a str),
    /// A word that is no field.
    Word(&'a str),
}

/// Cuts a body into its fields.
pub(super) struct Pieces<'a>(pub &'a str);

impl<'a> Iterator for Pieces<'a> {
    type Item = Piece<'a>;

    fn next(&mut self) -> Option<Piece<'a>> {
        let text = self.0.trim_start_matches([' ', ',']);
        let word = text.find([' ', '=']).unwrap_or(text.len());
        let (name, rest) = text.split_at_checked(word)?;
        let Some(value) = rest.strip_prefix('=').filter(|_| !name.is_empty()) else {
            let word = text.find(' ').unwrap_or(text.len());
            let (word, rest) = text.split_at_checked(word)?;
            self.0 = rest;
            return (!word.is_empty()).then_some(Piece::Word(word));
        };
        let end = match value.as_bytes().first() {
            Some(b'"') => value.get(1..)?.find('"').map(|end| end + 2),
            // A message of its own, whose fields may be quoted: it is the last one.
            Some(b'\'') => value.get(1..)?.rfind('\'').map(|end| end + 2),
            _ => None,
        };
        let end = end.or_else(|| value.find(' ')).unwrap_or(value.len());
        let (value, rest) = value.split_at_checked(end)?;
        self.0 = rest;
        Some(Piece::Field(name, value))
    }
}

/// A value as it was before the log wrote it; empty where it is none.
pub(super) fn decode<'a>(name: &str, written: &'a str) -> Cow<'a, str> {
    if let Some(text) = written.strip_prefix('"') {
        return Cow::Borrowed(text.strip_suffix('"').unwrap_or(text));
    }
    if matches!(written, "(null)" | "(none)" | "?") {
        return Cow::Borrowed("");
    }
    if ENCODED.contains(&name) || argument(name).is_some() {
        return hexadecimal(written).map_or(Cow::Borrowed(written), Cow::Owned);
    }
    Cow::Borrowed(written)
}

/// Text in hexadecimal, NUL as a space: arguments stand one after another in a title.
fn hexadecimal(written: &str) -> Option<String> {
    let mut text = String::from_utf8(bytes(written)?).ok()?;
    while text.ends_with('\0') {
        text.pop();
    }
    Some(text.replace('\0', " "))
}

/// Bytes in hexadecimal, in upper case as the log has them.
pub(super) fn bytes(written: &str) -> Option<Vec<u8>> {
    let digit = |byte: u8| match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'A'..=b'F' => Some(byte - b'A' + 10),
        _ => None,
    };
    let (pairs, []) = written.as_bytes().as_chunks::<2>() else { return None };
    if pairs.is_empty() {
        return None;
    }
    pairs.iter().map(|[high, low]| Some(digit(*high)? << 4 | digit(*low)?)).collect()
}

/// Which argument a field of EXECVE is: `a1`, or `a1[0]` for a part of a long one.
pub(super) fn argument(name: &str) -> Option<&str> {
    let number = name.strip_prefix('a')?.split('[').next()?;
    (!number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit())).then_some(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_what_was_meant() {
        for (name, written, value) in [
            ("comm", "\"ls\"", "ls"),
            ("proctitle", "6C73002D6C00", "ls -l"),
            ("proctitle", "\"ls\"", "ls"),
            ("name", "2F746D702F612062", "/tmp/a b"),
            ("name", "(null)", ""),
            ("hostname", "?", ""),
            ("exit", "20", "20"),
            ("name", "FFFE", "FFFE"),
            ("name", "ABC", "ABC"),
            ("a0", "6C7300", "ls"),
        ] {
            assert_eq!(decode(name, written), value, "{name}={written}");
        }
    }
}
