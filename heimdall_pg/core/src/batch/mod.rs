//! What a dump says, merged: each record once, with how often and when it was seen.

mod flush;
mod record;
mod reject;
mod rows;
mod seen;

pub use flush::{EdgeOut, Flush, NodeOut};
pub use reject::Reject;
pub use seen::Seen;

use std::collections::HashMap;
use std::rc::Rc;

use zeroize::Zeroizing;

use crate::protect::{DataKey, HashKeys};

/// The keys that a batch protects values with.
pub struct Keys {
    /// For hashes.
    pub hash: HashKeys,
    /// For sealed values.
    pub data: DataKey,
}

/// Rows merged in memory since the last flush.
pub struct Batch {
    id: i64,
    keys: Keys,
    nodes: Vec<Node>,
    /// Canonical value → node, by label.
    by_value: Vec<HashMap<Rc<str>, u32>>,
    /// Value as it was spelled → node, by entity: what was seen before is not canonicalised again.
    by_spelling: Vec<HashMap<Box<str>, u32>>,
    edges: HashMap<EdgeKey, Edge>,
    rejects: Vec<Reject>,
    size: usize,
    counts: Counts,
    row_nodes: Vec<Option<u32>>,
    row_bytes: Vec<u8>,
}

/// Rows of the batch so far, flushed ones included.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Rows of the dump.
    pub read: u64,
    /// Rows that are in the graph.
    pub accepted: u64,
    /// Rows that are in `heimdall.rejects`.
    pub rejected: u64,
}

struct Node {
    label: u16,
    value: Rc<str>,
    /// What a hashed key stands for; sealed when the vertex is made.
    original: Option<Original>,
    seen: Seen,
    properties: Properties,
}

struct Original {
    plain: Zeroizing<String>,
    tlp: crate::protect::Tlp,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct EdgeKey {
    edge_type: u16,
    from: u32,
    to: u32,
}

#[derive(Default)]
struct Edge {
    seen: Seen,
    properties: Properties,
}

/// Values by property, each with the time it is from: the latest is kept.
#[derive(Default)]
struct Properties(Vec<(u16, i64, Box<str>)>);

impl Properties {
    /// Returns how many bytes it grew.
    fn set(&mut self, property: u16, at: i64, value: &str) -> usize {
        match self.0.iter_mut().find(|(other, _, _)| *other == property) {
            Some((_, then, _)) if *then > at => 0,
            Some((_, then, old)) => {
                *then = at;
                if **old != *value {
                    *old = value.into();
                }
                0
            }
            None => {
                self.0.push((property, at, value.into()));
                value.len() + size_of::<(u16, i64, Box<str>)>()
            }
        }
    }
}

impl Batch {
    /// An empty batch with the number it is to have in the database.
    pub fn new(id: i64, keys: Keys) -> Batch {
        Batch {
            id,
            keys,
            nodes: Vec::new(),
            by_value: Vec::new(),
            by_spelling: Vec::new(),
            edges: HashMap::new(),
            rejects: Vec::new(),
            size: 0,
            counts: Counts::default(),
            row_nodes: Vec::new(),
            row_bytes: Vec::new(),
        }
    }

    /// The number in the database.
    pub const fn id(&self) -> i64 {
        self.id
    }

    /// About how many bytes of memory it takes.
    pub const fn size(&self) -> usize {
        self.size
    }

    /// Rows so far.
    pub const fn counts(&self) -> Counts {
        self.counts
    }

    /// True where nothing waits for a flush.
    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty() && self.rejects.is_empty()
    }

    /// The row that was put aside last, unless a flush has taken it.
    pub(crate) fn last_reject(&self) -> Option<&Reject> {
        self.rejects.last()
    }

    /// The keys.
    pub fn keys(&mut self) -> &mut Keys {
        &mut self.keys
    }
}
