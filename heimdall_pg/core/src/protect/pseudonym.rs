//! Pseudonyms of addresses that keep prefixes: ipcrypt-pfx (draft-denis-ipcrypt), under a key of its own.
//!
//! Two addresses that share so many bits have pseudonyms that share as many and no more, so that what is in one
//! network stays in one. Who knows some addresses and their pseudonyms knows the beginnings of others: it protects
//! less than a hash.

use std::net::IpAddr;

use ipcrypt_rs::IpcryptPfx;

/// Makes pseudonyms under one key.
pub struct Pseudonyms(IpcryptPfx);

impl Pseudonyms {
    /// From a key of 32 bytes.
    pub fn new(mut key: [u8; 32]) -> Pseudonyms {
        // The construction needs two keys that differ.
        if key[..16] == key[16..] {
            key[0] ^= 1;
        }
        Pseudonyms(IpcryptPfx::new(key))
    }

    /// The pseudonym of an address in canonical form; a zone stays as it is. None of what is no address.
    pub fn of(&self, address: &str) -> Option<String> {
        let (address, zone) = match address.split_once('%') {
            Some((address, zone)) => (address, Some(zone)),
            None => (address, None),
        };
        let pseudonym = self.0.encrypt_ipaddr(address.parse::<IpAddr>().ok()?);
        Some(match zone {
            Some(zone) => format!("{pseudonym}%{zone}"),
            None => pseudonym.to_string(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn pseudonyms() -> Pseudonyms {
        let key = "0123456789abcdeffedcba98765432101032547698badcfeefcdab8967452301";
        let mut bytes = [0; 32];
        for (to, digits) in bytes.iter_mut().zip(key.as_bytes().chunks(2)) {
            *to = u8::from_str_radix(std::str::from_utf8(digits).unwrap(), 16).unwrap();
        }
        Pseudonyms::new(bytes)
    }

    /// Test vectors of draft-denis-ipcrypt for ipcrypt-pfx.
    #[test]
    fn pseudonyms_are_the_published_ones() {
        let pseudonyms = pseudonyms();
        for (address, expected) in [
            ("0.0.0.0", "151.82.155.134"),
            ("255.255.255.255", "94.185.169.89"),
            ("192.0.2.1", "100.115.72.131"),
            ("2001:db8::1", "c180:5dd4:2587:3524:30ab:fa65:6ab6:f88"),
        ] {
            assert_eq!(pseudonyms.of(address).as_deref(), Some(expected), "{address}");
        }
    }

    #[test]
    fn what_is_no_address_has_none() {
        assert_eq!(pseudonyms().of("www.example.org"), None);
        assert!(pseudonyms().of("fe80::1%eth0").unwrap().ends_with("%eth0"));
        // A key of which both halves are the same is none that the construction takes.
        assert!(Pseudonyms::new([7; 32]).of("192.0.2.1").is_some());
    }

    proptest! {
        #[test]
        fn prefixes_are_kept(one: u32, other: u32) {
            let pseudonyms = pseudonyms();
            let pseudonym = |address: u32| -> u32 {
                let address = std::net::Ipv4Addr::from(address).to_string();
                pseudonyms.of(&address).unwrap().parse::<std::net::Ipv4Addr>().unwrap().into()
            };
            let (mine, its) = (pseudonym(one), pseudonym(other));
            prop_assert_eq!((one ^ other).leading_zeros(), (mine ^ its).leading_zeros());
        }
    }
}
