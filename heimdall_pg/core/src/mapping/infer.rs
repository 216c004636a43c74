//! A mapping from nothing but a sample: what the header calls a column, and what its values look like.

use super::condition::{Kinds, Test, Trait};
use super::elements::Elements;
use super::infer_names::{named_kind, says_secret, says_time};
use super::named::Named;
use super::plan::PlanError;
use super::plausible_header;
use super::spec::{EntitySpec, Mapping};
use crate::canonical::{Kind, kind_of};
use crate::format::{FormatError, Malformed, Row, Sink};

/// How many rows are looked at.
pub const SAMPLE_ROWS: usize = 200;

/// How many elements of an array are looked at.
const SAMPLE_ELEMENTS: usize = 20;

/// The share of a column's values that have to be of one kind.
const MAJORITY: f64 = 0.8;

/// The share of a column's values that have to be observables for it to be a list of several kinds.
const MIXED: f64 = 0.5;

/// Kinds that nothing else is taken for.
const STRICT: [Kind; 8] =
    [Kind::Ip, Kind::Cidr, Kind::Domain, Kind::Url, Kind::Email, Kind::Hash, Kind::Mac, Kind::Cve];

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
    /// Values, or elements of those that are arrays.
    values: usize,
    arrays: usize,
    kinds: Vec<Share>,
}

/// How many values are of a kind, and how sure each of them is, added up.
#[derive(Clone, Copy)]
struct Share {
    kind: Kind,
    count: usize,
    confidence: f64,
}

/// What a column is taken for, and why.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    /// Its name.
    pub column: String,
    /// What it is taken for.
    pub role: Role,
    /// How sure that is, from 0 to 1.
    pub confidence: f64,
    /// Why. Holds no value of the sample.
    pub reason: String,
}

/// See [`Finding`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Its values are things of a kind.
    Entity(Kind),
    /// Each element of its arrays is a thing of a kind.
    Entities(Kind),
    /// It is the time of the row.
    Time,
    /// It goes to the record of the row, sealed.
    Property,
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
            let value = value.trim_ascii();
            if !value.starts_with('[') {
                tally.add(value);
                continue;
            }
            let mut elements = Elements::default();
            // What is longer than any array that is taken in says nothing.
            let _ = elements.take_apart(value, &[Vec::new()]);
            tally.arrays += 1;
            elements.iter().take(SAMPLE_ELEMENTS).for_each(|(_, element)| tally.add(element));
        }
    }

    /// The mapping that the sample suggests: an entity for every column of observables and kind of them, the first time,
    /// and nothing for the rest, which is sealed then. What is not of its kind is no such entity: the rows to come may hold
    /// what those of the sample do not. None where there is no column.
    ///
    /// # Errors
    /// [`PlanError::HeaderIsData`].
    pub fn mapping(&self) -> Result<Option<Mapping>, PlanError> {
        plausible_header(&self.columns).map_err(|column| PlanError::HeaderIsData { column })?;
        let columns = if self.tabular { self.columns.clone() } else { Vec::new() };
        let mut mapping = Mapping { columns, ..Mapping::default() };
        for finding in self.findings() {
            let (kind, path) = match finding.role {
                Role::Time => {
                    mapping.time = Some(finding.column);
                    continue;
                }
                Role::Property => continue,
                Role::Entity(kind) => (kind, finding.column.clone()),
                Role::Entities(kind) => (kind, format!("{}[]", finding.column)),
            };
            let mut name = finding.column;
            while mapping.entities.get(&name).is_some() {
                name = format!("{name} {}", kind.name());
            }
            let when = Named(vec![(path.clone(), Test::Has(Trait::Kind(Kinds(vec![kind]))))]);
            let label = kind.label().to_owned();
            mapping.entities.0.push((name, EntitySpec { label, key: path, when, ..EntitySpec::default() }));
        }
        Ok(if self.columns.is_empty() { None } else { Some(mapping) })
    }

    /// What each column is taken for, and why.
    ///
    /// # Errors
    /// [`PlanError::HeaderIsData`].
    pub fn explain(&self) -> Result<Vec<Finding>, PlanError> {
        plausible_header(&self.columns).map_err(|column| PlanError::HeaderIsData { column })?;
        Ok(self.findings())
    }

    fn findings(&self) -> Vec<Finding> {
        let mut findings: Vec<Finding> = Vec::new();
        for (column, tally) in self.columns.iter().zip(&self.tallies) {
            // A path would take the name apart.
            if column.contains("[]") {
                let reason = "its name is that of an array path: sealed".to_owned();
                findings.push(Finding {
                    column: column.clone(),
                    role: Role::Property,
                    confidence: 1.0,
                    reason,
                });
                continue;
            }
            for (mut role, mut confidence, mut reason) in tally.judge(column) {
                if role == Role::Time && findings.iter().any(|finding| finding.role == Role::Time) {
                    (role, confidence) = (Role::Property, 0.5);
                    reason.push_str(", but a column before it is the time of the row: sealed");
                }
                findings.push(Finding { column: column.clone(), role, confidence, reason });
            }
        }
        findings
    }
}

