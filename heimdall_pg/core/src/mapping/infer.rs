//! A mapping from nothing but a sample: what the header calls a column, and what its values look like.

use super::named::Named;
use super::plan::PlanError;
use super::plausible_header;
use super::spec::{EntitySpec, Mapping};
use crate::canonical::{Kind, Options, kind_of};
use crate::format::{FormatError, Malformed, Row, Sink};

/// How many rows are looked at.
pub const SAMPLE_ROWS: usize = 200;

/// The share of a column's values that have to be of one kind.
const MAJORITY: f64 = 0.8;

/// The first rows of a dump, as a decoder gives them.
#[derive(Default)]
pub struct Sample {
    columns: Vec<String>,
    tallies: Vec<Tally>,
    rows: usize,
    tabular: bool,
}

/// What the values of one column look like.
#[derive(Clone, Default)]
struct Tally {
    values: usize,
    kinds: Vec<(Kind, usize)>,
}

impl Sample {
    /// True when further rows would not be looked at.
    pub fn is_full(&self) -> bool {
        self.rows >= SAMPLE_ROWS
    }

    /// The columns of the dump so far.
    pub fn columns(&self) -> &[String] {
        &self.columns
    }

    /// Takes all columns of a dump whose rows have the same ones, so that a mapping can list them.
    pub fn add_header(&mut self, names: &[String]) {
        self.tabular = true;
        self.add_columns(names);
    }

    /// Takes columns that follow those known.
    pub fn add_columns(&mut self, names: &[String]) {
        self.columns.extend_from_slice(names);
        self.tallies.resize_with(self.columns.len(), Tally::default);
    }

    /// Looks at the values of a row.
    pub fn add_row(&mut self, row: &Row<'_>) {
        self.rows += 1;
        for (value, tally) in row.values.iter().zip(&mut self.tallies) {
            if is_absent(value) {
                continue;
            }
            tally.values += 1;
            if let Some(guess) = kind_of(value).filter(|guess| guess.confidence >= 0.5) {
                match tally.kinds.iter_mut().find(|(kind, _)| *kind == guess.kind) {
                    Some((_, count)) => *count += 1,
                    None => tally.kinds.push((guess.kind, 1)),
                }
            }
        }
    }

    /// The mapping that the sample suggests: an entity for every column of observables, the first time, and
    /// nothing for the rest, which is sealed then. None where no column holds observables.
    ///
    /// # Errors
    /// [`PlanError::HeaderIsData`].
    pub fn mapping(&self) -> Result<Option<Mapping>, PlanError> {
        plausible_header(&self.columns).map_err(|column| PlanError::HeaderIsData { column })?;
        let columns = if self.tabular { self.columns.clone() } else { Vec::new() };
        let mut mapping = Mapping { columns, ..Mapping::default() };
        for (name, tally) in self.columns.iter().zip(&self.tallies) {
            match column_kind(name, tally) {
                Some(Kind::Timestamp) if mapping.time.is_none() => mapping.time = Some(name.clone()),
                Some(Kind::Timestamp) | None => {}
                Some(kind) => {
                    let label = kind.label().to_owned();
                    let (properties, options) = (Named::default(), Options::default());
                    let spec = EntitySpec { label, key: name.clone(), properties, options };
                    mapping.entities.0.push((name.clone(), spec));
                }
            }
        }
        Ok(if mapping.entities.is_empty() { None } else { Some(mapping) })
    }
}

impl Sink for Sample {
    type Error = FormatError;

    fn header(&mut self, names: &[String]) -> Result<(), FormatError> {
        self.add_header(names);
        Ok(())
    }

    fn columns(&mut self, names: &[String]) -> Result<(), FormatError> {
        self.add_columns(names);
        Ok(())
    }

    fn row(&mut self, row: Row<'_>) -> Result<(), FormatError> {
        if !self.is_full() {
            self.add_row(&row);
        }
        Ok(())
    }

    fn malformed(&mut self, _: Malformed<'_>) -> Result<(), FormatError> {
        Ok(())
    }
}

/// The spellings of "no value" that logs use.
pub(crate) fn is_absent(value: &str) -> bool {
    matches!(value.trim_ascii(), "" | "-" | "(empty)" | "null" | "NULL" | "N/A" | "n/a")
}

/// What a column holds: what most of its values are or, where their shape says nothing, what the header says.
fn column_kind(name: &str, tally: &Tally) -> Option<Kind> {
    if says_secret(name) {
        return None;
    }
    // UUIDs are ids of rows and of accounts: a vertex for each would join nothing, and the header knows better.
    let best = tally.kinds.iter().filter(|(kind, _)| *kind != Kind::Uuid).max_by_key(|(_, count)| *count);
    if let Some((kind, count)) = best
        && *count as f64 >= MAJORITY * tally.values as f64
        && (*kind != Kind::Timestamp || says_time(name))
    {
        return Some(*kind);
    }
    if tally.values == 0 { None } else { named_kind(name) }
}

/// The last word of a name in lower case: `id.orig_h` gives `h`, `userName` gives `name`.
fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut lower_before = false;
    for c in name.chars() {
        if !c.is_alphanumeric() || (c.is_uppercase() && lower_before) {
            words.push(String::new());
        }
        if let (true, Some(word)) = (c.is_alphanumeric(), words.last_mut()) {
            word.extend(c.to_lowercase());
        }
        lower_before = c.is_lowercase();
    }
    words.retain(|word| !word.is_empty());
    words
}

