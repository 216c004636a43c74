use super::super::tests::decode;
use super::super::{Format, FormatError, MAX_ROW};
use super::*;

fn rows(dump: &[u8]) -> Vec<Vec<String>> {
    decode(Format::Csv, dump, usize::MAX).unwrap().rows
}

#[test]
fn chunks_cut_anywhere_give_the_same_rows() {
    let dump = "\u{feff}a;b\r\n\"x;1\";\"say \"\"hé\"\"\"\r\n\r\n2;\"line\nbreak\"\n3;€".as_bytes();
    let whole = decode(Format::Csv, dump, usize::MAX).unwrap();
    assert_eq!(whole.columns, ["a", "b"]);
    assert_eq!(whole.rows, [["x;1", "say \"hé\""], ["2", "line\nbreak"], ["3", "€"]]);
    for size in 1..dump.len() {
        let cut = decode(Format::Csv, dump, size).unwrap();
        assert_eq!((cut.columns, cut.rows), (whole.columns.clone(), whole.rows.clone()), "chunks of {size}");
    }
}

#[test]
fn the_delimiter_is_read_off_the_header() {
    for delimiter in [",", ";", "\t", "|"] {
        let dump = ["a", "b"].join(delimiter) + "\n" + &["1", "2"].join(delimiter);
        assert_eq!(rows(dump.as_bytes()), [["1", "2"]]);
    }
    assert_eq!(rows(b"\"a;;;b\",c\n1,2\n"), [["1", "2"]]);
}

#[test]
fn a_bad_row_costs_that_row() {
    let kept = decode(Format::Csv, b"a,b\n1,2\n3\n4,5,6\n\xff,7\n8,\x00\n9,10\n", 7).unwrap();
    assert_eq!(kept.rows, [["1", "2"], ["9", "10"]]);
    assert_eq!(
        kept.malformed,
        [
            (2, "fewer fields than the header has"),
            (3, "more fields than the header has"),
            (4, "not valid UTF-8"),
            (5, "a NUL character"),
        ]
    );
}

#[test]
fn a_character_cut_by_the_delimiter_is_not_text() {
    let kept = decode(Format::Csv, b"a,b\n\xc3,\xa9\n", 100).unwrap();
    assert_eq!(kept.malformed, [(1, "not valid UTF-8")]);
}

#[test]
fn what_cannot_be_decoded_says_where() {
    let error = |dump: &[u8]| decode(Format::Csv, dump, 1000).err();
    assert_eq!(error(b"a,b\n1,2\n\"3,4\n5,6\n"), Some(FormatError::UnterminatedQuote { row: 2 }));
    assert_eq!(error(b"a,b\n1,\""), Some(FormatError::UnterminatedQuote { row: 1 }));
    assert_eq!(error(b"a,\xff\n"), Some(FormatError::HeaderNotText));
    let mut large = b"a\n".to_vec();
    large.resize(MAX_ROW + 10, b'x');
    assert_eq!(error(&large), Some(FormatError::RowTooLarge { row: 1 }));
    assert_eq!(error(b"a,".repeat(MAX_COLUMNS + 1).as_slice()), Some(FormatError::TooManyColumns));
}

#[test]
fn empty_dumps_have_no_rows() {
    for dump in [b"".as_slice(), b"\n\n", b"a,b", b"a,b\n\r\n"] {
        assert!(rows(dump).is_empty());
    }
}

#[test]
fn an_encoded_row_decodes_to_itself() {
    let row = encode_row([b"a\"b".as_slice(), b"", b"c,\nd"].into_iter());
    assert_eq!(rows(&[b"x,y,z\n", row.as_slice()].concat()), [["a\"b", "", "c,\nd"]]);
}
