//! Traffic Light Protocol, version 2.0 (FIRST).

use serde::{Deserialize, Serialize};

/// A TLP 2.0 mark. The order is the order of restriction: the highest wins when facts merge.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Tlp {
    /// No limit on disclosure.
    #[serde(rename = "clear")]
    Clear,
    /// The community.
    #[serde(rename = "green")]
    Green,
    /// The organisation and its clients.
    #[serde(rename = "amber")]
    Amber,
    /// The organisation only.
    #[serde(rename = "amber+strict")]
    AmberStrict,
    /// The recipients only. What nobody has classified is this.
    #[default]
    #[serde(rename = "red")]
    Red,
}

impl Tlp {
    /// The number that is stored: 0 (clear) to 4 (red).
    pub const fn level(self) -> i16 {
        self as i16
    }

    /// The name in a mapping and in SQL.
    pub const fn name(self) -> &'static str {
        match self {
            Tlp::Clear => "clear",
            Tlp::Green => "green",
            Tlp::Amber => "amber",
            Tlp::AmberStrict => "amber+strict",
            Tlp::Red => "red",
        }
    }

    /// The mark of a stored number; anything out of range is [`Tlp::Red`].
    pub const fn from_level(level: i16) -> Tlp {
        match level {
            0 => Tlp::Clear,
            1 => Tlp::Green,
            2 => Tlp::Amber,
            3 => Tlp::AmberStrict,
            _ => Tlp::Red,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Tlp;

    #[test]
    fn unknown_levels_are_red() {
        assert_eq!(Tlp::from_level(-1), Tlp::Red);
        assert_eq!(Tlp::from_level(9), Tlp::Red);
    }

    #[test]
    fn levels_round_trip_in_order_of_restriction() {
        for (level, tlp) in (0i16..).zip([Tlp::Clear, Tlp::Green, Tlp::Amber, Tlp::AmberStrict, Tlp::Red]) {
            assert_eq!(tlp.level(), level);
            assert_eq!(Tlp::from_level(level), tlp);
            assert_eq!(serde_json::to_value(tlp).unwrap(), tlp.name());
        }
        assert!(Tlp::AmberStrict > Tlp::Amber);
    }
}
