//! What makes a reader go back and forth: eight times the text may take eight times the work, not sixty-four.

use std::time::Duration;

use cpu_time::ThreadTime;

use super::limit::max_bytes;
use super::*;

/// Within one stretch of extraction, and within the longest value.
const LONGEST: usize = 63 * 1024;
/// Long enough that the square of it would be seen.
const LONG: usize = 32 * 1024;
const SHORT: usize = LONG / 8;
/// Between eight times for linear work and sixty-four for the square of it.
const MOST: u32 = 24;
/// What caches and the clock of the processor may take away.
const SLACK: Duration = Duration::from_millis(8);

const PIECES: [&str; 66] = [
    "[",
    "(",
    "{",
    "]",
    " ",
    "[.",
    ".]",
    "[.]",
    " [.] ",
    "[ ",
    "[  .  ",
    "a[.",
    "a.]",
    "[]",
    "[[.]]",
    "([{",
    "(at)",
    "(dot)",
    " dot ",
    "[://]",
    "[www.]",
    "\\.",
    "a\\.",
    "a.",
    "1.",
    "é.",
    "。",
    ".",
    "…",
    "1.1.1.1/",
    "1.1.1.1-",
    ":",
    "::",
    "1:",
    "::1",
    "ffff:",
    "%",
    "%25",
    "%2",
    "@",
    "a@",
    "a+",
    "x@a.com/",
    "1",
    "f",
    "a",
    "d41d8cd9",
    "AS1-",
    "CVE-",
    "-",
    "a-",
    "a_",
    "&amp;",
    "xn--",
    "hxxp",
    "hxxp ",
    "h**p",
    "hxxp://a,",
    "http://",
    "http://(",
    "http://:",
    "http://a.com/",
    "http://a[.]com/?",
    "file:/../",
    "a.com/",
    "/.",
];

fn repeated(piece: &str, length: usize) -> String {
    piece.repeat(length / piece.len())
}

/// Time of the processor in this thread: what else the machine does is not in it.
fn work(what: &dyn Fn(&str), text: &str) -> Duration {
    let started = ThreadTime::now();
    what(text);
    started.elapsed()
}

fn is_linear(what: impl Fn(&str)) {
    for piece in PIECES {
        let (short, long) = (repeated(piece, SHORT), repeated(piece, LONG));
        let linear = (0..3).any(|_| work(&what, &long) < work(&what, &short) * MOST + SLACK);
        assert!(linear, "{piece:?}: {:?} and {:?}", work(&what, &short), work(&what, &long));
    }
}

#[test]
fn extraction_is_linear() {
    is_linear(|text| assert!(extract_observables(text).count() <= text.len() / 3));
    // Behind a scheme, or in front of a host.
    is_linear(|text| assert!(extract_observables(&format!("hxxp://{text}")).count() <= text.len()));
    is_linear(|text| assert!(extract_observables(&format!("{text}a.com")).count() <= text.len()));
}

#[test]
fn refanging_and_defanging_are_linear() {
    is_linear(|text| assert!(refang(text).len() <= text.len()));
    is_linear(|text| assert!(refang(&format!("hxxp://{text}")).len() <= text.len() + 7));
    is_linear(|text| assert!(defang(text).len() <= text.len() * 3));
}

#[test]
fn urls_are_linear() {
    for before in ["http://", "http://a/?", "file:", "foo:"] {
        is_linear(|text| {
            let _ = url::canonical_url(&format!("{before}{text}"));
        });
    }
}

/// Every kind and the guess, with the longest values that are looked at.
#[test]
fn long_values_end() {
    for piece in PIECES {
        let _ = kind_of(&repeated(piece, LONGEST));
        for kind in Kind::ALL {
            let _ = canonical_observable(kind, &repeated(piece, max_bytes(kind)));
        }
    }
}

/// Encoding a name takes the square of its length, which is bounded.
#[test]
fn names_longer_than_any_are_left_out() {
    let label: String = ('\u{4e00}'..).take(320).collect();
    for name in [format!("{label}.com "), format!("{label} "), format!("{}.com ", "é".repeat(480))] {
        assert_eq!(extract_observables(&repeated(&name, LONGEST)).count(), 0);
    }
}
