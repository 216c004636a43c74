//! Fake people, where this machine has them.

use heimdall_tests::corpora;

pub fn corpus() -> Option<String> {
    let csv =
        std::fs::read_to_string(corpora()?.join("c27_pii_presidio_research/FakeNameGenerator.com_100.csv"))
            .ok()?;
    Some(csv.trim_start_matches('\u{feff}').to_owned())
}

/// The fields of a CSV file.
pub fn fields(csv: &str) -> Vec<Vec<String>> {
    let (mut rows, mut row, mut field, mut is_quoted) = (Vec::new(), Vec::new(), String::new(), false);
    for character in csv.chars() {
        match character {
            // A quote in a quoted field is written twice: it closes the field, and opens it again.
            '"' => {
                is_quoted = !is_quoted;
                if is_quoted && !field.is_empty() {
                    field.push('"');
                }
            }
            ',' if !is_quoted => row.push(std::mem::take(&mut field)),
            '\n' if !is_quoted => {
                row.push(std::mem::take(&mut field).trim_end().to_owned());
                rows.push(std::mem::take(&mut row));
            }
            _ => field.push(character),
        }
    }
    rows
}
