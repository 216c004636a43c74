//! A gigabyte of each format through the stream: rows a second, and what the backend takes meanwhile.

use std::io::Write as _;

use heimdall_core::format::Format;
use heimdall_tests::{Database, backend};
use postgres::Client;

use crate::dumps;
use crate::log::{self, Shape};
use crate::memory::{Watch, anonymous};
use crate::options::Options;
use crate::page;
use crate::plot::{Axis, Chart, Line, svg};
use crate::table::{Table, count, round};
use crate::timing::timed;

const BYTES: u32 = 1_000_000_000;
/// Rows that are made at a time.
const STEP: u32 = 20_000;
/// Points of the picture.
const POINTS: usize = 20;

/// The formats, and the mapping of each: the same four entities.
const FORMATS: [(Format, &str); 3] = [
    (Format::Csv, log::MAPPING),
    (
        Format::Ndjson,
        r#"{"entities": {"src": {"label": "Ip", "key": "src"}, "dst": {"label": "Ip", "key": "dst"},
                         "who": {"label": "User", "key": "account"}, "name": {"label": "Domain", "key": "domain"}},
            "relations": [{"from": "who", "type": "USED", "to": "src"},
                          {"from": "src", "type": "CONNECTED_TO", "to": "dst", "properties": {"bytes": "bytes"}},
                          {"from": "src", "type": "QUERIED", "to": "name"}],
            "time": "ts", "fields": {"bytes": {"rule": "keep"}}, "default": {"rule": "drop"}, "tlp": "amber"}"#,
    ),
    (
        Format::Zeek,
        r#"{"entities": {"src": {"label": "Ip", "key": "id.orig_h"}, "dst": {"label": "Ip", "key": "id.resp_h"}},
            "relations": [{"from": "src", "type": "CONNECTED_TO", "to": "dst",
                           "properties": {"bytes": "orig_bytes", "service": "service"}}],
            "time": "ts", "fields": {"orig_bytes": {"rule": "keep"}, "service": {"rule": "keep"}},
            "default": {"rule": "drop"}, "tlp": "amber"}"#,
    ),
];

/// One dump on its way in.
struct Taken {
    bytes: usize,
    rows: u64,
    seconds: f64,
    peak: f64,
    /// Memory above the beginning, in MB, after each share of the dump.
    memory: Vec<f64>,
}

/// Measures all, and draws the memory where the page is written.
pub fn run(options: &Options) -> String {
    let mut table = Table::new(&["format", ">MB", ">rows", ">s", ">MB/s", ">rows/s", ">peak MB above idle"]);
    let mut lines = Vec::new();
    for (format, mapping) in FORMATS {
        let Taken { bytes, rows, seconds, peak, memory } = take(options, format, mapping);
        eprintln!("    {}: {seconds:.0} s, {peak:.0} MB", format.name());
        table.row([
            format.name().to_owned(),
            round(bytes as f64 / 1e6),
            count(rows),
            round(seconds),
            round(bytes as f64 / 1e6 / seconds),
            round(rows as f64 / seconds),
            format!("{peak:.0}"),
        ]);
        lines.push(Line { name: format.name(), values: memory });
    }
    let picture = svg(&chart(options, lines));
    if options.write {
        std::fs::write(page::folder().join("benchmarks/memory.svg"), picture)
            .expect("the picture is written");
    } else {
        let path = std::env::temp_dir().join("heimdall-memory.svg");
        std::fs::write(&path, picture).expect("the picture is written");
        eprintln!("    the picture is {}", path.display());
    }
    table.to_string()
}

fn take(options: &Options, format: Format, mapping: &str) -> Taken {
    let database = Database::new();
    database.source("dump", format.name(), mapping);
    // What a backend takes once, whatever it ingests, is no part of it.
    let mut client = database.connect();
    send(&mut client, format, (0, 100), 1, |_| ());
    let pid = backend(&mut client);
    let before = anonymous(pid);
    let watch = Watch::start(pid);
    let bytes = options.scaled(BYTES) as usize;
    let mut memory = Vec::new();
    let (seconds, (rows, sent)) = timed(|| {
        send(&mut client, format, (STEP, STEP), bytes, |sent| {
            while sent >= bytes / POINTS * (memory.len() + 1) && memory.len() < POINTS {
                memory.push(anonymous(pid) - before);
            }
        })
    });
    Taken { bytes: sent, rows, seconds, peak: watch.stop(), memory }
}

/// Sends the log from its row `first` on, so many rows a chunk, until so many bytes are out; gives rows and bytes.
fn send(
    client: &mut Client,
    format: Format,
    (first, step): (u32, u32),
    bytes: usize,
    mut look: impl FnMut(usize),
) -> (u64, usize) {
    let mut writer = client
        .copy_in("COPY heimdall_in.stream (source, chunk) FROM STDIN (FORMAT binary)")
        .expect("COPY begins");
    let (before, _, after) = dumps::frame(format);
    writer.write_all(b"PGCOPY\n\xFF\r\n\0\0\0\0\0\0\0\0\0").expect("COPY goes on");
    let mut text = String::from(before);
    let (mut sent, mut rows) = (0, 0);
    while sent < bytes {
        let entries = log::entries(Shape::Repeating, first + rows, step);
        assert!(dumps::records(format, &entries, rows == 0, &mut text), "a dump of that format");
        rows += step;
        sent += text.len();
        chunk(&mut writer, &text);
        text.clear();
        look(sent);
    }
    text.push_str(after);
    chunk(&mut writer, &text);
    writer.write_all(&(-1i16).to_be_bytes()).expect("COPY goes on");
    writer.finish().expect("COPY ends");
    (u64::from(rows), sent)
}

/// One row of the stream, as COPY has it in binary.
fn chunk(writer: &mut impl std::io::Write, text: &str) {
    let source = b"dump";
    let mut row = Vec::with_capacity(text.len() + 16);
    row.extend_from_slice(&2i16.to_be_bytes());
    for field in [&source[..], text.as_bytes()] {
        row.extend_from_slice(&(field.len() as u32).to_be_bytes());
        row.extend_from_slice(field);
    }
    writer.write_all(&row).expect("COPY goes on");
}

fn chart(options: &Options, lines: Vec<Line>) -> Chart {
    let gigabytes = |at: usize| f64::from(options.scaled(BYTES)) / 1e9 * at as f64 / POINTS as f64;
    let label = |at: usize| match at % 5 {
        0 => format!("{:.2}", gigabytes(at)),
        _ => String::new(),
    };
    Chart {
        title: "Memory of the backend while a dump goes in".to_owned(),
        across: "GB of the dump so far",
        upward: "MB above idle",
        axis: Axis::Linear,
        places: (1..=POINTS).map(|at| (gigabytes(at), label(at))).collect(),
        panels: vec![("through heimdall_in.stream", lines)],
    }
}
