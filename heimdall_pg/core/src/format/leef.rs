//! LEEF, QRadar's Log Event Extended Format, versions 1.0 and 2.0: `LEEF:1.0|vendor|product|version|event|` and
//! attributes between tabs; 2.0 may declare another delimiter in a sixth part.

use super::records::LineFormat;
use super::syslog::Years;
use super::{Fields, FormatOptions, marked, pairs};

/// The columns of the header, in its order.
const HEADER: [&str; 5] = ["leef.version", "device.vendor", "device.product", "device.version", "signature"];

/// See the module.
pub(super) struct Leef {
    years: Years,
}

impl Leef {
    pub fn new(options: &FormatOptions) -> Leef {
        Leef { years: Years::beginning(options.year) }
    }
}

impl LineFormat for Leef {
    fn read(&mut self, line: &str, fields: &mut Fields) -> Result<(), &'static str> {
        let mut rest = marked::begin(line, "LEEF:", &mut self.years, fields)?;
        let is_second = rest.starts_with("2.");
        for (at, column) in HEADER.iter().enumerate() {
            let (part, after) = match marked::part(rest) {
                Some(cut) => cut,
                None if at + 1 == HEADER.len() => (rest, ""),
                None => return Err("a header of less than five parts"),
            };
            marked::set_part(column, part, fields)?;
            rest = after;
        }
        let (delimiter, attributes) = match rest.split_once('|') {
            Some((declared, after)) if is_second => match delimiter(declared) {
                Some(delimiter) => (delimiter, after),
                None => ('\t', rest),
            },
            _ => ('\t', rest),
        };
        attributes_between(delimiter, attributes, fields)
    }
}

/// A delimiter as it is declared: a character, or one in hexadecimal (`x09`, `0x5E`); none is a tab.
fn delimiter(declared: &str) -> Option<char> {
    let mut chars = declared.chars();
    match (chars.next(), chars.next()) {
        (None, _) => return Some('\t'),
        (Some(only), None) => return Some(only),
        _ => {}
    }
    let hex = ["0x", "0X", "x", "X"].iter().find_map(|prefix| declared.strip_prefix(prefix))?;
    let is_hex = (1..=4).contains(&hex.len()) && hex.bytes().all(|byte| byte.is_ascii_hexdigit());
    u32::from_str_radix(hex, 16).ok().filter(|_| is_hex).and_then(char::from_u32)
}

fn attributes_between(delimiter: char, text: &str, fields: &mut Fields) -> Result<(), &'static str> {
    // rsyslog writes control characters so.
    if delimiter == '\t' && !text.contains('\t') && text.contains("#011") {
        return attributes_between('\t', &text.replace("#011", "\t"), fields);
    }
    // A relay that turns tabs into spaces leaves pairs whose values may hold spaces.
    if delimiter == '\t' && !text.contains('\t') {
        let (lead, found) = pairs::spaced(text, |key| fields.may_name(key));
        for (key, value) in found {
            marked::set_attribute(key, &value.replace("\\=", "="), fields)?;
        }
        return if lead.is_empty() { Ok(()) } else { fields.append("text", lead) };
    }
    for attribute in text.split(delimiter).map(str::trim).filter(|attribute| !attribute.is_empty()) {
        match attribute.split_once('=') {
            Some((key, value)) if pairs::is_word(key.trim()) && fields.may_name(key.trim()) => {
                marked::set_attribute(key.trim(), &value.replace("\\=", "="), fields)?;
            }
            // Text of its own, or with a name that looks like a value.
            _ => fields.append("text", attribute)?,
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
