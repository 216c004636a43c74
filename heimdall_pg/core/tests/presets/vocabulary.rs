//! All presets keep to the one vocabulary, and the page that tells of it is true.

use std::collections::{BTreeMap, BTreeSet};

use heimdall_core::mapping::Mapping;
use heimdall_core::preset::Preset;

const PAGE: &str = include_str!("../../../../docs/reference/vocabulary.md");

/// Labels and edge types that a graph holds at most.
const MOST: usize = 60;

/// What a graph has of its own: `Record`, and the edges that Heimdall makes.
const OWN: [&str; 4] = ["Record", "OBSERVED_IN", "HAS_HOST", "SUBDOMAIN_OF"];

/// Labels at either end; empty for any.
type Ends = (BTreeSet<String>, BTreeSet<String>);

/// The first cells of the rows of tables, and the second ones.
fn rows(text: &str) -> impl Iterator<Item = (&str, &str)> {
    text.lines().filter(|line| line.starts_with("| `")).filter_map(|line| {
        let mut cells = line.split('|').skip(1).map(str::trim);
        Some((cells.next()?.trim_matches('`'), cells.next()?))
    })
}

fn quoted(cell: &str) -> BTreeSet<String> {
    cell.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

fn page() -> (BTreeSet<String>, BTreeMap<String, Ends>) {
    let (labels, edges) = PAGE.split_once("## Edge types").expect("the edge types");
    let labels = rows(labels).map(|(label, _)| label.to_owned()).collect();
    let edges = rows(edges).map(|(edge_type, ends)| {
        let (from, to) = ends.split_once('→').expect("a direction");
        (edge_type.to_owned(), (quoted(from), quoted(to)))
    });
    (labels, edges.collect())
}

fn mappings() -> impl Iterator<Item = (String, Mapping)> {
    Preset::all().map(|preset| {
        let mapping = Mapping::parse(&preset.mapping.to_string());
        (preset.name.clone(), mapping.unwrap_or_else(|error| panic!("{}: {error}", preset.name)))
    })
}

#[test]
fn every_preset_keeps_to_it() {
    let (labels, edges) = page();
    for (name, mapping) in mappings() {
        for (_, entity) in &mapping.entities.0 {
            assert!(labels.contains(&entity.label), "{name}: {} is no label of the vocabulary", entity.label);
        }
        for relation in &mapping.relations {
            let edge_type = &relation.edge_type;
            let (from, to) = edges
                .get(edge_type)
                .unwrap_or_else(|| panic!("{name}: {edge_type} is not in the vocabulary"));
            for (ends, end) in [(from, &relation.from), (to, &relation.to)] {
                let label = mapping.entities.get(end).map(|entity| entity.label.clone()).unwrap_or_default();
                assert!(
                    ends.is_empty() || ends.contains(&label),
                    "{name}: {edge_type} with a {label} is not its meaning"
                );
            }
        }
    }
}

#[test]
fn everything_in_it_is_used_by_some_preset() {
    let (mut labels, mut edges) = page();
    for (_, mapping) in mappings() {
        labels.retain(|label| !mapping.entities.0.iter().any(|(_, entity)| entity.label == *label));
        edges.retain(|edge_type, _| {
            !mapping.relations.iter().any(|relation| relation.edge_type == *edge_type)
        });
    }
    assert!(labels.is_empty() && edges.is_empty(), "{labels:?} {:?}", edges.keys());
}

#[test]
fn a_graph_has_room_for_all_of_it_and_more() {
    let (labels, edges) = page();
    let names = labels.len() + edges.len() + OWN.len();
    assert!(names < MOST, "{names} of {MOST} names");
    assert!(PAGE.contains(&format!("takes {names},")), "the page says how many: {names}");
}
