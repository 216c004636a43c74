//! Tables in Markdown, and how numbers are written in them.

use std::fmt::{Display, Formatter, Result};

/// A table; a heading that begins with `>` is that of a column of numbers.
pub struct Table {
    headings: Vec<&'static str>,
    rows: Vec<Vec<String>>,
}

impl Table {
    /// Without rows.
    pub fn new(headings: &[&'static str]) -> Table {
        Table { headings: headings.to_vec(), rows: Vec::new() }
    }

    /// One row more.
    pub fn row<const N: usize>(&mut self, cells: [String; N]) {
        assert_eq!(N, self.headings.len(), "a cell for each heading");
        self.rows.push(cells.into());
    }
}

impl Display for Table {
    fn fmt(&self, out: &mut Formatter<'_>) -> Result {
        let names: Vec<&str> = self.headings.iter().map(|heading| heading.trim_start_matches('>')).collect();
        writeln!(out, "| {} |", names.join(" | "))?;
        let rules: Vec<&str> = self
            .headings
            .iter()
            .map(|heading| if heading.starts_with('>') { "---:" } else { "---" })
            .collect();
        writeln!(out, "|{}|", rules.join("|"))?;
        for row in &self.rows {
            writeln!(out, "| {} |", row.join(" | "))?;
        }
        Ok(())
    }
}

/// A count with commas.
pub fn count(number: impl TryInto<u64>) -> String {
    let digits = number.try_into().unwrap_or_default().to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A rate, or another number of which three digits matter.
pub fn round(number: f64) -> String {
    if !number.is_finite() {
        return String::new();
    }
    match number {
        number if number >= 1000.0 => {
            let step = 10f64.powi(number.log10() as i32 - 2);
            count(((number / step).round() * step).round() as u64)
        }
        number if number >= 99.5 => format!("{number:.0}"),
        number if number >= 9.95 => format!("{number:.1}"),
        number => format!("{number:.2}"),
    }
}

/// How many times the one is of the other: `12.0 ×`, or `1/3.00`.
pub fn ratio(own: f64, other: f64) -> String {
    if own < other { format!("1/{}", round(other / own)) } else { format!("{} ×", round(own / other)) }
}
