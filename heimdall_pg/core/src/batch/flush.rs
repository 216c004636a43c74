//! What a batch hands to the store: records in key order, each once.

use serde_json::{Map, Value};

use super::{Batch, Node, Properties, Reject, Seen};
use crate::mapping::Plan;
use crate::protect::{Binding, Rule, SealError, Tlp, hex};

/// Everything that waits to be stored. Nodes are sorted by label and value, so that writers who meet take
/// their locks in one order.
pub struct Flush<'a> {
    batch: &'a mut Batch,
    plan: &'a Plan,
    nodes: Vec<NodeOut>,
    edges: Vec<EdgeOut>,
    rejects: Vec<Reject>,
}

/// A node of a flush.
pub struct NodeOut {
    /// Position in [`Plan::labels`].
    pub label: u16,
    /// Key in the registry, `label:value`.
    pub key: String,
    /// When it was seen.
    pub seen: Seen,
    node: Node,
}

/// An edge of a flush.
pub struct EdgeOut {
    /// Position in [`Plan::edge_types`].
    pub edge_type: u16,
    /// Position in [`Flush::nodes`].
    pub from: usize,
    /// Position in [`Flush::nodes`].
    pub to: usize,
    /// When it was seen.
    pub seen: Seen,
    properties: Properties,
}

