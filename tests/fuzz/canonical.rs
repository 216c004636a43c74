//! Canonicalisers: a canonical text is its own canonical text, white space around a value does not matter, and
//! what another implementation can read it reads the same way.

use std::net::IpAddr;
use std::sync::LazyLock;

use heimdall_core::canonical::timestamp::{TimeOptions, parse_time};
use heimdall_core::canonical::{
    Kind, Options, canonical, canonical_observable, canonical_with, defang, kind_of, limit, parse_timestamp,
    refang,
};

/// Kinds whose parsers are large enough to be fuzzed by themselves.
const NAMES: [Kind; 4] = [Kind::Domain, Kind::Url, Kind::Email, Kind::Host];

/// Every kind that has no target of its own.
pub fn values(data: &[u8]) {
    let Ok(raw) = std::str::from_utf8(data) else { return };
    for kind in Kind::ALL.into_iter().filter(|kind| *kind != Kind::Timestamp && !NAMES.contains(kind)) {
        holds(kind, raw);
    }
    if let Some(guess) = kind_of(raw) {
        assert!(canonical_observable(guess.kind, raw).is_ok(), "guessed as {:?} and refused", guess.kind);
    }
}

/// Domains, URLs, e-mail addresses and hosts.
pub fn names(data: &[u8]) {
    let Ok(raw) = std::str::from_utf8(data) else { return };
    NAMES.into_iter().for_each(|kind| holds(kind, raw));
}

/// Points in time, with what a source may declare of them.
pub fn times(data: &[u8]) {
    let Ok(raw) = std::str::from_utf8(data) else { return };
    holds(Kind::Timestamp, raw);
    for options in [&Options::default()].into_iter().chain(&*DECLARED) {
        let Ok(time) = parse_time(raw, &options.time) else { continue };
        assert_eq!(parse_timestamp(&time.timestamp.to_string()), Ok(time.timestamp));
        let written = parse_time(&time.to_rfc3339(), &TimeOptions::NONE).expect("its own text");
        assert_eq!((written.timestamp, written.nanos), (time.timestamp, time.nanos), "{}", time.to_rfc3339());
    }
}

/// What sources declare; each of it settles something.
static DECLARED: LazyLock<Vec<Options>> = LazyLock::new(|| {
    [
        r#"{"zone": "Europe/Berlin", "date_order": "dmy", "year": 2024, "region": "DE", "host_bits": "clear"}"#,
        r#"{"zone": "America/St_Johns", "date_order": "mdy", "digits": "filetime", "ambiguous": "earlier"}"#,
        r#"{"date_order": "ymd", "digits": "dotnet", "region": "US", "hash": "imphash", "mailbox": "folded"}"#,
        r#"{"zone": "-03:30", "digits": "spreadsheet", "year": 9999, "hash": "ssdeep"}"#,
        r#"{"digits": "spreadsheet1904", "zone": "Asia/Kathmandu", "ambiguous": "later", "year": 1}"#,
        r#"{"digits": "utctime"}"#,
        r#"{"digits": "nanoseconds"}"#,
        r#"{"digits": "webkit"}"#,
    ]
    .map(|json| Options::parse(json).expect("options"))
    .into()
});

fn holds(kind: Kind, raw: &str) {
    match canonical(kind, raw) {
        Err(error) => assert_eq!(error.kind, kind),
        Ok(text) => {
            assert!(text.len() <= limit::max_bytes(kind), "{kind:?}: {} bytes", text.len());
            assert!(!text.is_empty() || kind == Kind::Text, "{kind:?}: empty");
            assert_eq!(canonical(kind, &text).as_deref(), Ok(&*text), "{kind:?} is not its own");
            let padded = format!(" \t{raw}\r\n");
            assert_eq!(canonical(kind, &padded).as_deref(), Ok(&*text), "{kind:?} with white space");
            agrees(kind, &text);
        }
    }
    for options in DECLARED.iter().filter(|options| options.concern(kind)) {
        if let Ok(text) = canonical_with(kind, raw, options) {
            assert_eq!(canonical_with(kind, &text, options).as_deref(), Ok(&*text), "{kind:?} with options");
        }
    }
    if let Ok(text) = canonical_observable(kind, raw) {
        assert_eq!(canonical_observable(kind, &text).as_deref(), Ok(&*text), "{kind:?} refanged again");
        if matches!(kind, Kind::Ip | Kind::Domain | Kind::Url | Kind::Email) {
            assert_eq!(refang(&defang(&text)), &*text, "{kind:?} defanged");
        }
    }
}

/// Another implementation reads the canonical text as the same thing.
fn agrees(kind: Kind, text: &str) {
    match kind {
        Kind::Ip => {
            let address = text.split_once('%').map_or(text, |(address, _)| address);
            let parsed: IpAddr = address.parse().expect("an address of the standard library");
            assert_eq!(parsed.to_canonical().to_string(), address);
        }
        Kind::Url => {
            let parsed = url::Url::parse(text).expect("a URL of the url crate");
            assert!(parsed.username().is_empty() && parsed.password().is_none(), "user information is left");
        }
        _ => {}
    }
}
