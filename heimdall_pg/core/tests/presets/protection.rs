//! What the presets leave in clear.

use heimdall_core::mapping::Mapping;
use heimdall_core::preset::Preset;
use heimdall_core::protect::{Rule, Tlp};

/// Words in names of columns that hold secrets.
const SECRET: [&str; 8] =
    ["password", "passwd", "secret", "cookie", "community", "token", "payload", "credential"];

/// Columns with such a word that hold none: what is said about a secret.
const NO_SECRET: [&str; 2] = ["TokenElevationType", "ElevatedToken"];

fn mappings() -> impl Iterator<Item = (String, Mapping)> {
    Preset::all().map(|preset| {
        let mapping = Mapping::parse(&preset.mapping.to_string()).expect("a mapping");
        (preset.name, mapping)
    })
}

#[test]
fn no_secret_is_kept() {
    for (name, mapping) in mappings() {
        for (column, field) in &mapping.fields.0 {
            let lower = column.to_lowercase();
            let is_secret =
                SECRET.iter().any(|word| lower.contains(word)) && !NO_SECRET.contains(&column.as_str());
            // The community id of a flow is a digest of its addresses.
            if is_secret && !lower.contains("community_id") {
                assert_eq!(field.rule, Rule::Drop, "{name}: {column}");
            }
        }
    }
}

#[test]
fn what_is_personal_is_hashed() {
    for (name, mapping) in mappings() {
        for (_, entity) in mapping.entities.0.iter().filter(|(_, entity)| entity.kind().is_personal()) {
            let rule = mapping.rule(entity.column()).map(|field| field.rule);
            assert_ne!(rule, Some(Rule::Keep), "{name}: {}", entity.column());
        }
    }
}

#[test]
fn everything_unknown_is_sealed_and_marks_are_said() {
    for (name, mapping) in mappings() {
        assert!(mapping.default.is_none(), "{name}: columns without a rule are sealed");
        assert_ne!(mapping.tlp, Tlp::Clear, "{name}");
        if mapping.tlp == Tlp::Green {
            let preset = Preset::named(&name).expect("the preset");
            assert!(preset.description.contains("marked green"), "{name}: says what is marked below amber");
        }
    }
}
