//! Edges that follow from a value: a URL has a host, and a host belongs to a registrable domain.

use std::rc::Rc;

use super::{Batch, EdgeKey};
use crate::canonical::Kind;
use crate::canonical::parts::{parent_domain, url_host};
use crate::mapping::DerivePlan;

/// The nodes that follow from a node, made out once.
#[derive(Clone, Copy, Default)]
pub(super) struct Derived {
    host: Option<u32>,
    /// Of the host, or of the node itself where that is a domain.
    parent: Option<u32>,
}

impl Batch {
    /// Counts a row for what follows from a node that it names.
    pub(super) fn derive(&mut self, plan: &DerivePlan, node: u32, row: u64, at: Option<i64>) {
        let derived = match self.derived.get(&node) {
            Some(derived) => *derived,
            None => {
                let derived = self.make_derived(plan, node);
                self.size += size_of::<(u32, Derived)>() * 2;
                self.derived.insert(node, derived);
                derived
            }
        };
        let mut from = node;
        for (to, edge_type) in [(derived.host, plan.has_host), (derived.parent, plan.subdomain_of)] {
            let Some(to) = to else { continue };
            self.nodes[to as usize].seen.add(row, at);
            self.edge(EdgeKey { edge_type, from, to }, row, at);
            from = to;
        }
    }

    fn make_derived(&mut self, plan: &DerivePlan, node: u32) -> Derived {
        let value = Rc::clone(&self.nodes[node as usize].value);
        if self.nodes[node as usize].label == plan.domain {
            let parent = parent_domain(&value).map(|parent| self.node(plan.domain, &parent));
            return Derived { host: None, parent };
        }
        // A key that is hashed tells nothing: a digest is no URL.
        match url_host(&value) {
            None => Derived::default(),
            Some((Kind::Ip, host)) => Derived { host: Some(self.node(plan.ip, &host)), parent: None },
            Some((_, host)) => Derived {
                host: Some(self.node(plan.domain, &host)),
                parent: parent_domain(&host).map(|parent| self.node(plan.domain, &parent)),
            },
        }
    }
}
