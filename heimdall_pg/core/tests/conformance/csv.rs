//! CSV: polluted files against their clean form, and tables as they are found.

use heimdall_core::format::Format;
use serde_json::{Map, Value, json};

use crate::corpus::Corpus;
use crate::rows::Rows;

const UNKNOWN_PLACE: &str =
    "a delimiter is missing or too many, nobody knows where: the row is put aside, or as it reads";
const BARE_BLANKS: &str = "values hold the delimiter without quotes: their rows are put aside";
const SAME_TABLE: &str = "a second table with the same header is more of the first: its rows are read";
const HEADER_LINES: &str = "that a header has more lines than one has to be declared";
const OTHER_ESCAPE: &str = "that another quote escapes has to be declared";

/// The records of a clean form, whose fields are all quoted.
fn clean(text: &str) -> Vec<Vec<String>> {
    let mut records = vec![vec![String::new()]];
    let mut quoted = false;
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        let record = records.last_mut().expect("a record");
        match character {
            '"' if quoted && characters.next_if_eq(&'"').is_some() => {
                record.last_mut().expect("a field").push('"')
            }
            '"' => quoted = !quoted,
            ',' if !quoted => record.push(String::new()),
            '\n' if !quoted => records.push(vec![String::new()]),
            '\r' if !quoted => {}
            _ => record.last_mut().expect("a field").push(character),
        }
    }
    records.retain(|record| record.iter().any(|field| !field.is_empty()));
    records
}

/// The file of that name decoded, against its clean form.
fn check(corpus: &Corpus, name: &str, parameters: &Value, options: &str) -> Result<(), String> {
    let dump = corpus.bytes(&format!("polluted/csv/{name}"));
    let table = Rows::declared(Format::Csv, options, &dump).map_err(|error| error.to_string())?;
    let mut expected = clean(&corpus.read(&format!("polluted/clean/{name}")));
    if parameters["header_lines"] != json!(0) {
        let header = expected.remove(0);
        if header != table.columns {
            return Err(format!("columns {:?}", table.columns));
        }
    }
    if exception(name) == Some(UNKNOWN_PLACE) {
        let lost = expected.iter().filter(|row| !table.rows.contains(row)).count();
        assert_eq!(lost, 1, "{name}: one row costs others");
    }
    match table.rows.iter().zip(&expected).position(|(row, clean)| row != clean) {
        Some(at) => Err(format!("row {} of {}: {:?}", at + 1, table.columns.len(), table.malformed)),
        None if table.rows.len() != expected.len() => {
            Err(format!("{} rows, and not {}: {:?}", table.rows.len(), expected.len(), table.malformed))
        }
        None => Ok(()),
    }
}

/// The parameters of a file as options.
fn declared(parameters: &Value) -> String {
    let mut options = Map::new();
    for (option, parameter) in [("delimiter", "delimiter"), ("quote", "quotechar"), ("escape", "escapechar")]
    {
        if parameters[parameter].as_str().is_some_and(|text| !text.is_empty()) {
            options.insert(option.to_owned(), parameters[parameter].clone());
        }
    }
    options.insert("header".to_owned(), parameters["header_lines"].clone());
    options.insert("skip_lines".to_owned(), parameters["preamble_lines"].clone());
    Value::Object(options).to_string()
}

fn exception(name: &str) -> Option<&'static str> {
    match name {
        "file_field_delimiter_0x20.csv" => Some(BARE_BLANKS),
        "file_multitable_same.csv" => Some(SAME_TABLE),
        _ if ["row_less_sep", "row_more_sep", "row_field_delimiter"]
            .iter()
            .any(|start| name.starts_with(start)) =>
        {
            Some(UNKNOWN_PLACE)
        }
        _ => None,
    }
}

