//! Addresses of networks in text: IPv4, IPv6, networks, MAC addresses.

use super::reader::Reader;
use crate::canonical::Kind;
use crate::canonical::cidr::canonical_cidr;
use crate::canonical::ip::canonical_ip;
use crate::canonical::mac::canonical_mac;

/// Longer is neither an IPv6 address (39 digits and colons, 45 with an IPv4 part) nor a MAC address.
const MAX: usize = 46;
/// The longest name of a network interface that is taken for a zone.
const MAX_ZONE: usize = 32;

impl Reader<'_> {
    /// The IPv4 address or network at the beginning of a name; where to go on.
    pub(super) fn ipv4(&mut self, start: usize, end: usize) -> Option<usize> {
        let run = start + self.count(start, MAX, |byte| byte.is_ascii_digit() || *byte == b'.');
        // A hyphen may lead to the last address of a range.
        if run != end && self.byte(run) != Some(b'-') {
            return None;
        }
        let address = self.slice(start, run).trim_end_matches('.');
        canonical_ip(address).ok()?;
        let next = self.address(start, start + address.len())?;
        self.skip_path(next);
        Some(next)
    }

    /// The IPv6 or MAC address at `start`, which has colons; where to go on.
    pub(super) fn colons(&mut self, start: usize) -> Option<usize> {
        let before = start.checked_sub(1).and_then(|at| self.byte(at));
        if before.is_some_and(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b':' | b'_')) {
            return None;
        }
        let first = self.count(start, 5, u8::is_ascii_hexdigit);
        if self.byte(start + first) != Some(b':') || first > 4 {
            return None;
        }
        let sort = |byte: &u8| byte.is_ascii_hexdigit() || matches!(byte, b':' | b'.');
        let run = start + self.count(start, MAX, sort);
        if self.byte(run).is_some_and(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b':')) {
            return None;
        }
        let mut address = self.slice(start, run).trim_end_matches('.');
        if !address.ends_with("::") {
            address = address.trim_end_matches(':');
        }
        let end = start + address.len();
        if matches!(address.len(), 17 | 23)
            && let Ok(mac) = canonical_mac(address)
        {
            return Some(self.note(Kind::Mac, start, end, mac.into_owned()));
        }
        if !is_likely_ipv6(address) {
            return None;
        }
        let zone = if self.byte(end) == Some(b'%') { self.zone(end + 1) } else { 0 };
        if zone > 0 && self.address(start, end + 1 + zone).is_some() {
            return Some(end + 1 + zone);
        }
        self.address(start, end)
    }

    /// The MAC address that a name is, in groups with hyphens or dots; where to go on.
    pub(super) fn mac(&mut self, start: usize, end: usize) -> Option<usize> {
        let name = self.slice(start, end).trim_end_matches('.');
        let bytes = name.as_bytes();
        let shaped = match name.len() {
            17 | 23 => bytes.get(2) == Some(&b'-'),
            // Digits in groups of four are numbers of all sorts.
            14 | 19 => bytes.get(4) == Some(&b'.') && bytes.iter().any(u8::is_ascii_alphabetic),
            _ => false,
        };
        // Most words are not: what they would be as an address is not even asked.
        let mac = if shaped { canonical_mac(name).ok()? } else { return None };
        Some(self.note(Kind::Mac, start, start + name.len(), mac.into_owned()))
    }

    /// Notes an address, or the network where a prefix length follows that leaves no host bits.
    fn address(&mut self, start: usize, end: usize) -> Option<usize> {
        if self.byte(end) == Some(b'/') {
            let digits = self.count(end + 1, 4, u8::is_ascii_digit);
            let stop = end + 1 + digits;
            let goes_on = match self.byte(stop) {
                Some(b'.') => self.byte(stop + 1).is_some_and(|byte| byte.is_ascii_alphanumeric()),
                Some(byte) => byte.is_ascii_alphanumeric() || matches!(byte, b'/' | b'_' | b'-'),
                None => false,
            };
            if !goes_on && let Ok(network) = canonical_cidr(self.slice(start, stop)) {
                return Some(self.note(Kind::Cidr, start, stop, network.into_owned()));
            }
        }
        let address = canonical_ip(self.slice(start, end)).ok()?;
        Some(self.note(Kind::Ip, start, end, address.into_owned()))
    }

    fn zone(&self, at: usize) -> usize {
        let sort = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_');
        let length = self.count(at, MAX_ZONE, sort);
        self.slice(at, at + length).trim_end_matches('.').len()
    }
}

/// False for what programs and sentences write with colons: `a::b`, `[::2]`, `1::`.
fn is_likely_ipv6(address: &str) -> bool {
    let groups = address.split(':').filter(|group| !group.is_empty()).count();
    address.bytes().any(|byte| byte.is_ascii_digit()) && (groups > 1 || address == "::1")
}
