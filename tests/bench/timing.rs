//! Times, and what is said of several.

use std::io::Write;
use std::time::Instant;

use postgres::Client;

/// How long the work took, in seconds, and what it gave.
pub fn timed<R>(work: impl FnOnce() -> R) -> (f64, R) {
    let start = Instant::now();
    let result = work();
    (start.elapsed().as_secs_f64(), result)
}

/// The time that so much of the sample stays below: 0.5 gives the median.
pub fn percentile(sample: &[f64], share: f64) -> f64 {
    let mut sorted = sample.to_vec();
    sorted.sort_by(f64::total_cmp);
    match sorted.len() {
        0 => f64::NAN,
        length if share == 0.5 && length.is_multiple_of(2) => {
            f64::midpoint(sorted[length / 2 - 1], sorted[length / 2])
        }
        length => sorted[((share * length as f64).ceil() as usize).clamp(1, length) - 1],
    }
}

/// The middle one.
pub fn median(sample: &[f64]) -> f64 {
    percentile(sample, 0.5)
}

/// Sends a log as `\copy` does; gives the number of its rows.
pub fn send(client: &mut Client, statement: &str, csv: &str) -> u64 {
    let mut writer = client.copy_in(statement).expect("COPY begins");
    for chunk in csv.as_bytes().chunks(256 << 10) {
        writer.write_all(chunk).expect("COPY goes on");
    }
    writer.finish().expect("COPY ends")
}
