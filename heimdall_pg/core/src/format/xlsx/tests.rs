use std::io::{Cursor, Write};

use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use super::super::tests::Kept;
use super::super::{Decoder, Format, FormatError, FormatOptions};

const RELATIONSHIPS: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";

const STYLES: &str = r#"<styleSheet><numFmts><numFmt numFmtId="164" formatCode="yyyy\-mm\-dd hh:mm"/></numFmts>
<cellStyleXfs><xf numFmtId="14"/></cellStyleXfs><cellXfs><xf numFmtId="0"/><xf numFmtId="164"/><xf numFmtId="20"/></cellXfs></styleSheet>"#;

const STRINGS: &str = r#"<sst><si><t>name</t></si><si><t xml:space="preserve"> Müller &amp; </t></si>
<si><r><t>rich</t></r><r><t> text</t></r><rPh sb="0" eb="1"><t>no</t></rPh></si><si/><si><t>a_x000A_b_x005F_x_xyz</t></si></sst>"#;

/// A workbook of one sheet and a hidden one before it.
struct Book<'a> {
    sheet: &'a str,
    strings: &'a str,
    properties: &'a str,
}

impl Default for Book<'_> {
    fn default() -> Self {
        Book { sheet: "", strings: STRINGS, properties: "" }
    }
}

impl Book<'_> {
    fn pack(&self) -> Vec<u8> {
        let related = |targets: &[(&str, &str)]| {
            let each = targets.iter().enumerate().map(|(at, (kind, target))| {
                format!("<Relationship Id=\"rId{at}\" Type=\"{RELATIONSHIPS}/{kind}\" Target=\"{target}\"/>")
            });
            format!("<Relationships>{}</Relationships>", each.collect::<String>())
        };
        let parts = [
            ("_rels/.rels", related(&[("officeDocument", "xl/workbook.xml")])),
            (
                "xl/_rels/workbook.xml.rels",
                related(&[
                    ("worksheet", "/xl/worksheets/sheet1.xml"),
                    ("worksheet", "worksheets/../worksheets/sheet2.xml"),
                    ("styles", "styles.xml"),
                    ("sharedStrings", "sharedStrings.xml"),
                ]),
            ),
            (
                "xl/workbook.xml",
                format!(
                    "<x:workbook xmlns:x=\"x\" xmlns:r=\"{RELATIONSHIPS}\">{}<x:sheets>\
                     <x:sheet name=\"Hidden\" state=\"hidden\" sheetId=\"1\" r:id=\"rId0\"/>\
                     <x:sheet name=\"Data\" sheetId=\"2\" r:id=\"rId1\"/></x:sheets></x:workbook>",
                    self.properties
                ),
            ),
            ("xl/styles.xml", STYLES.to_owned()),
            ("xl/sharedStrings.xml", self.strings.to_owned()),
            ("xl/worksheets/sheet1.xml", sheet(&row(1, &[text("only")]))),
            ("xl/worksheets/sheet2.xml", self.sheet.to_owned()),
        ];
        let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
        for (path, part) in parts {
            zip.start_file(path, SimpleFileOptions::default()).unwrap();
            zip.write_all(part.as_bytes()).unwrap();
        }
        zip.finish().unwrap().into_inner()
    }
}

fn sheet(rows: &str) -> String {
    format!(
        "<?xml version=\"1.0\"?><worksheet><cols/><sheetData>{rows}</sheetData><pageMargins/></worksheet>"
    )
}

fn row(number: usize, cells: &[String]) -> String {
    format!("<row r=\"{number}\">{}</row>", cells.concat())
}

fn text(text: &str) -> String {
    format!("<c t=\"inlineStr\"><is><t>{text}</t></is></c>")
}

fn value(reference: &str, attributes: &str, value: &str) -> String {
    format!("<c r=\"{reference}\" {attributes}><v>{value}</v></c>")
}

fn decode_with(options: &str, workbook: &[u8], size: usize) -> Result<Kept, FormatError> {
    let options = FormatOptions::parse(options, Format::Xlsx).unwrap();
    let mut kept = Kept::default();
    let mut decoder = Decoder::new(Format::Xlsx, &options);
    for chunk in workbook.chunks(size) {
        decoder.push(chunk, &mut kept)?;
    }
    decoder.finish(&mut kept).map(|()| kept)
}

fn decode(rows: &str) -> Result<Kept, FormatError> {
    decode_with("{}", &Book { sheet: &sheet(rows), ..Book::default() }.pack(), 1 << 16)
}

#[test]
fn cells_are_what_they_show() {
    let names = ["t", "b", "c", "d", "e", "f", "g"].map(text);
    let cells = [
        value("A2", "t=\"s\"", "1"),
        value("B2", "s=\"1\"", "45322.5"),
        value("C2", "s=\"2\"", "0.25"),
        value("D2", "", "0.30000000000000004"),
        value("E2", "t=\"b\"", "1"),
        "<c r=\"F2\" t=\"str\"><f>A1&amp;B1</f><v>x&lt;y</v></c>".to_owned(),
        value("G2", "t=\"e\"", "#N/A"),
    ];
    let sparse = [value("B4", "", "1E+05"), value("G4", "t=\"d\"", "2024-01-31T00:00:00")];
    let shared = [value("A5", "t=\"s\"", "2"), value("B5", "t=\"s\"", "3"), value("C5", "t=\"s\"", "4")];
    let kept =
        decode(&[row(1, &names), row(2, &cells), row(3, &[]), row(4, &sparse), row(5, &shared)].concat());
    let kept = kept.unwrap();
    assert_eq!(kept.columns, ["t", "b", "c", "d", "e", "f", "g"]);
    assert_eq!(
        kept.rows,
        [
            vec![" Müller & ", "2024-01-31T12:00:00", "06:00:00", "0.3", "true", "x<y"],
            vec!["", "100000", "", "", "", "", "2024-01-31T00:00:00"],
            vec!["rich text", "", "a\nb_x_xyz"],
        ]
    );
}

