//! What CEF and LEEF have in common: a header of parts between bars after a mark, behind a header of syslog or not.

use super::Fields;
use super::syslog::{Header, Years};

/// Finds the mark (`CEF:`), sets the columns of the syslog header before it, and gives what follows it.
///
/// Where the mark lacks, because a relay took it for the name of a program, the header has to begin with its version.
///
/// # Errors
/// Where there is no such header, or as [`Fields::set`].
pub(super) fn begin<'a>(
    line: &'a str,
    mark: &str,
    years: &mut Years,
    fields: &mut Fields,
) -> Result<&'a str, &'static str> {
    if let Some(at) = memchr::memmem::find(line.as_bytes(), mark.as_bytes()) {
        let (before, marked) = line.split_at_checked(at).unwrap_or(("", line));
        let event = marked.get(mark.len()..).unwrap_or("").trim_start();
        if begins_with_version(event) {
            let header = Header::parse(before);
            header.columns("syslog.", years, fields)?;
            if !header.message.is_empty() {
                fields.set("syslog.message", header.message)?;
            }
            return Ok(event);
        }
    }
    let header = Header::parse(line);
    if !begins_with_version(header.message) {
        return Err("no header of the format");
    }
    header.columns("syslog.", years, fields)?;
    Ok(header.message)
}

/// `0|` or `1.0|`.
fn begins_with_version(text: &str) -> bool {
    let version = text.bytes().take(8).take_while(|byte| byte.is_ascii_digit() || *byte == b'.').count();
    version > 0 && text.as_bytes().get(version) == Some(&b'|')
}

/// Cuts at the first bar that no backslash escapes.
pub(super) fn part(text: &str) -> Option<(&str, &str)> {
    let mut from = 0;
    loop {
        let at = from + memchr::memchr2(b'|', b'\\', text.as_bytes().get(from..)?)?;
        if text.as_bytes().get(at) == Some(&b'|') {
            return Some((text.get(..at)?, text.get(at + 1..)?));
        }
        from = at + 2;
    }
}

/// Sets a part of the header without its escapes, `\|` and `\\`.
///
/// # Errors
/// As [`Fields::set`].
pub(super) fn set_part(column: &str, part: &str, fields: &mut Fields) -> Result<(), &'static str> {
    if !part.contains('\\') {
        return fields.set(column, part.trim());
    }
    let mut text = String::with_capacity(part.len());
    let mut chars = part.chars().peekable();
    while let Some(char) = chars.next() {
        match chars.peek() {
            Some(next @ ('|' | '\\')) if char == '\\' => {
                text.push(*next);
                chars.next();
            }
            _ => text.push(char),
        }
    }
    fields.set(column, text.trim())
}

/// Sets an attribute. One of the name of a column of the header has `ext.` before it.
///
/// # Errors
/// As [`Fields::append`].
pub(super) fn set_attribute(key: &str, value: &str, fields: &mut Fields) -> Result<(), &'static str> {
    const TAKEN: [&str; 10] = [
        "cef.version",
        "leef.version",
        "device.vendor",
        "device.product",
        "device.version",
        "signature",
        "name",
        "severity",
        "labels",
        "text",
    ];
    if TAKEN.contains(&key) || key.starts_with("syslog.") {
        fields.append(&format!("ext.{key}"), value)
    } else {
        fields.append(key, value)
    }
}
