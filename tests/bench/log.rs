//! The log that is ingested: six columns, with the repetition that logs have.
//!
//! Sources are drawn by Zipf from 50,000. A source talks to the world as machines do: with a handful of
//! destinations, domains and users of its own nine times in ten, with any other by Zipf the tenth time.

use std::fmt::Write;

/// Mapping of the log: four entities, three relations.
pub const MAPPING: &str = r#"{
    "columns": ["ts", "src", "dst", "account", "domain", "bytes"],
    "entities": {"src": {"label": "Ip", "key": "src"}, "dst": {"label": "Ip", "key": "dst"},
                 "who": {"label": "User", "key": "account"}, "name": {"label": "Domain", "key": "domain"}},
    "relations": [{"from": "who", "type": "USED", "to": "src"},
                  {"from": "src", "type": "CONNECTED_TO", "to": "dst", "properties": {"bytes": "bytes"}},
                  {"from": "src", "type": "QUERIED", "to": "name"}],
    "time": "ts", "fields": {"bytes": {"rule": "keep"}}, "tlp": "amber"}"#;

/// One row, as numbers.
#[derive(Clone, Copy)]
pub struct Entry {
    /// Since the first of March.
    pub second: u32,
    /// Number of the source address.
    pub src: u32,
    /// Number of the destination address.
    pub dst: u32,
    /// Number of the user.
    pub user: u32,
    /// Number of the domain.
    pub domain: u32,
    /// How much was sent.
    pub bytes: u32,
}

/// How the values of a log are drawn.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// As described above.
    Repeating,
    /// No value occurs twice.
    Distinct,
}

/// The rows from `first` on, always the same. Two logs of the repeating shape that begin at different rows share what
/// two sensors of one network do: the values that are frequent, and what each source is used to.
pub fn entries(shape: Shape, first: u32, count: u32) -> Vec<Entry> {
    let mut random = Random::new(u64::from(first));
    let sources = Zipf::new(50_000, 1.0);
    let others = [Zipf::new(5_000, 1.0), Zipf::new(20_000, 1.0), Zipf::new(20_000, 1.0)];
    let mut all = Vec::with_capacity(count as usize);
    for row in first..first + count {
        let second = row / 50;
        let bytes = (random.next() % 1_000_000) as u32;
        if shape == Shape::Distinct {
            all.push(Entry { second, src: row, dst: row + 0x0800_0000, user: row, domain: row, bytes });
            continue;
        }
        let src = sources.draw(&mut random);
        let mut pick = |at: usize, own: u64| {
            if random.next().is_multiple_of(10) {
                return others[at].draw(&mut random);
            }
            // One of the few that this source always uses: the same each time it is drawn.
            let mut habit = Random::new((u64::from(src) << 8) | (random.next() % own) | (at as u64) << 40);
            others[at].draw(&mut habit)
        };
        let (dst, user, domain) = (pick(0, 6), pick(1, 2), pick(2, 12));
        all.push(Entry { second, src, dst, user, domain, bytes });
    }
    all
}

/// The same of another site: its sources and users are its own, destinations and domains are those of everybody.
pub fn at_site(mut entries: Vec<Entry>, site: u32) -> Vec<Entry> {
    for entry in &mut entries {
        entry.src += site * 100_000;
        entry.user += site * 100_000;
    }
    entries
}

/// A row for each destination and domain that a repeating log may name.
pub fn everything_named() -> Vec<Entry> {
    let row = |at: u32| Entry { second: at, src: 0, dst: at % 5_000, user: 0, domain: at, bytes: 0 };
    (0..=20_000).map(row).collect()
}

/// The rows as CSV with a header line.
pub fn csv(entries: &[Entry]) -> String {
    let mut text = String::with_capacity(entries.len() * 90 + 64);
    text.push_str("ts,src,dst,account,domain,bytes\n");
    for entry in entries {
        let (s, m, h) = (entry.second % 60, entry.second / 60 % 60, entry.second / 3600 % 24);
        let day = entry.second / 86_400 % 28 + 1;
        let _ = writeln!(
            text,
            "2026-03-{day:02}T{h:02}:{m:02}:{s:02}Z,{},{},{},{},{}",
            source(entry.src),
            destination(entry.dst),
            user(entry.user),
            domain(entry.domain),
            entry.bytes
        );
    }
    text
}

/// The source with that number.
pub fn source(number: u32) -> String {
    format!("10.{}.{}.{}", number >> 16 & 255, number >> 8 & 255, number & 255)
}

/// The destination with that number.
pub fn destination(number: u32) -> String {
    format!("{}.{}.{}.{}", 100 + (number >> 24), number >> 16 & 255, number >> 8 & 255, number & 255)
}

/// The user with that number.
pub fn user(number: u32) -> String {
    format!("user{number}@corp.example")
}

/// The domain with that number.
pub fn domain(number: u32) -> String {
    format!("host{}.zone{number}.example.com", number % 7)
}

/// SplitMix64.
pub struct Random(u64);

impl Random {
    /// The same numbers for the same seed.
    pub fn new(seed: u64) -> Random {
        let mut random = Random(seed ^ 0x9E37_79B9_7F4A_7C15);
        random.next();
        random
    }

    /// The next number.
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// A number below that one.
    pub fn below(&mut self, limit: u32) -> u32 {
        (self.next() % u64::from(limit)) as u32
    }
}

/// Zipf's law over 0 … n-1.
pub struct Zipf(Vec<f64>);

impl Zipf {
    /// With that exponent.
    pub fn new(n: u32, exponent: f64) -> Zipf {
        let mut sum = 0.0;
        Zipf(
            (1..=n)
                .map(|rank| {
                    sum += f64::from(rank).powf(-exponent);
                    sum
                })
                .collect(),
        )
    }

    /// One of them.
    pub fn draw(&self, random: &mut Random) -> u32 {
        let total = self.0.last().copied().unwrap_or(1.0);
        let point = (random.next() >> 11) as f64 / (1u64 << 53) as f64 * total;
        self.0.partition_point(|sum| *sum < point).min(self.0.len() - 1) as u32
    }
}
