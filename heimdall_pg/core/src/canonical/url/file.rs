//! `file:` URLs, as the states "file" to "path" of the URL Standard read them. The url crate folds empty
//! segments and forgets the host before a drive letter, so that two files would be one.

use url::{Host, ParseError, Url};

use super::rest_of;

/// A `file:` URL: its host, none where it is this machine, and its text from the path on.
pub(super) struct File {
    pub(super) host: Option<Host>,
    pub(super) rest: String,
}

impl File {
    /// `None` for a URL of another scheme.
    pub(super) fn parse(value: &str) -> Option<Result<Self, ParseError>> {
        if !matches!(value.trim_start_matches(is_trimmed).as_bytes(), [b'f' | b'F', ..]) {
            return None;
        }
        let text = value.trim_matches(is_trimmed).replace(['\t', '\n', '\r'], "");
        let scheme = text.get(..5).filter(|scheme| scheme.eq_ignore_ascii_case("file:"))?;
        Some(Self::after_scheme(text.get(scheme.len()..).unwrap_or_default()))
    }

    fn after_scheme(text: &str) -> Result<Self, ParseError> {
        let (text, tail) = text.split_at(text.find(['?', '#']).unwrap_or(text.len()));
        let (host, path) = split_host(text);
        let host = match host {
            "" => None,
            host => Some(Host::parse(host)?).filter(|host| *host != Host::Domain("localhost".to_owned())),
        };
        // What the segments hold is encoded as in any path; their number is settled here.
        let encoded = Url::parse(&format!("https://h/{}{tail}", segments(path).join("/")))?;
        Ok(Self { host, rest: rest_of(&encoded).into_owned() })
    }
}

/// C0 controls and the space go at both ends.
fn is_trimmed(c: char) -> bool {
    c <= ' '
}

fn is_slash(c: char) -> bool {
    matches!(c, '/' | '\\')
}

/// The host, empty where there is none, and the path without its first slash.
fn split_host(text: &str) -> (&str, &str) {
    let Some(path) = text.strip_prefix(is_slash) else {
        return ("", text);
    };
    let Some(after) = path.strip_prefix(is_slash) else {
        return ("", path);
    };
    let (host, path) = after.split_at(after.find(is_slash).unwrap_or(after.len()));
    // `file://C:/x` has no host: that is what somebody meant who is used to drives.
    if is_drive(host) { ("", after) } else { (host, path.strip_prefix(is_slash).unwrap_or(path)) }
}

/// A Windows drive letter: `C:` or `C|`.
fn is_drive(segment: &str) -> bool {
    matches!(segment.as_bytes(), [letter, b':' | b'|'] if letter.is_ascii_alphabetic())
}

/// The segments of a path, without those of dots. A drive is not left by `..`.
fn segments(path: &str) -> Vec<String> {
    let mut segments: Vec<String> = Vec::new();
    let mut parts = path.split(is_slash).peekable();
    while let Some(part) = parts.next() {
        match dots(part) {
            0 => {
                let drive = segments.is_empty() && is_drive(part);
                segments.push(if drive { part.replace('|', ":") } else { part.to_owned() });
                continue;
            }
            2 if !matches!(segments.as_slice(), [drive] if is_drive(drive)) => {
                segments.pop();
            }
            _ => {}
        }
        if parts.peek().is_none() {
            segments.push(String::new());
        }
    }
    segments
}

/// 1 for `.`, 2 for `..`, encoded or not; otherwise 0.
fn dots(part: &str) -> usize {
    let (mut rest, mut count) = (part, 0);
    while !rest.is_empty() {
        let encoded = rest.get(..3).filter(|start| start.eq_ignore_ascii_case("%2e"));
        let Some(after) = rest.strip_prefix('.').or_else(|| encoded.and_then(|dot| rest.strip_prefix(dot)))
        else {
            return 0;
        };
        (rest, count) = (after, count + 1);
    }
    if count > 2 { 0 } else { count }
}

#[cfg(test)]
mod tests {
    use super::super::{canonical_url, url_host};

    #[test]
    fn paths_and_hosts_stay() {
        for (raw, text) in [
            ("file:", "file:///"),
            ("FILE:/a/./b/../c", "file:///a/c"),
            ("file:a\\b", "file:///a/b"),
            ("file:///a//b//", "file:///a//b//"),
            ("file:////a", "file:////a"),
            ("file://Server/share", "file://server/share"),
            ("file://localhost/a", "file:///a"),
            ("file://server/C|/a", "file://server/C:/a"),
            ("file://C|/a", "file:///C:/a"),
            ("file:///C:/../../a", "file:///C:/a"),
            ("file:///a/C|/", "file:///a/C|/"),
            ("file:///%43:/%2e%2E/a", "file:///a"),
            ("file:///%43:/a", "file:///C:/a"),
            ("file:///...", "file:///..."),
            ("file:///a b^?c d#e f", "file:///a%20b%5E?c%20d#e%20f"),
            ("file:/\t/a/é", "file://a/%C3%A9"),
        ] {
            assert_eq!(canonical_url(raw).as_deref(), Ok(text), "{raw}");
            assert_eq!(canonical_url(text).as_deref(), Ok(text));
        }
        for raw in ["file://a:80/", "file://a b/", "file://u@h/", "file://1.2.3.256/", "file://[::1/"] {
            assert!(canonical_url(raw).is_err(), "{raw}");
        }
        assert_eq!(url_host("file://server/C:/a").as_deref(), Some("server"));
        assert_eq!(url_host("file:///C:/a"), None);
    }
}
