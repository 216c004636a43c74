//! The vertex that stands for a whole row.

use super::Batch;
use super::rows::set;
use crate::canonical::timestamp::ParsedTime;
use crate::format::Row;
use crate::mapping::{Plan, is_absent};
use crate::protect::hex;

/// Position of `Record` in [`Plan::labels`].
const RECORD_LABEL: u16 = 0;

impl Batch {
    /// The `Record` of a row, keyed by a digest of its canonical fields: the same row of another dump is the
    /// same vertex. None where the row is empty. The digest is keyed, since rows hold what can be guessed.
    pub(super) fn record(
        &mut self,
        plan: &Plan,
        row: &Row<'_>,
        time: Option<ParsedTime>,
        nodes: &[Option<u32>],
    ) -> Option<u32> {
        let at = time.map(|time| time.timestamp.micros());
        let mut bytes = std::mem::take(&mut self.row_bytes);
        bytes.clear();
        for column in plan.columns_by_name() {
            let value = row.value(*column);
            if is_absent(value) || plan.is_dropped(*column) {
                continue;
            }
            let name = &plan.columns[*column];
            match (plan.entity_of(*column).and_then(|entity| nodes[entity]), at) {
                (Some(node), _) => push(&mut bytes, name, self.nodes[node as usize].value.as_bytes()),
                (None, Some(at)) if plan.time == Some(*column) => push(&mut bytes, name, &at.to_be_bytes()),
                (None, _) => push(&mut bytes, name, value.trim_ascii().as_bytes()),
            }
        }
        let digest = (!bytes.is_empty()).then(|| hex(&self.keys.hash.digest("Record", &bytes)));
        self.row_bytes = bytes;
        let record = self.node(RECORD_LABEL, &digest?);
        let node = &mut self.nodes[record as usize];
        node.seen.add(row.number, at);
        set(&mut self.properties, &mut node.properties, plan, &plan.leftovers, row, at);
        if let (Some(position), Some(time)) = (plan.written_time, time) {
            // Its offset and precision, which the point in time does not have.
            let (head, at) = (&mut node.properties, time.timestamp.micros());
            self.properties.set(head, position, at, &time.to_rfc3339());
        }
        Some(record)
    }
}

/// Lengths in front keep ("ab", "c") and ("a", "bc") apart.
fn push(bytes: &mut Vec<u8>, name: &str, value: &[u8]) {
    for part in [name.as_bytes(), value] {
        bytes.extend_from_slice(&(part.len() as u32).to_be_bytes());
        bytes.extend_from_slice(part);
    }
}
