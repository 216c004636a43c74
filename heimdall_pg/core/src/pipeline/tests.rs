//! The pipeline with a store that remembers what it is given.

mod mapped;
mod previewed;

use std::collections::BTreeMap;

use super::*;
use crate::batch::Keys;
use crate::format::{Format, FormatOptions};
use crate::mapping::Policy;
use crate::protect::{HashKeys, MasterKey, Secret};

/// Sightings by vertex and by edge, and how they came.
#[derive(Default)]
struct Kept {
    vertices: BTreeMap<String, u32>,
    edges: BTreeMap<String, u32>,
    rejects: Vec<(u64, Option<String>, &'static str)>,
    flushes: usize,
    /// Properties of the vertices that stand for rows.
    records: Vec<String>,
    /// Properties of the edges of relations, in no order.
    relations: Vec<String>,
    adopted: Option<Mapping>,
}

impl Store for Kept {
    type Error = IngestError;

    fn adopt(&mut self, mapping: &Mapping) -> Result<(), IngestError> {
        self.adopted = Some(mapping.clone());
        Ok(())
    }

    fn flush(&mut self, mut flush: Flush<'_>) -> Result<(), IngestError> {
        self.flushes += 1;
        for at in (0..flush.nodes().len()).filter(|at| flush.nodes()[*at].label == 0).collect::<Vec<_>>() {
            self.records.push(serde_json::to_string(&flush.vertex(at)?).unwrap());
        }
        let keys: Vec<String> = (0..flush.nodes().len()).map(|at| flush.key(at)).collect();
        assert!(keys.is_sorted(), "vertices come in the order of their keys");
        for (key, node) in keys.iter().zip(flush.nodes()) {
            *self.vertices.entry(key.clone()).or_default() += node.seen.count;
        }
        for edge in flush.edges() {
            let edge_type = &flush.plan().edge_types[usize::from(edge.edge_type)];
            let name = format!("{} {edge_type} {}", keys[edge.from as usize], keys[edge.to as usize]);
            *self.edges.entry(name).or_default() += edge.seen.count;
        }
        for at in (0..flush.edges().len()).filter(|at| flush.edges()[*at].edge_type > 0).collect::<Vec<_>>() {
            self.relations.push(serde_json::to_string(&flush.edge(at)?).unwrap());
        }
        for reject in flush.rejects() {
            self.rejects.push((reject.row, reject.column.clone(), reject.rule));
        }
        Ok(())
    }

    fn flush_last(&mut self, flush: Flush<'_>) -> Result<(), IngestError> {
        self.flush(flush)
    }
}

const MAPPING: &str = r#"{"entities": {"who": {"label": "Email", "key": "mail"}, "src": {"label": "Ip", "key": "src"}},
    "relations": [{"from": "who", "type": "USED", "to": "src"}], "time": "ts"}"#;

fn keys() -> Keys {
    let secret = Secret::parse(&"0123456789abcdef".repeat(4)).unwrap();
    let (data, _) = MasterKey::new(&secret).new_data_key(1).unwrap();
    Keys { hash: HashKeys::new(&secret), data }
}

struct Run {
    format: Format,
    mapping: Option<&'static str>,
    chunk: usize,
    flush_bytes: usize,
}

const CSV: Run =
    Run { format: Format::Csv, mapping: Some(MAPPING), chunk: 1 << 16, flush_bytes: FLUSH_BYTES };

impl Run {
    fn ingest(&self, dump: &str) -> Result<(Kept, Finished), IngestError> {
        let mapping = self.mapping.map(|json| Mapping::parse(json).unwrap());
        let intake =
            Intake::new(1, keys(), mapping, Policy::default(), 0.5).with_flush_bytes(self.flush_bytes);
        let (mut kept, mut upload) =
            (Kept::default(), Upload::new(self.format, &FormatOptions::default(), intake));
        for chunk in dump.as_bytes().chunks(self.chunk) {
            upload.push(chunk, &mut kept)?;
        }
        let (mut intake, finished) = upload.finish(&mut kept)?;
        intake.flush_rest(&mut kept)?;
        Ok((kept, finished))
    }
}

const DUMP: &str = "ts,mail,src\n\
    2026-01-01T00:00:00Z,Ann@Example.org,10.0.0.1\n\
    2026-01-01T00:00:01Z,ann@example.org,::ffff:10.0.0.1\n\
    2026-01-01T00:00:02Z,bob@example.org,10.0.0.256\n\
    2026-01-01T00:00:03Z,-,10.0.0.2\n";

#[test]
fn spellings_meet_and_a_bad_row_leaves_nothing() {
    let (kept, finished) = CSV.ingest(DUMP).unwrap();
    assert_eq!(finished.counts, Counts { read: 4, accepted: 3, rejected: 1 });
    assert_eq!(kept.rejects, [(3, Some("src".to_owned()), "ip")]);
    let mut keys = kept.vertices.iter();
    assert!(keys.next().is_some_and(|(key, count)| key.starts_with("Email:") && *count == 2));
    assert_eq!(keys.collect::<Vec<_>>(), [(&"Ip:10.0.0.1".to_owned(), &2), (&"Ip:10.0.0.2".to_owned(), &1)]);
    assert_eq!(kept.edges.values().collect::<Vec<_>>(), [&2]);
    assert!(!kept.vertices.keys().any(|key| key.contains('@')), "an address is hashed");
}

