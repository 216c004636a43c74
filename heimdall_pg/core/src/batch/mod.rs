//! What a dump says, merged: each record once, with how often and when it was seen.

mod apply;
mod cells;
mod derive;
mod flush;
mod key;
mod nodes;
mod object;
mod preview;
mod properties;
mod reapply;
mod record;
mod reject;
mod rekey;
mod rows;
mod seen;

pub use flush::{EdgeOut, Flush};
pub use object::{Member, Object};
pub use preview::{Line, Shown};
pub use reapply::{Changed, Opened, reapply};
pub use reject::{Encoding, Reject, reject_record};
pub use rekey::{rebind, rekey};
pub use seen::Seen;

use std::collections::HashMap;
use std::rc::Rc;

use zeroize::Zeroizing;

use self::derive::Derived;
use self::nodes::Nodes;
use self::properties::{Head, Properties};
use crate::protect::{DataKey, HashKeys, Tlp};

/// Keyed at random, since those who send dumps choose the values, and faster than the standard one.
type Map<K, V> = HashMap<K, V, ahash::RandomState>;

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
    by_value: Vec<Map<Rc<str>, u32>>,
    /// Value as it was spelled, where that is not its canonical form → node, by entity: what was seen before is
    /// not canonicalised again.
    by_spelling: Vec<Map<Box<str>, u32>>,
    edges: Map<EdgeKey, Edge>,
    /// What follows from a node, for those that were asked about.
    derived: Map<u32, Derived>,
    properties: Properties,
    rejects: Vec<Reject>,
    size: usize,
    counts: Counts,
    row_nodes: Nodes,
    row_derived: cells::Derived,
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

/// A vertex of a batch.
pub struct Node {
    /// Position in [`crate::mapping::Plan::labels`].
    pub label: u16,
    /// Its place before a flush sorts them.
    at: u32,
    value: Rc<str>,
    /// What the key does not say: the original of a hashed key, the spelling of a URL. Sealed when it is stored.
    original: Option<Original>,
    /// When it was seen.
    pub seen: Seen,
    properties: Head,
}

struct Original {
    plain: Zeroizing<String>,
    tlp: Tlp,
    /// It says more than the vertex does that is there already, such as the password in a URL.
    says_more: bool,
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
    properties: Head,
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
            edges: Map::default(),
            derived: Map::default(),
            properties: Properties::default(),
            rejects: Vec::new(),
            size: 0,
            counts: Counts::default(),
            row_nodes: Nodes::default(),
            row_derived: cells::Derived::default(),
            row_bytes: Vec::new(),
        }
    }

    /// The number in the database.
    pub const fn id(&self) -> i64 {
        self.id
    }

    /// About how many bytes of memory it takes.
    pub fn size(&self) -> usize {
        // A table of the standard library is between 7/16 and 7/8 full.
        let edges = self.edges.capacity() * size_of::<(EdgeKey, Edge)>();
        self.size + edges + self.properties.size()
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
