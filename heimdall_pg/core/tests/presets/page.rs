//! The page of the presets is made of their files.
//!
//! `HEIMDALL_WRITE_PAGE=1 cargo test -p heimdall_core --test presets page` writes it anew.

use heimdall_core::mapping::Mapping;
use heimdall_core::preset::Preset;
use heimdall_core::protect::Rule;

const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/reference/presets.md");
const BEGIN: &str = "<!-- presets: begin, made of sql/presets -->\n";
const END: &str = "<!-- presets: end -->\n";

#[test]
fn the_page_tells_what_the_files_say() {
    let page = std::fs::read_to_string(PAGE).expect("the page");
    let (before, rest) = page.split_once(BEGIN).expect("where the presets begin");
    let (written, after) = rest.split_once(END).expect("where they end");
    let made: String = Preset::all().map(|preset| section(&preset)).collect();
    if std::env::var_os("HEIMDALL_WRITE_PAGE").is_some() {
        std::fs::write(PAGE, format!("{before}{BEGIN}{made}{END}{after}")).expect("the page");
        return;
    }
    assert!(written == made, "docs/reference/presets.md is stale: HEIMDALL_WRITE_PAGE=1 writes it anew");
}

/// What a reader wants to know of a preset.
fn section(preset: &Preset) -> String {
    let mapping = Mapping::parse(&preset.mapping.to_string()).expect("a mapping");
    let mut lines = vec![format!("### `{}`\n", preset.name), format!("{}.\n", preset.description)];
    let time = mapping.time.as_ref().map_or_else(|| "none".to_owned(), |time| format!("`{time}`"));
    let mark = serde_json::to_value(mapping.tlp).expect("a mark");
    lines.push(format!(
        "- format `{}`, time {time}, marked `{}`",
        preset.format,
        mark.as_str().unwrap_or_default()
    ));
    let edges = edges(&mapping);
    if edges.is_empty() {
        lines.push(format!("- each row is a record of: {}", list(labels(&mapping))));
    } else {
        lines.push(format!("- {edges}"));
    }
    let personal = mapping.entities.0.iter().filter(|(_, entity)| entity.kind().is_personal());
    let mut hashed: Vec<String> = personal.map(|(_, entity)| format!("`{}`", entity.column())).collect();
    hashed.extend(ruled(&mapping, Rule::Hash));
    for (what, columns) in [
        ("hashed", hashed),
        ("scrubbed", ruled(&mapping, Rule::Scrub)),
        ("sealed by name", ruled(&mapping, Rule::Encrypt)),
        ("dropped", ruled(&mapping, Rule::Drop)),
    ] {
        if !columns.is_empty() {
            lines.push(format!("- {what}: {}", list(columns)));
        }
    }
    lines.join("\n") + "\n\n"
}

/// Types of edges with the labels at their ends, each pair once.
fn edges(mapping: &Mapping) -> String {
    let label = |name: &str| mapping.entities.get(name).map_or("", |entity| entity.label.as_str());
    let all = mapping.relations.iter();
    let all = all.map(|relation| {
        format!("`{}` {} `{}`", label(&relation.from), relation.edge_type, label(&relation.to))
    });
    list(all.collect())
}

fn labels(mapping: &Mapping) -> Vec<String> {
    mapping.entities.0.iter().map(|(_, entity)| format!("`{}`", entity.label)).collect()
}

fn ruled(mapping: &Mapping, rule: Rule) -> Vec<String> {
    let fields = mapping.fields.0.iter().filter(|(_, field)| field.rule == rule);
    fields.map(|(name, _)| format!("`{name}`")).collect()
}

/// Each once, in their order.
fn list(names: Vec<String>) -> String {
    let mut once: Vec<String> = Vec::new();
    for name in names {
        if !once.contains(&name) {
            once.push(name);
        }
    }
    once.join(", ")
}
