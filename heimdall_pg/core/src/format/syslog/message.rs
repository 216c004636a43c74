//! What a message says: the event, and the columns that its pattern names.

use std::net::IpAddr;

use super::pattern::{Found, Pattern};
use super::patterns::PATTERNS;
use crate::format::Fields;

/// Reads the message of a program; one that no pattern fits gives no columns.
///
/// # Errors
/// As [`Fields::set`].
pub(super) fn columns(app: &str, message: &str, fields: &mut Fields) -> Result<(), &'static str> {
    let (repeated, message) = repeated(message);
    let said = plain(message);
    let mut found = Vec::new();
    let program = PATTERNS.of(app).find(|pattern| pattern.read(said, &mut found));
    let Some(pattern) = program.or_else(|| pam(app, said, &mut found)) else { return Ok(()) };
    fields.set("event", pattern.event)?;
    if let Some(times) = repeated {
        fields.set("repeated", times)?;
    }
    for (column, value) in found.drain(..).filter(|(_, value)| !value.is_empty()) {
        match column {
            "source" => end("source_ip", "source_host", value, fields)?,
            "destination" => end("destination_ip", "destination_host", value, fields)?,
            // A name that is an address says nothing that the address does not.
            "source_host" if is_address(value) => {}
            _ => fields.append(column, value)?,
        }
    }
    Ok(())
}

/// PAM speaks through a program of its own accord, with its module before the message, or after the program.
fn pam<'a>(app: &str, said: &'a str, found: &mut Found<'a>) -> Option<&'static Pattern> {
    let is_pam =
        said.starts_with("pam_") || said.starts_with("PAM ") || app.contains("(pam_") || app.is_empty();
    if !is_pam {
        return None;
    }
    let said = match said.split_once("): ") {
        Some((module, said)) if module.starts_with("pam_") && module.contains('(') => said,
        _ => said,
    };
    PATTERNS.pam.iter().find(|pattern| pattern.read(said, found))
}

/// An end of a connection is an address, or a name.
fn end(address: &str, host: &str, value: &str, fields: &mut Fields) -> Result<(), &'static str> {
    if is_address(value) {
        fields.append(address, value)
    } else if value == "UNKNOWN" {
        Ok(())
    } else {
        fields.append(host, value)
    }
}

fn is_address(value: &str) -> bool {
    // The zone of a link-local address: `fe80::1%eth0`.
    value.split('%').next().unwrap_or(value).parse::<IpAddr>().is_ok()
}

/// `message repeated 2 times: [ Failed password … ]`, as syslogd shortens a log.
fn repeated(message: &str) -> (Option<&str>, &str) {
    let inside = || {
        let (times, inside) = message.strip_prefix("message repeated ")?.split_once(" times: [")?;
        let is_number = !times.is_empty() && times.bytes().all(|byte| byte.is_ascii_digit());
        Some((times, inside.strip_suffix(']')?.trim())).filter(|_| is_number)
    };
    match inside() {
        Some((times, inside)) => (Some(times), inside),
        None => (None, message),
    }
}

/// A message without what sshd adds to any of its messages.
fn plain(message: &str) -> &str {
    let message = message.trim();
    let message = message.strip_suffix("[preauth]").unwrap_or(message).trim_end();
    ["error: ", "fatal: ", "debug1: "].iter().find_map(|level| message.strip_prefix(level)).unwrap_or(message)
}
