use crate::canonical::{Kind, canonical};
use crate::format::Format;
use crate::format::tests::{Kept, decode_however_cut};

fn checked(dump: &[u8]) -> Kept {
    decode_however_cut(Format::W3c, dump)
}

#[test]
fn iis_logs_are_read_and_may_change_their_fields() {
    let kept = checked(
        "#Software: Microsoft Internet Information Services 10.0\r\n#Version: 1.0\r\n#Date: 2024-01-31 10:00:00\r\n\
         #Fields: date time c-ip cs-method cs-uri-query cs(User-Agent) sc-status\r\n\
         2024-01-31 10:00:01 192.0.2.1 GET q=a+b Mozilla/5.0+(X11;+Linux) 200\r\n\
         #Fields: time c-ip sc-status cs-username\r\n\
         10:00:02 2001:db8::1 404 é\r\n"
            .as_bytes(),
    );
    let columns = [
        "date",
        "time",
        "c-ip",
        "cs-method",
        "cs-uri-query",
        "cs(User-Agent)",
        "sc-status",
        "timestamp",
        "cs-username",
    ];
    assert_eq!(kept.columns, columns);
    let rows = [
        vec![
            "2024-01-31",
            "10:00:01",
            "192.0.2.1",
            "GET",
            "q=a+b",
            "Mozilla/5.0 (X11; Linux)",
            "200",
            "2024-01-31T10:00:01Z",
        ],
        vec!["", "10:00:02", "2001:db8::1", "", "", "", "404", "2024-01-31T10:00:02Z", "é"],
    ];
    assert_eq!(kept.rows, rows);
    for row in &kept.rows {
        assert_eq!(canonical(Kind::Timestamp, &row[7]).unwrap(), row[7]);
    }
}

#[test]
fn fields_may_stand_between_tabs_or_in_quotes() {
    let kept = checked(
        b"#Version: 1.0\n#Fields: date time c-ip note\n2024-01-31\t10:00:01\t192.0.2.1\ta b+c\n\
          #Version: 1.0\n#Time Format: Local\n#Fields: date time c-ip note\n2024-01-31 10:00:01 192.0.2.1 \"a b+c\"\n",
    );
    assert_eq!(kept.rows[0], ["2024-01-31", "10:00:01", "192.0.2.1", "a b+c", "2024-01-31T10:00:01Z"]);
    assert_eq!(kept.rows[1], ["2024-01-31", "10:00:01", "192.0.2.1", "a b+c", "2024-01-31T10:00:01"]);
}

#[test]
fn a_bad_line_costs_that_line() {
    let kept = checked(
        b"1 2\n#Fields: a b\n1\n1 2 3\n1 \xff\n1 \0\n\n1 -\n#Fields: a a\n1 2\n#Version: 1.0\n1 2\n#Remark\n",
    );
    assert_eq!(kept.columns, ["a", "b"]);
    assert_eq!(kept.rows, [["1", ""]]);
    let reasons = [
        (1, "no #Fields line before it"),
        (2, "fewer fields than #Fields names"),
        (3, "more fields than #Fields names"),
        (4, "not valid UTF-8"),
        (5, "a NUL character"),
        (7, "#Fields names a field twice"),
        (8, "no #Fields line before it"),
    ];
    assert_eq!(kept.malformed, reasons);
}
