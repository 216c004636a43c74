use crate::format::tests::{Kept, decode, decode_however_cut};
use crate::format::{Format, MAX_COLUMNS};

const LOG: &str = "#separator \\x09\n#set_separator\t,\n#empty_field\t(empty)\n#unset_field\t-\n#path\tdemo\n\
#open\t2024-01-31-00-00-00\n#fields\tts\tid.orig_h\tid.orig_p\tlocal\trtt\tnote\ttags\tports\tttls\n\
#types\ttime\taddr\tport\tbool\tinterval\tstring\tset[string]\tset[port]\tvector[interval]\n\
1706695200.100000\t192.0.2.1\t443\tT\t0.000870\tplain\ta,b\\x2cc\t80,443\t1.500000,30.000000\r\n\
1706695201.000000\t2001:db8::1\t-\tF\t-\t\\x2d \\\\é\\xff\\x00\\x0a\t(empty)\t-\t-\n\
#close\t2024-01-31-01-00-00\n\
#separator \\x09\n#set_separator\t|\n#path\tother\n#fields\tid.orig_h\textra\ttags\n#types\taddr\tstring\tset[string]\n\
192.0.2.2\t(empty)\tx|\"y\"|-\n";

fn checked(dump: &[u8]) -> Kept {
    decode_however_cut(Format::Zeek, dump)
}

#[test]
fn a_log_is_the_same_however_it_is_cut() {
    let kept = checked(LOG.as_bytes());
    let columns =
        ["_path", "ts", "id.orig_h", "id.orig_p", "local", "rtt", "note", "tags", "ports", "ttls", "extra"];
    assert_eq!(kept.columns, columns);
    let rows = [
        vec![
            "demo",
            "1706695200.100000",
            "192.0.2.1",
            "443",
            "true",
            "0.00087",
            "plain",
            "[\"a\",\"b,c\"]",
            "[80,443]",
            "[1.5,30.0]",
        ],
        vec!["demo", "1706695201.000000", "2001:db8::1", "", "false", "", "- \\é\\xff\\x00\n", "[]", "", ""],
        vec!["other", "", "192.0.2.2", "", "", "", "", "[\"x\",\"\\\"y\\\"\",null]", "", "", ""],
    ];
    assert_eq!(kept.rows, rows);
    assert_eq!(kept.malformed, []);
}

#[test]
fn json_lines_are_the_other_form() {
    let kept = checked(
        b"\xEF\xBB\xBF \n{\"_path\":\"demo\",\"id.orig_h\":\"192.0.2.1\",\"local\":true,\"tags\":[\"a\"]}\n",
    );
    assert_eq!(kept.columns, ["_path", "id.orig_h", "local", "tags"]);
    assert_eq!(kept.rows, [["demo", "192.0.2.1", "true", "[\"a\"]"]]);
}

#[test]
fn a_bad_line_costs_that_line() {
    let dump = b"early\n#fields\ta\tb\n1\n1\t2\t3\n1\t\xff\n1\t\0\n\n1\t2\n#types\tcount\n1\t2\n#fields\ta\ta\n1\t2\n\
                 #separator \\x09\\x09\nx\n#separator |\n#fields|a\n#types|count\n7\n";
    let kept = checked(dump);
    assert_eq!(kept.columns, ["a", "b"]);
    assert_eq!(kept.rows, [["1", "2"], ["7", ""]]);
    let reasons = [
        (1, "no #fields line before it"),
        (2, "fewer fields than #fields names"),
        (3, "more fields than #fields names"),
        (4, "not valid UTF-8"),
        (5, "a NUL character"),
        (7, "#fields and #types do not go together"),
        (8, "a column of #fields has no name of its own"),
        (9, "a separator that is not one ASCII character"),
    ];
    assert_eq!(kept.malformed, reasons);
}

#[test]
fn columns_are_bounded() {
    let names: Vec<String> = (0..=MAX_COLUMNS).map(|at| format!("c{at}")).collect();
    let dump = format!("#fields\t{}\nx\n", names.join("\t"));
    assert!(decode(Format::Zeek, dump.as_bytes(), usize::MAX).is_err());
}
