//! The log that is ingested: six columns, with the repetition that logs have.
//!
//! Sources are drawn by Zipf from 50,000. A source talks to the world as machines do: with a handful of
//! destinations, domains and users of its own nine times in ten, with any other by Zipf the tenth time. How many
//! distinct pairs that gives is printed beside the result, since it decides how many edges there are.

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
    second: u32,
    /// Number of the source address.
    pub src: u32,
    /// Number of the destination address.
    pub dst: u32,
    /// Number of the user.
    pub user: u32,
    /// Number of the domain.
    pub domain: u32,
    bytes: u32,
}

/// How the values of a log are drawn.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// As described above.
    Repeating,
    /// No value occurs twice.
    Distinct,
}

/// `count` rows, always the same.
pub fn entries(count: u32, shape: Shape) -> Vec<Entry> {
    let mut random = Random(0x9E37_79B9_7F4A_7C15);
    let (sources, others) = (Zipf::new(50_000), [Zipf::new(5_000), Zipf::new(20_000), Zipf::new(20_000)]);
    let mut all = Vec::with_capacity(count as usize);
    for row in 0..count {
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
            let mut habit = Random((u64::from(src) << 8) | (random.next() % own) | (at as u64) << 40);
            habit.next();
            others[at].draw(&mut habit)
        };
        let (dst, user, domain) = (pick(0, 6), pick(1, 2), pick(2, 12));
        all.push(Entry { second, src, dst, user, domain, bytes });
    }
    all
}

/// The rows as CSV with a header line.
pub fn csv(entries: &[Entry]) -> String {
    let mut text = String::with_capacity(entries.len() * 90 + 64);
    text.push_str("ts,src,dst,account,domain,bytes\n");
    for entry in entries {
        let (s, m, h) = (entry.second % 60, entry.second / 60 % 60, entry.second / 3600 % 24);
        let day = entry.second / 86_400 % 28 + 1;
        let Entry { src, dst, user, domain, bytes, .. } = entry;
        let _ = writeln!(
            text,
            "2026-03-{day:02}T{h:02}:{m:02}:{s:02}Z,10.{}.{}.{},{}.{}.{}.{},user{user}@corp.example,\
             host{}.zone{domain}.example.com,{bytes}",
            src >> 16 & 255,
            src >> 8 & 255,
            src & 255,
            100 + (dst >> 24),
            dst >> 16 & 255,
            dst >> 8 & 255,
            dst & 255,
            domain % 7,
        );
    }
    text
}

/// Distinct (source, destination), (source, user) and (source, domain).
pub fn distinct_pairs(entries: &[Entry]) -> usize {
    let mut pairs: Vec<(u8, u32, u32)> = Vec::with_capacity(entries.len() * 3);
    for entry in entries {
        pairs.extend([(0, entry.src, entry.dst), (1, entry.src, entry.user), (2, entry.src, entry.domain)]);
    }
    pairs.sort_unstable();
    pairs.dedup();
    pairs.len()
}

/// SplitMix64.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }
}

/// Zipf's law with exponent 1 over 0 … n-1.
struct Zipf(Vec<f64>);

impl Zipf {
    fn new(n: u32) -> Zipf {
        let mut sum = 0.0;
        Zipf(
            (1..=n)
                .map(|rank| {
                    sum += 1.0 / f64::from(rank);
                    sum
                })
                .collect(),
        )
    }

    fn draw(&self, random: &mut Random) -> u32 {
        let total = self.0.last().copied().unwrap_or(1.0);
        let point = (random.next() >> 11) as f64 / (1u64 << 53) as f64 * total;
        self.0.partition_point(|sum| *sum < point).min(self.0.len() - 1) as u32
    }
}
