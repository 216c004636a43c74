//! Countries: the two-letter code of ISO 3166-1.

mod alias;

use std::borrow::Cow;
use std::sync::LazyLock;

use ahash::AHashMap;
use icu_normalizer::DecomposingNormalizerBorrowed;
use rust_iso3166::{ALL, from_alpha2, from_alpha3, from_numeric_str};

use super::limit::trimmed;
use super::{CanonicalError, Kind};
use alias::ALIASES;

/// The canonical text of a country: its two-letter code in upper case.
///
/// Read are the codes of two and of three letters, the three digits, and English names; in names neither case
/// nor accents nor punctuation matter. `UK`, which ISO 3166-1 reserves, is `GB`. `XK`, which it leaves to users,
/// is what geolocation data and the European Union call Kosovo.
pub fn canonical_country(raw: &str) -> Result<Cow<'_, str>, CanonicalError> {
    let value = trimmed(Kind::Country, raw)?;
    let code =
        coded(value).or_else(|| named(value)).ok_or(error("neither a code nor a name of a country"))?;
    Ok(if code == value { Cow::Borrowed(value) } else { Cow::Borrowed(code) })
}

/// The country of a code.
fn coded(value: &str) -> Option<&'static str> {
    let upper = value.get(..3).unwrap_or(value).to_ascii_uppercase();
    match (value.len(), upper.as_str()) {
        (2, "UK") => Some("GB"),
        (2, "XK") => Some("XK"),
        (2, _) => from_alpha2(&upper).map(|country| country.alpha2),
        (3, _) => from_alpha3(&upper).or_else(|| from_numeric_str(&upper)).map(|country| country.alpha2),
        _ => None,
    }
}

/// The country of a name.
fn named(value: &str) -> Option<&'static str> {
    static NAMES: LazyLock<AHashMap<String, &'static str>> = LazyLock::new(|| {
        let listed = ALL.iter().map(|country| (country.name, country.alpha2));
        listed.chain(ALIASES).map(|(name, code)| (key(name), code)).collect()
    });
    NAMES.get(&key(value)).copied()
}

/// The words of a name in lower case, without accents, articles and punctuation.
fn key(name: &str) -> String {
    let plain = DecomposingNormalizerBorrowed::new_nfd().normalize(name);
    let mut words = vec![String::new()];
    for c in plain.chars().flat_map(char::to_lowercase) {
        match c {
            '\u{300}'..='\u{36f}' | '.' | '\'' | '\u{2019}' | '`' => {}
            'ı' => push(&mut words, 'i'),
            '&' => words.extend(["and".to_owned(), String::new()]),
            c if c.is_alphanumeric() => push(&mut words, c),
            _ => words.push(String::new()),
        }
    }
    for word in &mut words {
        if word == "st" {
            word.replace_range(.., "saint");
        }
    }
    words.retain(|word| !word.is_empty() && word != "the");
    words.join(" ")
}

fn push(words: &mut [String], c: char) {
    if let Some(word) = words.last_mut() {
        word.push(c);
    }
}

fn error(reason: &'static str) -> CanonicalError {
    CanonicalError::new(Kind::Country, reason)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes() {
        for raw in ["DE", "de", "DEU", "deu", "276", " DE\n", "Germany", "GERMANY"] {
            assert_eq!(canonical_country(raw).unwrap(), "DE", "{raw}");
        }
        assert_eq!(canonical_country("uk").unwrap(), "GB");
        assert_eq!(canonical_country("004").unwrap(), "AF");
        assert_eq!(canonical_country("xk").unwrap(), "XK");
        assert!(matches!(canonical_country("DE"), Ok(Cow::Borrowed(_))));
    }

    #[test]
    fn names() {
        for (raw, code) in [
            ("Côte d'Ivoire", "CI"),
            ("cote d’ivoire", "CI"),
            ("Ivory Coast", "CI"),
            ("United States of America", "US"),
            ("the  United States", "US"),
            ("U.S.A.", "US"),
            ("Great Britain", "GB"),
            ("United Kingdom of Great Britain and Northern Ireland", "GB"),
            ("Türkiye", "TR"),
            ("TURKIYE", "TR"),
            ("Korea, Republic of", "KR"),
            ("Korea (the Republic of)", "KR"),
            ("Iran, Islamic Republic of", "IR"),
            ("Saint Lucia", "LC"),
            ("St. Lucia", "LC"),
            ("São Tomé and Príncipe", "ST"),
            ("Antigua & Barbuda", "AG"),
            ("Congo, The Democratic Republic of the", "CD"),
            ("Åland Islands", "AX"),
            ("A\u{30a}land Islands", "AX"),
            ("Bosnia and Herzegovina", "BA"),
            ("Guinea-Bissau", "GW"),
            ("Kosovo", "XK"),
        ] {
            assert_eq!(canonical_country(raw).unwrap(), code, "{raw}");
        }
    }

    #[test]
    fn every_code_and_name_is_read() {
        for country in ALL.iter() {
            let number = format!("{:03}", country.numeric);
            for raw in [country.alpha2, country.alpha3, country.name, &number] {
                assert_eq!(canonical_country(raw).unwrap(), country.alpha2, "{raw}");
            }
        }
        for (name, code) in ALIASES {
            assert_eq!(canonical_country(name).unwrap(), code, "{name}");
            assert_eq!(canonical_country(code).unwrap(), code);
        }
    }

    #[test]
    fn aliases_are_listed_once() {
        let mut keys: Vec<String> = ALL.iter().map(|country| key(country.name)).collect();
        for (name, _) in ALIASES {
            let key = key(name);
            assert!(!keys.contains(&key), "{name}");
            keys.push(key);
        }
    }

    #[test]
    fn others_are_refused() {
        // A number that has lost its zeros, reserved codes of what is no country, a name of two countries.
        for raw in ["", "4", "ZZ", "EU", "QQQ", "999", "Atlantis", "Korea", "the", "é", "日本"] {
            assert!(canonical_country(raw).is_err(), "{raw}");
        }
        assert!(canonical_country(&"a".repeat(129)).is_err());
    }
}
