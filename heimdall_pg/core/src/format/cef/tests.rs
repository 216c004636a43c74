use crate::format::Format;
use crate::format::records::tests::{decode_cut, line};

#[track_caller]
fn assert_line(text: &str, expected: &[&str]) {
    assert_eq!(line(Format::Cef, text), expected, "{text}");
}

const HEAD: [&str; 7] = [
    "cef.version=0",
    "device.vendor=Ven|dor",
    "device.product=Pro\\duct",
    "device.version=1.0",
    "signature=100",
    "name=an event",
    "severity=5",
];

#[test]
fn header_and_extension() {
    assert_line(
        r"CEF:0|Ven\|dor|Pro\\duct|1.0|100|an event|5|src=192.0.2.1 msg=two words request=http://h/?a\=b end=",
        &[&HEAD[..], &["src=192.0.2.1", "msg=two words", "request=http://h/?a=b"]].concat(),
    );
    assert_line(r"CEF:0|Ven\|dor|Pro\\duct|1.0|100|an event|5", &HEAD);
}

#[test]
fn labels_stay_values() {
    assert_line(
        r"CEF:0|Ven\|dor|Pro\\duct|1.0|100|an event|5|cs1=42 cs1Label=Rule Name cs2Label=none",
        &[&HEAD[..], &["cs1=42", "cs1Label=Rule Name", "cs2Label=none", r#"labels={"Rule Name":"42"}"#]]
            .concat(),
    );
}

#[test]
fn behind_syslog_and_without_its_mark() {
    let header = ["syslog.priority=13", "syslog.facility=user", "syslog.severity=notice"];
    let stamp = ["syslog.timestamp=Oct  1 22:14:15", "syslog.host=h"];
    let event = r"0|Ven\|dor|Pro\\duct|1.0|100|an event|5|";
    assert_line(&format!("<13>Oct  1 22:14:15 h CEF: {event}"), &[&header[..], &stamp, &HEAD].concat());
    assert_line(&format!("Oct  1 22:14:15 h CEF:{event}"), &[&stamp[..], &HEAD].concat());
    assert_line(event, &HEAD);
    assert_line(
        &format!("<13>1 - h - - - - CEF:{event}"),
        &[&header[..], &["syslog.host=h"], &HEAD].concat(),
    );
    assert_line(
        &format!("Oct  1 22:14:15 h relay[1]: seen CEF:{event}"),
        &[&stamp[..], &["syslog.app=relay", "syslog.pid=1", "syslog.message=seen"], &HEAD].concat(),
    );
}

#[test]
fn repeated_taken_and_implausible_keys() {
    assert_line(
        r"CEF:0|Ven\|dor|Pro\\duct|1.0|100|an event|5|a=1 a=2 name=x 192.0.2.1=up severity=y",
        &[&HEAD[..], &[r#"a=["1","2"]"#, "ext.name=x 192.0.2.1=up", "ext.severity=y"]].concat(),
    );
}

#[test]
fn backslashes_are_escapes_where_all_of_them_are() {
    assert_line(
        r"CEF:0|Ven\|dor|Pro\\duct|1.0|100|an event|5|a=one\ntwo b=C:\Users\new\=1 c=C:\\new d=x\|y",
        &[&HEAD[..], &["a=one\ntwo", r"b=C:\Users\new=1", r"c=C:\new", "d=x|y"]].concat(),
    );
}

#[test]
fn other_lines_are_malformed() {
    let kept = decode_cut(Format::Cef, "CEF:0|a|b|c\nno header\nCEF:x|\nCEF:0|a|b|c|d|e|f|g=1\n");
    assert_eq!(kept.rows.len(), 1);
    assert_eq!(
        kept.malformed,
        [
            (1, "a header of less than seven parts"),
            (2, "no header of the format"),
            (3, "no header of the format")
        ]
    );
}
