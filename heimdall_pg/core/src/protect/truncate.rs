//! The beginning of a value, for the rule `truncate`.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::rule::{RuleOptions, TimeUnit};
use crate::canonical::timestamp::{TimeOptions, Timestamp, parse_time};
use crate::canonical::{Kind, canonical_observable};

/// The beginning of a value: the network of an address or a network, the unit of a time in which it lies, or so many characters
/// where the options say how many. None of anything else: what cannot be cut is not stored.
pub fn truncate(value: &str, options: &RuleOptions, time: &TimeOptions) -> Option<String> {
    if let Some(characters) = options.characters {
        return Some(value.chars().take(usize::from(characters)).collect());
    }
    if let Ok(address) = canonical_observable(Kind::Ip, value) {
        return network(&address, options);
    }
    if let Some((address, bits)) = value.split_once('/').and_then(|(a, b)| Some((a, b.parse::<u8>().ok()?))) {
        // A network that was cut before is never made longer.
        let shortest = |limit: Option<u8>, usual| Some(limit.unwrap_or(usual).min(bits));
        let (ipv4, ipv6) = (shortest(options.ipv4, 24), shortest(options.ipv6, 48));
        return network(address, &RuleOptions { ipv4, ipv6, ..RuleOptions::default() });
    }
    let parsed = parse_time(value, time).ok()?;
    Some(written(parsed.timestamp, options.time.unwrap_or_default()))
}

/// The network that a canonical address is in, as CIDR; the zone of an address is left out.
pub fn network(address: &str, options: &RuleOptions) -> Option<String> {
    let (address, _) = address.split_once('%').unwrap_or((address, ""));
    Some(match address.parse().ok()? {
        IpAddr::V4(address) => {
            let bits = options.ipv4.unwrap_or(24).min(32);
            let mask = u32::MAX.checked_shl(32 - u32::from(bits)).unwrap_or(0);
            format!("{}/{bits}", Ipv4Addr::from(u32::from(address) & mask))
        }
        IpAddr::V6(address) => {
            let bits = options.ipv6.unwrap_or(48).min(128);
            let mask = u128::MAX.checked_shl(128 - u32::from(bits)).unwrap_or(0);
            format!("{}/{bits}", Ipv6Addr::from(u128::from(address) & mask))
        }
    })
}

/// The beginning of the unit in which a point in time lies.
pub fn floor(time: Timestamp, unit: TimeUnit) -> Timestamp {
    let text = time.to_string();
    let beginning = match unit {
        TimeUnit::Hour => format!("{}:00:00Z", &text[..13]),
        TimeUnit::Day => format!("{}T00:00:00Z", &text[..10]),
        TimeUnit::Month => format!("{}-01T00:00:00Z", &text[..7]),
        TimeUnit::Year => format!("{}-01-01T00:00:00Z", &text[..4]),
    };
    parse_time(&beginning, &TimeOptions::NONE).map_or(time, |parsed| parsed.timestamp)
}

/// No more than the unit.
fn written(time: Timestamp, unit: TimeUnit) -> String {
    let text = time.to_string();
    let length = match unit {
        TimeUnit::Hour => return floor(time, unit).to_string(),
        TimeUnit::Day => 10,
        TimeUnit::Month => 7,
        TimeUnit::Year => 4,
    };
    text[..length].to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut(value: &str, options: &RuleOptions) -> Option<String> {
        truncate(value, options, &TimeOptions::NONE)
    }

    #[test]
    fn an_address_becomes_its_network() {
        let given = RuleOptions::default();
        assert_eq!(cut("192.0.2.77", &given).as_deref(), Some("192.0.2.0/24"));
        assert_eq!(cut("::ffff:192.0.2.77", &given).as_deref(), Some("192.0.2.0/24"));
        assert_eq!(cut("2001:db8:1:2::7", &given).as_deref(), Some("2001:db8:1::/48"));
        assert_eq!(cut("fe80::1%eth0", &given).as_deref(), Some("fe80::/48"));
        for (ipv4, expected) in [(0, "0.0.0.0/0"), (20, "192.0.0.0/20"), (32, "192.0.2.77/32")] {
            let options = RuleOptions { ipv4: Some(ipv4), ..RuleOptions::default() };
            assert_eq!(cut("192.0.2.77", &options).as_deref(), Some(expected));
        }
        let all = RuleOptions { ipv6: Some(128), ..RuleOptions::default() };
        assert_eq!(cut("2001:db8::7", &all).as_deref(), Some("2001:db8::7/128"));
        let none = RuleOptions { ipv6: Some(0), ..RuleOptions::default() };
        assert_eq!(cut("2001:db8::7", &none).as_deref(), Some("::/0"));
    }

    #[test]
    fn a_time_becomes_its_unit_in_utc() {
        for (unit, expected, beginning) in [
            (TimeUnit::Hour, "2026-01-31T22:00:00Z", "2026-01-31T22:00:00Z"),
            (TimeUnit::Day, "2026-01-31", "2026-01-31T00:00:00Z"),
            (TimeUnit::Month, "2026-01", "2026-01-01T00:00:00Z"),
            (TimeUnit::Year, "2026", "2026-01-01T00:00:00Z"),
        ] {
            let options = RuleOptions { time: Some(unit), ..RuleOptions::default() };
            assert_eq!(cut("2026-02-01T00:59:59.5+02:00", &options).as_deref(), Some(expected));
            let time = parse_time("2026-02-01T00:59:59.5+02:00", &TimeOptions::NONE).unwrap().timestamp;
            assert_eq!(floor(time, unit).to_string(), beginning);
        }
    }

    #[test]
    fn what_cannot_be_cut_is_not_there() {
        assert_eq!(cut("hunter2", &RuleOptions::default()), None);
        let two = RuleOptions { characters: Some(2), ..RuleOptions::default() };
        assert_eq!(cut("D\u{fc}sseldorf", &two).as_deref(), Some("D\u{fc}"));
        assert_eq!(cut("x", &two).as_deref(), Some("x"));
    }
}
