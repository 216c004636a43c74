//! The reports of nmap that python-libnmap is tested with: every host and port of each is a row.

use std::io::Write;
use std::path::PathBuf;

use heimdall_core::format::{Decoder, Format, FormatError, FormatOptions, Malformed, Row, Sink};

#[derive(Default)]
struct Count {
    rows: usize,
    addresses: usize,
    malformed: usize,
}

impl Sink for Count {
    type Error = FormatError;

    fn header(&mut self, names: &[String]) -> Result<(), FormatError> {
        assert_eq!(names[3], "address");
        Ok(())
    }

    fn columns(&mut self, _: &[String]) -> Result<(), FormatError> {
        unreachable!("a report has one set of columns")
    }

    fn row(&mut self, row: Row<'_>) -> Result<(), FormatError> {
        self.rows += 1;
        self.addresses += usize::from(!row.value(3).is_empty());
        Ok(())
    }

    fn malformed(&mut self, _: Malformed<'_>) -> Result<(), FormatError> {
        self.malformed += 1;
        Ok(())
    }
}

fn decode(report: &[u8]) -> Result<Count, FormatError> {
    let mut count = Count::default();
    let mut decoder = Decoder::new(Format::Nmap, &FormatOptions::default());
    for piece in report.chunks(997) {
        decoder.push(piece, &mut count)?;
    }
    decoder.finish(&mut count).map(|()| count)
}

#[test]
fn every_port_is_a_row_and_what_is_hostile_is_refused() {
    let root = std::env::var_os("HEIMDALL_CORPORA").map_or_else(
        || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/corpora")),
        PathBuf::from,
    );
    let Ok(files) = std::fs::read_dir(root.join("c26_nmap_xml")) else {
        // Straight to the error stream: the harness would keep it for itself when the test passes.
        writeln!(std::io::stderr(), "c26_nmap_xml: SKIPPED, the reports are not on this machine").unwrap();
        return;
    };
    let mut reports = 0;
    for file in files {
        let path = file.unwrap().path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if !name.ends_with(".xml") {
            continue;
        }
        let report = std::fs::read(&path).unwrap();
        let decoded = decode(&report);
        if name.starts_with("defused_") {
            assert!(decoded.is_err(), "{name} is taken");
            continue;
        }
        let text = String::from_utf8(report).unwrap();
        let rows: usize = text
            .split("<host ")
            .flat_map(|part| part.split("<host>"))
            .skip(1)
            .map(|host| host.matches("<port ").count().max(1))
            .sum();
        let count = decoded.unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!((count.rows, count.addresses, count.malformed), (rows, rows, 0), "{name}");
        reports += 1;
    }
    assert!(reports > 0, "no report was read");
}
