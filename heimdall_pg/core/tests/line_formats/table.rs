//! Decoded dumps as tables.

use std::io::Write;
use std::path::PathBuf;

use heimdall_core::format::{Decoder, Format, FormatError, FormatOptions, Malformed, Row, Sink};
use heimdall_core::mapping::is_plausible_name;

/// The folder of a set; `None`, said aloud, where there is none.
pub fn folder(name: &str) -> Option<PathBuf> {
    let root = std::env::var_os("HEIMDALL_CORPORA").map_or_else(
        || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/corpora")),
        PathBuf::from,
    );
    let folder = root.join(name);
    if folder.is_dir() {
        return Some(folder);
    }
    say(&format!("{name}: SKIPPED, the logs are not on this machine"));
    None
}

/// The text of a file.
pub fn read(folder: &std::path::Path, file: &str) -> String {
    std::fs::read_to_string(folder.join(file)).unwrap_or_else(|error| panic!("{file}: {error}"))
}

/// Straight to the error stream: the harness would keep it for itself when the test passes.
pub fn say(line: &str) {
    writeln!(std::io::stderr().lock(), "{line}").expect("the error stream is open");
}

/// Columns and rows.
#[derive(Default)]
pub struct Table {
    pub columns: Vec<String>,
    pub rows: Vec<Vec<String>>,
    pub malformed: Vec<&'static str>,
}

impl Table {
    /// Decodes a dump.
    pub fn of(format: Format, dump: &str, options: &str) -> Table {
        let options = FormatOptions::parse(options, format).expect("options");
        let mut table = Table::default();
        let mut decoder = Decoder::new(format, &options);
        decoder.push(dump.as_bytes(), &mut table).expect("a dump");
        decoder.finish(&mut table).expect("a dump");
        // Another name would end the dump.
        assert!(table.columns.iter().all(|name| is_plausible_name(name)), "a column is named by a value");
        table
    }

    /// A value, or `""`.
    pub fn value(&self, row: usize, column: &str) -> &str {
        let at = self.columns.iter().position(|name| name == column);
        at.and_then(|at| self.rows.get(row)?.get(at)).map_or("", String::as_str)
    }
}

impl Sink for Table {
    type Error = FormatError;

    fn header(&mut self, names: &[String]) -> Result<(), FormatError> {
        self.columns(names)
    }

    fn columns(&mut self, names: &[String]) -> Result<(), FormatError> {
        self.columns.extend_from_slice(names);
        Ok(())
    }

    fn row(&mut self, row: Row<'_>) -> Result<(), FormatError> {
        self.rows.push(row.values.iter().map(|value| (*value).to_owned()).collect());
        Ok(())
    }

    fn malformed(&mut self, row: Malformed<'_>) -> Result<(), FormatError> {
        self.malformed.push(row.reason);
        Ok(())
    }
}
