//! Reports and lists of indicators, read as text.

use std::collections::HashSet;

use heimdall_core::format::Format;

use crate::corpus::Corpus;
use crate::rows::Rows;

/// The values of all rows in a column of arrays.
fn values(rows: &Rows, column: &str) -> HashSet<String> {
    let arrays = (0..rows.len()).map(|row| rows.value(row, column)).filter(|array| !array.is_empty());
    arrays.flat_map(|array| serde_json::from_str::<Vec<String>>(array).expect("an array")).collect()
}

fn decode(corpus: &Corpus, file: &str) -> Rows {
    let rows = Rows::decode(Format::Text, corpus.read(file).as_bytes());
    assert_eq!(rows.malformed.len(), 0, "{file}");
    rows
}

#[test]
fn every_digest_of_a_list_is_found() {
    let Some(corpus) = Corpus::open("c23_eset_text_iocs") else { return };
    let (mut files, mut listed, mut in_reports) = (0, 0, 0);
    let folders =
        corpus.folders().into_iter().chain([String::new(), "kimsuky/hotdoge_donutcat_case".to_owned()]);
    for folder in folders {
        let (mut text, mut report) = (String::new(), HashSet::new());
        for file in corpus.files(&folder, "README.adoc") {
            text.push_str(&corpus.read(&file).to_ascii_lowercase());
            report.extend(values(&decode(&corpus, &file), "hash"));
        }
        for file in corpus.files(&folder, "") {
            let rows = decode(&corpus, &file);
            files += 1;
            if !file.contains("samples.") {
                continue;
            }
            let found = values(&rows, "hash");
            // One line of the lists has a letter too many.
            let list = corpus.read(&file).to_ascii_lowercase();
            for digest in list.split_whitespace().filter(|line| matches!(line.len(), 32 | 40 | 64)) {
                assert!(found.contains(digest), "{file}: {digest}");
                listed += 1;
                if text.contains(digest) {
                    assert!(report.contains(digest), "{folder}: {digest} of the report");
                    in_reports += 1;
                }
            }
        }
    }
    assert_eq!((files, listed, in_reports), (226, 6_725, 2_105));
}

/// Lines of the lists that are neither blank nor a comment, and the rows that come of them. Nearly
/// all of the others are paths without a host.
const LISTS: [(&str, usize, usize); 11] = [
    ("ipsum.txt", 120_430, 120_430),
    ("maltrail_apt_gamaredon-1.txt", 11_074, 10_541),
    ("maltrail_apt_kimsuky.txt", 26_493, 26_375),
    ("maltrail_apt_muddywater.txt", 20_801, 20_759),
    ("maltrail_asyncrat.txt", 25_390, 25_359),
    ("maltrail_bad_history.txt", 26_480, 26_479),
    ("maltrail_emotet.txt", 15_034, 10_277),
    ("maltrail_lummac2.txt", 16_891, 16_860),
    ("maltrail_mass_scanner.txt", 19_223, 19_218),
    ("maltrail_quasarrat.txt", 8_978, 8_952),
    ("maltrail_ursnif.txt", 9_105, 7_407),
];

#[test]
fn block_lists_are_read_whole() {
    let Some(corpus) = Corpus::open("c24_blocklists") else { return };
    for (file, lines, expected) in LISTS {
        let rows = decode(&corpus, file);
        let text = corpus.read(file);
        let entries = text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')).count();
        assert_eq!((entries, rows.len()), (lines, expected), "{file}");
    }
}
