//! Personal data in free text: finds are parts of the text, in order; scrubbing leaves nothing to be scrubbed.

use heimdall_core::detect::{Kind, Options, detect, scrub};

/// A text that has fewer finds than scrubbing is repeated.
const SHORT: usize = 200;

/// Detection and scrubbing of a text, as careful and as eager as can be.
pub fn run(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let eager = Options { kinds: Some(Kind::ALL.into()), min_confidence: Some(0.0), ..Options::default() };
    for options in [Options::default(), eager] {
        let mut end = 0;
        for found in detect(text, &options) {
            assert!(found.start >= end && found.end > found.start, "finds overlap");
            assert!(text.get(found.start..found.end).is_some(), "not at the bounds of characters");
            end = found.end;
        }
    }
    // A longer one can be made to lay bare one more find than scrubbing is repeated.
    if text.len() <= SHORT {
        let once = scrub(text, &Options::default());
        assert_eq!(scrub(&once, &Options::default()), once, "scrubbing again changes something");
    }
}
