//! The region whose national numbers are meant.

use std::fmt;
use std::str::FromStr;

use rlibphonenumber::PHONE_NUMBER_UTIL;
use serde::{Deserialize, Serialize};

/// A region with telephone numbers of its own, by its two letters of ISO 3166-1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Region(rlibphonenumber::Region);

/// A text that names no region with telephone numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not the two letters of a region that has telephone numbers")]
pub struct RegionError;

impl Region {
    pub(super) fn known(self) -> rlibphonenumber::Region {
        self.0
    }
}

impl FromStr for Region {
    type Err = RegionError;

    /// Case does not matter.
    fn from_str(text: &str) -> Result<Self, RegionError> {
        let letters = text.len() == 2 && text.bytes().all(|b| b.is_ascii_alphabetic());
        let region = rlibphonenumber::Region::from_code(text).ok().filter(|_| letters).ok_or(RegionError)?;
        PHONE_NUMBER_UTIL.get_country_code_for_region(region).map(|_| Region(region)).ok_or(RegionError)
    }
}

impl fmt::Display for Region {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl TryFrom<String> for Region {
    type Error = RegionError;

    fn try_from(text: String) -> Result<Self, RegionError> {
        text.parse()
    }
}

impl From<Region> for String {
    fn from(region: Region) -> String {
        region.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_letters() {
        assert_eq!("de".parse::<Region>().unwrap().to_string(), "DE");
        for text in ["", "D", "DEU", "ZZ", "AQ", "49", "001", "d\u{e9}"] {
            assert_eq!(text.parse::<Region>(), Err(RegionError), "{text}");
        }
        assert_eq!(serde_json::to_string(&"us".parse::<Region>().unwrap()).unwrap(), "\"US\"");
        assert_eq!(serde_json::from_str::<Region>("\"gb\"").unwrap().to_string(), "GB");
        assert!(serde_json::from_str::<Region>("\"xx\"").is_err());
    }
}