impl Batch {
    /// Empties the batch into a flush.
    pub fn flush<'a>(&'a mut self, plan: &'a Plan) -> Flush<'a> {
        let mut order: Vec<(usize, Node)> = std::mem::take(&mut self.nodes).into_iter().enumerate().collect();
        // A rejected row may have left nodes that no row counts.
        order.retain(|(_, node)| node.seen.count > 0);
        let label = |node: &Node| &plan.labels[usize::from(node.label)];
        order.sort_unstable_by(|(_, a), (_, b)| (label(a), &a.value).cmp(&(label(b), &b.value)));
        let mut position = vec![usize::MAX; order.iter().map(|(at, _)| at + 1).max().unwrap_or(0)];
        let mut nodes = Vec::with_capacity(order.len());
        for (to, (from, node)) in order.into_iter().enumerate() {
            position[from] = to;
            let key = format!("{}:{}", label(&node), node.value);
            nodes.push(NodeOut {
                label: node.label,
                key,
                seen: node.seen,
                node,
            });
        }
        let edges = std::mem::take(&mut self.edges)
            .into_iter()
            .map(|(key, edge)| EdgeOut {
                edge_type: key.edge_type,
                from: position[key.from as usize],
                to: position[key.to as usize],
                seen: edge.seen,
                properties: edge.properties,
            });
        let edges = edges.collect();
        let rejects = std::mem::take(&mut self.rejects);
        self.by_value.clear();
        self.by_spelling.clear();
        self.size = 0;
        Flush {
            batch: self,
            plan,
            nodes,
            edges,
            rejects,
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
        self.batch.id
    }

    /// In order of label and value.
    pub fn nodes(&self) -> &[NodeOut] {
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

    /// The properties of a vertex that is to be made, as a JSON object.
    ///
    /// # Errors
    /// [`SealError`].
    pub fn vertex(&mut self, position: usize) -> Result<String, SealError> {
        let NodeOut { node, key, .. } = &self.nodes[position];
        let mut members = Map::new();
        members.insert("value".to_owned(), Value::from(&*node.value));
        members.insert("tlp".to_owned(), Value::from(self.plan.tlp.level()));
        let mut sealed = Map::new();
        if let Some(original) = &node.original {
            let binding = Binding {
                record: key,
                field: "value",
            };
            let text = self
                .batch
                .keys
                .data
                .seal(binding, original.tlp, original.plain.as_bytes())?;
            sealed.insert("value".to_owned(), Value::from(text));
        }
        protect(
            self.batch,
            self.plan,
            key,
            &node.properties,
            &mut members,
            &mut sealed,
        )?;
        Ok(object(members, sealed))
    }

    /// What a vertex that is there already is to take over; none where there is nothing.
    ///
    /// # Errors
    /// [`SealError`].
    pub fn vertex_update(&mut self, position: usize) -> Result<Option<String>, SealError> {
        let NodeOut { node, key, label, .. } = &self.nodes[position];
        // A row is what it is: its vertex never changes.
        if node.properties.0.is_empty() || *label == 0 {
            return Ok(None);
        }
        let (mut members, mut sealed) = (Map::new(), Map::new());
        protect(
            self.batch,
            self.plan,
            key,
            &node.properties,
            &mut members,
            &mut sealed,
        )?;
        Ok(Some(object(members, sealed)))
    }

    /// The properties of an edge that is to be made, as a JSON object.
    ///
    /// # Errors
    /// [`SealError`].
    pub fn edge(&mut self, position: usize) -> Result<String, SealError> {
        let mut members = Map::new();
        members.insert("tlp".to_owned(), Value::from(self.plan.tlp.level()));
        self.edge_properties(position, members)
    }

    /// What an edge that is there already is to take over; none where there is nothing.
    ///
    /// # Errors
    /// [`SealError`].
    pub fn edge_update(&mut self, position: usize) -> Result<Option<String>, SealError> {
        if self.edges[position].properties.0.is_empty() {
            return Ok(None);
        }
        self.edge_properties(position, Map::new()).map(Some)
    }

    fn edge_properties(
        &mut self,
        position: usize,
        mut members: Map<String, Value>,
    ) -> Result<String, SealError> {
        let edge = &self.edges[position];
        let mut sealed = Map::new();
        if !edge.properties.0.is_empty() {
            let key = edge_key(self.plan, &self.nodes, edge);
            protect(
                self.batch,
                self.plan,
                &key,
                &edge.properties,
                &mut members,
                &mut sealed,
            )?;
        }
        Ok(object(members, sealed))
    }
}

/// The name of an edge that its sealed properties are bound to.
fn edge_key(plan: &Plan, nodes: &[NodeOut], edge: &EdgeOut) -> String {
    let edge_type = &plan.edge_types[usize::from(edge.edge_type)];
    format!("{edge_type}:{}>{}", nodes[edge.from].key, nodes[edge.to].key)
}

fn protect(
    batch: &mut Batch,
    plan: &Plan,
    key: &str,
    properties: &Properties,
    members: &mut Map<String, Value>,
    sealed: &mut Map<String, Value>,
) -> Result<(), SealError> {
    for (position, _, value) in &properties.0 {
        let property = &plan.properties[usize::from(*position)];
        match property.rule.rule {
            Rule::Drop => {}
            Rule::Keep => {
                members.insert(property.name.clone(), Value::from(&**value));
            }
            Rule::Hash => {
                let digest = hex(&batch.keys.hash.digest("Text", value.as_bytes()));
                members.insert(property.name.clone(), Value::from(digest));
            }
            Rule::Encrypt => {
                let binding = Binding {
                    record: key,
                    field: &property.name,
                };
                let text = batch
                    .keys
                    .data
                    .seal(binding, property.rule.tlp, value.as_bytes())?;
                sealed.insert(property.name.clone(), Value::from(text));
            }
        }
    }
    Ok(())
}

fn object(mut members: Map<String, Value>, sealed: Map<String, Value>) -> String {
    if !sealed.is_empty() {
        members.insert("sealed".to_owned(), Value::Object(sealed));
    }
    Value::Object(members).to_string()
}

impl NodeOut {
    /// True where key and mark say all there is.
    pub fn is_plain(&self) -> bool {
        self.node.original.is_none() && self.node.properties.0.is_empty()
    }
}

impl EdgeOut {
    /// True where the ends and the mark say all there is.
    pub fn is_plain(&self) -> bool {
        self.properties.0.is_empty()
    }
}
