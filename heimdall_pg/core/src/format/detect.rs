//! The format of a dump, told from its first bytes.

mod json;
mod lines;

use super::compression::Compression;
use super::csv::is_table;
use super::encoding::TextLayer;
use super::{Format, FormatError, FormatOptions};

/// How much of a dump its format is told from.
pub(super) const HEAD: usize = 64 << 10;

/// The format of a dump that begins so, packed or not, in whatever encoding; `None` where it is no text and no
/// spreadsheet, or nothing but blanks. 64 KiB are enough.
///
/// # Errors
/// [`FormatError`] where it cannot be unpacked. That it ends too early is no such case.
pub fn recognise(sample: &[u8]) -> Result<Option<Format>, FormatError> {
    let mut head = Vec::new();
    let mut keep = |piece: &[u8]| {
        head.extend_from_slice(&piece[..piece.len().min(HEAD - head.len().min(HEAD))]);
        Ok(())
    };
    let mut text = TextLayer::new(None);
    let mut compression = Compression::new(FormatOptions::default().max_expansion());
    compression.push(sample, &mut |piece| text.push(piece, &mut keep))?;
    text.finish(&mut keep)?;
    Ok(detect_format(&head))
}

/// The format of text that begins so, or of a spreadsheet.
pub(super) fn detect_format(sample: &[u8]) -> Option<Format> {
    if sample.starts_with(b"PK\x03\x04") {
        return is_spreadsheet(sample).then_some(Format::Xlsx);
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
        return Some(Format::Nmap);
    }
    json::detect(text)
        .or_else(|| lines::detect(text))
        .or_else(|| is_table(sample).then_some(Format::Csv))
        .or(Some(Format::Text))
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
