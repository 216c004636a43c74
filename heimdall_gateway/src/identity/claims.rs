//! The claims of a token (RFC 7519).

use std::fmt;

use serde::de::{Error, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};

/// Claims by name. A name that is there twice would mean one thing here and another elsewhere: such a token is none.
#[derive(Clone, Debug)]
pub struct Claims(Map<String, Value>);

impl Claims {
    /// A claim that is a text.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.0.get(name).and_then(Value::as_str)
    }

    /// A claim that is a time, in seconds since 1970 (`NumericDate`, which may have a fraction).
    pub fn time(&self, name: &str) -> Option<u64> {
        let value = self.0.get(name)?;
        let fraction = || value.as_f64().filter(|time| (0.0..1e15).contains(time)).map(|time| time as u64);
        value.as_u64().or_else(fraction)
    }

    /// Whether it is there, of whatever type.
    pub fn has(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    /// Whether that value is in that claim: the claim itself, one of a list, or a word of the scope. The name may be
    /// a path, with dots.
    pub fn holds(&self, name: &str, wanted: &str) -> bool {
        let found = self.0.get(name).or_else(|| {
            let mut parts = name.split('.');
            let first = self.0.get(parts.next()?)?;
            parts.try_fold(first, |value, part| value.get(part))
        });
        match found {
            Some(Value::String(words)) if name == "scope" || name == "scp" => {
                words.split(' ').any(|word| word == wanted)
            }
            Some(Value::String(text)) => text == wanted,
            Some(Value::Array(list)) => list.iter().any(|value| value.as_str() == Some(wanted)),
            _ => false,
        }
    }
}

impl<'de> Deserialize<'de> for Claims {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Claims, D::Error> {
        struct Unique;
        impl<'de> Visitor<'de> for Unique {
            type Value = Map<String, Value>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("claims")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Self::Value, A::Error> {
                let mut claims = Map::new();
                while let Some((name, value)) = entries.next_entry()? {
                    if claims.insert(name, value).is_some() {
                        return Err(A::Error::custom("a claim is there twice"));
                    }
                }
                Ok(claims)
            }
        }
        deserializer.deserialize_map(Unique).map(Claims)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn claims(text: &str) -> Claims {
        serde_json::from_str(text).expect("claims")
    }

    #[test]
    fn values_are_found_wherever_providers_put_them() {
        let claims = claims(
            r#"{"groups": ["soc", 7], "realm_access": {"roles": ["analyst"]}, "scope": "read write",
                "department": "soc two", "https://example.org/role": "a", "a.b": "c"}"#,
        );
        for (name, value) in [
            ("groups", "soc"),
            ("realm_access.roles", "analyst"),
            ("scope", "write"),
            ("department", "soc two"),
            ("https://example.org/role", "a"),
            ("a.b", "c"),
        ] {
            assert!(claims.holds(name, value), "{name}");
        }
        for (name, value) in [
            ("groups", "so"),
            ("groups", "7"),
            ("groups.0", "soc"),
            ("realm_access", "analyst"),
            ("scope", "read write"),
            ("department", "soc"),
            ("none", ""),
        ] {
            assert!(!claims.holds(name, value), "{name}");
        }
    }

    #[test]
    fn a_name_that_is_there_twice_is_refused() {
        assert!(serde_json::from_str::<Claims>(r#"{"sub": "a", "sub": "b"}"#).is_err());
    }

    #[test]
    fn times_may_have_fractions() {
        let claims = claims(r#"{"a": 12, "b": 12.9, "c": "12", "d": -1}"#);
        assert_eq!(["a", "b", "c", "d"].map(|name| claims.time(name)), [Some(12), Some(12), None, None]);
    }
}
