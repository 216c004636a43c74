//! Which styles of cells make dates of their numbers.

use std::collections::HashMap;

use quick_xml::events::Event;

use super::super::FormatError;
use super::package::{Package, attribute};

/// What the number of a cell is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Shown {
    /// A number.
    #[default]
    Number,
    /// Days, with the time of day as their fraction.
    Date,
    /// A time of day.
    Time,
}

/// The styles of cells in their order.
#[derive(Default)]
pub(super) struct Styles {
    cells: Vec<Shown>,
}

impl Styles {
    /// Reads the part of that path.
    ///
    /// # Errors
    /// [`FormatError`] where it is not well-formed.
    pub fn read(package: &mut Package<'_>, path: &str) -> Result<Styles, FormatError> {
        let mut styles = Styles::default();
        let Some(mut part) = package.part(path)? else { return Ok(styles) };
        let mut own: HashMap<u32, Shown> = HashMap::new();
        let mut of_cells = false;
        loop {
            let event = part.next()?;
            match &event {
                Event::Start(tag) | Event::Empty(tag) => match tag.local_name().as_ref() {
                    "numFmt" => {
                        let code = attribute(tag, "formatCode")?.unwrap_or_default();
                        own.insert(number(attribute(tag, "numFmtId")?), of_code(&code));
                    }
                    "cellXfs" => of_cells = true,
                    "xf" if of_cells => {
                        let id = number(attribute(tag, "numFmtId")?);
                        styles.cells.push(own.get(&id).copied().unwrap_or_else(|| built_in(id)));
                    }
                    _ => {}
                },
                Event::End(tag) if tag.local_name().as_ref() == "cellXfs" => of_cells = false,
                Event::Eof => return Ok(styles),
                _ => {}
            }
        }
    }

    /// What the numbers of cells of that style are.
    pub fn shown(&self, style: usize) -> Shown {
        self.cells.get(style).copied().unwrap_or_default()
    }
}

fn number(text: Option<String>) -> u32 {
    text.and_then(|text| text.parse().ok()).unwrap_or_default()
}

/// The formats without a code in the workbook (ECMA-376 part 1, 18.8.30), those of East Asia included.
fn built_in(id: u32) -> Shown {
    match id {
        14..=17 | 22 | 27..=31 | 36 | 50..=58 => Shown::Date,
        18..=21 | 32..=35 | 45 | 47 => Shown::Time,
        _ => Shown::Number,
    }
}

/// What a format code shows, by the letters outside of quotes, escapes and brackets.
fn of_code(code: &str) -> Shown {
    let (mut letters, mut rest) = (String::new(), code.chars());
    while let Some(character) = rest.next() {
        match character {
            ';' => break,
            '"' => drop(rest.by_ref().find(|end| *end == '"')),
            '\\' | '_' | '*' => drop(rest.next()),
            '[' => {
                let bracket: String = rest.by_ref().take_while(|end| *end != ']').collect();
                let unit = bracket.to_ascii_lowercase();
                // `[h]:mm` counts hours beyond a day: a duration.
                if !unit.is_empty() && unit.chars().all(|unit| matches!(unit, 'h' | 'm' | 's')) {
                    return Shown::Number;
                }
            }
            character => letters.push(character.to_ascii_lowercase()),
        }
    }
    let letters = letters.replace("general", "").replace("am/pm", "").replace("a/p", "");
    match (letters.contains(['y', 'd']), letters.contains(['h', 's']), letters.contains('m')) {
        (true, ..) | (false, false, true) => Shown::Date,
        (false, true, _) => Shown::Time,
        (false, false, false) => Shown::Number,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_show_dates_times_or_numbers() {
        for code in ["yyyy\\-mm\\-dd", "d/m/yy h:mm;@", "[$-409]mmmm\\ d", "mmm", "[Red]dd.mm.", "dddd"] {
            assert_eq!(of_code(code), Shown::Date, "{code}");
        }
        for code in ["h:mm AM/PM", "mm:ss.0", "[$-F400]h:mm:ss"] {
            assert_eq!(of_code(code), Shown::Time, "{code}");
        }
        for code in [
            "General",
            "0.00",
            "#,##0\\ \"days\"",
            "[h]:mm:ss",
            "0.00E+00",
            "@",
            "[Red]0",
            "0_d",
            "#,##0 [$€-407]",
            "",
        ] {
            assert_eq!(of_code(code), Shown::Number, "{code}");
        }
    }
}