#[test]
fn neither_chunks_nor_flushes_change_the_result() {
    let (whole, finished) = CSV.ingest(DUMP).unwrap();
    for chunk in [1, 7, 64] {
        for flush_bytes in [1, FLUSH_BYTES] {
            let (kept, again) = Run { chunk, flush_bytes, ..CSV }.ingest(DUMP).unwrap();
            assert_eq!((&kept.vertices, &kept.edges), (&whole.vertices, &whole.edges));
            assert_eq!(again, finished);
            assert_eq!(kept.flushes > 1, flush_bytes == 1);
        }
    }
}

#[test]
fn the_same_rows_are_the_same_dump() {
    let digest = |dump: &str| CSV.ingest(dump).unwrap().1.digest;
    let quoted = DUMP.replace("bob@example.org", "\"bob@example.org\"").replace('\n', "\r\n");
    assert_eq!(digest(&quoted), digest(DUMP));
    assert_ne!(digest(&DUMP.replace("10.0.0.2\n", "10.0.0.3\n")), digest(DUMP));
    // A value moved into the next column is another row.
    assert_ne!(
        digest("ts,mail,src\n,a@example.org,\n"),
        digest("ts,mail,src\na@example.org,,\n,,10.0.0.1\n")
    );
    const OTHER: &str = r#"{"entities": {"src": {"label": "Ip", "key": "src"}}}"#;
    let (_, under_another_mapping) = Run { mapping: Some(OTHER), ..CSV }.ingest(DUMP).unwrap();
    assert_ne!(under_another_mapping.digest, digest(DUMP));
}

#[test]
fn an_inferred_mapping_is_kept_and_gives_the_same_digest_as_a_given_one() {
    let dump = DUMP.replace("10.0.0.256", "10.0.0.3");
    let (kept, finished) = Run { mapping: None, ..CSV }.ingest(&dump).unwrap();
    let json: &'static str = kept.adopted.unwrap().to_json().leak();
    let (again, finished_again) = Run { mapping: Some(json), ..CSV }.ingest(&dump).unwrap();
    assert_eq!((kept.vertices, kept.edges), (again.vertices, again.edges));
    assert_eq!(finished.digest, finished_again.digest);
}

#[test]
fn a_row_with_fields_to_spare_is_a_record_as_well() {
    let dump = "ts,mail,src,note\n,a@example.org,10.0.0.1,\n,a@example.org,10.0.0.1,hello\n";
    let (kept, _) = CSV.ingest(dump).unwrap();
    assert_eq!(kept.vertices.keys().filter(|key| key.starts_with("Record:")).count(), 1);
    assert_eq!(kept.edges.keys().filter(|name| name.contains(" OBSERVED_IN Record:")).count(), 2);
}

