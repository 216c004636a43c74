//! Formats of lines: told by how most of the first ones begin.

use super::Format;
use crate::format::clf::is_error;

/// Lines that are looked at.
const LINES: usize = 100;

/// Fields that make a line one of `key=value`.
const PAIRS: usize = 3;

/// Where a syslog header has ended.
const HEADER: usize = 300;

const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// A format, and what its lines have.
type Kind = (Format, fn(&str) -> bool);

/// The format of lines, where they are of one; CSV is not looked for here.
pub(super) fn detect(text: &str) -> Option<Format> {
    if text.starts_with("#separator") {
        return Some(Format::Zeek);
    }
    if text.lines().take_while(|line| line.starts_with('#')).any(|line| line.starts_with("#Fields:")) {
        return Some(Format::W3c);
    }
    let lines: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).take(LINES).collect();
    // An event of theirs may go on in lines without a header.
    let first = lines.first().copied().unwrap_or("");
    if has_header(first, "CEF:") {
        return Some(Format::Cef);
    }
    if has_header(first, "LEEF:") {
        return Some(Format::Leef);
    }
    let kinds: [Kind; 4] = [
        (Format::Auditd, is_audit),
        (Format::Clf, |line| is_access(line) || is_error(line)),
        (Format::Syslog, is_syslog),
        (Format::Kv, is_pairs),
    ];
    kinds
        .into_iter()
        .find(|(_, is_kind)| lines.iter().filter(|line| is_kind(line)).count() * 2 > lines.len())
        .map(|(kind, _)| kind)
}

/// `CEF:0|`, at the beginning or behind a syslog header.
fn has_header(line: &str, name: &str) -> bool {
    line.match_indices(name).take_while(|(at, _)| *at < HEADER).any(|(at, _)| {
        let before = line.as_bytes().get(at.wrapping_sub(1));
        let version = line.get(at + name.len()..).unwrap_or("").trim_start();
        let (version, rest) = version.split_at(version.find('|').unwrap_or(0));
        (at == 0 || before.is_some_and(|byte| !byte.is_ascii_alphanumeric()))
            && rest.matches('|').count() >= 4
            && version.bytes().any(|byte| byte.is_ascii_digit())
            && version.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
    })
}

fn is_audit(line: &str) -> bool {
    (line.starts_with("type=") || line.starts_with("node=")) && line.contains(" msg=audit(")
}

/// `host ident user [10/Oct/2000:13:55:36 -0700] "…" …`
fn is_access(line: &str) -> bool {
    let Some((client, rest)) = line.split_once(" [") else { return false };
    let Some((time, rest)) = rest.split_once(']') else { return false };
    let mut parts = time.splitn(3, ['/', ':']);
    let (day, month) = (parts.next().unwrap_or(""), parts.next().unwrap_or(""));
    (2..=4).contains(&client.split(' ').filter(|part| !part.is_empty()).count())
        && is_number(day, 2)
        && MONTHS.contains(&month)
        && rest.trim_start().starts_with('"')
}

/// A priority, or a time with a host and a tag behind it. RFC 6587 puts the length of the message before.
fn is_syslog(line: &str) -> bool {
    let line = match line.split_once(' ') {
        Some((length, rest)) if is_number(length, 8) && rest.starts_with('<') => rest,
        _ => line,
    };
    if let Some((priority, message)) = line.strip_prefix('<').and_then(|rest| rest.split_once('>')) {
        return is_number(priority, 3) && !message.is_empty();
    }
    let line = line.trim_start_matches(['*', '.']);
    is_bsd_time(line) || is_iso_time(line)
}

/// `Oct 11 22:14:15 host …`
fn is_bsd_time(line: &str) -> bool {
    let mut parts = line.split_ascii_whitespace();
    let month = parts.next().unwrap_or("");
    let day = parts.next().unwrap_or("");
    // Some devices write the year before the time.
    let time = parts.find(|part| !is_number(part, 4)).unwrap_or("");
    MONTHS.contains(&month) && is_number(day, 2) && is_clock(time) && parts.next().is_some()
}

/// `2003-10-11T22:14:15.003Z host tag[1]: …`
fn is_iso_time(line: &str) -> bool {
    let mut parts = line.split(' ');
    let time = parts.next().unwrap_or("");
    let (date, clock) = time.split_once('T').unwrap_or((time, ""));
    let is_date = date.len() == 10 && date.split('-').all(|part| is_number(part, 4));
    let (_host, tag) = (parts.next(), parts.next().unwrap_or(""));
    is_date && is_clock(clock) && (tag.ends_with(':') || tag.contains('[') || parts.next() == Some("-"))
}

fn is_clock(text: &str) -> bool {
    let mut parts = text.splitn(3, ':');
    let is_part = |part: Option<&str>| part.is_some_and(|part| is_number(part.get(..2).unwrap_or(part), 2));
    is_part(parts.next()) && is_part(parts.next()) && is_part(parts.next())
}

fn is_number(text: &str, longest: usize) -> bool {
    !text.is_empty() && text.len() <= longest && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// The line begins with a pair, and has some more.
fn is_pairs(line: &str) -> bool {
    let is_key = |key: &str| {
        key.bytes().any(|byte| byte.is_ascii_alphabetic())
            && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-.@%".contains(&byte))
    };
    let begins = line.trim_start().split_once('=').is_some_and(|(key, _)| is_key(key));
    let pairs = line
        .match_indices('=')
        .filter_map(|(at, _)| line.get(..at))
        .filter_map(|before| before.rsplit([' ', '\t', ',', ';', '|']).next())
        .filter(|key| is_key(key));
    begins && pairs.take(PAIRS).count() == PAIRS
}
