//! The vertex that stands for a whole row.

use super::Batch;
use super::cells::Cells;
use super::nodes::Nodes;
use super::rows::set;
use crate::canonical::timestamp::ParsedTime;
use crate::mapping::{Index, Source, is_absent};
use crate::protect::hex;

/// Position of `Record` in the labels of a plan.
const RECORD_LABEL: u16 = 0;

impl Batch {
    /// The `Record` of a row, keyed by a digest of its canonical fields: the same row of another dump is the
    /// same vertex. None where the row is empty. The digest is keyed, since rows hold what can be guessed.
    pub(super) fn record(
        &mut self,
        cells: Cells<'_>,
        time: Option<ParsedTime>,
        nodes: &Nodes,
    ) -> Option<u32> {
        let Cells { plan, row, .. } = cells;
        let at = time.map(|time| time.timestamp.micros());
        let mut bytes = std::mem::take(&mut self.row_bytes);
        bytes.clear();
        for column in plan.columns_by_name() {
            let value = row.value(*column);
            if is_absent(value) || plan.is_dropped(*column) {
                continue;
            }
            let name = &plan.columns[*column];
            match (self.only_node(cells, *column, nodes), at) {
                (Some(node), _) => push(&mut bytes, name, self.nodes[node as usize].value.as_bytes()),
                (None, Some(at)) if plan.time_column() == Some(*column) => {
                    push(&mut bytes, name, &at.to_be_bytes())
                }
                (None, _) => push(&mut bytes, name, value.trim_ascii().as_bytes()),
            }
        }
        let digest = (!bytes.is_empty()).then(|| hex(&self.keys.hash.digest("Record", &bytes)));
        self.row_bytes = bytes;
        let record = self.node(RECORD_LABEL, &digest?);
        let node = &mut self.nodes[record as usize];
        node.seen.add(row.number, at);
        for kept in [&plan.leftovers, &plan.asides] {
            set(&mut self.properties, &mut node.properties, cells, kept, [Index::default(); 2], at);
        }
        for (position, entities) in &plan.untaken {
            if !nodes.have_any(entities) {
                let kept = std::slice::from_ref(position);
                set(&mut self.properties, &mut node.properties, cells, kept, [Index::default(); 2], at);
            }
        }
        if let (Some(position), Some(time)) = (plan.written_time, time) {
            // Its offset and precision, which the point in time does not have.
            let (head, at) = (&mut node.properties, time.timestamp.micros());
            self.properties.set(head, position, at, &time.to_rfc3339());
        }
        Some(record)
    }

    /// The node that a column as a whole names. Of an array, whose elements may name several, the text counts.
    fn only_node(&self, cells: Cells<'_>, column: usize, nodes: &Nodes) -> Option<u32> {
        let is_whole = |entity: &&usize| matches!(cells.plan.entities[**entity].source, Some(Source::One(_)));
        let entities = cells.plan.entities_of(column).iter().filter(is_whole);
        entities.flat_map(|entity| nodes.of(*entity)).map(|found| found.node).next()
    }
}

/// Lengths in front keep ("ab", "c") and ("a", "bc") apart.
fn push(bytes: &mut Vec<u8>, name: &str, value: &[u8]) {
    for part in [name.as_bytes(), value] {
        bytes.extend_from_slice(&(part.len() as u32).to_be_bytes());
        bytes.extend_from_slice(part);
    }
}
