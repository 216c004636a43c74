//! Runs of three bytes: whoever holds a text in its midst holds all of the text's.

/// The runs of three bytes of a text, letters of ASCII in lower case, in order and each once. Nothing where it is shorter.
pub fn grams(text: &str) -> Vec<i32> {
    let lower = text.to_ascii_lowercase();
    let run = |bytes: &[u8]| bytes.iter().fold(0, |run, byte| run << 8 | i32::from(*byte));
    let mut grams: Vec<i32> = lower.as_bytes().windows(3).map(run).collect();
    grams.sort_unstable();
    grams.dedup();
    grams
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::grams;

    #[test]
    fn runs_are_told_once_and_without_case() {
        assert_eq!(grams("aBab"), [0x0061_6261, 0x0062_6162]);
        assert_eq!(grams("aaaa"), [0x0061_6161]);
        assert_eq!(grams("ab"), Vec::<i32>::new());
        assert_eq!(grams("ü!").len(), 1);
    }

    proptest! {
        #[test]
        fn what_holds_a_text_holds_its_runs(before in ".*", text in ".*", after in ".*") {
            let whole = grams(&format!("{before}{text}{after}"));
            prop_assert!(grams(&text).iter().all(|run| whole.binary_search(run).is_ok()));
        }
    }
}
