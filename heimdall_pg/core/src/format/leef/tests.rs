use crate::format::Format;
use crate::format::records::tests::{decode_cut, line};

#[track_caller]
fn assert_line(text: &str, version: &str, expected: &[&str]) {
    let version = format!("leef.version={version}");
    let head = [&version, "device.vendor=V", "device.product=P", "device.version=1", "signature=e"];
    assert_eq!(line(Format::Leef, text), [&head[..], expected].concat(), "{text}");
}

#[test]
fn attributes_between_tabs() {
    assert_line(
        "LEEF:1.0|V|P|1|e|src=192.0.2.1\tmsg=two words\t dst=\tx=a\\=b",
        "1.0",
        &["src=192.0.2.1", "msg=two words", "x=a=b"],
    );
    assert_line("LEEF:1.0|V|P|1|e|", "1.0", &[]);
    assert_line("LEEF:1.0|V|P|1|e|a=1#011b=x y", "1.0", &["a=1", "b=x y"]);
    assert_line("LEEF:1.0|V|P|1|e|a=1 b=x y", "1.0", &["a=1", "b=x y"]);
}

#[test]
fn a_declared_delimiter() {
    for delimiter in ["^", "x5E", "0x5E", "0x5e"] {
        assert_line(&format!("LEEF:2.0|V|P|1|e|{delimiter}|a=1^b=x\ty"), "2.0", &["a=1", "b=x\ty"]);
    }
    for delimiter in ["", "x09", "\t"] {
        assert_line(&format!("LEEF:2.0|V|P|1|e|{delimiter}|a=1\tb=2"), "2.0", &["a=1", "b=2"]);
    }
    assert_line("LEEF:2.0|V|P|1|e|a=1\tb=2|3", "2.0", &["a=1", "b=2|3"]);
}

#[test]
fn what_has_no_name_is_text() {
    assert_line(
        "LEEF:1.0|V|P|1|e|a=1\tfree\t192.0.2.1=up",
        "1.0",
        &["a=1", r#"text=["free","192.0.2.1=up"]"#],
    );
}

#[test]
fn other_lines_are_malformed() {
    let kept = decode_cut(
        Format::Leef,
        "LEEF:1.0|V\nCEF:0|a|b|c|d|e|f|\n<13>Oct  1 22:14:15 h LEEF:1.0|V|P|1|e|a=1\n",
    );
    assert_eq!(kept.rows.len(), 1);
    assert_eq!(kept.malformed, [(1, "a header of less than five parts"), (2, "no header of the format")]);
}
