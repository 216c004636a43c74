//! The error log of nginx: `2024/01/31 23:59:59 [level] pid#tid: *connection message, client: …, server: …`.

use super::access::RequestLine;
use super::set;
use super::token::unescaped;
use crate::format::Fields;

/// What may follow the message, in this order, and the columns.
const CONTEXT: [(&str, &str); 7] = [
    (", client: ", "client"),
    (", server: ", "vhost"),
    (", request: ", "request"),
    (", subrequest: ", "subrequest"),
    (", upstream: ", "upstream"),
    (", host: ", "host"),
    (", referrer: ", "referrer"),
];

/// A line of the log.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Entry<'a> {
    time: &'a str,
    level: &'a str,
    pid: &'a str,
    tid: &'a str,
    /// Message and context.
    rest: &'a str,
}

impl<'a> Entry<'a> {
    /// `None` for another line.
    pub fn of(line: &'a str) -> Option<Entry<'a>> {
        let (time, rest) = line.split_once(" [")?;
        let digit_or = |sign: u8| move |byte: u8| byte.is_ascii_digit() || byte == sign;
        let (date, clock) = time.split_once(' ')?;
        if date.len() != 10 || !date.bytes().all(digit_or(b'/')) || !clock.bytes().all(digit_or(b':')) {
            return None;
        }
        let (level, rest) = rest.split_once("] ")?;
        let (process, rest) = rest.split_once(": ")?;
        let (pid, tid) = process.split_once('#')?;
        Some(Entry { time, level, pid, tid, rest })
    }

    /// Sets the fields of the line.
    pub fn set(&self, fields: &mut Fields) -> Result<(), &'static str> {
        set(fields, "timestamp", self.time)?;
        set(fields, "level", self.level)?;
        set(fields, "pid", self.pid)?;
        set(fields, "tid", self.tid)?;
        // From behind: what a client sent may look like context, but stands before what the server adds.
        let mut rest = self.rest;
        for (mark, name) in CONTEXT.into_iter().rev() {
            let Some((before, value)) = rest.rsplit_once(mark) else { continue };
            let value = value.strip_prefix('"').and_then(|value| value.strip_suffix('"')).unwrap_or(value);
            let value = unescaped(value);
            set(fields, name, &value)?;
            if name == "request"
                && let Some(request) = RequestLine::of(&value)
            {
                request.set(fields)?;
            }
            rest = before;
        }
        set(fields, "message", rest)
    }
}

#[cfg(test)]
mod tests {
    use super::Entry;

    #[test]
    fn lines_begin_with_a_time_and_a_process() {
        let entry = Entry::of("2024/01/31 23:59:59 [error] 54#0: *1 open() failed").unwrap();
        assert_eq!((entry.time, entry.level), ("2024/01/31 23:59:59", "error"));
        assert_eq!((entry.pid, entry.tid, entry.rest), ("54", "0", "*1 open() failed"));
        for line in
            ["", "x [error] 54#0: x", "2024/01/31 23:59:59 [error] 54: x", "2024/01/31 [error] 5#0: x"]
        {
            assert_eq!(Entry::of(line), None, "{line}");
        }
    }
}
