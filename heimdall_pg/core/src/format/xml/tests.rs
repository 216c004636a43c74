use super::*;

/// Where a piece begins, what it is, and whether it is a tag.
type Kept = (u64, String, bool);

/// The pieces, and how the document ends.
fn pieces(document: &[u8], size: usize) -> (Vec<Kept>, Result<(), FormatError>) {
    let mut kept = Vec::new();
    let mut take = |piece: Piece<'_>| {
        let tag = matches!(piece.kind, PieceKind::Start { .. } | PieceKind::End { .. });
        kept.push((piece.offset, piece.bytes.escape_ascii().to_string(), tag));
        Ok(())
    };
    let mut markup = Markup::default();
    let end = document
        .chunks(size)
        .try_for_each(|chunk| markup.push(chunk, &mut take))
        .and_then(|()| markup.finish(&mut take));
    (kept, end)
}

fn refusal(document: &str) -> Option<FormatError> {
    pieces(document.as_bytes(), 3).1.err()
}

#[test]
fn pieces_are_the_same_however_they_are_cut() {
    let document =
        b"<?a > b?><!DOCTYPE r><!--->--><r a='>' b=\"'>\">x<!-- <y> -- --><![CDATA[<]]]]>z</r>\n<!->";
    let whole = pieces(document, document.len());
    let texts: Vec<&str> = whole.0.iter().map(|(_, text, _)| text.as_str()).collect();
    assert_eq!(
        texts,
        [
            "<?a > b?>",
            "<!DOCTYPE r>",
            "<!--->-->",
            "<r a=\\'>\\' b=\\\"\\'>\\\">",
            "x",
            "<!-- <y> -- -->",
            "<![CDATA[<]]]]>",
            "z",
            "</r>",
            "\\n",
        ]
    );
    assert_eq!(whole.1, Err(FormatError::XmlEntities), "a declaration that is none");
    assert_eq!(whole.0[3], (30, texts[3].to_owned(), true));
    for size in 1..document.len() {
        assert_eq!(pieces(document, size), whole, "chunks of {size}");
    }
}

#[test]
fn what_could_grow_or_read_is_refused() {
    let entities = [
        "<!DOCTYPE r [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;\">]><r>&b;</r>",
        "<!DOCTYPE r [<!ENTITY a SYSTEM \"file:///etc/passwd\">]><r>&a;</r>",
        "<!DOCTYPE r [<!ENTITY % a SYSTEM \"http://192.0.2.1/x.dtd\">%a;]><r/>",
        "<!DOCTYPE r SYSTEM \"r.dtd\"><r/>",
        "<!DOCTYPE r PUBLIC \"-//x//y\" \"r.dtd\"><r/>",
        "<!DOCTYPE r[]><r/>",
        "<!ENTITY a \"b\"><r/>",
        "<r>&a;</r>",
        "<r b=\"&a;\"/>",
        "<r>&nbsp;</r>",
    ];
    for document in entities {
        assert_eq!(refusal(document), Some(FormatError::XmlEntities), "{document}");
    }
    let include =
        "<r xmlns:xi=\"http://www.w3.org/2001/XInclude\"><xi:include href=\"file:///etc/passwd\"/></r>";
    assert_eq!(refusal(include), Some(FormatError::XmlInclude));
    assert_eq!(refusal(&"<a>".repeat(65)), Some(FormatError::XmlDepth));
    assert_eq!(refusal(&"<a>".repeat(64)), None);
    assert_eq!(refusal("<r a='&lt;&#xa;&#10;'>&amp;&quot;&apos;&gt; & &; &#x41;<![CDATA[&a;]]></r>"), None);
}

#[test]
fn a_document_that_ends_inside_of_a_tag_is_refused() {
    for document in ["<", "<r", "<r a='>", "<!-", "<!--", "<r><!-- a --", "<r><![CDATA[]]", "<?a"] {
        assert_eq!(refusal(document), Some(FormatError::XmlEnds), "{document}");
    }
    assert_eq!(refusal("<r>text"), None);
}

#[test]
fn a_piece_has_a_largest_size() {
    let document = ["<r>".as_bytes(), &vec![b'x'; MAX_ROW + 1]].concat();
    assert_eq!(pieces(&document, 1 << 16).1, Err(FormatError::XmlTooLarge));
}
