//! The texts that cells share.

use quick_xml::events::Event;

use super::super::FormatError;
use super::package::{Package, Part, append};

/// The most text, in bytes: it is held in memory.
const MAX_TEXT: usize = 64 << 20;

/// The most texts.
const MAX_COUNT: usize = 4 << 20;

/// The texts in their order.
#[derive(Default)]
pub(super) struct Strings {
    text: String,
    ends: Vec<usize>,
}

impl Strings {
    /// Reads the part of that path.
    ///
    /// # Errors
    /// [`FormatError`] where it is too large or not well-formed.
    pub fn read(package: &mut Package<'_>, path: &str) -> Result<Strings, FormatError> {
        let mut strings = Strings::default();
        let Some(mut part) = package.part(path)? else { return Ok(strings) };
        let mut text = String::new();
        loop {
            match part.next()? {
                Event::Start(tag) if tag.local_name().as_ref() == "si" => {
                    text.clear();
                    rich_text(&mut part, "si", &mut text)?;
                    strings.add(&text)?;
                }
                Event::Empty(tag) if tag.local_name().as_ref() == "si" => strings.add("")?,
                Event::Eof => return Ok(strings),
                _ => {}
            }
        }
    }

    fn add(&mut self, text: &str) -> Result<(), FormatError> {
        if self.text.len() + text.len() > MAX_TEXT || self.ends.len() >= MAX_COUNT {
            return Err(FormatError::WorkbookTooLarge);
        }
        self.text.push_str(&unescape(text));
        self.ends.push(self.text.len());
        Ok(())
    }

    /// The text of that number, from 0.
    pub fn get(&self, number: usize) -> Option<&str> {
        let start = number.checked_sub(1).map_or(Some(0), |before| self.ends.get(before).copied())?;
        self.text.get(start..*self.ends.get(number)?)
    }
}

/// Reads up to the end of an element: the text of its runs, without what says how they are pronounced.
///
/// # Errors
/// [`FormatError`] where it is not well-formed.
pub(super) fn rich_text(part: &mut Part<'_>, element: &str, text: &mut String) -> Result<(), FormatError> {
    let (mut inside, mut phonetic) = (false, false);
    loop {
        let event = part.next()?;
        match &event {
            Event::Start(tag) if tag.local_name().as_ref() == "t" => inside = !phonetic,
            Event::Start(tag) if tag.local_name().as_ref() == "rPh" => phonetic = true,
            Event::End(tag) if tag.local_name().as_ref() == "t" => inside = false,
            Event::End(tag) if tag.local_name().as_ref() == "rPh" => phonetic = false,
            Event::End(tag) if tag.local_name().as_ref() == element => return Ok(()),
            Event::Eof => return Err(FormatError::NotXlsx),
            event if inside => append(event, text)?,
            _ => {}
        }
        if text.len() > MAX_TEXT {
            return Err(FormatError::WorkbookTooLarge);
        }
    }
}

/// Characters that XML does not allow are written `_xHHHH_` (ECMA-376 part 1, 22.9.2.19).
pub(super) fn unescape(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("_x") {
        let (before, escape) = rest.split_at(at);
        plain.push_str(before);
        let code = escape.get(2..6).filter(|hex| hex.bytes().all(|byte| byte.is_ascii_hexdigit()));
        let character = code
            .filter(|_| escape.as_bytes().get(6) == Some(&b'_'))
            .and_then(|hex| char::from_u32(u32::from_str_radix(hex, 16).ok()?));
        let len = match character {
            Some(character) => {
                plain.push(character);
                7
            }
            None => {
                plain.push_str("_x");
                2
            }
        };
        rest = escape.get(len..).unwrap_or_default();
    }
    plain.push_str(rest);
    plain
}
