//! RFC 5424: `1 2003-10-11T22:14:15.003Z host app pid msgid [id name="value"] message`.

use super::header::Header;
use super::stamp;
use crate::format::Fields;

/// Reads what follows the priority. Without a priority the version may lack as well, as some relays write it to files.
pub(super) fn parse(text: &str, has_priority: bool) -> Option<Header<'_>> {
    let text = match text.strip_prefix("1 ") {
        Some(text) => text,
        None if has_priority => return None,
        None => text,
    };
    let (timestamp, rest) = match text.strip_prefix("- ") {
        Some(rest) if has_priority => ("", rest),
        _ => {
            let (timestamp, rest) =
                stamp::leading(text).filter(|(stamp, _)| stamp.starts_with(|c: char| c.is_ascii_digit()))?;
            (timestamp, rest.strip_prefix(' ')?)
        }
    };
    let (host, rest) = rest.split_once(' ')?;
    let (app, rest) = rest.split_once(' ')?;
    let (pid, rest) = rest.split_once(' ')?;
    let (msgid, rest) = rest.split_once(' ').unwrap_or((rest, "-"));
    let data = data_len(rest);
    let is_pid = pid == "-" || pid.bytes().all(|byte| byte.is_ascii_digit());
    if !has_priority && (data.is_none() || !is_pid || app.ends_with(':')) {
        return None;
    }
    // Some senders leave the structured data out: then the message begins here.
    let (data, message) = rest.split_at_checked(data.unwrap_or(0))?;
    let message = message.strip_prefix(' ').unwrap_or(message);
    let message = message.strip_prefix('\u{feff}').unwrap_or(message);
    let [host, app, pid, msgid, data] =
        [host, app, pid, msgid, data].map(|part| if part == "-" { "" } else { part });
    Some(Header { timestamp, host, app, pid, msgid, data, message, ..Header::default() })
}

/// How long the structured data is that a text begins with.
fn data_len(text: &str) -> Option<usize> {
    if text == "-" || text.starts_with("- ") {
        return Some(1);
    }
    let mut rest = text;
    while rest.starts_with('[') {
        rest = element(rest, |_, _, _| Ok(())).ok()??;
    }
    (rest.len() < text.len() && (rest.is_empty() || rest.starts_with(' '))).then_some(text.len() - rest.len())
}

/// Sets the columns of structured data: `sd.<id>.<name>`. Names are chosen by data: where one looks like a value, the
/// structured data is kept as it came, in `structured_data`.
///
/// # Errors
/// As [`Fields::append`].
pub(super) fn columns(data: &str, fields: &mut Fields) -> Result<(), &'static str> {
    let mut is_kept = false;
    let mut column = String::new();
    let mut rest = data;
    while rest.starts_with('[') {
        let next = element(rest, |id, name, value| {
            column.clear();
            column.extend(["sd.", id, ".", name]);
            // `ex@32473` has the number of an enterprise behind it; with the sign it would look like an address.
            let column = column.replace('@', "_");
            if [name, id, &column].iter().all(|name| fields.may_name(name)) {
                fields.append(&column, &unescape(value))
            } else {
                is_kept = true;
                Ok(())
            }
        })?;
        rest = next.unwrap_or("");
    }
    if is_kept { fields.set("structured_data", data) } else { Ok(()) }
}

/// Reads `[id name="value" …]`, and gives what follows; nothing where it is no such element.
fn element<'a>(
    text: &'a str,
    mut parameter: impl FnMut(&'a str, &'a str, &'a str) -> Result<(), &'static str>,
) -> Result<Option<&'a str>, &'static str> {
    let Some(inside) = text.strip_prefix('[') else { return Ok(None) };
    let Some(end) = inside.find([' ', ']', '"', '=', '[']) else { return Ok(None) };
    let (id, mut rest) = inside.split_at_checked(end).unwrap_or((inside, ""));
    if id.is_empty() {
        return Ok(None);
    }
    loop {
        rest = rest.trim_start_matches(' ');
        if let Some(after) = rest.strip_prefix(']') {
            return Ok(Some(after));
        }
        let Some((name, after)) = rest.split_once("=\"") else { return Ok(None) };
        if name.is_empty() || name.contains([' ', ']', '"', '=']) {
            return Ok(None);
        }
        let Some(end) = value_end(after) else { return Ok(None) };
        let (value, after) = after.split_at_checked(end).unwrap_or((after, ""));
        parameter(id, name, value)?;
        rest = after.strip_prefix('"').unwrap_or("");
    }
}

/// Where the quote is that ends a value.
fn value_end(text: &str) -> Option<usize> {
    let mut from = 0;
    loop {
        let at = from + memchr::memchr2(b'"', b'\\', text.as_bytes().get(from..)?)?;
        if text.as_bytes().get(at) == Some(&b'"') {
            return Some(at);
        }
        from = at + 2;
    }
}

/// A value without its escapes: `\"`, `\\` and `\]`. Other backslashes are what they are.
fn unescape(value: &str) -> String {
    let mut text = String::with_capacity(value.len());
    let mut chars = value.chars().peekable();
    while let Some(char) = chars.next() {
        match chars.peek() {
            Some(next @ ('"' | '\\' | ']')) if char == '\\' => {
                text.push(*next);
                chars.next();
            }
            _ => text.push(char),
        }
    }
    text
}
