//! The reports of nmap that python-libnmap is tested with: every host and port of each is a row.

use heimdall_core::format::Format;

use crate::corpus::Corpus;
use crate::rows::Rows;

#[test]
fn every_port_is_a_row_and_what_is_hostile_is_refused() {
    let Some(corpus) = Corpus::open("c26_nmap_xml") else { return };
    let files = corpus.files("", ".xml");
    assert!(!files.is_empty(), "no report was read");
    for name in files {
        let report = corpus.bytes(&name);
        let decoded = Rows::declared(Format::Nmap, "{}", &report);
        if name.starts_with("defused_") {
            assert!(decoded.is_err(), "{name} is taken");
            continue;
        }
        let text = String::from_utf8(report).expect("text");
        let expected: usize = text
            .split("<host ")
            .flat_map(|part| part.split("<host>"))
            .skip(1)
            .map(|host| host.matches("<port ").count().max(1))
            .sum();
        let rows = decoded.unwrap_or_else(|error| panic!("{name}: {error}"));
        let with_address = (0..rows.len()).filter(|row| !rows.value(*row, "address").is_empty()).count();
        assert_eq!((rows.len(), with_address, rows.malformed.len()), (expected, expected, 0), "{name}");
    }
}
