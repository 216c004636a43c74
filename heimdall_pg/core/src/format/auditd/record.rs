//! A record: `node=… type=SYSCALL msg=audit(1604994496.155:92733): …`.

use crate::format::syslog::Header;

/// What a record begins with, and its fields.
pub(super) struct Record<'a> {
    /// The machine, where the record names it.
    pub node: &'a str,
    /// Its type, as `SYSCALL`.
    pub kind: &'a str,
    /// Seconds since 1970, with a fraction.
    pub time: &'a str,
    /// The number of the event.
    pub serial: &'a str,
    /// The fields.
    pub body: &'a str,
}

impl<'a> Record<'a> {
    /// Reads a line, which may have come by syslog.
    pub fn parse(line: &'a str) -> Option<Record<'a>> {
        Record::bare(line, "").or_else(|| {
            let header = Header::parse(line);
            let message = header.message.strip_prefix("audit: ").unwrap_or(header.message);
            if header.is_there() { Record::bare(message, header.host) } else { None }
        })
    }

    fn bare(text: &'a str, host: &'a str) -> Option<Record<'a>> {
        let (node, text) = match text.strip_prefix("node=") {
            Some(rest) => rest.split_once(' ')?,
            None => (host, text),
        };
        let (kind, rest) = text.strip_prefix("type=")?.split_once(' ')?;
        // The kernel's own messages have no `msg=`.
        let rest = rest.strip_prefix("msg=").unwrap_or(rest).strip_prefix("audit(")?;
        let (id, rest) = rest.split_once(')')?;
        let (time, serial) = id.split_once(':')?;
        let is_number =
            |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
        let is_kind = |byte: u8| byte.is_ascii_alphanumeric() || b"_[]".contains(&byte);
        if !is_number(time) || !is_number(serial) || kind.is_empty() || !kind.bytes().all(is_kind) {
            return None;
        }
        Some(Record { node, kind, time, serial, body: rest.strip_prefix(':').unwrap_or(rest) })
    }

    /// What the records of one event have in common.
    pub fn id(&self) -> String {
        [self.node, self.time, self.serial].join(" ")
    }
}