impl Tally {
    fn add(&mut self, value: &str) {
        if is_absent(value) {
            return;
        }
        self.values += 1;
        let Some(guess) = kind_of(value).filter(|guess| guess.confidence >= 0.5) else { return };
        let confidence = f64::from(guess.confidence);
        match self.kinds.iter_mut().find(|share| share.kind == guess.kind) {
            Some(share) => {
                share.count += 1;
                share.confidence += confidence;
            }
            None => self.kinds.push(Share { kind: guess.kind, count: 1, confidence }),
        }
    }

    /// What a column holds: what most of its values are or, where their shape says nothing, what the header says. A list
    /// of observables may hold several kinds.
    fn judge(&self, name: &str) -> Vec<(Role, f64, String)> {
        if says_secret(name) {
            return vec![(Role::Property, 0.9, "its name says that it holds secrets: sealed".to_owned())];
        }
        if self.values == 0 {
            return vec![(Role::Property, 0.0, "no row of the sample has a value in it: sealed".to_owned())];
        }
        let best = self.kinds.iter().max_by_key(|share| share.count);
        let best = best.filter(|share| share.count as f64 >= MAJORITY * self.values as f64);
        match best {
            Some(best) if best.kind == Kind::Timestamp && says_time(name) && self.arrays == 0 => {
                let reason = format!("{}, and its name says so", self.counted(best));
                return vec![(Role::Time, self.share_of(best).max(0.9), reason)];
            }
            // UUIDs are ids of rows and of accounts: a vertex for each would join nothing, and the header knows better.
            Some(Share { kind: Kind::Uuid | Kind::Timestamp, .. }) | None => {}
            // Beside addresses of e-mail, what looks like a domain is a person's misspelled address: not for all to read.
            Some(best) if !STRICT.contains(&best.kind) || best.kind.is_personal() => {
                return vec![self.as_entity(best)];
            }
            Some(_) => return self.strict().map(|share| self.as_entity(share)).collect(),
        }
        if let Some(kind) = named_kind(name) {
            return vec![(self.role(kind), 0.5, format!("its name says {}", kind.name()))];
        }
        let observables: usize = self.strict().map(|share| share.count).sum();
        if observables as f64 >= MIXED * self.values as f64 {
            return self.strict().map(|share| self.as_entity(share)).collect();
        }
        let reason = match best.map(|share| share.kind) {
            Some(Kind::Timestamp) => "its values are times, but its name does not say so: sealed",
            Some(_) => "its values are UUIDs, which are ids of rows more often than things: sealed",
            None => "neither its values nor its name say what it holds: sealed",
        };
        let sure = best.map_or(0.0, |share| self.share_of(share));
        vec![(Role::Property, 1.0 - sure / 2.0, reason.to_owned())]
    }

    /// The kinds that nothing else is taken for, the most frequent first.
    fn strict(&self) -> impl Iterator<Item = &Share> {
        let mut found: Vec<&Share> = self.kinds.iter().filter(|share| STRICT.contains(&share.kind)).collect();
        found.sort_by_key(|share| std::cmp::Reverse(share.count));
        found.into_iter()
    }

    fn as_entity(&self, share: &Share) -> (Role, f64, String) {
        (self.role(share.kind), self.share_of(share), self.counted(share))
    }

    fn role(&self, kind: Kind) -> Role {
        if self.arrays > 0 { Role::Entities(kind) } else { Role::Entity(kind) }
    }

