//! URL parsing of the web platform tests. Vectors with a base URL are out of scope: logs have absolute URLs.

use std::borrow::Cow;

use heimdall_core::canonical::url::canonical_url;
use serde_json::Value;

use crate::corpus::Corpus;

const A_LABEL: &str = "an A-label that stands for no U-label: refused";

#[test]
fn canonical_url_whatwg() {
    let Some(mut corpus) = Corpus::open("c01_url_whatwg") else {
        return;
    };
    for file in ["urltestdata.json", "ada_extra_urltestdata.json", "ada_long_urltestdata.json"] {
        // Lone surrogates are not text; the vectors that have them cannot come here.
        let text = without_lone_surrogates(&corpus.read(file));
        let vectors: Vec<Value> = serde_json::from_str(&text).expect("an array");
        for vector in vectors.iter().filter(|vector| vector.is_object() && vector["base"].is_null()) {
            let input = vector["input"].as_str().expect("an input");
            if input.contains('\u{fffd}') || vector["relativeTo"].is_string() {
                continue;
            }
            corpus.note(&shortened(input), check(input, vector), exception(input));
        }
    }
    corpus.finish("URLs", "WHATWG URL Standard, RFC 3986", &[(A_LABEL, 8)]);
}

fn check(input: &str, vector: &Value) -> Result<(), String> {
    let text = match (canonical_url(input), vector["href"].as_str()) {
        (Err(_), None) => return Ok(()),
        (Err(error), Some(_)) => return Err(error.to_string()),
        (Ok(text), None) => return Err(format!("taken as {text}")),
        (Ok(text), Some(href)) => {
            let expected = canonical_url(href).map_err(|error| error.to_string())?;
            if text != expected {
                return Err(format!("{text} is not {expected}"));
            }
            // Where we do nothing of our own, the text is the expected one to the letter.
            let own = href.contains('%') || vector["username"] != "" || vector["password"] != "";
            if !own && text != href {
                return Err(format!("{text} is not {href}"));
            }
            text
        }
    };
    match canonical_url(&text).map(Cow::into_owned) {
        Ok(again) if again == text => Ok(()),
        again => Err(format!("{text} becomes {again:?}")),
    }
}

fn exception(input: &str) -> Option<&'static str> {
    input.to_ascii_lowercase().contains("xn--").then_some(A_LABEL)
}

fn shortened(input: &str) -> String {
    input.chars().take(120).collect()
}

/// A JSON reader refuses `\ud800` without its pair; U+FFFD in its place marks the vector.
fn without_lone_surrogates(json: &str) -> String {
    let mut out = String::with_capacity(json.len());
    let mut rest = json;
    while let Some(at) = rest.find("\\u") {
        let (before, escape) = rest.split_at(at);
        out.push_str(before);
        let unit = |text: &str| text.get(2..6).and_then(|digits| u16::from_str_radix(digits, 16).ok());
        let second = escape.get(6..).filter(|rest| rest.starts_with("\\u")).and_then(unit);
        let length = match (unit(escape), second) {
            (Some(0xd800..=0xdbff), Some(0xdc00..=0xdfff)) => 12,
            (Some(0xd800..=0xdfff), _) => {
                out.push_str("\\ufffd");
                rest = &escape[6..];
                continue;
            }
            _ => 6,
        };
        out.push_str(&escape[..length]);
        rest = &escape[length..];
    }
    out.push_str(rest);
    out
}
