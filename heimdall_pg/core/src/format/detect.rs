//! The format of a dump, told from its first bytes.

mod json;
mod lines;

use super::csv::is_table;

/// What a dump looks like. The names are those of [`super::Format`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Detected {
    /// Fields between delimiters, in lines of one width.
    Csv,
    /// One JSON document.
    Json,
    /// One JSON object a line.
    Ndjson,
    /// Zeek's logs, as TSV with `#separator`, or as JSON.
    Zeek,
    /// Suricata's EVE.
    Suricata,
    /// Lines with a header of RFC 3164 or RFC 5424.
    Syslog,
    /// `CEF:0|…`, behind a syslog header or not.
    Cef,
    /// `LEEF:1.0|…`, behind a syslog header or not.
    Leef,
    /// Lines of `key=value`.
    Kv,
    /// Common or combined log format.
    Clf,
    /// W3C extended log format, with `#Fields:`.
    W3c,
    /// CloudTrail's records.
    CloudTrail,
    /// Windows events as JSON.
    WinEvent,
    /// `type=… msg=audit(…)`.
    Auditd,
    /// A STIX bundle.
    Stix,
    /// MISP events.
    Misp,
    /// A MISP warning list.
    WarningList,
    /// Nmap's XML.
    Nmap,
    /// A spreadsheet.
    Xlsx,
    /// Any other text.
    Text,
}

impl Detected {
    /// The name in SQL.
    pub const fn name(self) -> &'static str {
        match self {
            Detected::Csv => "csv",
            Detected::Json => "json",
            Detected::Ndjson => "ndjson",
            Detected::Zeek => "zeek",
            Detected::Suricata => "suricata",
            Detected::Syslog => "syslog",
            Detected::Cef => "cef",
            Detected::Leef => "leef",
            Detected::Kv => "kv",
            Detected::Clf => "clf",
            Detected::W3c => "w3c",
            Detected::CloudTrail => "cloudtrail",
            Detected::WinEvent => "winevent",
            Detected::Auditd => "auditd",
            Detected::Stix => "stix",
            Detected::Misp => "misp",
            Detected::WarningList => "warninglist",
            Detected::Nmap => "nmap",
            Detected::Xlsx => "xlsx",
            Detected::Text => "text",
        }
    }
}

/// The format of a dump that begins so (64 KiB are enough); `None` where it is no text and no spreadsheet, or
/// nothing but blanks.
pub fn detect_format(sample: &[u8]) -> Option<Detected> {
    if sample.starts_with(b"PK\x03\x04") {
        return is_spreadsheet(sample).then_some(Detected::Xlsx);
    }
    if memchr::memchr(0, sample).is_some() {
        return None;
    }
    let text = String::from_utf8_lossy(sample);
    let text = text.trim_start_matches('\u{feff}').trim_start();
    if text.is_empty() || is_binary(text) {
        return None;
    }
    if text.starts_with('<') && text.contains("<nmaprun") {
        return Some(Detected::Nmap);
    }
    json::detect(text)
        .or_else(|| lines::detect(text))
        .or_else(|| is_table(sample).then_some(Detected::Csv))
        .or(Some(Detected::Text))
}

/// The parts of a workbook are named in the archive's headers; a document of text has the first of them as well.
fn is_spreadsheet(archive: &[u8]) -> bool {
    let holds = |name: &[u8]| memchr::memmem::find(archive, name).is_some();
    holds(b"xl/") || (holds(b"[Content_Types].xml") && !holds(b"word/") && !holds(b"ppt/"))
}

/// More than one character in ten is none, or a control character that no text has.
fn is_binary(text: &str) -> bool {
    let is_odd = |character: &char| {
        *character == '\u{fffd}'
            || (character.is_control() && !matches!(character, '\t' | '\n' | '\r' | '\x1b'))
    };
    text.chars().filter(is_odd).count() * 10 > text.chars().count()
}

#[cfg(test)]
mod tests;
