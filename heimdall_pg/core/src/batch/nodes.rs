//! The nodes that a row names, by entity.

use crate::mapping::Index;

/// A node, and the element of an array that names it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Found {
    pub node: u32,
    pub index: Index,
}

/// Nodes by entity, in the order of their elements. Most entities have one at most.
#[derive(Default)]
pub(super) struct Nodes {
    found: Vec<Found>,
    ends: Vec<usize>,
}

impl Nodes {
    pub fn clear(&mut self) {
        self.found.clear();
        self.ends.clear();
    }

    /// Takes a node of the entity that comes next.
    pub fn push(&mut self, node: u32, index: Index) {
        self.found.push(Found { node, index });
    }

    /// Ends the nodes of an entity.
    pub fn end(&mut self) {
        self.ends.push(self.found.len());
    }

    /// True where no entity has a node.
    pub fn is_empty(&self) -> bool {
        self.found.is_empty()
    }

    /// The nodes of an entity.
    pub fn of(&self, entity: usize) -> &[Found] {
        let start = entity.checked_sub(1).and_then(|before| self.ends.get(before)).copied().unwrap_or(0);
        let end = self.ends.get(entity).copied().unwrap_or(start);
        self.found.get(start..end).unwrap_or(&[])
    }

    /// True where one of these entities has a node.
    pub fn have_any(&self, entities: &[usize]) -> bool {
        entities.iter().any(|entity| !self.of(*entity).is_empty())
    }

    /// Those of two entities whose elements agree in so many places.
    pub fn pairs(&self, from: usize, to: usize, depth: usize) -> impl Iterator<Item = (Found, Found)> {
        let all = self.of(to);
        self.of(from).iter().flat_map(move |from| {
            let place = |found: &Found| found.index[..depth].cmp(&from.index[..depth]);
            let start = all.partition_point(|to| place(to).is_lt());
            let end = all.partition_point(|to| place(to).is_le());
            all.get(start..end).unwrap_or(&[]).iter().map(|to| (*from, *to))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_agree_in_their_places() {
        let mut nodes = Nodes::default();
        for (node, index) in [(1, [0, 0]), (2, [0, 1]), (3, [2, 0])] {
            nodes.push(node, index);
        }
        nodes.end();
        nodes.end();
        for (node, index) in [(7, [0, 1]), (8, [1, 0]), (9, [2, 0])] {
            nodes.push(node, index);
        }
        nodes.end();
        let pairs = |depth| nodes.pairs(0, 2, depth).map(|(a, b)| (a.node, b.node)).collect::<Vec<_>>();
        assert_eq!(pairs(2), [(2, 7), (3, 9)]);
        assert_eq!(pairs(1), [(1, 7), (2, 7), (3, 9)]);
        assert_eq!(pairs(0).len(), 9);
        assert!(nodes.of(1).is_empty() && nodes.of(3).is_empty() && nodes.pairs(0, 1, 0).next().is_none());
    }
}
