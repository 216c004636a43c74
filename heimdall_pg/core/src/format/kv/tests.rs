use proptest::prelude::*;

use crate::canonical::parse_timestamp;
use crate::format::Format;
use crate::format::records::tests::{decode_cut, line};

#[track_caller]
fn assert_line(text: &str, expected: &[&str]) {
    assert_eq!(line(Format::Kv, text), expected, "{text}");
}

#[test]
fn between_spaces() {
    assert_line(
        r#"a=1 b="two words" c='x' d= e="say \"hi\"" f="C:\new" flag g=(x y)"#,
        &["a=1", "b=two words", "c=x", r#"e=say "hi""#, r"f=C:\new", "g=(x", "text=flag y)"],
    );
    assert_line("msg= 'quoted, later' a=1", &["msg=quoted, later", "a=1"]);
    assert_line(
        "IN=eth0 OUT= SRC=192.0.2.1 DF PROTO=TCP SYN",
        &["IN=eth0", "SRC=192.0.2.1", "PROTO=TCP", "text=DF SYN"],
    );
    assert_line("url=http://h/?a=1&b=2 x=1", &["url=http://h/?a=1&b=2", "x=1"]);
}

#[test]
fn between_other_separators() {
    assert_line("a=1, b=x y, c=3", &["a=1", "b=x y", "c=3"]);
    assert_line("a=1;b=x y;c=3;", &["a=1", "b=x y", "c=3"]);
    assert_line("a=1\tb=x y\tc=3", &["a=1", "b=x y", "c=3"]);
    assert_line(
        "lead word a=1, Device Port=x, b=y\\, z, c=4",
        &["a=1", "Device Port=x", r"b=y\, z", "c=4", "text=lead word"],
    );
    assert_line(r#"a="1,2",b='3'"#, &["a=1,2", "b=3"]);
}

#[test]
fn quotes_that_nothing_closes_are_text() {
    assert_line(r#"a="open b=1"#, &[r#"a="open"#, "b=1"]);
    assert_line(r#"a="x"y" b=1"#, &[r#"a=x"y"#, "b=1"]);
    assert_line(r#""k"="v" "word" a=1"#, &["k=v", "a=1", r#"text="word""#]);
}

#[test]
fn behind_syslog() {
    assert_line(
        "<189>Oct  1 22:14:15 h app[3]: a=1 syslog.host=x",
        &[
            "syslog.priority=189",
            "syslog.facility=local7",
            "syslog.severity=notice",
            "syslog.timestamp=Oct  1 22:14:15",
            "syslog.host=h",
            "syslog.app=app",
            "syslog.pid=3",
            "a=1",
            "ext.syslog.host=x",
        ],
    );
}

#[test]
fn dates_and_times_are_joined() {
    for (text, timestamp) in [
        ("date=2024-01-31 time=23:59:59 tz=\"+0100\"", "2024-01-31T23:59:59+0100"),
        ("date=2024-01-31 time=23:59:59.5", "2024-01-31T23:59:59.5"),
        ("time=\"2024-01-31 23:59:59\" tz=-05:00", "2024-01-31 23:59:59-05:00"),
        ("time=2024-01-31 23:59:59 tz=-0500", "2024-01-31 23:59:59-0500"),
    ] {
        let values = line(Format::Kv, text);
        assert_eq!(values.last(), Some(&format!("timestamp={timestamp}")), "{text}");
        assert!(parse_timestamp(timestamp).is_ok(), "{timestamp}");
    }
    for text in [
        "date=today time=23:59:59",
        "time=12",
        "date=2024-01-31 time=23:59:59 timestamp=1",
        "time=é24-01-31 tz=+0100",
    ] {
        let joined =
            line(Format::Kv, text).iter().filter(|value| value.starts_with("timestamp=2024")).count();
        assert_eq!(joined, 0, "{text}");
    }
}

#[test]
fn repeated_and_implausible_names() {
    assert_line("a=1 a=2 192.0.2.1=up a=3", &[r#"a=["1","2","3"]"#, "text=192.0.2.1=up"]);
}

#[test]
fn a_line_without_pairs_is_malformed() {
    let kept = decode_cut(Format::Kv, "nothing here\na=1\n= =\n");
    assert_eq!((kept.rows.len(), kept.malformed.len()), (1, 2));
}

proptest! {
    /// Nothing is lost: what was quoted comes out.
    #[test]
    fn quoted_values_come_back(values in prop::collection::vec("[a-z ,;=|\"]{0,12}", 1..6)) {
        let pairs = values.iter().enumerate().map(|(at, value)| format!("k{at}=\"{}\"", value.replace('"', "\\\"")));
        let text = pairs.collect::<Vec<_>>().join(" ");
        let kept = crate::format::tests::decode(Format::Kv, text.as_bytes(), 7).unwrap();
        prop_assert_eq!(&kept.rows, &[values], "{}", text);
    }
}
