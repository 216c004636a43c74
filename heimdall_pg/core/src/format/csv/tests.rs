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

fn with(options: &str, dump: &[u8]) -> super::super::tests::Kept {
    let options = FormatOptions::parse(options, Format::Csv).unwrap();
    let mut kept = super::super::tests::Kept::default();
    let mut decoder = CsvDecoder::new(&options);
    decoder.push(dump, &mut kept).unwrap();
    decoder.finish(&mut kept).unwrap();
    kept
}

#[test]
fn a_dump_is_cut_at_every_position() {
    let dumps = [
        "# made today\r\n#\r\n# id||name\r\n1||\"é||\"\"x\"\"\nline\"\r\n\r2||y\r# end",
        "Report\n\nname, note\n\"a\", \"b \\\"c\\\", d\"\nx, \"y\"\n",
        "a,b,c\n\"1,2,\"x, y\"\n1,\"a 9\" rod\",3\n,,\n4,5,6,\na,b,c\n7,8\n",
    ];
    for dump in dumps {
        let whole = decode(Format::Csv, dump.as_bytes(), usize::MAX).unwrap();
        assert!(!whole.rows.is_empty());
        for at in 0..=dump.len() {
            let mut kept = super::super::tests::Kept::default();
            let mut decoder = CsvDecoder::default();
            decoder.push(&dump.as_bytes()[..at], &mut kept).unwrap();
            decoder.push(&dump.as_bytes()[at..], &mut kept).unwrap();
            decoder.finish(&mut kept).unwrap();
            assert_eq!((&kept.columns, &kept.rows), (&whole.columns, &whole.rows), "{dump:?} cut at {at}");
            assert_eq!(kept.malformed, whole.malformed, "{dump:?} cut at {at}");
        }
    }
}

#[test]
fn a_long_dump_is_the_same_however_it_is_cut() {
    let mut dump = String::from("n;text\n");
    for row in 0..6000 {
        dump += &format!("{row};\"{}\nsecond \"\"line\"\"; é\"\n{row};plain\n", "x".repeat(row % 50));
    }
    let whole = decode(Format::Csv, dump.as_bytes(), usize::MAX).unwrap();
    assert_eq!((whole.rows.len(), whole.malformed.len()), (12_000, 0));
    for size in [1, 7, 1000, 65_535, 65_537] {
        let cut = decode(Format::Csv, dump.as_bytes(), size).unwrap();
        assert!(cut.rows == whole.rows, "chunks of {size}");
    }
}

#[test]
fn line_ends_are_of_every_kind() {
    assert_eq!(rows(b"a,b\r1,2\r3,4"), [["1", "2"], ["3", "4"]]);
    assert_eq!(rows(b"a,b\r\n1,2\n3,4\r\r\n5,6\n"), [["1", "2"], ["3", "4"], ["5", "6"]]);
}

#[test]
fn what_stands_before_the_table_is_no_part_of_it() {
    for dump in [
        "a,b\n1,2\n",
        "sep=|\na|b\n1|2\n",
        "Report of today\na,b\n1,2\n",
        "REPORT,\n,\na,b\n1,2\n",
        "made,by,me\n\na,b\n1,2\n3,4\n",
        "# by me, today\na,b\n1,2\n# end\n",
        "#\n# a,b\n1,2\n",
    ] {
        let kept = decode(Format::Csv, dump.as_bytes(), 3).unwrap();
        assert_eq!(
            (&kept.columns[..], &kept.rows[0][..]),
            (&["a".into(), "b".into()][..], &["1".into(), "2".into()][..]),
            "{dump:?}"
        );
        assert!(kept.malformed.is_empty(), "{dump:?}");
    }
}

