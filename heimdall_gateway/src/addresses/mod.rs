//! What one client may take from others: clients whom we do not know are told apart by their addresses.

mod buckets;
mod held;

use std::net::{IpAddr, Ipv6Addr};

pub use buckets::Buckets;
pub use held::{Held, Hold};

/// Under which address somebody is counted. Of IPv6 a subscriber has a /64 and takes of it whichever address he likes (RFC 6177).
fn subscriber(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0).into()
        }
        address => address,
    }
}

#[cfg(test)]
mod tests {
    use super::subscriber;

    #[test]
    fn of_ipv6_a_network_is_one() {
        for (address, expected) in [
            ("198.51.100.7", "198.51.100.7"),
            ("::ffff:198.51.100.7", "198.51.100.7"),
            ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
            ("2001:db8:1:3::1", "2001:db8:1:3::"),
        ] {
            assert_eq!(subscriber(address.parse().unwrap()).to_string(), expected);
        }
    }
}
