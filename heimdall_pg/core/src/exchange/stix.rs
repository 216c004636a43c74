//! STIX 2.1: observables as SCOs, with the ids that every producer gives them (section 2.9).

use std::net::IpAddr;

use serde_json::{Map, Value, json};
use sha1::{Digest, Sha1};

use super::is_digest;
use crate::canonical::hash::{HashKind, hash_kind};

/// The namespace of the ids of SCOs, and of nothing else (STIX 2.1, 2.9).
pub const SCO_NAMESPACE: u128 = 0x00ab_edb4_aa42_466c_9c01_fed2_3315_a9b7;

/// The observable that a key of the registry stands for: `type`, `spec_version`, `id` and its own properties. None for
/// what STIX has no SCO for, and for what is not in clear.
pub fn observable(key: &str) -> Option<Value> {
    let (label, value) = key.split_once(':')?;
    let (kind, properties) = properties(label, value)?;
    // One property each, so that their order is that of RFC 8785.
    let id = uuid5(SCO_NAMESPACE, serde_json::to_string(&properties).ok()?.as_bytes());
    let mut object = Map::new();
    object.insert("type".to_owned(), kind.into());
    object.insert("spec_version".to_owned(), "2.1".into());
    object.insert("id".to_owned(), format!("{kind}--{id}").into());
    object.extend(properties.as_object()?.clone());
    Some(Value::Object(object))
}

/// The type of the SCO and the properties that its id is made from.
fn properties(label: &str, value: &str) -> Option<(&'static str, Value)> {
    if label != "Hash" && is_digest(value) {
        return None;
    }
    Some(match label {
        "Ip" => (
            if value.parse::<IpAddr>().ok()?.is_ipv4() { "ipv4-addr" } else { "ipv6-addr" },
            json!({ "value": value }),
        ),
        "Cidr" => (if value.contains(':') { "ipv6-addr" } else { "ipv4-addr" }, json!({ "value": value })),
        "Domain" => ("domain-name", json!({ "value": value })),
        "Url" => ("url", json!({ "value": value })),
        "Email" => ("email-addr", json!({ "value": value })),
        // EUI-48 alone: STIX has no others.
        "Mac" if value.len() == 17 => ("mac-addr", json!({ "value": value })),
        "Asn" => ("autonomous-system", json!({ "number": value.strip_prefix("AS")?.parse::<u32>().ok()? })),
        "User" => ("user-account", json!({ "account_login": value })),
        "Hash" => {
            let algorithm = match hash_kind(value)? {
                HashKind::Md5 => "MD5",
                HashKind::Sha1 => "SHA-1",
                HashKind::Sha256 => "SHA-256",
                HashKind::Sha512 => "SHA-512",
                HashKind::Ssdeep => "SSDEEP",
                HashKind::Tlsh => "TLSH",
                // Not in STIX' list of algorithms, or no digest of a file.
                HashKind::Sha224 | HashKind::Sha384 | HashKind::Imphash => return None,
            };
            ("file", json!({ "hashes": { algorithm: value } }))
        }
        _ => return None,
    })
}

/// The id of another object than an SCO, the same whenever the same database says the same.
pub fn own_id(kind: &str, namespace: u128, name: &str) -> String {
    format!("{kind}--{}", uuid5(namespace, format!("{kind}\0{name}").as_bytes()))
}

/// A type of edge as the type of a relationship: lower case, digits and hyphens.
pub fn relationship_type(edge_type: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' };
    edge_type.chars().map(plain).collect()
}

/// Version 5 of RFC 9562.
fn uuid5(namespace: u128, name: &[u8]) -> String {
    let digest = Sha1::new().chain_update(namespace.to_be_bytes()).chain_update(name).finalize();
    let first = digest.iter().take(16).fold(0u128, |number, byte| number << 8 | u128::from(*byte));
    let versioned = first & !(0xf << 76) & !(0x3 << 62) | 5 << 76 | 2 << 62;
    let hex = format!("{versioned:032x}");
    let part = |from: usize, to: usize| hex.get(from..to).unwrap_or_default();
    format!("{}-{}-{}-{}-{}", part(0, 8), part(8, 12), part(12, 16), part(16, 20), part(20, 32))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(key: &str) -> String {
        observable(key).unwrap()["id"].as_str().unwrap().to_owned()
    }

    /// The first stands in the standard (2.9); other producers give the others the same.
    #[test]
    fn ids_are_those_that_everybody_gives() {
        for (key, expected) in [
            ("Ip:198.51.100.3", "ipv4-addr--28bb3599-77cd-5a82-a950-b5bc3caf07c4"),
            ("Ip:2001:db8::1", "ipv6-addr--6469e3a9-b053-5e34-a025-9396ae051d26"),
            ("Domain:example.com", "domain-name--bedb4899-d24b-5401-bc86-8f6b4cc18ec7"),
            ("Asn:AS15139", "autonomous-system--3aa27478-50b5-5ab8-9da9-cdc12b657fff"),
        ] {
            assert_eq!(id(key), expected, "{key}");
        }
    }

    #[test]
    fn what_has_no_observable_gives_none() {
        let digest = "ab".repeat(32);
        for key in [
            "Text:a",
            "Record:x",
            "Ip:fe80::1%eth0",
            "Host:web1",
            "Hash:imphash:aa",
            "novalue",
            &format!("Email:{digest}"),
            &format!("User:{digest}"),
            &format!("Domain:{digest}"),
            &format!("Hash:{}", &digest[..56]),
        ] {
            assert_eq!(observable(key), None, "{key}");
        }
        assert_eq!(observable(&format!("Hash:{digest}")).unwrap()["hashes"]["SHA-256"], digest);
        assert_eq!(observable("Cidr:2001:db8::/32").unwrap()["type"], "ipv6-addr");
        assert_eq!(observable("User:ada").unwrap()["account_login"], "ada");
    }

    #[test]
    fn other_ids_are_stable_and_of_version_5() {
        let one = own_id("relationship", 7, "a b c");
        assert_eq!(one, own_id("relationship", 7, "a b c"));
        assert_ne!(one, own_id("relationship", 8, "a b c"));
        assert_eq!(&one[28..29], "5", "{one}");
        assert_eq!(relationship_type("RESOLVES_TO"), "resolves-to");
    }
}
