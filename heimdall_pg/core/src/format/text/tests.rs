use crate::format::Format;
use crate::format::tests::{Kept, decode_however_cut};

fn checked(dump: &[u8]) -> Kept {
    decode_however_cut(Format::Text, dump)
}

/// The value of a row in the column of that name.
fn value<'a>(kept: &'a Kept, row: usize, name: &str) -> &'a str {
    let column = kept.columns.iter().position(|column| column == name);
    column.and_then(|column| kept.rows[row].get(column)).map_or("", String::as_str)
}

#[test]
fn lines_with_observables_are_rows() {
    let kept = checked(
        "Report – no indicator here.\r\n\r\n  Traffic to hxxp://evil[.]example.org/a and 192[.]0[.]2[.]1:443, 192.0.2.1.\r\n\
         ## 198.51.100.7 in a heading\n| D41D8CD98F00B204E9800998ECF8427E | CVE-2021-44228 | ada@example.org"
            .as_bytes(),
    );
    assert_eq!(kept.columns, ["text", "ip", "url", "email", "hash", "cve"]);
    assert_eq!(kept.rows.len(), 3);
    assert_eq!(
        value(&kept, 0, "text"),
        "Traffic to hxxp://evil[.]example.org/a and 192[.]0[.]2[.]1:443, 192.0.2.1."
    );
    assert_eq!(value(&kept, 0, "ip"), "[\"192.0.2.1\"]");
    assert_eq!(value(&kept, 0, "url"), "[\"http://evil.example.org/a\"]");
    assert_eq!(value(&kept, 1, "ip"), "[\"198.51.100.7\"]");
    assert_eq!(value(&kept, 2, "hash"), "[\"d41d8cd98f00b204e9800998ecf8427e\"]");
    assert_eq!(value(&kept, 2, "email"), "[\"ada@example.org\"]");
    assert_eq!(value(&kept, 2, "cve"), "[\"CVE-2021-44228\"]");
}

#[test]
fn comments_are_no_indicators_but_may_be_references() {
    let kept = checked(
        b"# List of https://lists.example.org/\n# Reference: https://a.example.org/1\n\n\
          # Reference: https://a.example.org/2 (Korean)\n# 203.0.113.9 was taken out\n\n\
          192.0.2.1\tb.example.com\n; note: mail x@example.org\n192.0.2.2:80\n\n// source: https://b.example.org/\n192.0.2.3\n",
    );
    assert_eq!(kept.columns, ["text", "ip", "domain", "reference"]);
    let references: Vec<_> = (0..3).map(|row| value(&kept, row, "reference")).collect();
    let first = "[\"https://a.example.org/1\",\"https://a.example.org/2\"]";
    assert_eq!(references, [first, first, "[\"https://b.example.org/\"]"]);
    assert_eq!(value(&kept, 0, "domain"), "[\"b.example.com\"]");
    assert_eq!(value(&kept, 1, "ip"), "[\"192.0.2.2\"]");
}

#[test]
fn a_name_alone_on_its_line_is_a_domain() {
    let kept = checked(b"Run loader.pl from setup.zip.\nloader.pl\nREADME.md\nsetup.exe\nco.uk\n");
    assert_eq!(kept.rows, [["loader.pl", "[\"loader.pl\"]"]]);
}

#[test]
fn a_line_that_is_no_text_costs_that_line() {
    let kept = checked(b"192.0.2.1\n192.0.2.2 \xff\n192.0.2.3 \0\n192.0.2.4\n");
    assert_eq!(kept.rows.len(), 2);
    assert_eq!(kept.malformed, [(2, "not valid UTF-8"), (3, "a NUL character")]);
}
