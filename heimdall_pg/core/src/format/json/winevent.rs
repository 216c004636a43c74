//! Events of Windows: the same columns, whatever wrote them.
//!
//! Events come flat (NXLog, Mordor), under `winlog` (Winlogbeat), or under `Event` (what turns EVTX into JSON). Their fields
//! have the names that NXLog gives them: those of the event's own data as they are, those of its system part by the
//! table here.

use super::flat::{FlatDialect, Pairs};
use super::parts::{self, Elements};

pub(super) const DIALECT: FlatDialect = FlatDialect { column: Some(column), pairs: Some(pairs) };

/// Paths whose members are fields of the event.
const DATA: [&str; 5] =
    ["winlog.event_data.", "Event.EventData.", "EventData.", "winlog.user_data.", "Event.UserData."];

/// Paths and columns of the system part, less `#attributes.` and `@`.
const SYSTEM: [(&str, &str); 24] = [
    ("Channel", "Channel"),
    ("Computer", "Hostname"),
    ("Correlation.ActivityID", "ActivityID"),
    ("EventID", "EventID"),
    ("EventID.#text", "EventID"),
    ("EventRecordID", "RecordNumber"),
    ("Execution.ProcessID", "ExecutionProcessID"),
    ("Execution.ThreadID", "ThreadID"),
    ("Keywords", "Keywords"),
    ("Level", "Level"),
    ("Opcode", "OpcodeValue"),
    ("Provider.Guid", "ProviderGuid"),
    ("Provider.Name", "SourceName"),
    ("Security.UserID", "UserID"),
    ("Task", "Task"),
    ("TimeCreated.SystemTime", "TimeCreated"),
    ("winlog.activity_id", "ActivityID"),
    ("winlog.channel", "Channel"),
    ("winlog.computer_name", "Hostname"),
    ("winlog.event_id", "EventID"),
    ("winlog.process.pid", "ExecutionProcessID"),
    ("winlog.provider_guid", "ProviderGuid"),
    ("winlog.provider_name", "SourceName"),
    ("winlog.record_id", "RecordNumber"),
];

/// The column of a path.
fn column(path: &str) -> Option<&str> {
    if let Some(name) = DATA.iter().find_map(|data| path.strip_prefix(data)) {
        return Some(name);
    }
    let system = path.strip_prefix("Event.System.").or_else(|| path.strip_prefix("System.")).unwrap_or(path);
    if system.len() == path.len() && !path.starts_with("winlog.") {
        return None;
    }
    let plain = system.replace("#attributes.", "").replace('@', "");
    SYSTEM.iter().find(|(from, _)| *from == plain).map(|(_, column)| *column)
}

/// `[{"Name": "SubjectUserName", "#text": "…"}, …]` in the event's data, as XML to JSON gives it.
fn pairs(path: &str, array: &str) -> Option<Pairs> {
    if !path.ends_with("EventData.Data") {
        return None;
    }
    let pairs = Elements::of(array).map(|data| {
        let attributes = parts::value(data, "#attributes").unwrap_or(data);
        let name = ["Name", "@Name"].iter().find_map(|name| parts::member(attributes, name))?;
        let text = parts::member(data, "#text").unwrap_or_default();
        Some((name.into_owned(), text.into_owned()))
    });
    pairs.collect()
}

#[cfg(test)]
mod tests {
    use crate::format::Format;
    use crate::format::tests::decode;

    fn first(dump: &str) -> Vec<(String, String)> {
        let kept = decode(Format::Winevent, dump.as_bytes(), usize::MAX).unwrap();
        assert_eq!(kept.malformed, []);
        kept.columns.into_iter().zip(kept.rows[0].clone()).collect()
    }

    #[test]
    fn an_event_has_the_same_columns_whatever_wrote_it() {
        let flat = r#"{"EventID":4624,"Channel":"Security","Hostname":"DC1","TargetUserName":"ada"}"#;
        let beats = r#"{"winlog":{"event_id":4624,"channel":"Security","computer_name":"DC1",
            "event_data":{"TargetUserName":"ada"}}}"#;
        let evtx = r##"{"Event":{"System":{"EventID":{"#text":4624},"Channel":"Security","Computer":"DC1"},
            "EventData":{"TargetUserName":"ada"}}}"##;
        let xml = r##"{"Event":{"System":{"EventID":4624,"Channel":"Security","Computer":"DC1"},
            "EventData":{"Data":[{"@Name":"TargetUserName","#text":"ada"}]}}}"##;
        let nested = r##"[{"Event":{"System":{"EventID":4624,"Channel":"Security","Computer":"DC1"},
            "EventData":{"Data":[{"#attributes":{"Name":"TargetUserName"},"#text":"ada"}]}}}]"##;
        let twice = format!("{nested}{nested}");
        assert_eq!(decode(Format::Winevent, twice.as_bytes(), 9).unwrap().columns.len(), 4);
        for dump in [beats, evtx, xml, nested] {
            assert_eq!(first(dump), first(flat), "{dump}");
        }
    }

    #[test]
    fn system_attributes_have_their_names() {
        let dump = r##"{"Event":{"System":{"Provider":{"#attributes":{"Name":"Sysmon","Guid":"{g}"}},
            "TimeCreated":{"@SystemTime":"2024-01-31 10:00:00"},"Version":5}}}"##;
        let names: Vec<_> = first(dump).into_iter().map(|(name, _)| name).collect();
        assert_eq!(names, ["SourceName", "ProviderGuid", "TimeCreated", "Event.System.Version"]);
    }

    #[test]
    fn a_name_taken_twice_loses_nothing() {
        let dump = r#"{"winlog":{"channel":"System","event_data":{"Channel":"x","Data":["a","b"]}}}"#;
        let fields = [("Channel", "System"), ("winlog.event_data.Channel", "x"), ("Data", r#"["a","b"]"#)];
        assert_eq!(first(dump), fields.map(|(name, value)| (name.to_owned(), value.to_owned())));
    }

    #[test]
    fn data_whose_names_are_data_stays_one_value() {
        let dump = r##"{"Event":{"EventData":{"Data":[{"Name":"10.0.0.1","#text":"x"}]}}}"##;
        assert_eq!(first(dump), [("Data".to_owned(), r##"[{"Name":"10.0.0.1","#text":"x"}]"##.to_owned())]);
    }
}
