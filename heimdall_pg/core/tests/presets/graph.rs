//! What a preset makes of a dump.

use std::collections::BTreeSet;

use heimdall_core::batch::{Counts, Flush, Keys};
use heimdall_core::canonical::{Kind, canonical};
use heimdall_core::format::{Format, FormatOptions};
use heimdall_core::mapping::{Mapping, Policy};
use heimdall_core::pipeline::{IngestError, Intake, Store, Upload};
use heimdall_core::preset::Preset;
use heimdall_core::protect::{HashKeys, MasterKey, Secret, hex};

/// The graph of a dump, less the properties of edges.
#[derive(Default)]
pub struct Graph {
    /// Keys, as `Ip:192.0.2.1`.
    pub vertices: BTreeSet<String>,
    /// `Ip:192.0.2.1 QUERIED Domain:a.example`.
    pub edges: BTreeSet<String>,
    /// Everything that is stored as text: keys, and properties of vertices and edges, sealed ones as ciphertext.
    pub stored: String,
    /// Row, column and rule of what was put aside.
    pub rejects: Vec<(u64, Option<String>, &'static str, &'static str)>,
    /// Rows.
    pub counts: Counts,
}

impl Graph {
    /// Ingests a dump by a preset.
    pub fn of(preset: &str, dump: &[u8]) -> Graph {
        let preset = Preset::named(preset).unwrap_or_else(|| panic!("there is no preset {preset}"));
        let graph = Graph::in_format(&preset, &preset.format, "{}", dump);
        graph.unwrap_or_else(|error| panic!("{}: {error}", preset.name))
    }

    /// The same in another format than the preset's, or with options.
    ///
    /// # Errors
    /// As the pipeline says.
    pub fn in_format(
        preset: &Preset,
        format: &str,
        options: &str,
        dump: &[u8],
    ) -> Result<Graph, IngestError> {
        let name = &preset.name;
        let mapping = Mapping::parse(&preset.mapping.to_string());
        let mapping = mapping.unwrap_or_else(|error| panic!("{name}: {error}"));
        let format = Format::from_name(format).unwrap_or_else(|| panic!("{name}: {format}"));
        let options = FormatOptions::parse(options, format);
        let options = options.unwrap_or_else(|error| panic!("{name}: {error}"));
        let intake = Intake::new(1, keys(), Some(mapping), Policy::default(), 1.0);
        let (mut graph, mut upload) = (Graph::default(), Upload::new(format, &options, intake));
        upload.push(dump, &mut graph)?;
        let (mut intake, finished) = upload.finish(&mut graph)?;
        intake.flush_rest(&mut graph)?;
        graph.counts = finished.counts;
        Ok(graph)
    }

    /// Whether there is a vertex of that label and value.
    pub fn has(&self, label: &str, value: &str) -> bool {
        self.vertices.contains(&key(label, value))
    }

    /// Whether there is that edge.
    pub fn has_edge(&self, from: (&str, &str), edge_type: &str, to: (&str, &str)) -> bool {
        self.edges.contains(&format!("{} {edge_type} {}", key(from.0, from.1), key(to.0, to.1)))
    }

    /// How many vertices of a label there are.
    pub fn count(&self, label: &str) -> usize {
        self.vertices.iter().filter(|key| key.split_once(':').is_some_and(|(of, _)| of == label)).count()
    }

    /// Takes the vertices and edges of another dump.
    pub fn extend(&mut self, other: Graph) {
        self.vertices.extend(other.vertices);
        self.edges.extend(other.edges);
        self.rejects.extend(other.rejects);
        self.counts.read += other.counts.read;
        self.counts.accepted += other.counts.accepted;
        self.counts.rejected += other.counts.rejected;
    }

    /// Reasons of rejects with their number, for messages: never a value.
    pub fn reasons(&self) -> Vec<(String, usize)> {
        let mut reasons: Vec<(String, usize)> = Vec::new();
        for (_, column, rule, reason) in &self.rejects {
            let text = format!("{}: {rule}: {reason}", column.as_deref().unwrap_or("row"));
            match reasons.iter_mut().find(|(known, _)| *known == text) {
                Some((_, count)) => *count += 1,
                None => reasons.push((text, 1)),
            }
        }
        reasons
    }
}

/// The key of a vertex: of a kind that is personal, its digest.
pub fn key(label: &str, value: &str) -> String {
    let kind = Kind::from_label(label).unwrap_or(Kind::Text);
    let canonical = canonical(kind, value).unwrap_or_else(|error| panic!("{label}: {error}"));
    if kind.is_personal() {
        return format!("{label}:{}", hex(&keys().hash.digest(label, canonical.as_bytes())));
    }
    format!("{label}:{canonical}")
}

fn keys() -> Keys {
    let secret = Secret::parse(&"0123456789abcdef".repeat(4)).expect("a secret");
    let (data, _) = MasterKey::new(&secret).new_data_key(1).expect("a key");
    Keys { hash: HashKeys::new(&secret), data }
}

impl Store for Graph {
    type Error = IngestError;

    fn adopt(&mut self, _: &Mapping) -> Result<(), IngestError> {
        Ok(())
    }

    fn flush(&mut self, mut flush: Flush<'_>) -> Result<(), IngestError> {
        let keys: Vec<String> = (0..flush.nodes().len()).map(|at| flush.key(at)).collect();
        for at in 0..keys.len() {
            let vertex = serde_json::to_string(&flush.vertex(at)?).expect("JSON");
            self.stored.push_str(&vertex);
            self.stored.push('\n');
        }
        for at in 0..flush.edges().len() {
            let properties = serde_json::to_string(&flush.edge(at)?).expect("JSON");
            self.stored.push_str(&properties);
            self.stored.push('\n');
        }
        for edge in flush.edges() {
            let edge_type = &flush.plan().edge_types[usize::from(edge.edge_type)];
            self.edges.insert(format!("{} {edge_type} {}", keys[edge.from as usize], keys[edge.to as usize]));
        }
        for reject in flush.rejects() {
            self.rejects.push((reject.row, reject.column.clone(), reject.rule, reject.reason));
        }
        self.vertices.extend(keys);
        Ok(())
    }

    fn flush_last(&mut self, flush: Flush<'_>) -> Result<(), IngestError> {
        self.flush(flush)
    }
}
