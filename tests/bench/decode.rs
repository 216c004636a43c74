//! Decoders alone, by format: bytes in, rows out, and nothing is done with the rows.

use std::time::Duration;

use cpu_time::ThreadTime;
use heimdall_core::format::{Decoder, Format, FormatError, FormatOptions, Malformed, Row, Sink};

use crate::dumps;
use crate::log::{self, Shape};
use crate::options::Options;
use crate::table::{Table, count, ratio, round};
use crate::timing::median;

/// Each dump is decoded so often, in turn with its rival; the median counts.
const RUNS: usize = 5;
/// As the shell hands chunks over.
const CHUNK: usize = 64 << 10;
/// A MISP event has 64 MiB at most.
const BYTES: u32 = 48 << 20;

/// Counts what comes.
#[derive(Default)]
struct Counted {
    rows: u64,
    bytes: usize,
}

impl Sink for Counted {
    type Error = FormatError;

    fn header(&mut self, _: &[String]) -> Result<(), FormatError> {
        Ok(())
    }

    fn columns(&mut self, _: &[String]) -> Result<(), FormatError> {
        Ok(())
    }

    fn row(&mut self, row: Row<'_>) -> Result<(), FormatError> {
        self.rows += 1;
        self.bytes += row.values.iter().map(|value| value.len()).sum::<usize>();
        Ok(())
    }

    fn malformed(&mut self, row: Malformed<'_>) -> Result<(), FormatError> {
        panic!("row {} of a dump of the benchmark is malformed: {}", row.number, row.reason)
    }
}

/// Measures every format that a dump can be written in here.
pub fn run(options: &Options) -> String {
    let entries = log::entries(Shape::Repeating, 0, 50_000);
    let mut table =
        Table::new(&["format", ">MB", ">rows", ">MB/s", ">rows/s", "rival", ">MB/s", ">Heimdall is"]);
    for format in Format::ALL {
        let Some(dump) = dumps::whole(format, &entries, options.scaled(BYTES) as usize) else { continue };
        let rival = rival(format);
        let (mut own, mut others, mut rows) = (Vec::new(), Vec::new(), 0);
        for _ in 0..RUNS {
            own.push(seconds(|| rows = decode(format, dump.as_bytes())));
            if let Some((_, read)) = rival {
                others.push(seconds(|| assert!(read(&dump) >= rows, "the rival has read all rows")));
            }
        }
        let rate = |sample: &[f64]| dump.len() as f64 / 1e6 / median(sample);
        table.row([
            format.name().to_owned(),
            round(dump.len() as f64 / 1e6),
            count(rows),
            round(rate(&own)),
            round(rows as f64 / median(&own)),
            rival.map_or(String::new(), |(name, _)| name.to_owned()),
            if rival.is_some() { round(rate(&others)) } else { String::new() },
            if rival.is_some() { ratio(rate(&own), rate(&others)) } else { String::new() },
        ]);
    }
    table.to_string()
}

fn seconds(work: impl FnOnce()) -> f64 {
    let start = ThreadTime::now();
    work();
    start.elapsed().max(Duration::from_nanos(1)).as_secs_f64()
}

fn decode(format: Format, dump: &[u8]) -> u64 {
    let mut counted = Counted::default();
    let mut decoder = Decoder::new(format, &FormatOptions::default());
    for chunk in dump.chunks(CHUNK) {
        decoder.push(chunk, &mut counted).expect("a dump of the benchmark");
    }
    decoder.finish(&mut counted).expect("a dump of the benchmark");
    assert!(counted.rows > 0 && counted.bytes > 0, "{} gives rows", format.name());
    counted.rows
}

/// A rival reads a dump and gives the number of its rows.
type Read = fn(&str) -> u64;

/// What one would reach for without Heimdall, where there is something.
fn rival(format: Format) -> Option<(&'static str, Read)> {
    match format {
        Format::Csv => Some(("crate csv, `StringRecord`", csv)),
        Format::Ndjson => Some(("crate serde_json, `Value`", ndjson)),
        Format::Zeek => Some(("`str::split` by line and tab", zeek)),
        _ => None,
    }
}

fn csv(dump: &str) -> u64 {
    let mut reader = csv::Reader::from_reader(dump.as_bytes());
    let mut record = csv::StringRecord::new();
    let mut rows = 0;
    while reader.read_record(&mut record).expect("CSV") {
        rows += 1;
    }
    rows
}

fn ndjson(dump: &str) -> u64 {
    let values = dump.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).expect("JSON"));
    values.map(|value| u64::from(std::hint::black_box(value).is_object())).sum()
}

fn zeek(dump: &str) -> u64 {
    let mut rows = 0;
    let mut values: Vec<&str> = Vec::new();
    for line in dump.lines().filter(|line| !line.starts_with('#')) {
        values.clear();
        values.extend(line.split('\t'));
        rows += u64::from(!std::hint::black_box(&values).is_empty());
    }
    rows
}
