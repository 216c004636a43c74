//! E-mail addresses with the diagnosis of an RFC 5321/5322 validator.

use heimdall_core::canonical::email::canonical_email;

use crate::corpus::Corpus;

const SPACE: &str = "white space around: every canonicaliser trims";
const ONE_GROUP: &str = "`::` for one group, obsolete: it names the same address";
const NUMBER: &str = "a number as the last label: refused for every domain";
const ESCAPED: &str = "too long with a backslash that the canonical form does not have";

#[test]
fn canonical_email_vectors() {
    let Some(mut corpus) = Corpus::open("c06_email_vectors") else {
        return;
    };
    let xml = corpus.read("isemail_tests.xml");
    for test in xml.split("<test id=").skip(1) {
        let address = unescaped(element(test, "address").unwrap_or_default());
        let category = element(test, "category").expect("a category").trim_start_matches("ISEMAIL_");
        let diagnosis = element(test, "diagnosis").expect("a diagnosis").trim_start_matches("ISEMAIL_");
        // These may be used as the address of an envelope; the others are obsolete, wrong, or have comments.
        let good = matches!(category, "VALID_CATEGORY" | "DNSWARN" | "RFC5321");
        let result = match canonical_email(&address) {
            Ok(_) if good => Ok(()),
            Err(_) if !good => Ok(()),
            Ok(text) => Err(format!("{category} {diagnosis}: taken as {text}")),
            Err(error) => Err(format!("{category} {diagnosis}: {error}")),
        };
        corpus.note(&address, result, exception(&address, diagnosis));
    }
    corpus.finish(
        "E-mail addresses",
        "RFC 5321, RFC 5322",
        &[(SPACE, 24), (ONE_GROUP, 1), (NUMBER, 1), (ESCAPED, 1)],
    );
}

fn exception(address: &str, diagnosis: &str) -> Option<&'static str> {
    if address.trim_ascii() != address {
        return Some(SPACE);
    }
    match diagnosis {
        "RFC5321_IPV6DEPRECATED" => Some(ONE_GROUP),
        "RFC5321_TLDNUMERIC" => Some(NUMBER),
        "RFC5322_LOCAL_TOOLONG" if address.contains('\\') => Some(ESCAPED),
        _ => None,
    }
}

fn element<'a>(xml: &'a str, name: &str) -> Option<&'a str> {
    let (_, rest) = xml.split_once(&format!("<{name}>"))?;
    Some(rest.split_once(&format!("</{name}>"))?.0)
}

/// Character references, and the pictures of control characters that stand for them in this set.
fn unescaped(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('&') {
        out.push_str(before);
        let (name, after) = after.split_once(';').expect("a reference ends");
        out.push(match name {
            "amp" => '&',
            "lt" => '<',
            "gt" => '>',
            "quot" => '"',
            "apos" => '\'',
            _ => {
                let digits = name.strip_prefix("#x").expect("a hexadecimal reference");
                let code = u32::from_str_radix(digits, 16).expect("digits");
                char::from_u32(code).expect("a character")
            }
        });
        rest = after;
    }
    out.push_str(rest);
    let control = |c: char| match c {
        '\u{2400}'..='\u{2420}' => char::from_u32(c as u32 - 0x2400).unwrap_or(c),
        '\u{2421}' => '\u{7f}',
        c => c,
    };
    out.chars().map(control).collect()
}
