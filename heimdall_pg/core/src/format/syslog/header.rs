//! The header of a syslog message, of whichever kind, and what is left after it.

use super::priority::{self, FACILITIES, SEVERITIES};
use super::year::Years;
use super::{rfc3164, rfc5424};
use crate::format::Fields;

/// What precedes the text of a message. Parts that are not there are empty.
#[derive(Debug, Default, PartialEq)]
pub(in crate::format) struct Header<'a> {
    /// Facility times eight, and severity.
    pub priority: Option<u8>,
    /// As written.
    pub timestamp: &'a str,
    pub host: &'a str,
    pub app: &'a str,
    pub pid: &'a str,
    pub msgid: &'a str,
    /// Seconds since the kernel started.
    pub uptime: &'a str,
    /// Severity from elsewhere than the priority: Cisco's mnemonics have one.
    pub severity: Option<u8>,
    /// The structured data of RFC 5424, not decoded.
    pub data: &'a str,
    /// What follows.
    pub message: &'a str,
}

impl<'a> Header<'a> {
    /// Reads a line. There is no line that cannot be read: what is no header is the message.
    pub fn parse(line: &'a str) -> Header<'a> {
        let (priority, rest) = match priority::leading(line) {
            Some((priority, rest)) => (Some(priority), rest),
            None => (None, line),
        };
        let header = rfc5424::parse(rest, priority.is_some())
            .unwrap_or_else(|| rfc3164::parse(rest, priority.is_some()));
        Header { priority, message: header.message.trim_end(), ..header }
    }

    /// True where there was any header.
    pub fn is_there(&self) -> bool {
        self.priority.is_some() || !self.timestamp.is_empty() || !self.uptime.is_empty()
    }

    /// Sets the columns of the header, their names after a prefix.
    ///
    /// # Errors
    /// As [`Fields::set`].
    pub fn columns(&self, prefix: &str, years: &mut Years, fields: &mut Fields) -> Result<(), &'static str> {
        let mut name = String::with_capacity(24);
        let mut set = |column: &str, value: &str| {
            if value.is_empty() {
                return Ok(());
            }
            name.clear();
            name.push_str(prefix);
            name.push_str(column);
            fields.set(&name, value)
        };
        if let Some(priority) = self.priority {
            set("priority", &priority.to_string())?;
            set("facility", FACILITIES.get(usize::from(priority >> 3)).copied().unwrap_or(""))?;
        }
        if let Some(severity) = self.priority.map(|priority| priority & 7).or(self.severity) {
            set("severity", SEVERITIES.get(usize::from(severity)).copied().unwrap_or(""))?;
        }
        set("timestamp", &years.complete(self.timestamp))?;
        set("host", self.host)?;
        set("app", self.app)?;
        set("pid", self.pid)?;
        set("msgid", self.msgid)?;
        set("uptime", self.uptime)
    }
}
