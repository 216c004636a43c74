//! STIX 2.0 and 2.1: a row for each object of a bundle, with what mappings cannot take out of it themselves.

use super::flat::Flat;
use super::parts::{self, Members};
use super::rows::Record;
use super::scan::INVALID;
use super::stix_pattern::observables;
use crate::format::Sink;
use crate::mapping::is_plausible_name;

/// Properties that name an object, and columns for its type.
const REFERENCES: [(&str, &str); 2] = [("source_ref", "source_type"), ("target_ref", "target_type")];

/// Makes rows of an object.
pub(super) fn read<S: Sink>(mut record: Record<'_>, sink: &mut S) -> Result<(), S::Error> {
    let object = record.text;
    if !object.starts_with('{') || !record.is_valid() {
        let reason = if record.is_valid() { "not a JSON object" } else { INVALID };
        return record.refuse(reason, object, sink);
    }
    record.part(object, sink, |flat, _| {
        flat.record(object)?;
        for (reference, column) in REFERENCES {
            if let Some(id) = parts::member(object, reference)
                && let Some((kind, _)) = id.split_once("--")
            {
                flat.set_default(column, kind)?;
            }
        }
        pattern(object, flat)
    })?;
    // Observed data of STIX 2.0 has its observables inside.
    let Some(observed) = parts::value(object, "objects").filter(|_| is_a(object, "observed-data")) else {
        return Ok(());
    };
    let parent = parts::member(object, "id").unwrap_or_default();
    Members::of(observed).try_for_each(|(key, observable)| {
        record.part(observable, sink, |flat, _| {
            if !observable.starts_with('{') {
                return Err("not a JSON object");
            }
            flat.record(observable)?;
            flat.set_default("observed_data_ref", &parent)?;
            flat.set_default("object_key", &key)
        })
    })
}

fn is_a(object: &str, kind: &str) -> bool {
    parts::member(object, "type").is_some_and(|own| own == kind)
}

/// The observables of an indicator's pattern, by object type and property: arrays of JSON.
fn pattern(object: &str, flat: &mut Flat) -> Result<(), &'static str> {
    let language = parts::member(object, "pattern_type").unwrap_or_default();
    if !is_a(object, "indicator") || !matches!(&*language, "" | "stix") {
        return Ok(());
    }
    let Some(pattern) = parts::member(object, "pattern") else { return Ok(()) };
    let mut columns: Vec<(String, Vec<String>)> = Vec::new();
    for observable in observables(&pattern).unwrap_or_default() {
        // Names that a pattern chooses become names of columns.
        let Some(column) = column(&observable.path) else { continue };
        match columns.iter_mut().find(|(known, _)| *known == column) {
            Some((_, values)) => values.extend(observable.values),
            None => columns.push((column, observable.values)),
        }
    }
    columns.iter().try_for_each(|(column, values)| flat.set_default(column, &parts::array(values)))
}

/// `pattern.ipv4-addr` for a value, `pattern.file.hashes` for a hash of any kind, `pattern.file.name` for other properties.
fn column(path: &[String]) -> Option<String> {
    let named = match path {
        [object, property] if property == "value" => std::slice::from_ref(object),
        [_, property, ..] if property == "hashes" => path.get(..2)?,
        _ => path,
    };
    let column = format!("pattern.{}", named.join("."));
    (named.iter().all(|name| is_plausible_name(name)) && is_plausible_name(&column)).then_some(column)
}

#[cfg(test)]
mod tests {
    use crate::format::Format;
    use crate::format::tests::{Kept, decode};

    fn value<'a>(kept: &'a Kept, row: usize, name: &str) -> &'a str {
        let column = kept.columns.iter().position(|column| column == name);
        column.and_then(|column| kept.rows[row].get(column)).map_or("", String::as_str)
    }

    #[test]
    fn every_object_of_a_bundle_is_a_row() {
        let bundle = br#"{"type": "bundle", "id": "bundle--1", "spec_version": "2.0", "objects": [
            {"type": "indicator", "id": "indicator--1", "pattern_type": "stix",
             "pattern": "[file:hashes.MD5 = 'aa' OR file:hashes.'SHA-1' = 'bb' OR domain-name:value = 'x.example' OR a:'10.0.0.1' = 1]"},
            {"type": "indicator", "id": "indicator--2", "pattern_type": "yara", "pattern": "[url:value = 'x']"},
            {"type": "relationship", "id": "relationship--1", "source_ref": "indicator--1", "target_ref": "malware--2"},
            {"type": "observed-data", "id": "observed-data--1",
             "objects": {"0": {"type": "ipv4-addr", "value": "192.0.2.1"}, "1": {"type": "url", "value": "http://x/"}}},
            7]}"#;
        let kept = decode(Format::Stix, bundle, 11).unwrap();
        assert_eq!((kept.rows.len(), kept.malformed.clone()), (6, vec![(7, "not a JSON object")]));
        assert_eq!(value(&kept, 0, "pattern.file.hashes"), r#"["aa","bb"]"#);
        assert_eq!(value(&kept, 0, "pattern.domain-name"), r#"["x.example"]"#);
        assert!(kept.columns.iter().all(|column| !column.contains("10.0.0.1")));
        assert_eq!(value(&kept, 1, "pattern.url"), "");
        assert_eq!(value(&kept, 2, "source_type"), "indicator");
        assert_eq!(value(&kept, 2, "target_type"), "malware");
        assert!(value(&kept, 3, "objects").starts_with("{\"0\":{"));
        assert_eq!(value(&kept, 4, "observed_data_ref"), "observed-data--1");
        assert_eq!((value(&kept, 5, "object_key"), value(&kept, 5, "value")), ("1", "http://x/"));
    }
}
