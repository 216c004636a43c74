//! Presets against what vendors' parsers make of the same lines, and against the documents that these write.

use heimdall_core::canonical::{Kind, canonical};
use heimdall_core::preset::Preset;
use serde_json::Value;

use crate::corpora::check;
use crate::graph::{Graph, key};
use crate::sets::files;
use crate::support::say;

/// What a vendor's parser reads from a line, a document of ECS.
struct Pair {
    input: String,
    expected: Value,
}

/// The pairs of a file.
fn pairs(file: &str) -> Vec<Pair> {
    let files = files("c10_sekoia_intake_pairs", file);
    let lines = files.iter().flat_map(|(_, dump)| dump.split(|byte| *byte == b'\n'));
    lines
        .filter_map(|line| serde_json::from_slice::<Value>(line).ok())
        .filter_map(|pair| {
            let input = pair.pointer("/input/message")?.as_str()?.trim().to_owned();
            Some(Pair { input, expected: pair.get("expected")?.clone() })
        })
        .collect()
}

/// How many of the documents' values under these paths are vertices of that label, and how many there are.
fn found(presets: &[&str], pairs: &[Pair], label: &str, paths: &[&str]) -> (usize, usize) {
    let (mut found, mut all) = (0, 0);
    for pair in pairs {
        let mut graph = Graph::default();
        for preset in presets {
            let of = Preset::named(preset).expect("the preset");
            // A line may have none of the columns that a mapping makes things of.
            graph.extend(Graph::in_format(&of, &of.format, "{}", pair.input.as_bytes()).unwrap_or_default());
        }
        for value in paths.iter().filter_map(|path| pair.expected.pointer(path)?.as_str()) {
            let kind = Kind::from_label(label).expect("a kind");
            if canonical(kind, value).is_ok() {
                all += 1;
                found += usize::from(graph.vertices.contains(&key(label, value)));
            }
        }
    }
    (found, all)
}

#[test]
fn vendors_parsers_find_the_same_addresses() {
    // In percent. Of the events of Windows, many have the address in the text of the message alone.
    let files: [(&[&str], &str, usize); 5] = [
        (&["aws.cloudtrail"], "aws-cloudtrail.jsonl", 90),
        (&["web.clf"], "apache.jsonl", 90),
        (&["linux.auth"], "openssh.jsonl", 90),
        (&["cef"], "cef.jsonl", 90),
        (&["windows.security", "windows.sysmon"], "windows.jsonl", 50),
    ];
    for (presets, file, share) in files {
        let pairs = pairs(file);
        let (found, all) = found(presets, &pairs, "Ip", &["/source/ip", "/destination/ip"]);
        say(&format!("{presets:?} {file}: {found} of {all} addresses"));
        assert!(found * 100 >= all * share, "{file}: {found} of {all} addresses of the vendor's parser");
    }
}

#[test]
fn documents_of_ecs() {
    let mut documents = Vec::new();
    for set in ["apache.access", "cisco_asa.log", "auth0_logsdb.logs", "aws.elb_logs"] {
        for (_, file) in files(&format!("c09_elastic_ecs_pairs/{set}"), "-expected.json") {
            let Ok(file) = serde_json::from_slice::<Value>(&file) else { continue };
            documents.extend(file.get("expected").and_then(Value::as_array).cloned().unwrap_or_default());
        }
    }
    documents.retain(Value::is_object);
    let dump: Vec<String> = documents.iter().map(Value::to_string).collect();
    if dump.is_empty() {
        return;
    }
    let graph = Graph::of("ecs", dump.join("\n").as_bytes());
    check("ecs c09_elastic_ecs_pairs", &graph);
    for document in &documents {
        for path in ["/source/ip", "/destination/ip"] {
            if let Some(ip) = document.pointer(path).and_then(Value::as_str) {
                assert!(graph.has("Ip", ip), "{path}");
            }
        }
    }
    let preset = Preset::named("ecs").expect("the preset");
    let array = Graph::in_format(&preset, "json", "{}", Value::from(documents).to_string().as_bytes())
        .expect("a graph");
    assert_eq!(array.vertices.len(), graph.vertices.len(), "an array of documents is the same");
}
