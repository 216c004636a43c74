//! Indicators made harmless for reading (`hxxp://evil[.]example`), and back.
//!
//! Canonical texts hold no mark: refanging them changes nothing, and `refang(defang(x)) == x`. That is
//! why URLs percent-encode and e-mail addresses escape a mark that is meant literally.

use std::borrow::Cow;

/// A piece of text that stands for a character it hides.
#[derive(Clone, Copy)]
pub(super) struct Mark {
    /// Bytes of the mark.
    pub(super) len: usize,
    /// What it stands for.
    pub(super) plain: &'static str,
    /// Words stand between spaces that do not belong to the value.
    word: bool,
}

/// What stands between brackets, and which brackets: reports write `[.]`, `(.)` and `{.}`, and braces only
/// around signs, since `{at}` is a good part of a mailbox name.
const BRACKETED: [(&str, &str, bool); 7] = [
    (".", ".", false),
    ("@", "@", false),
    (":", ":", false),
    ("://", "://", false),
    ("//", "//", false),
    ("dot", ".", true),
    ("at", "@", true),
];

/// The mark that begins at this byte of `text`, if one does.
pub(super) fn mark(text: &[u8], at: usize) -> Option<Mark> {
    let rest = text.get(at..)?;
    let (&open, inside) = rest.split_first()?;
    let close = match open {
        b'[' => b']',
        b'(' => b')',
        b'{' => b'}',
        b' ' => return spaced_dot(inside),
        _ => return None,
    };
    for (sign, plain, word) in BRACKETED {
        let found = inside.get(..sign.len()).is_some_and(|text| text.eq_ignore_ascii_case(sign.as_bytes()));
        if !found || inside.get(sign.len()) != Some(&close) {
            continue;
        }
        // Only `[…]` hides colons and slashes, and braces hide only signs.
        let fits = match open {
            b'[' => true,
            b'(' => word || matches!(sign, "." | "@"),
            _ => matches!(sign, "." | "@"),
        };
        // `{@}` and `(.)` come with spaces around them as words do; `[.]` is what defanging itself writes.
        return fits.then_some(Mark { len: sign.len() + 2, plain, word: word || open != b'[' });
    }
    None
}

/// ` dot `, with the space before it taken already.
fn spaced_dot(inside: &[u8]) -> Option<Mark> {
    let found = inside.get(..4).is_some_and(|text| text.eq_ignore_ascii_case(b"dot "));
    found.then_some(Mark { len: 5, plain: ".", word: true })
}

/// Schemes that stand for http, without the `s` that may follow.
const DEFANGED_HTTP: [&str; 4] = ["hxxp", "h__p", "h**p", "hzzzp"];

/// The scheme that a defanged one at the beginning of `text` stands for, and the length of the defanged one.
pub(super) fn defanged_scheme(text: &str) -> Option<(&'static str, usize)> {
    // Nearly every value ends here.
    if text.as_bytes().first().is_none_or(|b| b | 0x20 != b'h') {
        return None;
    }
    for scheme in DEFANGED_HTTP {
        if !text.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme)) {
            continue;
        }
        let rest = text.as_bytes().get(scheme.len()..).unwrap_or_default();
        let (secure, rest) = match rest.split_first() {
            Some((b's' | b'S', rest)) => (true, rest),
            _ => (false, rest),
        };
        if rest.starts_with(b":") || rest.starts_with(b"[:") {
            return Some((if secure { "https" } else { "http" }, scheme.len() + usize::from(secure)));
        }
    }
    None
}

/// The plain text of a defanged indicator; borrowed where nothing is defanged.
///
/// Known are `hxxp(s)` (also `h__p`, `h**p`, `hzzzp`), `[.] (.) {.} [dot] (dot)` and ` dot `,
/// `[:] [://] [//]`, `[@] (@) {@} [at] (at)`, all in any case.
pub fn refang(raw: &str) -> Cow<'_, str> {
    let value = raw.trim_ascii_start();
    let bytes = value.as_bytes();
    let scheme = defanged_scheme(value);
    let start = scheme.map_or(0, |(_, len)| len);
    let Some(first) = may_have_mark(bytes).then(|| next_mark(bytes, start)).flatten() else {
        return match scheme {
            Some((plain, len)) => Cow::Owned(format!("{plain}{}", value.get(len..).unwrap_or_default())),
            None => Cow::Borrowed(raw),
        };
    };
    let mut out = String::with_capacity(value.len());
    out.push_str(scheme.map_or("", |(plain, _)| plain));
    let (mut from, mut next) = (start, Some(first));
    while let Some((at, mark)) = next {
        out.push_str(value.get(from..at).unwrap_or_default());
        from = at + mark.len;
        if mark.word {
            out.truncate(out.trim_end_matches(' ').len());
            from += bytes.get(from..).unwrap_or_default().iter().take_while(|&&b| b == b' ').count();
        }
        out.push_str(mark.plain);
        next = next_mark(bytes, from);
    }
    out.push_str(value.get(from..).unwrap_or_default());
    Cow::Owned(out)
}