fn says_time(name: &str) -> bool {
    const WORDS: [&str; 12] = [
        "ts",
        "time",
        "timestamp",
        "date",
        "datetime",
        "at",
        "seen",
        "when",
        "created",
        "start",
        "utc",
        "day",
    ];
    words(name).iter().any(|word| WORDS.contains(&word.as_str()))
}

/// Secrets look like digests, and a column of them would become vertices with readable keys.
fn says_secret(name: &str) -> bool {
    const WORDS: [&str; 12] = [
        "pass",
        "passwd",
        "password",
        "pwd",
        "secret",
        "token",
        "credential",
        "credentials",
        "cookie",
        "session",
        "pin",
        "apikey",
    ];
    let words = words(name);
    words.iter().any(|word| WORDS.contains(&word.as_str()))
        || words
            .windows(2)
            .any(|pair| pair[1] == "key" && ["api", "access", "private"].contains(&pair[0].as_str()))
}

fn named_kind(name: &str) -> Option<Kind> {
    let words = words(name);
    let has = |candidates: &[&str]| words.iter().any(|word| candidates.contains(&word.as_str()));
    if has(&["user", "username", "login", "account", "userid", "uid"]) && !has(&["agent", "domain", "type"]) {
        return Some(Kind::User);
    }
    if has(&["hostname", "host", "computer", "workstation"]) {
        return Some(Kind::Host);
    }
    let person = has(&["fullname", "surname", "firstname", "lastname"])
        || (has(&["full", "display", "first", "last", "person", "customer", "employee"]) && has(&["name"]));
    person.then_some(Kind::Person)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::{Decoder, Format, FormatOptions};

    fn infer(format: Format, dump: &str) -> Result<Option<Mapping>, PlanError> {
        let mut sample = Sample::default();
        let mut decoder = Decoder::new(format, &FormatOptions::default());
        decoder.push(dump.as_bytes(), &mut sample).unwrap();
        decoder.finish(&mut sample).unwrap();
        sample.mapping()
    }

    fn entities(mapping: &Mapping) -> Vec<(&str, &str)> {
        mapping.entities.0.iter().map(|(name, entity)| (name.as_str(), entity.label.as_str())).collect()
    }

    #[test]
    fn values_say_what_a_column_holds() {
        let dump = "when,addr,mail,user,bytes,password\n\
                    2024-01-31T10:00:00Z,10.0.0.1,a@example.com,alice,12,hunter2\n\
                    2024-01-31T10:00:01Z,-,b@example.com,bob,1700000000,secret\n";
        let mapping = infer(Format::Csv, dump).unwrap().unwrap();
        assert_eq!(entities(&mapping), [("addr", "Ip"), ("mail", "Email"), ("user", "User")]);
        assert_eq!(mapping.time.as_deref(), Some("when"));
        assert_eq!(mapping.columns.len(), 6);
    }

    #[test]
    fn json_is_inferred_the_same_way() {
        let dump = r#"{"ts": 1706695200.5, "id": {"orig_h": "10.0.0.1"}, "query": "www.example.com"}"#;
        let mapping = infer(Format::Ndjson, dump).unwrap().unwrap();
        assert_eq!(entities(&mapping), [("id.orig_h", "Ip"), ("query", "Domain")]);
        assert_eq!(mapping.time.as_deref(), Some("ts"));
    }

    #[test]
    fn shapes_that_only_look_alike_say_nothing() {
        let dump = "target,count,offset,ratio,area,phone,path\n\
                    /images/logo.png,4155550123,+12,0.5,DE,+44 20 7123 4567,C:\\Temp\\a.exe\n\
                    /js/app/x.js,4155550124,+13,0.7,FR,+14155550123,C:\\b.dll\n";
        let mapping = infer(Format::Csv, dump).unwrap().unwrap();
        assert_eq!(entities(&mapping), [("phone", "Phone"), ("path", "File")]);
    }

    #[test]
    fn secrets_are_no_observables() {
        let dump = "mail,password_hash,apiKey,sessionId,file_sha1\n\
                    a@example.com,5f4dcc3b5aa765d61d8327deb882cf99,5f4dcc3b5aa765d61d8327deb882cf99,10.0.0.1,\
                    da39a3ee5e6b4b0d3255bfef95601890afd80709\n";
        let mapping = infer(Format::Csv, dump).unwrap().unwrap();
        assert_eq!(entities(&mapping), [("mail", "Email"), ("file_sha1", "Hash")]);
    }

    #[test]
    fn a_dump_without_observables_has_no_mapping() {
        assert_eq!(infer(Format::Csv, "colour,size\nred,1\n"), Ok(None));
    }

    #[test]
    fn a_header_that_may_be_data_is_refused() {
        let error = infer(Format::Csv, "user,password,a@example.com\nbob,secret,yes\n").unwrap_err();
        assert_eq!(error, PlanError::HeaderIsData { column: 3 });
    }

    #[test]
    fn a_dump_without_header_has_columns_without_meaning() {
        let mapping = infer(Format::Csv, "a@example.com,hunter2\nb@example.com,secret\n").unwrap().unwrap();
        assert_eq!(entities(&mapping), [("column_1", "Email")]);
        assert_eq!(mapping.columns, ["column_1", "column_2"]);
    }
}
