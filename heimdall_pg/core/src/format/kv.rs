//! Lines of `key=value` and `key="quoted value"`, as firewalls and logfmt have them, between spaces, tabs, commas,
//! semicolons or bars, behind a header of syslog or not.

mod quoted;
mod reader;
mod separator;
mod time;

use super::records::LineFormat;
use super::syslog::{Header, Years};
use super::{Fields, FormatOptions};
use reader::{Item, Reader};

/// See the module.
pub(super) struct Kv {
    years: Years,
}

impl Kv {
    pub fn new(options: &FormatOptions) -> Kv {
        Kv { years: Years::beginning(options.year) }
    }
}

impl LineFormat for Kv {
    fn read(&mut self, line: &str, fields: &mut Fields) -> Result<(), &'static str> {
        let header = Header::parse(line);
        header.columns("syslog.", &mut self.years, fields)?;
        let mut text = String::new();
        let mut pairs = 0_usize;
        for item in Reader::new(header.message) {
            match item {
                Item::Pair { key, value, .. } if fields.may_name(key) => {
                    pairs += 1;
                    pair(key, &value, fields)?;
                }
                Item::Pair { written, .. } | Item::Text(written) => {
                    if !text.is_empty() {
                        text.push(' ');
                    }
                    text.push_str(written);
                }
            }
        }
        if pairs == 0 {
            return Err("no key=value pair");
        }
        if !text.is_empty() {
            fields.append("text", &text)?;
        }
        time::join(fields)
    }
}

/// Sets a pair; one of the name of a column of the header has `ext.` before it.
fn pair(key: &str, value: &str, fields: &mut Fields) -> Result<(), &'static str> {
    if key.starts_with("syslog.") {
        fields.append(&format!("ext.{key}"), value)
    } else {
        fields.append(key, value)
    }
}

#[cfg(test)]
mod tests;
