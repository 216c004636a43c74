//! Access logs: the common and the combined log format, with a virtual host in front, more fields behind, or the
//! time first.

use std::borrow::Cow;
use std::net::IpAddr;

use super::set;
use super::token::{Token, Tokens, unescaped};
use crate::format::Fields;

/// A line, cut at its time.
pub(super) struct Parts<'a> {
    before: &'a str,
    time: &'a str,
    after: &'a str,
}

/// Cuts a line at its time, `[10/Oct/2000:13:55:36 -0700]`; `None` where it has none.
pub(super) fn split(line: &str) -> Option<Parts<'_>> {
    let mut from = 0;
    loop {
        let open = from + line.get(from..)?.find('[')?;
        from = open + 1;
        let (before, rest) = (line.get(..open)?, line.get(from..)?);
        if (before.is_empty() || before.ends_with(' ')) && is_time(rest.as_bytes()) {
            let (time, after) = rest.split_once(']')?;
            return Some(Parts { before, time, after });
        }
    }
}

fn is_time(text: &[u8]) -> bool {
    match text {
        [d1, d2, b'/', m1, m2, m3, b'/', y1, y2, y3, y4, b':', ..] => {
            [d1, d2, y1, y2, y3, y4].iter().all(|byte| byte.is_ascii_digit())
                && [m1, m2, m3].iter().all(|byte| byte.is_ascii_alphabetic())
        }
        _ => false,
    }
}

/// Sets the fields of a line.
pub(super) fn read(parts: &Parts<'_>, fields: &mut Fields) -> Result<(), &'static str> {
    let mut extra = Extra::default();
    let time_first = parts.before.is_empty();
    let mut tokens = Tokens::of(parts.after);
    if !time_first {
        who(parts.before, fields, &mut extra)?;
    } else {
        word(&mut tokens, fields, "client", |_| true)?;
    }
    set(fields, "timestamp", parts.time)?;
    request(&mut tokens, fields, &mut extra)?;
    if time_first {
        // `ssl_request_log` has the size alone.
        word(&mut tokens, fields, "bytes", is_number)?;
    } else {
        word(&mut tokens, fields, "status", |word| word.len() == 3 && is_number(word))?;
        word(&mut tokens, fields, "bytes", is_number)?;
    }
    client_says(&mut tokens, fields, &mut extra)?;
    set(fields, "extra", &extra.text)
}

/// What stands before the time: host, identity and user, where the user may have spaces in it.
fn who(before: &str, fields: &mut Fields, extra: &mut Extra) -> Result<(), &'static str> {
    let mut words = before.split_ascii_whitespace().peekable();
    let mut client = words.next().unwrap_or_default();
    if !is_address(client) && words.peek().is_some_and(|word| is_address(word)) {
        virtual_host(client, fields)?;
        client = words.next().unwrap_or_default();
    }
    set(fields, "client", client.trim_end_matches(','))?;
    // The proxies of a request that came over several, or the same in parentheses.
    while let Some(word) =
        words.next_if(|word| client.ends_with(',') || word.starts_with('(') && word.ends_with(')'))
    {
        extra.push(word, word == "(-)");
        client = word;
    }
    set(fields, "ident", words.next().unwrap_or_default())?;
    let user = words.collect::<Vec<_>>().join(" ");
    set(fields, "user", &unescaped(user.trim_matches('"')))
}

/// `%v:%p` of Apache, and `%v`.
fn virtual_host(written: &str, fields: &mut Fields) -> Result<(), &'static str> {
    match written.rsplit_once(':') {
        Some((host, port)) if is_number(port) => {
            set(fields, "vhost", host)?;
            set(fields, "port", port)
        }
        _ => set(fields, "vhost", written),
    }
}

/// The request line, which need not be one: what a scanner sent in TLS, or nothing.
fn request(tokens: &mut Tokens<'_>, fields: &mut Fields, extra: &mut Extra) -> Result<(), &'static str> {
    loop {
        let (token, written) = tokens.next().ok_or("no request in quotes behind the time")?;
        let Token::Quoted(inside) = token else {
            extra.push(written, token == Token::Word("-"));
            continue;
        };
        let request = unescaped(inside);
        let line = RequestLine::of(&request);
        // Another string in front, such as the addresses that a proxy forwards.
        let mut ahead = *tokens;
        if line.is_none()
            && let Some((Token::Quoted(next), _)) = ahead.next()
            && RequestLine::of(&unescaped(next)).is_some()
        {
            extra.push(written, inside == "-");
            continue;
        }
        set(fields, "request", &request)?;
        if let Some(line) = line {
            line.set(fields)?;
        }
        return Ok(());
    }
}

/// The parts of a request line (RFC 9112 3).
#[derive(Debug, PartialEq, Eq)]
pub(super) struct RequestLine<'a> {
    method: &'a str,
    target: &'a str,
    /// Absent in HTTP/0.9.
    protocol: &'a str,
}

