//! Paths of Windows, as Win32 normalises them before it opens a file.

use super::{drive, starts_with_variable};

const SEPARATORS: [char; 2] = ['\\', '/'];
const NO_PATH: &str = "a prefix without a path";

pub(super) fn path(value: &str) -> Result<String, &'static str> {
    let lower = lower_case(value);
    let value = lower.as_str();
    if let Some(rest) = verbatim(value) {
        return verbatim_path(rest);
    }
    let rest = value.trim_start_matches(SEPARATORS);
    if let Some((letter, rest)) = drive(value) {
        return drive_path(letter, rest);
    }
    match value.len() - rest.len() {
        0 => relative(value),
        1 => rooted(rest),
        _ => match rest.split_once(SEPARATORS) {
            Some(("." | "?", rest)) => device(rest),
            _ => share(rest),
        },
    }
}

/// What follows `\\?\` or `\??\`, in which nothing is normalised. Doubled separators come out of JSON.
fn verbatim(value: &str) -> Option<&str> {
    let rest = value.trim_start_matches('\\');
    match (value.len() - rest.len(), rest.split_once('\\')) {
        (1.., Some(("??", rest))) | (2.., Some(("?", rest))) => Some(rest),
        _ => None,
    }
}

fn verbatim_path(rest: &str) -> Result<String, &'static str> {
    let names: Vec<&str> = rest.split('\\').filter(|name| !name.is_empty()).collect();
    if names.is_empty() {
        return Err(NO_PATH);
    }
    if names.iter().all(|name| clean(name) == Ok(*name) && !name.contains(['/', '?', '*'])) {
        return device(rest);
    }
    let mut text = format!("\\\\?\\{}", names.join("\\"));
    if text.ends_with(' ') {
        text.push('\\');
    }
    Ok(text)
}

/// What follows `\\.\`: a drive and a share are what they are without it.
fn device(rest: &str) -> Result<String, &'static str> {
    let rest = rest.trim_start_matches(SEPARATORS);
    let (first, below) = rest.split_once(SEPARATORS).map_or((rest, None), |(a, b)| (a, Some(b)));
    match (drive(first), below) {
        (Some((letter, "")), Some(below)) => return drive_path(letter, &format!("\\{below}")),
        (None, Some(below)) if first == "unc" && !below.trim_matches(SEPARATORS).is_empty() => {
            return share(below);
        }
        _ => {}
    }
    let mut names = vec![clean(first).map_err(|_| NO_PATH)?];
    names.extend(resolved(below.unwrap_or_default(), true)?);
    Ok(format!("\\\\.\\{}", names.join("\\")))
}

fn drive_path(letter: char, rest: &str) -> Result<String, &'static str> {
    let root = rest.starts_with(SEPARATORS);
    let separator = if root { "\\" } else { "" };
    Ok(format!("{letter}:{separator}{}", resolved(rest, root)?.join("\\")))
}

/// A share of a server, above which no `..` leads.
fn share(rest: &str) -> Result<String, &'static str> {
    let mut parts = rest.trim_start_matches(SEPARATORS).splitn(2, SEPARATORS);
    let server = clean(parts.next().unwrap_or_default()).map_err(|_| "a share without a server")?;
    let rest = parts.next().unwrap_or_default().trim_start_matches(SEPARATORS);
    let mut parts = rest.splitn(2, SEPARATORS);
    let share = parts.next().filter(|share| !share.is_empty());
    if matches!(server, "?" | "??") {
        return Err(NO_PATH);
    }
    let mut names = vec![server];
    if let Some(share) = share {
        names.push(clean(share)?);
    }
    names.extend(resolved(parts.next().unwrap_or_default(), true)?);
    Ok(format!("\\\\{}", names.join("\\")))
}

/// A path from the root of the drive that is meant, or of the name space of the kernel (`\Device\…`).
fn rooted(rest: &str) -> Result<String, &'static str> {
    let names = resolved(rest, true)?;
    if names.first() == Some(&"??") {
        return Err(NO_PATH);
    }
    Ok(format!("\\{}", names.join("\\")))
}

fn relative(value: &str) -> Result<String, &'static str> {
    let mut text = resolved(value, false)?.join("\\");
    if text.is_empty() {
        text.push('.');
    }
    let variable = starts_with_variable(&text) && !starts_with_variable(value);
    if text.starts_with(' ') || drive(&text).is_some() || variable {
        text.insert_str(0, ".\\");
    }
    Ok(text)
}

/// The names of a path, without those that `..` takes back.
fn resolved(path: &str, root: bool) -> Result<Vec<&str>, &'static str> {
    let mut names: Vec<&str> = Vec::new();
    for name in path.split(SEPARATORS) {
        match name {
            "" | "." => {}
            ".." => match names.last() {
                // A variable may stand for several names.
                Some(&last) if last != ".." && !has_variable(last) => {
                    names.pop();
                }
                None if root => {}
                _ => names.push(".."),
            },
            name => names.push(clean(name)?),
        }
    }
    Ok(names)
}

/// A name without what Win32 does not look at: dots and spaces at its end, and the default stream.
fn clean(name: &str) -> Result<&str, &'static str> {
    if name.contains(['"', '<', '>', '|']) {
        return Err("a character that no name on Windows has");
    }
    let mut clean = name;
    loop {
        let shorter = without_default_stream(clean.trim_end_matches(['.', ' ']));
        if shorter.len() == clean.len() {
            break;
        }
        clean = shorter;
    }
    if clean.is_empty() { Err("a name of dots and spaces only") } else { Ok(clean) }
}

/// `name` of `name::$data`, and `name:stream` of `name:stream:$data`.
fn without_default_stream(name: &str) -> &str {
    match name.strip_suffix(":$data") {
        Some(rest) if rest.contains(':') => rest.strip_suffix(':').unwrap_or(rest),
        _ => name,
    }
}

fn has_variable(name: &str) -> bool {
    name.split_once('%').is_some_and(|(_, rest)| rest.contains('%'))
}

/// Lower case letter by letter, without regard to what stands beside a letter: that is how a volume compares.
fn lower_case(value: &str) -> String {
    let lower = |c: char| {
        let mut lower = c.to_lowercase();
        match (c, lower.next(), lower.next()) {
            ('ς', ..) => 'σ',
            (_, Some(single), None) => single,
            _ => c,
        }
    };
    value.chars().map(lower).collect()
}
