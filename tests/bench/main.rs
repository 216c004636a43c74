//! `make bench`: Heimdall beside its rivals, in one run on one machine.
//!
//! Every rate of ingest is rows per second from the client's first byte to the server's commit. Arguments: `ingest` or
//! `canonical` for one part alone; the number of rows of the repeating log (1,000,000), and of the distinct one
//! (200,000).

mod canonical;
mod cypher;
mod log;
mod memory;
mod report;

use std::time::Instant;

use heimdall_tests::Database;
use log::Shape;
use report::{Line, print_table};

const COLUMNS: &str = "ts text, src text, dst text, account text, domain text, bytes text";

fn main() {
    let (numbers, parts): (Vec<String>, Vec<String>) =
        std::env::args().skip(1).partition(|argument| argument.starts_with(|c: char| c.is_ascii_digit()));
    let wanted = |part: &str| parts.is_empty() || parts.iter().any(|wanted| wanted == part);
    assert!(
        parts.iter().all(|part| ["ingest", "canonical"].contains(&part.as_str())),
        "no such part: {parts:?}"
    );
    if wanted("canonical") {
        eprintln!("==> canonicalisers");
        canonical::run();
    }
    if wanted("ingest") {
        ingest(numbers.into_iter().map(|number| number.parse::<u32>().expect("a number of rows")));
    }
}

fn ingest(mut numbers: impl Iterator<Item = u32>) {
    let repeating = numbers.next().unwrap_or(1_000_000);
    let distinct = numbers.next().unwrap_or(200_000);
    let mut lines = Vec::new();
    for (shape, name, rows) in
        [(Shape::Repeating, "repeating", repeating), (Shape::Distinct, "distinct", distinct)]
    {
        eprintln!("==> {name}: {rows} rows");
        lines.extend(measure(shape, name, rows));
    }
    print_table(&lines);
}

fn measure(shape: Shape, name: &'static str, rows: u32) -> Vec<Line> {
    let entries = log::entries(rows, shape);
    let csv = log::csv(&entries);
    let pairs = log::distinct_pairs(&entries);
    let shape_note = format!("{:.0} MB, {pairs} distinct pairs", csv.len() as f64 / 1e6);

    let database = Database::new();
    database.run(&format!("CREATE TABLE plain ({COLUMNS})"));
    let plain = copy(&database, "COPY plain FROM STDIN (FORMAT csv, HEADER)", &csv, &shape_note);
    database.run("DROP TABLE plain");

    database.run(&format!("SELECT heimdall.create_source('log', 'csv', '{}')", log::MAPPING));
    let inbox = copy(
        &database,
        "COPY heimdall_in.log FROM STDIN (FORMAT csv, HEADER)",
        &csv,
        "four entities, three relations",
    );
    let stored = database.rows("SELECT vertices_created, edges_created FROM heimdall.batch");
    eprintln!("    {} vertices, {} edges", stored[0][0], stored[0][1]);

    let cypher = cypher::measure(&Database::new(), &entries);
    let line = |way: &'static str, measured: &Measured| Line {
        log: name,
        way,
        rows: measured.rows,
        seconds: measured.seconds,
        peak_megabytes: measured.peak_megabytes,
        note: measured.note.clone(),
    };
    vec![
        line("COPY to a plain table", &plain),
        line("Heimdall, \\copy to the inbox", &inbox),
        line("Cypher UNWIND … MERGE", &cypher),
    ]
}

/// What was measured.
pub struct Measured {
    rows: u32,
    seconds: f64,
    peak_megabytes: f64,
    note: String,
}

fn copy(database: &Database, statement: &str, csv: &str, note: &str) -> Measured {
    use std::io::Write;
    let mut client = database.connect();
    // A backend's first statement fills its caches; the rival gets the same.
    let pid: i32 = client.query_one("SELECT pg_backend_pid()", &[]).expect("a process").get(0);
    let watch = memory::Watch::start(pid);
    let start = Instant::now();
    let mut writer = client.copy_in(statement).expect("COPY begins");
    for chunk in csv.as_bytes().chunks(256 << 10) {
        writer.write_all(chunk).expect("COPY goes on");
    }
    let rows = writer.finish().expect("COPY ends");
    let seconds = start.elapsed().as_secs_f64();
    Measured { rows: rows as u32, seconds, peak_megabytes: watch.stop(), note: note.to_owned() }
}
