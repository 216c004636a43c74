//! Indicators made harmless for reading (`hxxp://evil[.]example`), and back.
//!
//! Canonical texts hold no mark: refanging them changes nothing, and `refang(defang(x)) == x`. That is
//! why URLs percent-encode and e-mail addresses escape a mark that is meant literally.

mod mark;
mod scheme;

use std::borrow::Cow;

pub(super) use mark::{first_mark, mark, next_mark};
pub(super) use scheme::Defanged;

/// The plain text of a defanged indicator; borrowed where nothing is defanged.
///
/// Known are `hxxp(s)` (also `hxxxp`, `hxtp`, `htxp`, `h__p`, `h**p`, `h--p`, `hzzzp`, `meow`) and `fxp(s)`, with
/// spaces behind their slashes; `[.] (.) {.} [dot] (dot) {dot}` and ` dot `, `[.` and `.]` within a word, `\.` in
/// a host; `[:] [/] [//] [:/] [://]`, `[@] (@) {@} [at] (at)` and `[www.]`; another full stop
/// of UTS #46 in an IPv4 address; all in any case, and with spaces inside of the brackets.
pub fn refang(raw: &str) -> Cow<'_, str> {
    let value = raw.trim_ascii_start();
    let marked = without_marks(value);
    let plain = marked.as_deref().unwrap_or(value);
    match unescaped(plain).or_else(|| with_ascii_dots(plain)) {
        Some(plain) => Cow::Owned(plain),
        None => marked.map_or(Cow::Borrowed(raw), Cow::Owned),
    }
}

/// The text with a scheme that is none and with marks replaced; `None` where it has neither.
fn without_marks(value: &str) -> Option<String> {
    let bytes = value.as_bytes();
    let scheme = Defanged::at_start_of(value);
    let mut from = scheme.map_or(0, |scheme| scheme.len);
    let mut next = next_mark(bytes, 0);
    if scheme.is_none() && next.is_none() {
        return None;
    }
    let mut out = String::with_capacity(value.len());
    if let Some(scheme) = scheme {
        out.push_str(&scheme.plain());
    }
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
    // `hxxp:// evil.example`: no program is to make a link of it.
    if let (Some(_), Some((scheme, rest))) = (scheme, out.split_once("://"))
        && rest.starts_with(' ')
    {
        out = format!("{scheme}://{}", rest.trim_start_matches(' '));
    }
    Some(out)
}

/// The text without the backslashes of `evil\.example` in its host; `None` where there are none. What holds a
/// backslash that escapes no dot is a path, and an e-mail address has them between quotes.
fn unescaped(value: &str) -> Option<String> {
    memchr::memchr(b'\\', value.as_bytes())?;
    let is_scheme =
        |text: &str| text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.'));
    let start = match value.split_once("://") {
        Some((scheme, _)) if is_scheme(scheme) => scheme.len() + 3,
        _ => 0,
    };
    let rest = value.get(start..)?;
    let (host, path) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
    let (names, port) = host.split_at(host.rfind("\\.")?);
    let of_names = |c: char| c.is_alphanumeric() || matches!(c, '.' | '-' | '_' | '\\');
    let escaped = names.matches('\\').count() == names.matches("\\.").count();
    if !escaped || names.is_empty() || !names.chars().all(of_names) || port.matches('\\').count() > 1 {
        return None;
    }
    let scheme = value.get(..start)?;
    Some(format!("{scheme}{}{path}", host.replace("\\.", ".")))
}

/// An IPv4 address or network whose dots are other full stops; names get theirs from UTS #46.
fn with_ascii_dots(value: &str) -> Option<String> {
    let is_dot = |c: char| matches!(c, '\u{ff0e}' | '\u{3002}' | '\u{ff61}');
    let numeric =
        |c: char| c.is_ascii_digit() || matches!(c, '.' | '/') || is_dot(c) || c.is_ascii_whitespace();
    (!value.is_ascii() && value.chars().all(numeric)).then(|| value.replace(is_dot, "."))
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
            ("hxxp:// evil[.]example", "http://evil.example"),
            ("meow://evil[.]example", "http://evil.example"),
            ("hXtps[:/]/evil[.]example", "https://evil.example"),
            ("fxp[:][/][/]evil{dot}example", "ftp://evil.example"),
            ("evil[.example", "evil.example"),
            ("evil.]example", "evil.example"),
            ("[www.]evil[.]example", "www.evil.example"),
            ("evil[ . ]example", "evil.example"),
            ("john ( at ) evil [ dot ] example", "john@evil.example"),
            ("evil\\.example", "evil.example"),
            ("http://www\\.evil\\.example:80/a\\.b", "http://www.evil.example:80/a\\.b"),
            ("1.1.1[.]1", "1.1.1.1"),
            ("192\u{ff0e}0\u{3002}2\u{ff0e}1", "192.0.2.1"),
            ("list[.]", "list."),
            ("hxxp", "hxxp"),
            ("hxxp.example", "hxxp.example"),
        ] {
            assert_eq!(refang(raw), plain, "{raw}");
        }
        for clean in [
            "C:\\a\\.b",
            "\\\\a\\.b",
            "file:a\\.b",
            "foo:a\\.b",
            "\"a\\.b\"@c",
            "meow",
            "fxp",
            "a．b",
            "h--p",
        ] {
            assert!(matches!(refang(clean), Cow::Borrowed(_)), "{clean}");
        }
        for clean in
            ["evil.example", "http://evil.example/(x)?[y]", "192.0.2.1", "", "[.", ".]", "a [.x", "x.] y"]
        {
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