#[test]
fn a_dump_without_header_gets_names_of_no_value() {
    let kept = decode(Format::Csv, b"ada@example.org\thunter2\r\nbob@example.org\tsecret\r\n", 9).unwrap();
    assert_eq!(kept.columns, ["column_1", "column_2"]);
    assert_eq!(kept.rows, [["ada@example.org", "hunter2"], ["bob@example.org", "secret"]]);
    assert_eq!(with(r#"{"header": false}"#, b"a,b\nc,d\n").rows, [["a", "b"], ["c", "d"]]);
    let kept = with(r#"{"columns": ["x", "y"]}"#, b"a,b\nc,d\n");
    assert_eq!((kept.columns, kept.rows.len()), (vec!["x".to_owned(), "y".to_owned()], 2));
    let kept = with(r#"{"columns": ["x", "y"], "header": true}"#, b"a,b\nc,d\n");
    assert_eq!(
        (kept.columns, kept.rows),
        (vec!["x".to_owned(), "y".to_owned()], vec![vec!["c".to_owned(), "d".to_owned()]])
    );
}

#[test]
fn rows_of_another_width() {
    let dump = b"a,b,c\n1,2,3\n1,2\n1,2,3,\n,1,2,\n1,2,3,4\n5,6,7\n";
    let kept = decode(Format::Csv, dump, 1000).unwrap();
    assert_eq!(kept.rows, [["1", "2", "3"], ["1", "2", "3"], ["5", "6", "7"]]);
    assert_eq!(kept.malformed.iter().map(|(row, _)| *row).collect::<Vec<_>>(), [2, 4, 5]);
    let kept = with(r#"{"ragged": "fill"}"#, dump);
    assert!(kept.malformed.is_empty());
    assert_eq!(kept.rows[1], ["1", "2"]);
    assert_eq!(kept.rows[4], ["1", "2", "3,4"]);
    assert_eq!(rows(b"a,b,\n1,2\n3,4,\n"), [vec!["1", "2"], vec!["3", "4", ""]]);
}

#[test]
fn another_table_in_the_same_dump_is_put_aside() {
    let dump = b"time,user,ip\n1,ada,x\ntime,user,ip\n2,bob,y\ntime,user,ip,host\n3,eve,z,\n4,eve,z\ntime,user,ip\n5,joe,z\n";
    let kept = decode(Format::Csv, dump, 11).unwrap();
    assert_eq!(kept.rows, [["1", "ada", "x"], ["2", "bob", "y"], ["5", "joe", "z"]]);
    let reasons: Vec<&str> = kept.malformed.iter().map(|(_, reason)| *reason).collect();
    assert_eq!(reasons, ["the header of another table", "a row of another table", "a row of another table"]);
}

#[test]
fn dialects_that_are_declared() {
    let kept = with(r#"{"delimiter": " ", "quote": "'", "skip_lines": 1}"#, b"x y z\na b\n'1 2' 3\n");
    assert_eq!(
        (kept.columns, kept.rows),
        (vec!["a".to_owned(), "b".to_owned()], vec![vec!["1 2".to_owned(), "3".to_owned()]])
    );
    assert_eq!(with(r#"{"quote": ""}"#, b"a,b\n\"1,2\"\n").rows, [["\"1", "2\""]]);
    assert_eq!(with(r#"{"comment": "%"}"#, b"a,b\n%x\n1,2\n").rows, [["1", "2"]]);
    assert_eq!(with(r#"{"header": 2}"#, b"src,dst\nip,\n1,2\n").columns, ["src ip", "dst"]);
}

#[test]
fn leaks_with_colons_are_read_where_a_header_names_their_columns() {
    let kept = decode(Format::Csv, b"user:password\nada:hunter2\nbob:secret\n", 100).unwrap();
    assert_eq!((kept.columns.len(), kept.rows.len()), (2, 2));
    let kept = decode(Format::Csv, b"url\nhttp://a.example\nhttp://b.example\n", 100).unwrap();
    assert_eq!((kept.columns.len(), kept.rows.len()), (1, 2));
}

#[test]
fn declared_columns_tell_the_delimiter() {
    for dump in ["ada;a, b", "ada|a, b", "ada\ta, b"] {
        let kept = with(r#"{"columns": ["user", "note"]}"#, dump.as_bytes());
        assert_eq!(kept.rows, [["ada", "a, b"]], "{dump}");
    }
    for dump in ["ada^a", "ada||a"] {
        assert_eq!(with(r#"{"columns": ["user", "note"]}"#, dump.as_bytes()).rows, [["ada", "a"]], "{dump}");
    }
    // What has other columns is put aside as ever.
    assert_eq!(with(r#"{"columns": ["user", "note"]}"#, b"ada,a,b\n").malformed.len(), 1);
}
