//! Free text: what is found lies inside of the text, in order, and is what a canonicaliser makes of it.

use heimdall_core::canonical::{canonical, defang, extract_observables, kind_of, refang};

/// Extraction, refanging, defanging and guessing on a text.
pub fn run(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let mut end = 0;
    for found in extract_observables(text) {
        assert!(found.start >= end && found.end > found.start, "observables overlap");
        assert_eq!(text.get(found.start..found.end), Some(found.value), "the place is not that of the value");
        end = found.end;
        assert_eq!(
            canonical(found.kind, &found.canonical).as_deref(),
            Ok(&*found.canonical),
            "{:?}",
            found.kind
        );
    }
    let plain = refang(text);
    assert!(plain.len() <= text.len(), "refanging made it longer");
    let _ = defang(text);
    if let Some(guess) = kind_of(text) {
        assert!((0.0..=1.0).contains(&guess.confidence));
    }
}
