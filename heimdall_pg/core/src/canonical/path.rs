//! Paths of files, of Windows and of POSIX systems.
//!
//! Only the text is looked at: short names (`PROGRA~1`), links and variables stand for what they stand for on
//! one machine at one time.

mod posix;
mod windows;

use std::borrow::Cow;

use super::limit::{trimmed, within};
use super::{CanonicalError, Kind};

/// Which rules a path follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Style {
    Windows,
    /// Case kept. A bare name, too: its system cannot be told.
    Posix,
}

impl Style {
    /// Of Windows is what begins with a drive letter, a `%VARIABLE%` or `//?/`, and what has a backslash and
    /// does not begin with a slash; `//server/share` is a POSIX path with a slash too many.
    fn of(value: &str) -> Style {
        if value.starts_with('/') {
            return if value.starts_with("//?/") { Style::Windows } else { Style::Posix };
        }
        let windows = drive(value).is_some() || starts_with_variable(value) || value.contains('\\');
        if windows { Style::Windows } else { Style::Posix }
    }
}

/// The canonical text of a path.
///
/// Of Windows: lower case letter by letter, `\` between names, `.` and `..` resolved, no separator at the end
/// but behind a drive or a lone root. Dots and spaces at the end of a name are dropped, as Win32 does with a
/// path's last name, and so is the name of the default stream (`::$DATA`); other streams are kept.
/// `\\?\C:\x`, `\??\C:\x` and `\\.\C:\x` are `c:\x`, and `\\?\UNC\server\share` is `\\server\share`; a name
/// that Win32 could not open by the short form keeps its `\\?\`. A `..` behind a variable stays.
///
/// Of POSIX: case kept, `//` is `/`, `.` and `..` resolved, where `..` above the root is the root and above the
/// beginning of a relative path is kept. A separator at the end stays where white space stands before it, and
/// a `./` at the beginning where without it the rest would read as something else.
pub fn canonical_path(raw: &str) -> Result<Cow<'_, str>, CanonicalError> {
    let value = trimmed(Kind::File, raw)?;
    if value.chars().any(char::is_control) {
        return Err(error("a control character"));
    }
    if is_url(value) {
        return Err(error("a URL"));
    }
    let text = match Style::of(value) {
        Style::Windows => windows::path(value).map_err(error)?,
        Style::Posix => posix::path(value),
    };
    within(Kind::File, if text == value { Cow::Borrowed(value) } else { Cow::Owned(text) })
}

/// How likely a value with separators is meant as a path: `None` for what has no root.
pub(super) fn likelihood(value: &str) -> Option<f32> {
    /// Folders of a POSIX system that web sites seldom have.
    const FOLDERS: [&str; 9] = ["bin", "boot", "dev", "etc", "proc", "root", "sbin", "usr", "var"];
    let rooted = drive(value).is_some_and(|(_, rest)| rest.starts_with(['\\', '/']));
    let prefixed = value.starts_with("\\\\") || value.starts_with("\\??\\");
    let names = || value.split('\\').filter(|name| !name.is_empty()).count();
    if rooted || prefixed && names() > 1 {
        return Some(0.95);
    }
    if starts_with_variable(value) && value.contains(['\\', '/']) {
        return Some(0.9);
    }
    let mut names = value.strip_prefix('/')?.split('/');
    let first = names.next().filter(|name| !name.is_empty())?;
    names.next().filter(|name| !name.is_empty())?;
    // Targets of HTTP requests look the same.
    if value.contains(['?', '&', '=', '#', '\\']) {
        return None;
    }
    Some(if FOLDERS.contains(&first) { 0.7 } else { 0.4 })
}

/// The drive of `c:…` and what follows it.
fn drive(value: &str) -> Option<(char, &str)> {
    let mut chars = value.chars();
    let letter = chars.next().filter(char::is_ascii_alphabetic)?;
    chars.next().filter(|&c| c == ':')?;
    Some((letter, chars.as_str()))
}

/// True for `%SystemRoot%` and what follows it in a path.
fn starts_with_variable(value: &str) -> bool {
    let variable = value.strip_prefix('%').and_then(|rest| rest.split_once('%'));
    variable.is_some_and(|(name, rest)| {
        !name.is_empty() && !name.contains(['\\', '/']) && (rest.is_empty() || rest.starts_with(['\\', '/']))
    })
}

/// True for a scheme of at least two letters with `://`.
fn is_url(value: &str) -> bool {
    value.split_once("://").is_some_and(|(scheme, _)| {
        scheme.len() > 1
            && scheme.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'.' | b'-'))
    })
}

fn error(reason: &'static str) -> CanonicalError {
    CanonicalError::new(Kind::File, reason)
}

#[cfg(test)]
mod tests;
