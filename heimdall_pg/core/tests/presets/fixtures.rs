//! Presets for which no published dump is at hand, and what each of them is about.

mod intelligence;
mod schemas;
mod suricata;
mod web;
mod zeek;

use crate::graph::Graph;

/// Label and value.
type Thing<'a> = (&'a str, &'a str);

/// An edge of a type between two things.
type Edge<'a> = (Thing<'a>, &'a str, Thing<'a>);

/// A graph of which every row was taken.
fn of(preset: &str, dump: &str) -> Graph {
    let graph = Graph::of(preset, dump.as_bytes());
    assert_eq!(graph.reasons(), [], "{preset}");
    assert!(graph.counts.accepted > 0, "{preset}");
    graph
}

/// Fails where one of these edges is not there.
fn has(graph: &Graph, edges: &[Edge<'_>]) {
    for (from, edge_type, to) in edges {
        assert!(graph.has_edge(*from, edge_type, *to), "{from:?} {edge_type} {to:?} in {:#?}", graph.edges);
    }
}

/// Fails where one of these texts is stored.
fn keeps_none_of(graph: &Graph, texts: &[&str]) {
    for text in texts {
        assert!(!graph.stored.to_lowercase().contains(&text.to_lowercase()), "{text} is stored in clear");
    }
}

const CLIENT: Thing<'_> = ("Ip", "192.0.2.10");
const SERVER: Thing<'_> = ("Ip", "198.51.100.7");
