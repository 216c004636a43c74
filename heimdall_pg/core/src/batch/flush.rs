//! What a batch hands to the store: records in key order, each once.

use super::object::Object;
use super::properties::{Head, Properties};
use super::{Batch, Keys, Node, Reject, Seen};
use crate::mapping::Plan;
use crate::protect::{SealError, Tlp};

/// Everything that waits to be stored. Nodes are sorted by label and value, so that writers who meet take
/// their locks in one order.
pub struct Flush<'a> {
    batch: i64,
    keys: &'a mut Keys,
    plan: &'a Plan,
    nodes: Vec<Node>,
    edges: Vec<EdgeOut>,
    properties: Properties,
    rejects: Vec<Reject>,
}

/// An edge of a flush.
pub struct EdgeOut {
    /// Position in [`Plan::edge_types`].
    pub edge_type: u16,
    /// Position in [`Flush::nodes`].
    pub from: u32,
    /// Position in [`Flush::nodes`].
    pub to: u32,
    /// When it was seen.
    pub seen: Seen,
    properties: Head,
}

impl Batch {
    /// Empties the batch into a flush.
    pub fn flush<'a>(&'a mut self, plan: &'a Plan) -> Flush<'a> {
        // The tables go first: the flush needs the memory.
        self.by_value = Vec::new();
        self.by_spelling = Vec::new();
        self.derived = super::Map::default();
        self.size = 0;
        let mut rank = vec![0u16; plan.labels.len()];
        let mut labels: Vec<usize> = (0..plan.labels.len()).collect();
        labels.sort_unstable_by_key(|label| &plan.labels[*label]);
        labels.iter().enumerate().for_each(|(place, label)| rank[*label] = place as u16);

        // Sorted where they are: a copy of them would be a third of the memory that a batch takes.
        let mut nodes = std::mem::take(&mut self.nodes);
        let mut position = vec![u32::MAX; nodes.len()];
        // A rejected row may have left nodes that no row counts.
        nodes.retain(|node| node.seen.count > 0);
        nodes.sort_unstable_by(|a, b| {
            let rank = |node: &Node| rank[usize::from(node.label)];
            rank(a).cmp(&rank(b)).then_with(|| a.value.cmp(&b.value))
        });
        (0..).zip(&nodes).for_each(|(to, node)| position[node.at as usize] = to);
        let edges = std::mem::take(&mut self.edges).into_iter().map(|(key, edge)| EdgeOut {
            edge_type: key.edge_type,
            from: position[key.from as usize],
            to: position[key.to as usize],
            seen: edge.seen,
            properties: edge.properties,
        });
        Flush {
            batch: self.id,
            nodes,
            edges: edges.collect(),
            properties: std::mem::take(&mut self.properties),
            rejects: std::mem::take(&mut self.rejects),
            keys: &mut self.keys,
            plan,
        }
    }
}

impl Flush<'_> {
    /// The plan of the rows.
    pub fn plan(&self) -> &Plan {
        self.plan
    }

    /// The mark that the records carry.
    pub fn tlp(&self) -> Tlp {
        self.plan.tlp
    }

    /// Number of the batch.
    pub fn batch(&self) -> i64 {
        self.batch
    }

    /// Key of a vertex in the registry, `label:value`.
    pub fn key(&self, position: usize) -> String {
        let (label, value) = self.key_parts(position);
        format!("{label}:{value}")
    }

    /// The two parts of a key.
    pub fn key_parts(&self, position: usize) -> (&str, &str) {
        let node = &self.nodes[position];
        (&self.plan.labels[usize::from(node.label)], &node.value)
    }

    /// In order of label and value.
    pub fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    /// In no order.
    pub fn edges(&self) -> &[EdgeOut] {
        &self.edges
    }

    /// In order of rows.
    pub fn rejects(&self) -> &[Reject] {
        &self.rejects
    }

    /// The properties of a vertex that is to be made.
    ///
    /// # Errors
    /// [`SealError`].
    pub fn vertex(&mut self, position: usize) -> Result<Object<'_>, SealError> {
        let node = &self.nodes[position];
        let mut object = Object::default();
        object.set("value", &*node.value);
        object.set_tlp(self.plan.tlp);
        if !self.nodes[position].is_plain() {
            let key = self.key(position);
            if let Some(original) = &node.original {
                object.seal(self.keys, &key, "value", original.tlp, &original.plain)?;
            }
            object.fill(self.keys, self.plan, &key, self.properties.of(node.properties))?;
        }
        Ok(object)
    }

    /// What a vertex that is there already is to take over; none where there is nothing.
    ///
    /// # Errors
    /// [`SealError`].
    pub fn vertex_update(&mut self, position: usize) -> Result<Option<Object<'_>>, SealError> {
        let node = &self.nodes[position];
        let original = node.original.as_ref().filter(|original| original.says_more);
        // A row is what it is: its vertex never changes.
        if node.properties.is_empty() && original.is_none() || node.label == 0 {
            return Ok(None);
        }
        let key = self.key(position);
        let mut object = Object::default();
        if let Some(original) = original {
            object.seal(self.keys, &key, "value", original.tlp, &original.plain)?;
        }
        object.fill(self.keys, self.plan, &key, self.properties.of(node.properties))?;
        Ok(Some(object))
    }

    /// The properties of an edge that is to be made.
    ///
    /// # Errors
    /// [`SealError`].
    pub fn edge(&mut self, position: usize) -> Result<Object<'_>, SealError> {
        let mut object = Object::default();
        object.set_tlp(self.plan.tlp);
        self.fill_edge(position, object)
    }

    /// What an edge that is there already is to take over; none where there is nothing.
    ///
    /// # Errors
    /// [`SealError`].
    pub fn edge_update(&mut self, position: usize) -> Result<Option<Object<'_>>, SealError> {
        if self.edges[position].properties.is_empty() {
            return Ok(None);
        }
        self.fill_edge(position, Object::default()).map(Some)
    }

    fn fill_edge<'o>(&'o mut self, position: usize, mut object: Object<'o>) -> Result<Object<'o>, SealError> {
        let edge = &self.edges[position];
        if edge.properties.is_empty() {
            return Ok(object);
        }
        let edge_type = &self.plan.edge_types[usize::from(edge.edge_type)];
        let key = format!("{edge_type}:{}>{}", self.key(edge.from as usize), self.key(edge.to as usize));
        object.fill(self.keys, self.plan, &key, self.properties.of(edge.properties))?;
        Ok(object)
    }
}

impl Node {
    /// True where key and mark say all there is.
    pub fn is_plain(&self) -> bool {
        self.original.is_none() && self.properties.is_empty()
    }
}

impl EdgeOut {
    /// True where the ends and the mark say all there is.
    pub fn is_plain(&self) -> bool {
        self.properties.is_empty()
    }
}
