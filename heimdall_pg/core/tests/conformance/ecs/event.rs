//! The events of a set: a line and its document.

use std::collections::BTreeSet;
use std::sync::OnceLock;

use serde_json::Value;

use super::{ELASTIC, SEKOIA};
use crate::corpus::Corpus;

/// A line of a log, and what a parser made of it.
pub struct Event {
    /// Where it is in the set.
    pub name: String,
    /// The line, or the object, as the vendor writes it.
    pub input: String,
    /// Every scalar of the document with its path; those of an array have the same path.
    fields: Vec<(String, String)>,
}

impl Event {
    fn new(name: String, input: String, document: &Value) -> Self {
        let mut fields = Vec::new();
        flatten(String::new(), document, &mut fields);
        Self { name, input, fields }
    }

    /// The first value at that path.
    pub fn value(&self, path: &str) -> Option<&str> {
        self.fields.iter().find(|(name, _)| name == path).map(|(_, value)| &**value)
    }

    /// The values, each once, at paths of which that is true.
    pub fn values(&self, wanted: impl Fn(&str) -> bool) -> BTreeSet<&str> {
        self.fields.iter().filter(|(name, _)| wanted(name)).map(|(_, value)| &**value).collect()
    }

    /// The same with their paths.
    pub fn fields(&self) -> impl Iterator<Item = (&str, &str)> {
        self.fields.iter().map(|(name, value)| (&**name, &**value))
    }
}

fn flatten(path: String, value: &Value, fields: &mut Vec<(String, String)>) {
    match value {
        Value::Object(object) => {
            for (name, value) in object {
                let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
                flatten(path, value, fields);
            }
        }
        Value::Array(values) => values.iter().for_each(|value| flatten(path.clone(), value, fields)),
        Value::String(text) => fields.push((path, text.clone())),
        Value::Null => {}
        scalar => fields.push((path, scalar.to_string())),
    }
}

/// The events of one of the sets, read once.
pub fn all(corpus: &Corpus) -> &'static [Event] {
    static SETS: [OnceLock<Vec<Event>>; 2] = [const { OnceLock::new() }; 2];
    let [elastic, sekoia] = &SETS;
    match corpus.name() {
        ELASTIC => elastic.get_or_init(|| read_elastic(corpus)),
        SEKOIA => sekoia.get_or_init(|| read_sekoia(corpus)),
        other => panic!("{other} is no set of events"),
    }
}

/// A file of lines or of objects, and beside it a file with a document for each, null where the line is
/// dropped.
fn read_elastic(corpus: &Corpus) -> Vec<Event> {
    const EXPECTED: &str = "-expected.json";
    let files = corpus.folders().into_iter().flat_map(|folder| corpus.files(&folder, EXPECTED));
    let of_file = |file: String| {
        let input = corpus.read(file.strip_suffix(EXPECTED).expect("the ending"));
        let expected: Value = serde_json::from_str(&corpus.read(&file)).expect("an object");
        let documents = expected["expected"].as_array().expect("documents").clone();
        let inputs: Vec<String> = match serde_json::from_str::<Value>(&input) {
            Ok(Value::Object(object)) => {
                object["events"].as_array().expect("events").iter().map(Value::to_string).collect()
            }
            _ => input.lines().map(str::to_owned).collect(),
        };
        // Where an event has several lines, the document says which they are.
        let in_step = inputs.len() == documents.len();
        let events = documents.into_iter().enumerate().filter(|(_, document)| !document.is_null());
        events.filter_map(move |(at, document)| {
            let line = document["event"]["original"].as_str().map(str::to_owned);
            let input = if in_step { inputs.get(at).cloned() } else { line };
            Some(Event::new(format!("{file} {at}"), input?, &document))
        })
    };
    files.flat_map(of_file).collect()
}

/// An object a line: the name of the case, the line, the document.
fn read_sekoia(corpus: &Corpus) -> Vec<Event> {
    let mut events = Vec::new();
    for file in corpus.files("", ".jsonl") {
        for line in corpus.read(&file).lines() {
            let case: Value = serde_json::from_str(line).expect("an object");
            let input = case["input"]["message"].as_str().expect("a line").to_owned();
            let name = format!("{file} {}", case["case"].as_str().unwrap_or_default());
            events.push(Event::new(name, input, &case["expected"]));
        }
    }
    events
}