fn polluted(title: &str, listed: &[(&str, usize)], is_declared: bool) {
    let Some(mut corpus) = Corpus::open("c36_csv_pollution") else { return };
    for file in corpus.files("polluted/csv", ".csv") {
        let name = file.trim_start_matches("polluted/csv/");
        let parameters = corpus.read(&format!("polluted/parameters/{name}_parameters.json"));
        let parameters: Value = serde_json::from_str(&parameters).expect("parameters");
        let options = if is_declared { declared(&parameters) } else { "{}".to_owned() };
        let result = check(&corpus, name, &parameters, &options);
        let exception = exception(name).or(match name {
            _ if is_declared => None,
            "file_header_multirow_2.csv" | "file_header_multirow_3.csv" => Some(HEADER_LINES),
            "file_quotation_char_0x27.csv" => Some(OTHER_ESCAPE),
            _ => None,
        });
        corpus.note(name, result, exception);
    }
    corpus.finish(title, "RFC 4180, Pollock's parameters", listed);
}

#[test]
fn polluted_files_give_the_records_of_their_clean_form() {
    let listed =
        [(UNKNOWN_PLACE, 17), (BARE_BLANKS, 1), (SAME_TABLE, 1), (HEADER_LINES, 2), (OTHER_ESCAPE, 1)];
    polluted("Polluted CSV", &listed, false);
}

#[test]
fn polluted_files_whose_dialect_is_declared() {
    let listed = [(UNKNOWN_PLACE, 17), (BARE_BLANKS, 1), (SAME_TABLE, 1)];
    polluted("Polluted CSV, its dialect declared", &listed, true);
}

/// Every table is decoded with that many columns, and no row of it is put aside but those of files named for it.
fn found(set: &'static str, title: &str, columns: impl Fn(&str) -> usize) {
    let Some(mut corpus) = Corpus::open(set) else { return };
    for file in corpus.files("", ".csv") {
        let result = match Rows::declared(Format::Csv, "{}", &corpus.bytes(&file)) {
            Err(error) => Err(error.to_string()),
            Ok(table) if table.columns.len() != columns(&file) => {
                Err(format!("{} columns", table.columns.len()))
            }
            Ok(table) if ["_long_row", "_short_row"].iter().any(|fault| file.contains(fault)) => {
                if table.malformed.len() == 1 { Ok(()) } else { Err(format!("{:?}", table.malformed)) }
            }
            Ok(table) if !table.malformed.is_empty() => Err(format!("{:?}", table.malformed)),
            Ok(table) if table.rows.is_empty() => Err("no rows".to_owned()),
            Ok(_) => Ok(()),
        };
        corpus.note(&file, result, None);
    }
    corpus.finish(title, "RFC 4180", &[]);
}

#[test]
fn indicator_tables() {
    found("c22_sophos_ioc_csv", "Indicators in CSV", |file| match file {
        "Ransomware_prolock_processes_stopped.csv" => 2,
        "2311 Vice Society - Rhysida IoCs.csv"
        | "Pacific_Rim_Covert_Channels_IOCs.csv"
        | "Ransomware-Dharma-RaaS.csv" => 4,
        "crimson_palace_stac1248-alpha.csv" | "crimson_palace_stac1870_bravo.csv" => 7,
        "Pacific_Rim_Defending_Forward_IOCs.csv" => 8,
        "Troj-PS-FX.csv" => 9,
        "Sunburst_blocklists.csv" => 10,
        _ => 3,
    });
}

#[test]
fn lists_of_people_without_header() {
    found("c29_pg_anonymizer_fake", "Fake people", |file| if file.starts_with("identifier") { 3 } else { 2 });
}

#[test]
fn vertices_and_edges() {
    found("c34_age_load_csv", "Vertices and edges", |file| match file {
        "cities.csv" => 8,
        "conversion_edges.csv" => 8,
        "conversion_vertices.csv" | "pipe_edges.csv" => 5,
        "countries.csv" => 17,
        "labels_long_row.csv" => 2,
        "pipe_vertices.csv" => 3,
        _ => 4,
    });
}
