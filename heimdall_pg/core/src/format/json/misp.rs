//! MISP events: a row for each attribute, with what its object and its event are.
//!
//! The members of an event come in any order, so an event is held as a whole.

use super::flat::Flat;
use super::parts::{self, Elements, Members};
use super::rows::Record;
use super::scan::INVALID;
use crate::format::Sink;

/// Members of an event that its rows have, and their columns.
const OF_THE_EVENT: [(&str, &str); 9] = [
    ("id", "event.id"),
    ("uuid", "event.uuid"),
    ("info", "event.info"),
    ("date", "event.date"),
    ("timestamp", "event.timestamp"),
    ("threat_level_id", "event.threat_level_id"),
    ("analysis", "event.analysis"),
    ("published", "event.published"),
    ("distribution", "event.distribution"),
];

/// Members of an object that the rows of its attributes have, and their columns.
const OF_THE_OBJECT: [(&str, &str); 4] = [
    ("name", "object.name"),
    ("uuid", "object.uuid"),
    ("meta-category", "object.meta_category"),
    ("comment", "object.comment"),
];

/// Where an attribute stands.
struct Around<'a> {
    event: Vec<(&'static str, String)>,
    tags: Vec<String>,
    object: Option<&'a str>,
}

/// Makes rows of an event.
pub(super) fn read<S: Sink>(mut record: Record<'_>, sink: &mut S) -> Result<(), S::Error> {
    let document = record.text;
    if !record.is_valid() {
        return record.refuse(INVALID, document, sink);
    }
    // A search for attributes answers with them alone.
    let event =
        parts::value(document, "Event").or_else(|| parts::value(document, "response")).unwrap_or(document);
    let event = parts::value(event, "Event").filter(|inner| inner.starts_with('{')).unwrap_or(event);
    let known = ["Attribute", "Object", "info"].iter().any(|name| parts::value(event, name).is_some());
    if !known {
        return record.refuse("no MISP event", document, sink);
    }
    let mut around = Around { event: fields(event, &OF_THE_EVENT), tags: tags(event), object: None };
    if let Some(organisation) = parts::value(event, "Orgc").and_then(|orgc| parts::member(orgc, "name")) {
        around.event.push(("event.orgc", organisation.into_owned()));
    }
    attributes(event, &around, &mut record, sink)?;
    Elements::of(parts::value(event, "Object").unwrap_or("")).try_for_each(|object| {
        around.object = Some(object);
        attributes(object, &around, &mut record, sink)
    })
}

/// Rows of the attributes of an event or of an object.
fn attributes<S: Sink>(
    of: &str,
    around: &Around<'_>,
    record: &mut Record<'_>,
    sink: &mut S,
) -> Result<(), S::Error> {
    Elements::of(parts::value(of, "Attribute").unwrap_or(""))
        .try_for_each(|attribute| record.part(attribute, sink, |flat, _| row(attribute, around, flat)))
}

fn row(attribute: &str, around: &Around<'_>, flat: &mut Flat) -> Result<(), &'static str> {
    if !attribute.starts_with('{') {
        return Err("not a JSON object");
    }
    for (name, value) in Members::of(attribute) {
        if name != "Tag" && name != "Event" {
            flat.member(&name, value)?;
        }
    }
    let kind = parts::member(attribute, "type").unwrap_or_default();
    let value = parts::member(attribute, "value").unwrap_or_default();
    composite(&kind, &value, flat)?;
    if let Some(event) = parts::value(attribute, "Event") {
        set(flat, &fields(event, &OF_THE_EVENT))?;
    }
    if let Some(object) = around.object {
        set(flat, &fields(object, &OF_THE_OBJECT))?;
    }
    set(flat, &around.event)?;
    let own = tags(attribute);
    let mark = own.iter().chain(&around.tags).find_map(|tag| tag.strip_prefix("tlp:"));
    flat.set_default("tlp", mark.unwrap_or(""))?;
    for (column, tags) in [("tags", &own), ("event.tags", &around.tags)] {
        if !tags.is_empty() {
            flat.set_default(column, &parts::array(tags))?;
        }
    }
    Ok(())
}

/// `filename|md5` is two types with a value each, divided at the first bar as MISP does.
fn composite(kind: &str, value: &str, flat: &mut Flat) -> Result<(), &'static str> {
    let kinds = if kind == "malware-sample" { "filename|md5" } else { kind };
    let (first, second) = match (kinds.split_once('|'), value.split_once('|')) {
        (Some((kind1, kind2)), Some((value1, value2))) => ((kind1, value1), (kind2, value2)),
        (Some((kind1, _)), None) => ((kind1, value), ("", "")),
        (None, _) => ((kind, value), ("", "")),
    };
    flat.set_default("type1", first.0)?;
    flat.set_default("value1", first.1)?;
    flat.set_default("type2", second.0)?;
    flat.set_default("value2", second.1)
}