#[test]
fn days_may_count_from_1904() {
    let rows = row(1, &[text("day")]) + &row(2, &[value("A2", "s=\"1\"", "43860")]);
    let book = Book { sheet: &sheet(&rows), properties: "<x:workbookPr date1904=\"1\"/>", ..Book::default() };
    assert_eq!(decode_with("{}", &book.pack(), 100).unwrap().rows, [["2024-01-31"]]);
}

#[test]
fn the_header_is_the_first_row_that_looks_like_one() {
    let rows = [
        row(1, &[text("Report of January")]),
        row(4, &["<c r=\"B4\"/>".to_owned(), text("ip"), "<c/>".to_owned(), text("name")]),
        row(5, &[value("C5", "", "1"), value("D5", "", "2"), value("E5", "", "3")]),
        row(6, &[value("B6", "", "9")]),
        row(7, &[value("F7", "", "9")]),
    ];
    let kept = decode(&rows.concat()).unwrap();
    assert_eq!(kept.columns, ["ip", "column_2", "name"]);
    assert_eq!(kept.rows, [["1", "2", "3"]]);
    assert_eq!(
        kept.malformed,
        [(2, "more fields than the header has"), (3, "more fields than the header has")]
    );
}

#[test]
fn a_sheet_is_chosen_by_its_name() {
    let workbook = Book { sheet: &sheet(&row(1, &[text("seen")])), ..Book::default() }.pack();
    let columns = |options: &str| decode_with(options, &workbook, 100).map(|kept| kept.columns);
    assert_eq!(columns("{}"), Ok(vec!["seen".to_owned()]));
    assert_eq!(columns("{\"sheet\": \"Hidden\"}"), Ok(vec!["only".to_owned()]));
    assert_eq!(columns("{\"sheet\": \"None\"}"), Err(FormatError::NoSheet));
}

#[test]
fn a_bad_row_costs_that_row() {
    let rows = [
        row(1, &[text("a"), text("b")]),
        row(2, &[value("A2", "t=\"s\"", "99")]),
        row(3, &[text("x_x0000_")]),
        row(4, &[value("B4", "", "1"), value("A4", "", "2")]),
        row(5, &[value("A5", "", "1")]),
    ];
    let kept = decode(&rows.concat()).unwrap();
    assert_eq!(kept.rows, [["1"]]);
    assert_eq!(
        kept.malformed,
        [
            (1, "a text that the workbook does not have"),
            (2, "a NUL character"),
            (3, "cells out of their order"),
        ]
    );
}

#[test]
fn a_workbook_cut_anywhere_gives_the_same_rows() {
    let workbook =
        Book { sheet: &sheet(&(row(1, &[text("a")]) + &row(2, &[text("é")]))), ..Book::default() }.pack();
    for size in [1, 7, 1000] {
        assert_eq!(decode_with("{}", &workbook, size).unwrap().rows, [["é"]]);
    }
    for len in 0..workbook.len() {
        assert!(decode_with("{}", &workbook[..len], 1000).is_err(), "{len} bytes are taken");
    }
}

#[test]
fn what_is_hostile_is_refused() {
    let error = |sheet: &str| decode_with("{}", &Book { sheet, ..Book::default() }.pack(), 1 << 16).err();
    let entity = "<!DOCTYPE x [<!ENTITY a \"b\">]>".to_owned() + &sheet(&row(1, &[text("&a;")]));
    assert_eq!(error(&entity), Some(FormatError::XmlEntities));
    assert_eq!(error(&sheet(&row(1, &[text("&a;")]))), Some(FormatError::XmlEntities));
    assert_eq!(error("<worksheet><sheetData><row>"), Some(FormatError::NotXlsx));
    assert_eq!(error(&sheet(&row(1, &[text(&"x".repeat(17 << 20))]))), Some(FormatError::XmlTooLarge));
    // Zeroes without end, as blank space between rows.
    let blank = " ".repeat(1 << 20);
    let bomb = (0..80).map(|_| blank.as_str()).collect::<Vec<_>>().join("<row/>");
    assert_eq!(error(&sheet(&bomb)), Some(FormatError::Expansion { most: 200 }));
    // One text, over and over.
    let strings = format!("<sst><si><t>{}</t></si></sst>", "x".repeat(1 << 20));
    let rows: String = (1..80).map(|at| row(at, &[value(&format!("A{at}"), "t=\"s\"", "0")])).collect();
    let book = Book { sheet: &sheet(&rows), strings: &strings, ..Book::default() };
    let kept = decode_with("{}", &book.pack(), 1 << 16).err();
    assert_eq!(kept, Some(FormatError::Expansion { most: 200 }));
}

#[test]
fn other_files_are_refused() {
    for dump in [b"a,b\n1,2\n".as_slice(), b"", b"PK\x05\x06", b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1"] {
        assert_eq!(decode_with("{}", dump, 100).err(), Some(FormatError::NotXlsx));
    }
    assert!(FormatOptions::parse("{\"encoding\": \"utf-8\"}", Format::Xlsx).is_err());
    assert!(FormatOptions::parse("{\"sheet\": \"x\"}", Format::Csv).is_err());
}
