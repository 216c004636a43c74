use proptest::prelude::*;

use super::*;

fn utf16(text: &str, order: fn(u16) -> [u8; 2]) -> Vec<u8> {
    text.encode_utf16().flat_map(order).collect()
}

fn text_of<'a>(declared: Option<&str>, chunks: impl Iterator<Item = &'a [u8]>) -> Vec<u8> {
    let declared = declared.map(|label| TextEncoding::try_from(label.to_owned()).unwrap());
    let mut out = Vec::new();
    let mut layer = TextLayer::new(declared);
    let mut take = |text: &[u8]| {
        out.extend_from_slice(text);
        Ok::<_, ()>(())
    };
    for chunk in chunks {
        layer.push(chunk, &mut take).unwrap();
    }
    layer.finish(&mut take).unwrap();
    out
}

fn read(declared: Option<&str>, dump: &[u8]) -> String {
    text_of(declared, [dump].into_iter()).escape_ascii().to_string()
}

fn escaped(text: &str) -> String {
    text.as_bytes().escape_ascii().to_string()
}

#[test]
fn utf16_is_known_by_its_mark_or_by_its_zeroes() {
    let text = "name;city\nJosé;Łódź 😀\n";
    for order in [u16::to_le_bytes, u16::to_be_bytes] {
        assert_eq!(read(None, &utf16(text, order)), escaped(text));
        assert_eq!(read(None, &utf16(&format!("\u{feff}{text}"), order)), escaped(text));
    }
    assert_eq!(read(Some("utf-16be"), &utf16("Łódź", u16::to_be_bytes)), escaped("Łódź"));
}

#[test]
fn the_byte_order_mark_is_no_text() {
    assert_eq!(read(None, b"\xEF\xBB\xBFa"), "a");
    assert_eq!(read(Some("utf-8"), b"\xEF\xBB\xBFa"), "a");
    assert_eq!(read(None, b"\xEF\xBB"), "\\xef\\xbb");
}

#[test]
fn windows_1252_is_recognised_where_it_is_evident() {
    assert_eq!(read(None, b"name\nJos\xE9\nM\xFCller\n"), escaped("name\nJosé\nMüller\n"));
    assert_eq!(read(None, b"it\x92s 5 \x80 in K\xF6ln"), escaped("it’s 5 € in Köln"));
    // The first one may stand anywhere.
    let late = ["x".repeat(3 * SAMPLE).as_bytes(), b" caf\xE9"].concat();
    assert!(read(None, &late).ends_with("xx caf\\xc3\\xa9"));
}

#[test]
fn broken_utf8_stays_what_it_is() {
    let broken = [
        b"Jos\xE9\nM\xC3\xBCller\n".as_slice(),
        b"a,\xFF\n",
        b"\xC3,\xA9\n",
        b"cut\xFF\n",
        b"caf\xE9\x00",
        b"caf\xE9\x81",
        b"5 \x80",
    ];
    for dump in broken {
        assert_eq!(read(None, dump), dump.escape_ascii().to_string());
    }
    assert_eq!(read(Some("utf-8"), b"Jos\xE9"), "Jos\\xe9");
}

#[test]
fn what_an_encoding_does_not_know_is_no_utf8() {
    assert_eq!(read(None, b"\xFF\xFEa\x00\x00\xD8b\x00c"), "a\\xffb\\xff");
    assert_eq!(read(Some("shift_jis"), b"\x83e\xFD"), escaped("テ") + "\\xff");
}

#[test]
fn labels_are_those_of_the_standard() {
    let named = |label: &str| TextEncoding::try_from(label.to_owned()).map(<&str>::from);
    assert_eq!(named("latin1"), Ok("windows-1252"));
    assert_eq!(named("UTF-16"), Ok("UTF-16LE"));
    assert!(named("utf-32").is_err());
    // Known to be refused, by the standard.
    assert!(named("hz-gb-2312").is_err());
}

proptest! {
    #[test]
    fn dumps_cut_anywhere_give_one_text(
        text in "[a-zé,\u{80}-\u{ff}\n]{0,40}",
        encoding in 0..5_usize,
        garbage in proptest::collection::vec(any::<u8>(), 0..6),
        size in 1..9_usize,
    ) {
        let mut dump = match encoding {
            0 => text.into_bytes(),
            1 => utf16(&text, u16::to_le_bytes),
            2 => utf16(&format!("\u{feff}{text}"), u16::to_be_bytes),
            3 => WINDOWS_1252.encode(&text).0.into_owned(),
            _ => Vec::new(),
        };
        dump.extend(garbage);
        prop_assert_eq!(text_of(None, dump.chunks(size)), text_of(None, [dump.as_slice()].into_iter()));
    }

    #[test]
    fn utf8_goes_through_as_it_is(text in any::<String>()) {
        prop_assume!(!text.contains(['\0', '\u{feff}']));
        prop_assert_eq!(text_of(None, [text.as_bytes()].into_iter()), text.as_bytes());
    }
}
