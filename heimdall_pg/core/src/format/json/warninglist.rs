//! MISP warning lists: a row for each entry, with what the list is.
//!
//! The name of a list may come after its entries (it does where members are sorted), so a list is held as a whole.

use super::parts::{self, Elements};
use super::rows::Record;
use crate::format::Sink;

/// Members of the list that its rows have.
const OF_THE_LIST: [(&str, &str); 4] = [
    ("name", "list.name"),
    ("type", "list.type"),
    ("version", "list.version"),
    ("matching_attributes", "list.matching_attributes"),
];

/// Makes rows of a list.
pub(super) fn read<S: Sink>(mut record: Record<'_>, sink: &mut S) -> Result<(), S::Error> {
    let list = record.text;
    if !record.is_valid() {
        return record.refuse(super::scan::INVALID, list, sink);
    }
    let Some(entries) = parts::value(list, "list").filter(|entries| entries.starts_with('[')) else {
        return record.refuse("no warning list", list, sink);
    };
    let around: Vec<_> = OF_THE_LIST
        .iter()
        .filter_map(|(member, column)| Some((*column, parts::member(list, member)?)))
        .collect();
    Elements::of(entries).try_for_each(|entry| {
        record.part(entry, sink, |flat, _| {
            flat.member("value", entry)?;
            around.iter().try_for_each(|(column, value)| flat.set(column, value))
        })
    })
}

#[cfg(test)]
mod tests {
    use crate::format::Format;
    use crate::format::tests::decode;

    #[test]
    fn every_entry_is_a_row_wherever_the_name_is() {
        let dump = br#"{"list": ["10.0.0.0/8", "a\"b"], "matching_attributes": [ "ip-src", "ip-dst" ],
            "name": "Some list", "type": "cidr", "version": 20240131}"#;
        let kept = decode(Format::Warninglist, dump, 7).unwrap();
        let columns = ["value", "list.name", "list.type", "list.version", "list.matching_attributes"];
        assert_eq!(kept.columns, columns);
        let list = ["Some list", "cidr", "20240131", r#"["ip-src","ip-dst"]"#];
        assert_eq!(kept.rows.len(), 2);
        for (row, value) in kept.rows.iter().zip(["10.0.0.0/8", "a\"b"]) {
            assert_eq!((row[0].as_str(), &row[1..]), (value, list.map(str::to_owned).as_slice()));
        }
    }

    #[test]
    fn what_is_no_list_is_malformed() {
        for dump in ["{\"name\": \"x\"}", "{\"list\": {\"a\": 1}}", "[1]"] {
            let kept = decode(Format::Warninglist, dump.as_bytes(), 3).unwrap();
            assert_eq!((kept.rows.len(), kept.malformed), (0, vec![(1, "no warning list")]), "{dump}");
        }
    }
}