fn set(flat: &mut Flat, fields: &[(&str, String)]) -> Result<(), &'static str> {
    fields.iter().try_for_each(|(column, value)| flat.set_default(column, value))
}

fn fields(of: &str, columns: &[(&str, &'static str)]) -> Vec<(&'static str, String)> {
    let members = Members::of(of).filter_map(|(name, value)| {
        let (_, column) = columns.iter().find(|(member, _)| *member == name)?;
        Some((*column, parts::text(value)?.into_owned()))
    });
    members.collect()
}

/// The names of the tags of an event or of an attribute.
fn tags(of: &str) -> Vec<String> {
    let tags = Elements::of(parts::value(of, "Tag").unwrap_or(""));
    tags.filter_map(|tag| Some(parts::member(tag, "name")?.into_owned())).collect()
}

#[cfg(test)]
mod tests {
    use crate::format::Format;
    use crate::format::tests::decode;

    const EVENT: &str = r#"{"Event": {"uuid": "e", "Attribute": [
            {"type": "domain|ip", "value": "x.example|192.0.2.1", "to_ids": true, "Tag": [{"name": "tlp:green"}]},
            {"type": "md5", "value": "a|b"}],
        "Object": [{"name": "file", "uuid": "o", "Attribute": [
            {"type": "malware-sample", "value": "x.exe|aa", "object_relation": "malware-sample"}, 5]}],
        "info": "Some \"event\"", "id": "7", "date": "2024-01-31", "threat_level_id": "1",
        "Tag": [{"name": "tlp:amber"}, {"name": "osint"}], "Orgc": {"name": "Org"}}}"#;

    fn rows(dump: &str) -> Vec<Vec<(String, String)>> {
        let kept = decode(Format::Misp, dump.as_bytes(), 13).unwrap();
        assert_eq!(kept.malformed, [(4, "not a JSON object")]);
        let named =
            |row: Vec<String>| kept.columns.iter().cloned().zip(row).filter(|field| !field.1.is_empty());
        kept.rows.into_iter().map(|row| named(row).collect()).collect()
    }

    #[test]
    fn every_attribute_is_a_row_of_its_event() {
        let rows = rows(EVENT);
        assert_eq!(rows.len(), 3);
        let has = |row: usize, name: &str, value: &str| {
            assert!(rows[row].contains(&(name.to_owned(), value.to_owned())), "{name} of {:?}", rows[row]);
        };
        for row in 0..3 {
            has(row, "event.info", "Some \"event\"");
            has(row, "event.id", "7");
            has(row, "event.orgc", "Org");
            has(row, "event.tags", r#"["tlp:amber","osint"]"#);
        }
        for (name, value) in [
            ("type", "domain|ip"),
            ("type1", "domain"),
            ("value1", "x.example"),
            ("type2", "ip"),
            ("value2", "192.0.2.1"),
            ("tags", r#"["tlp:green"]"#),
            ("tlp", "green"),
            ("to_ids", "true"),
        ] {
            has(0, name, value);
        }
        has(1, "value1", "a|b");
        has(1, "tlp", "amber");
        has(2, "object.name", "file");
        has(2, "value2", "aa");
    }

    #[test]
    fn events_come_in_several_forms() {
        let bare = EVENT.strip_prefix("{\"Event\": ").and_then(|event| event.strip_suffix('}')).unwrap();
        for dump in [
            format!("{{\"response\": [{EVENT}]}}"),
            format!("{{\"response\": {EVENT}}}"),
            format!("[{EVENT}]"),
            format!("[{bare}]"),
            bare.to_owned(),
        ] {
            assert_eq!(rows(&dump), rows(EVENT), "{dump}");
        }
        let other = decode(Format::Misp, b"{\"a\": 1}", 1).unwrap();
        assert_eq!(other.malformed, [(1, "no MISP event")]);
    }
}
