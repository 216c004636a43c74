//! RFC 3164, which describes what was found in the wild: `Oct 11 22:14:15 host app[pid]: message`, where anything
//! may lack; stamps of ISO 8601, as rsyslog writes them to files; what Cisco's devices and the kernel write.

use super::header::Header;
use super::stamp;

/// Reads what follows the priority.
pub(super) fn parse(text: &str, has_priority: bool) -> Header<'_> {
    let text = text.trim_start();
    let Some((timestamp, rest)) = stamp::leading(text) else {
        return cisco(text).or_else(|| kernel(text)).unwrap_or_else(|| {
            if has_priority { tagged(text) } else { Header { message: text, ..Header::default() } }
        });
    };
    if let Some(rest) = rest.strip_prefix(':') {
        return Header { timestamp, ..tagged(rest.trim_start()) };
    }
    let rest = rest.strip_prefix(' ').unwrap_or(rest);
    let (host, rest) = host(rest);
    Header { timestamp, host, ..tagged(rest) }
}

/// The word that is the host, unless it is the tag, and the host lacks.
fn host(text: &str) -> (&str, &str) {
    let (word, rest) = text.split_once(' ').unwrap_or((text, ""));
    let is_host = !word.is_empty()
        && !word.ends_with(':')
        && word
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b".-_:%/@".contains(&byte) || byte >= 0x80)
        && !word.starts_with('%');
    if is_host { (word, rest) } else { ("", text) }
}

/// Reads `app[pid]: message`, and of `%LINK-3-UPDOWN: message` the severity.
fn tagged(text: &str) -> Header<'_> {
    let text = text.trim_start();
    let plain = Header { message: text, ..Header::default() };
    let Some(end) = text.find(['[', ':']) else { return plain };
    let (app, rest) = text.split_at_checked(end).unwrap_or((text, ""));
    if !is_app(app) {
        return plain;
    }
    let (pid, rest) = match rest.strip_prefix('[').and_then(|inside| inside.split_once(']')) {
        Some((pid, rest)) if !pid.contains(char::is_whitespace) => (pid, rest),
        Some(_) => return plain,
        None => ("", rest),
    };
    let message = match rest.strip_prefix(':') {
        // Only a process number tells a tag from a text with a colon in it.
        Some(message)
            if !pid.is_empty() || message.is_empty() || message.starts_with(char::is_whitespace) =>
        {
            message
        }
        None if !pid.is_empty() && rest.starts_with(' ') => rest,
        _ => return plain,
    };
    let header = Header { app, pid, message: message.trim_start(), ..Header::default() };
    if app == "kernel"
        && let Some(Header { uptime, message, .. }) = kernel(header.message)
    {
        return Header { uptime, message, ..header };
    }
    mnemonic(header)
}

/// A word, or one and a version, as `syslogd 1.4.1`, or `-- root`, as login writes it.
fn is_app(app: &str) -> bool {
    const MOST_BYTES: usize = 128;
    let word = |word: &str| {
        !word.is_empty()
            && word
                .chars()
                .all(|char| !char.is_whitespace() && !char.is_control() && !"<>=\"{}|,;".contains(char))
    };
    app.len() <= MOST_BYTES
        && match app.split_once(' ') {
            None => word(app),
            Some(("--", name)) => word(name),
            Some((name, version)) => {
                word(name)
                    && version.starts_with(|first: char| first.is_ascii_digit())
                    && version.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
            }
        }
}

/// `%FACILITY-SEVERITY-MNEMONIC` of Cisco is a kind of message and no program.
fn mnemonic(header: Header<'_>) -> Header<'_> {
    let Some(name) = header.app.strip_prefix('%') else { return header };
    let mut parts = name.rsplitn(2, '-');
    let severity = parts.next().and(parts.next()).and_then(|head| head.rsplit('-').next());
    match severity.map(str::as_bytes) {
        Some(&[digit @ b'0'..=b'7']) => {
            Header { app: "", msgid: name, severity: Some(digit - b'0'), ..header }
        }
        _ => header,
    }
}

/// `000123: HOST: *Oct 21 05:12:05.185 PDT: %SYS-5-CONFIG_P: …`: a number, a host and a mark before the stamp.
fn cisco(text: &str) -> Option<Header<'_>> {
    let mut name = "";
    let mut rest = text;
    for _ in 0..3 {
        let stamped = rest.strip_prefix(['*', '.']).unwrap_or(rest);
        if let Some((timestamp, after)) = stamp::leading(stamped) {
            let after = after.strip_prefix(':')?;
            return Some(Header { timestamp, host: name, ..tagged(after.trim_start()) });
        }
        let (word, after) = rest.split_once(": ")?;
        if word.is_empty() || word.contains(char::is_whitespace) {
            return None;
        }
        if !word.bytes().all(|byte| byte.is_ascii_digit()) {
            name = word;
        }
        rest = after.trim_start();
    }
    None
}

/// `[   12.345678] message`, as `dmesg` writes it.
fn kernel(text: &str) -> Option<Header<'_>> {
    let (uptime, message) = text.strip_prefix('[')?.split_once(']')?;
    let uptime = uptime.trim_start();
    let (seconds, fraction) = uptime.split_once('.')?;
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    (digits(seconds) && digits(fraction)).then(|| Header {
        app: "kernel",
        uptime,
        message: message.trim_start(),
        ..Header::default()
    })
}