/// False where no mark can be in `text`, as in most values: two scans with vector instructions tell.
fn may_have_mark(text: &[u8]) -> bool {
    memchr::memchr3(b'[', b'(', b'{', text).is_some() || memchr::memchr(b' ', text).is_some()
}

/// Where the first mark of `text` begins.
pub(super) fn first_mark(text: &str) -> Option<usize> {
    if !may_have_mark(text.as_bytes()) {
        return None;
    }
    next_mark(text.as_bytes(), 0).map(|(at, _)| at)
}

/// The first mark at or after `from`.
pub(super) fn next_mark(text: &[u8], mut from: usize) -> Option<(usize, Mark)> {
    loop {
        let rest = text.get(from..)?;
        let found = rest.iter().position(|b| matches!(b, b'[' | b'(' | b'{' | b' '))?;
        match mark(text, from + found) {
            Some(mark) => return Some((from + found, mark)),
            None => from += found + 1,
        }
    }
}

/// A canonical indicator in a form that no reader's program turns into a link.
///
/// Every `.` becomes `[.]`, `@` becomes `[@]`, `://` becomes `[://]` and http becomes hxxp.
pub fn defang(canonical: &str) -> String {
    let mut out = String::with_capacity(canonical.len() + 16);
    let mut rest = canonical;
    if let Some(after) =
        rest.strip_prefix("http").filter(|after| after.starts_with(':') || after.starts_with("s:"))
    {
        out.push_str("hxxp");
        rest = after;
    }
    while let Some(at) = rest.find(['.', '@', ':']) {
        out.push_str(rest.get(..at).unwrap_or_default());
        let sign = rest.get(at..).unwrap_or_default();
        let (plain, harmless) = match sign.as_bytes() {
            [b'.', ..] => (".", "[.]"),
            [b'@', ..] => ("@", "[@]"),
            [b':', b'/', b'/', ..] => ("://", "[://]"),
            _ => (":", ":"),
        };
        out.push_str(harmless);
        rest = sign.strip_prefix(plain).unwrap_or_default();
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn undoes_what_reports_write() {
        for (raw, plain) in [
            ("hxxp://evil[.]example", "http://evil.example"),
            ("hXXps[:]//evil[.]example/a", "https://evil.example/a"),
            ("hxxps[://]evil(.)example", "https://evil.example"),
            ("HXXP:[//]evil{.}example", "http://evil.example"),
            ("h__p://evil[dot]example", "http://evil.example"),
            ("http[:]//192[.]0[DOT]2.1:8000/x", "http://192.0.2.1:8000/x"),
            ("evil dot example", "evil.example"),
            ("evil [dot] example", "evil.example"),
            ("john[at]evil(dot)example", "john@evil.example"),
            ("john (at) evil[.]example", "john@evil.example"),
            ("john[@]evil.example", "john@evil.example"),
            ("2001[:]db8[:]:1", "2001:db8::1"),
            ("[::1]", "[::1]"),
            ("evil[.example", "evil[.example"),
            ("hxxp", "hxxp"),
            ("hxxp.example", "hxxp.example"),
        ] {
            assert_eq!(refang(raw), plain, "{raw}");
        }
        for clean in ["evil.example", "http://evil.example/(x)?[y]", "192.0.2.1", ""] {
            assert!(matches!(refang(clean), Cow::Borrowed(_)), "{clean}");
        }
    }

    #[test]
    fn makes_harmless() {
        assert_eq!(defang("https://a@evil.example:8443/x.php"), "hxxps[://]a[@]evil[.]example:8443/x[.]php");
        assert_eq!(defang("192.0.2.1"), "192[.]0[.]2[.]1");
        assert_eq!(defang("john@evil.example"), "john[@]evil[.]example");
        assert_eq!(defang("httpd.example"), "httpd[.]example");
        assert_eq!(defang("https.example"), "https[.]example");
    }

    proptest! {
        #[test]
        fn never_panics(raw in "\\PC*") {
            let _ = defang(&refang(&raw));
        }

        #[test]
        fn takes_marks_apart(raw in "h?(xx|__)?p?s?([:/.@ a-d\\[\\](){}]|\\[\\.\\]|dot| dot |\\(at\\)|é){0,12}") {
            let _ = defang(&refang(&raw));
        }
    }
}