    /// How sure it is that a value is of the kind.
    fn share_of(&self, share: &Share) -> f64 {
        share.confidence / self.values as f64
    }

    fn counted(&self, share: &Share) -> String {
        let what = if self.arrays > 0 { "elements" } else { "values" };
        format!("{} of {} {what} are of the kind {}", share.count, self.values, share.kind.name())
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::{Decoder, Format, FormatOptions};

    fn sample(format: Format, dump: &str) -> Sample {
        let mut sample = Sample::default();
        let mut decoder = Decoder::new(format, &FormatOptions::default());
        decoder.push(dump.as_bytes(), &mut sample).unwrap();
        decoder.finish(&mut sample).unwrap();
        sample
    }

    fn infer(format: Format, dump: &str) -> Result<Option<Mapping>, PlanError> {
        sample(format, dump).mapping()
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
    fn arrays_of_observables_are_taken_apart() {
        let dump = "{\"query\": \"a.example.com\", \"answers\": [\"192.0.2.1\", \"192.0.2.2\"], \"ttls\": [1, 2]}\n\
                    {\"query\": \"b.example.com\", \"answers\": \"192.0.2.3\", \"ttls\": []}";
        let mapping = infer(Format::Ndjson, dump).unwrap().unwrap();
        let keys: Vec<_> = mapping.entities.0.iter().map(|(_, entity)| entity.key.as_str()).collect();
        assert_eq!(keys, ["query", "answers[]"]);
        assert!(Mapping::parse(&mapping.to_json()).is_ok());
    }

    #[test]
    fn every_column_has_a_reason_without_a_value() {
        let dump = "when,created,addr,user,id,token,note,empty,list\n\
                    2024-01-31T10:00:00Z,2024-01-31T10:00:00Z,10.0.0.1,alice,7d444840-9dc0-11d1-b245-5ffdce74fad2,s3cret,red,,\"[\"\"10.0.0.2\"\"]\"\n\
                    2024-01-31T10:00:01Z,2024-01-31T10:00:01Z,10.0.0.3,bob,7d444840-9dc0-11d1-b245-5ffdce74fad3,s3cret,blue,-,[]\n";
        let findings = sample(Format::Csv, dump).explain().unwrap();
        let roles: Vec<_> = findings.iter().map(|found| found.role).collect();
        use Role::{Entities, Entity, Property, Time};
        let (ip, user) = (Entity(Kind::Ip), Entity(Kind::User));
        assert_eq!(
            roles,
            [Time, Property, ip, user, Property, Property, Property, Property, Entities(Kind::Ip)]
        );
        assert_eq!(findings[2].reason, "2 of 2 values are of the kind ip");
        assert_eq!(findings[3].reason, "its name says user");
        for found in &findings {
            assert!((0.0..=1.0).contains(&found.confidence), "{found:?}");
            for value in ["10.0", "alice", "s3cret", "red", "2024", "7d44"] {
                assert!(!found.reason.contains(value), "{found:?}");
            }
        }
    }

    #[test]
    fn a_dump_without_observables_gives_records() {
        let mapping = infer(Format::Csv, "colour,size\nred,1\n").unwrap().unwrap();
        assert!(mapping.entities.is_empty());
        assert_eq!(mapping.columns, ["colour", "size"]);
        assert_eq!(Mapping::parse(&mapping.to_json()).as_ref(), Ok(&mapping));
        assert_eq!(infer(Format::Csv, ""), Ok(None));
    }

    #[test]
    fn a_list_of_several_kinds_has_an_entity_for_each() {
        let dump =
            "indicator,note\n192.0.2.1,a\nevil.example.com,b\nd41d8cd98f00b204e9800998ecf8427e,c\nred,d\n";
        let people = "mail\na@example.com\nb@example.com\nc@example.com\nd@example.com\nd.example.com\n";
        assert_eq!(entities(&infer(Format::Csv, people).unwrap().unwrap()), [("mail", "Email")]);
        let mapping = infer(Format::Csv, dump).unwrap().unwrap();
        assert_eq!(
            entities(&mapping),
            [("indicator", "Ip"), ("indicator domain", "Domain"), ("indicator hash", "Hash")]
        );
        assert_eq!(Mapping::parse(&mapping.to_json()).as_ref(), Ok(&mapping));
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
