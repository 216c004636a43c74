//! Syslog: RFC 5424, and RFC 3164 as it is found, one message a line or each after its length (RFC 6587).
//!
//! The header becomes columns, and so do the messages of the programs by which one logs in (`patterns`).

mod header;
mod message;
mod pattern;
mod patterns;
mod priority;
mod rfc3164;
mod rfc5424;
mod stamp;
mod year;

pub(super) use self::header::Header;
pub(super) use self::year::Years;

use super::records::LineFormat;
use super::{Fields, FormatOptions};

/// See the module.
pub(super) struct Syslog {
    years: Years,
}

impl Syslog {
    pub fn new(options: &FormatOptions) -> Syslog {
        Syslog { years: Years::beginning(options.year) }
    }
}

impl LineFormat for Syslog {
    fn read(&mut self, line: &str, fields: &mut Fields) -> Result<(), &'static str> {
        let header = Header::parse(line);
        header.columns("", &mut self.years, fields)?;
        rfc5424::columns(header.data, fields)?;
        if header.message.is_empty() {
            return Ok(());
        }
        fields.set("message", header.message)?;
        message::columns(header.app, header.message, fields)
    }
}

#[cfg(test)]
mod tests;
