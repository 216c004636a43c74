//! The graph that is asked: a million vertices, five million edges, and one domain that every source asks for.
//!
//! They are 550,000 sources, 150,000 destinations, 150,000 users and 150,000 domains. A row draws its source with
//! Zipf's exponent 0.5, the others with 0.8, so that pairs seldom repeat and degrees are spread as in real networks: most
//! values have a few edges, some have thousands.

use crate::log::{Entry, Random, Zipf};

/// Sources; each has an edge to the hub.
const SOURCES: u32 = 550_000;
/// Destinations, users, domains: so many of each.
const OTHERS: u32 = 150_000;
/// Rows. The first of them name every value once, with the hub as the domain of each source's first.
const ROWS: u32 = 1_670_000;

/// How many there are of what.
#[derive(Clone, Copy)]
pub struct Size {
    /// Sources.
    pub sources: u32,
    /// Destinations, users and domains each. The hub is one domain more.
    pub others: u32,
    rows: u32,
}

impl Size {
    /// The full size times that.
    pub fn scaled(scale: f64) -> Size {
        let scaled = |full: u32| (f64::from(full) * scale) as u32;
        Size { sources: scaled(SOURCES), others: scaled(OTHERS), rows: scaled(ROWS) }
    }

    /// The number of the domain that every source asks for.
    pub fn hub(self) -> u32 {
        self.others
    }
}

/// Rows of the log that makes it.
pub fn entries(size: Size) -> Vec<Entry> {
    let mut random = Random::new(5);
    let (sources, others) = (Zipf::new(size.sources, 0.5), Zipf::new(size.others, 0.8));
    let row = |row: u32| {
        let drawn = |random: &mut Random| others.draw(random);
        Entry {
            second: row / 20,
            src: if row < size.sources { row } else { sources.draw(&mut random) },
            dst: if row < size.others { row } else { drawn(&mut random) },
            user: if row < size.others { row } else { drawn(&mut random) },
            domain: match row.checked_sub(size.sources) {
                None => size.hub(),
                Some(place) if place < size.others => place,
                Some(_) => drawn(&mut random),
            },
            bytes: random.below(1_000_000),
        }
    };
    (0..size.rows).map(row).collect()
}