impl<'a> RequestLine<'a> {
    /// `None` where it is none. Spaces in a target are not allowed, and sent nevertheless.
    pub fn of(request: &'a str) -> Option<RequestLine<'a>> {
        let (method, rest) = request.split_once(' ')?;
        let is_method = (1..=32).contains(&method.len())
            && method.bytes().all(|byte| byte.is_ascii_alphabetic() || matches!(byte, b'-' | b'_'));
        if !is_method {
            return None;
        }
        match rest.rsplit_once(' ') {
            Some((target, protocol)) if protocol.starts_with("HTTP/") => {
                Some(RequestLine { method, target: target.trim(), protocol })
            }
            _ if rest.starts_with('/') => Some(RequestLine { method, target: rest, protocol: "" }),
            _ => None,
        }
    }

    /// Sets the fields of the request.
    pub fn set(&self, fields: &mut Fields) -> Result<(), &'static str> {
        set(fields, "method", self.method)?;
        set(fields, "path", self.target)?;
        set(fields, "protocol", self.protocol)
    }
}

/// Takes the next word where it is of that sort, or a dash.
fn word(
    tokens: &mut Tokens<'_>,
    fields: &mut Fields,
    name: &str,
    is_sort: impl Fn(&str) -> bool,
) -> Result<(), &'static str> {
    let mut ahead = *tokens;
    match ahead.next() {
        Some((Token::Word(word), _)) if word == "-" || is_sort(word) => {
            *tokens = ahead;
            set(fields, name, word)
        }
        _ => Ok(()),
    }
}

/// The two strings that the combined format adds; whatever else there is is kept as it is written.
fn client_says(tokens: &mut Tokens<'_>, fields: &mut Fields, extra: &mut Extra) -> Result<(), &'static str> {
    let mut said: [Option<Cow<'_, str>>; 2] = [None, None];
    while let Some((token, written)) = tokens.next() {
        match (token, said.iter_mut().find(|said| said.is_none())) {
            (Token::Quoted(inside), Some(place)) => *place = Some(unescaped(inside)),
            (Token::Quoted(inside), None) => extra.push(written, inside == "-"),
            (Token::Word(word), _) => extra.push(written, word == "-"),
        }
    }
    match said {
        [Some(referrer), Some(agent)] => {
            set(fields, "referrer", &referrer)?;
            set(fields, "user_agent", &agent)
        }
        [Some(one), None] if one.contains("://") => set(fields, "referrer", &one),
        [Some(one), None] => set(fields, "user_agent", &one),
        [None, _] => Ok(()),
    }
}

/// What the format has no name for. Only dashes are nothing.
#[derive(Default)]
struct Extra {
    text: String,
    dashes: String,
}

impl Extra {
    fn push(&mut self, written: &str, is_dash: bool) {
        if !self.text.is_empty() || !self.dashes.is_empty() {
            self.dashes.push(' ');
        }
        self.dashes.push_str(written);
        if !is_dash || !self.text.is_empty() {
            let pushed = std::mem::take(&mut self.dashes);
            self.text.push_str(&pushed);
        }
    }
}

fn is_address(word: &str) -> bool {
    word.trim_end_matches(',').parse::<IpAddr>().is_ok()
}

fn is_number(word: &str) -> bool {
    !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::RequestLine;

    #[test]
    fn request_lines_have_a_method_and_a_target() {
        let line = |method, target, protocol| Some(RequestLine { method, target, protocol });
        assert_eq!(RequestLine::of("GET /a b HTTP/1.1"), line("GET", "/a b", "HTTP/1.1"));
        assert_eq!(
            RequestLine::of("CONNECT example.org:443 HTTP/1.1"),
            line("CONNECT", "example.org:443", "HTTP/1.1")
        );
        assert_eq!(RequestLine::of("GET /"), line("GET", "/", ""));
        for none in ["", "-", "GET", "\u{3} /x HTTP/1.0", "hello world"] {
            assert_eq!(RequestLine::of(none), None);
        }
    }
}
