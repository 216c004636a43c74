//! What a caller asks of the detectors.

use serde::{Deserialize, Serialize};

use super::kind::{Kind, Kinds};

/// How likely something has to be meant, unless the caller says otherwise: from here on a hit in a log is rare.
const MIN_CONFIDENCE: f64 = 0.5;

/// See the module. The same object in a mapping and in SQL; every member may be left out.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Options {
    /// The kinds to look for; all but IP and MAC addresses where it is left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kinds: Option<Vec<Kind>>,
    /// Kinds not to look for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub except: Vec<Kind>,
    /// IP addresses as well.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub ip: bool,
    /// MAC addresses as well.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub mac: bool,
    /// What is less likely is not reported; from 0 to 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min_confidence: Option<f64>,
}

impl Options {
    /// Reads an object of JSON.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(json: &str) -> Result<Options, String> {
        // serde would take a list for the members in their order.
        if !json.trim_start().starts_with('{') {
            return Err("the options are not a JSON object".to_owned());
        }
        let options: Options = serde_json::from_str(json).map_err(|error| error.to_string())?;
        match options.min_confidence {
            Some(confidence) if !(0.0..=1.0).contains(&confidence) => {
                Err("min_confidence is not from 0 to 1".to_owned())
            }
            _ => Ok(options),
        }
    }

    pub(super) fn wanted(&self) -> Kinds {
        Kinds::of(Kind::ALL.into_iter().filter(|kind| {
            let listed = match &self.kinds {
                Some(kinds) => kinds.contains(kind),
                None => kind.by_default(),
            };
            let asked = matches!(kind, Kind::Ip if self.ip) || matches!(kind, Kind::Mac if self.mac);
            (listed || asked) && !self.except.contains(kind)
        }))
    }

    pub(super) fn least(&self) -> f64 {
        self.min_confidence.unwrap_or(MIN_CONFIDENCE)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_object_with_known_members() {
        assert_eq!(Options::parse("{}"), Ok(Options::default()));
        let written = r#"{"kinds":["email"],"ip":true,"min_confidence":0.25}"#;
        let options = Options::parse(written).unwrap();
        assert_eq!(serde_json::to_string(&options).unwrap(), written);
        assert!(options.wanted().has(Kind::Ip) && !options.wanted().has(Kind::Phone));
        for wrong in [
            "[]",
            r#"{"kind": ["email"]}"#,
            r#"{"kinds": ["e-mail"]}"#,
            r#"{"min_confidence": 2}"#,
            r#"{"min_confidence": -1}"#,
            r#"{"ip": 1}"#,
        ] {
            assert!(Options::parse(wrong).is_err(), "{wrong}");
        }
    }
}