#[test]
fn too_many_bad_rows_end_it_and_say_where_it_began() {
    let error = CSV.ingest("ts,mail,src\n,,10.0.0.1\n,,x\n,y,\n").err().unwrap();
    let first = FirstReject { row: 2, column: Some("src".to_owned()), rule: "ip", reason: "" };
    match error {
        IngestError::TooManyRejects { rejected: 2, read: 3, first: found } => {
            assert_eq!((found.row, found.column, found.rule), (first.row, first.column, first.rule));
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn nothing_is_not_a_dump() {
    assert_eq!(CSV.ingest("").err(), Some(IngestError::Empty));
    assert_eq!(
        Run { format: Format::Ndjson, mapping: None, ..CSV }.ingest("\n\n").err(),
        Some(IngestError::Empty)
    );
}

#[test]
fn bad_rows_at_the_beginning_do_not_end_a_dump_that_is_good_as_a_whole() {
    let bad = "2026-01-01T00:00:00Z,ann@example.org,x\n";
    let good = "2026-01-01T00:00:00Z,ann@example.org,10.0.0.1\n";
    let dump = format!("ts,mail,src\n{good}{bad}{}", good.repeat(3));
    let (_, finished) = Run { flush_bytes: 1, ..CSV }.ingest(&dump).unwrap();
    assert_eq!(finished.counts, Counts { read: 5, accepted: 4, rejected: 1 });
}

#[test]
fn a_dump_that_cannot_be_decoded_says_so_and_not_that_nothing_can_be_inferred() {
    let error = Run { format: Format::Ndjson, mapping: None, ..CSV }.ingest("rubbish\nmore\n").err();
    assert!(matches!(error, Some(IngestError::TooManyRejects { rejected: 2, read: 2, .. })), "{error:?}");
}

#[test]
fn a_sample_of_large_rows_does_not_wait_for_many() {
    let row = format!("10.0.0.1,{}\n", "x".repeat(9 << 20));
    let dump = format!("src,note\n{row}{row}");
    let mut kept = Kept::default();
    let mut upload = Upload::new(
        Format::Csv,
        &FormatOptions::default(),
        Intake::new(1, keys(), None, Policy::default(), 0.5),
    );
    upload.push(dump.as_bytes(), &mut kept).unwrap();
    assert!(kept.adopted.is_some(), "the mapping is inferred before the dump ends");
}

/// A mapping of a log with URLs and domains, and what it derives.
const LINKS: &str = r#"{"entities": {"url": {"label": "Url", "key": "url"}, "name": {"label": "Domain", "key": "name"}},
    "relations": [{"from": "url", "type": "SEEN_WITH", "to": "name"}]}"#;

const LINK_DUMP: &str = "url,name\n\
    https://www.example.org/a,cdn.example.net\n\
    https://www.example.org:443/a,www.example.org\n\
    http://192.0.2.1/x,example.org\n\
    https://example.org/,\n\
    mailto:ada@example.org,\n";

fn derived(kept: &Kept) -> Vec<(&str, u32)> {
    let derived = kept.edges.iter().filter(|(name, _)| !name.contains(" SEEN_WITH "));
    derived.map(|(name, count)| (name.as_str(), *count)).collect()
}

#[test]
fn a_url_gives_its_host_and_the_host_its_registrable_domain() {
    let (kept, _) = Run { mapping: Some(LINKS), ..CSV }.ingest(LINK_DUMP).unwrap();
    assert_eq!(
        derived(&kept),
        [
            ("Domain:www.example.org SUBDOMAIN_OF Domain:example.org", 2),
            ("Url:http://192.0.2.1/x HAS_HOST Ip:192.0.2.1", 1),
            ("Url:https://example.org/ HAS_HOST Domain:example.org", 1),
            ("Url:https://www.example.org/a HAS_HOST Domain:www.example.org", 2),
        ]
    );
    // Rows are counted, not the ways in which a row names a thing: the second one names its host twice.
    assert_eq!(kept.vertices["Domain:www.example.org"], 2);
    assert_eq!(kept.vertices["Domain:example.org"], 4);
}

#[test]
fn what_is_derived_is_for_the_mapping_to_say() {
    let all = LINKS.replacen('{', "{\"derive\": \"all\",", 1).leak();
    let (kept, _) = Run { mapping: Some(all), ..CSV }.ingest(LINK_DUMP).unwrap();
    assert!(kept.edges.contains_key("Domain:cdn.example.net SUBDOMAIN_OF Domain:example.net"));
    let none = LINKS.replacen('{', "{\"derive\": \"none\",", 1).leak();
    let (kept, _) = Run { mapping: Some(none), ..CSV }.ingest(LINK_DUMP).unwrap();
    assert_eq!(derived(&kept), []);
    assert!(!kept.vertices.contains_key("Ip:192.0.2.1"));
}

#[test]
fn a_hashed_url_tells_nothing_about_its_host() {
    let hashed = LINKS.replacen('{', "{\"fields\": {\"url\": {\"rule\": \"hash\"}},", 1).leak();
    let (kept, _) = Run { mapping: Some(hashed), ..CSV }.ingest(LINK_DUMP).unwrap();
    assert_eq!(derived(&kept), []);
    assert!(!kept.vertices.contains_key("Ip:192.0.2.1"));
}

#[test]
fn what_a_source_declares_holds_for_its_entities_and_its_time() {
    const DECLARED: &str = r#"{"entities": {"tel": {"label": "Phone", "key": "tel"},
            "fax": {"label": "Phone", "key": "fax", "options": {"region": "FR"}},
            "md5": {"label": "Hash", "key": "md5"},
            "imp": {"label": "Hash", "key": "imp", "options": {"hash": "imphash"}}},
        "time": "ts", "fields": {"tel": {"rule": "keep"}, "fax": {"rule": "keep"}},
        "options": {"zone": "Europe/Berlin", "date_order": "dmy", "region": "DE"}}"#;
    let md5 = "d41d8cd98f00b204e9800998ecf8427e";
    let dump = format!("ts,tel,fax,md5,imp\n01/07/2024 12:00,030 901820,01 40 20 50 50,{md5},{md5}\n,x,,,\n");
    let (kept, finished) = Run { mapping: Some(DECLARED), ..CSV }.ingest(&dump).unwrap();
    assert_eq!(finished.counts.rejected, 1);
    let keys: Vec<&String> = kept.vertices.keys().filter(|key| !key.starts_with("Record:")).collect();
    let imphash = format!("Hash:imphash:{md5}");
    assert_eq!(keys, [&format!("Hash:{md5}"), &imphash, "Phone:+33140205050", "Phone:+4930901820"]);
    // The text gave no offset: RFC 3339 4.3 writes the point in time as UTC, the local offset being unknown.
    assert!(kept.records[0].contains(r#""ts":"2024-07-01T10:00-00:00""#), "{:?}", kept.records);
}

#[test]
fn options_that_say_nothing_about_an_entity_are_a_mistake() {
    let json = r#"{"entities": {"a": {"label": "Ip", "key": "a", "options": {"region": "DE"}}}}"#;
    assert_eq!(Mapping::parse(json).unwrap_err().path, "entities.a.options");
}
