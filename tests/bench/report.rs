//! The table that `make bench` prints.

/// One way of taking in one log.
pub struct Line {
    /// Which log.
    pub log: &'static str,
    /// Which way.
    pub way: &'static str,
    /// Rows that were taken in.
    pub rows: u32,
    /// How long that took.
    pub seconds: f64,
    /// Memory that the backend took beyond what it had.
    pub peak_megabytes: f64,
    /// What the figure depends on.
    pub note: String,
}

impl Line {
    fn rate(&self) -> f64 {
        f64::from(self.rows) / self.seconds
    }
}

/// Prints the table, with the ratio of Heimdall to each rival.
pub fn print_table(lines: &[Line]) {
    println!("| log | way | rows | s | rows/s | Heimdall is | peak MB | note |");
    println!("|---|---|---:|---:|---:|---:|---:|---|");
    for line in lines {
        let heimdall = lines.iter().find(|other| other.log == line.log && other.way.starts_with("Heimdall"));
        let ratio = match heimdall.map(|heimdall| heimdall.rate() / line.rate()) {
            Some(_) if line.way.starts_with("Heimdall") => String::new(),
            Some(ratio) if ratio < 1.0 => format!("1/{:.1}", 1.0 / ratio),
            Some(ratio) => format!("{ratio:.1} ×"),
            None => String::new(),
        };
        let Line { log, way, rows, seconds, peak_megabytes, note } = line;
        let rate = line.rate();
        println!(
            "| {log} | {way} | {rows} | {seconds:.2} | {rate:.0} | {ratio} | {peak_megabytes:.0} | {note} |"
        );
    }
}
