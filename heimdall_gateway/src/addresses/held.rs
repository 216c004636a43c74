//! What addresses hold at a time, each up to a limit. An address that holds nothing takes no memory.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::subscriber;

/// How much each address holds.
pub struct Held {
    most: usize,
    counts: Mutex<HashMap<IpAddr, usize>>,
}

/// One of those that an address holds, until it is dropped.
pub struct Hold {
    held: Arc<Held>,
    address: IpAddr,
}

impl Held {
    /// So many for each.
    pub fn new(most: usize) -> Arc<Held> {
        Arc::new(Held { most, counts: Mutex::default() })
    }

    /// One more, where the address holds fewer than it may.
    pub fn take(self: &Arc<Self>, address: IpAddr) -> Option<Hold> {
        let address = subscriber(address);
        let mut counts = self.counts();
        let count = counts.get(&address).copied().unwrap_or_default();
        if count >= self.most {
            return None;
        }
        counts.insert(address, count + 1);
        Some(Hold { held: Arc::clone(self), address })
    }

    fn counts(&self) -> MutexGuard<'_, HashMap<IpAddr, usize>> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Hold {
    fn drop(&mut self) {
        if let Entry::Occupied(mut count) = self.held.counts().entry(self.address) {
            match *count.get() {
                0 | 1 => drop(count.remove()),
                several => *count.get_mut() = several - 1,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::net::{Ipv4Addr, Ipv6Addr};

    use super::*;

    const ADDRESS: IpAddr = IpAddr::V4(Ipv4Addr::new(198, 51, 100, 7));

    #[test]
    fn each_has_as_many_and_gives_them_back() {
        let held = Held::new(2);
        let (first, second) = (held.take(ADDRESS), held.take(ADDRESS));
        assert!(first.is_some() && second.is_some());
        assert!(held.take(ADDRESS).is_none());
        assert!(held.take(Ipv4Addr::new(198, 51, 100, 8).into()).is_some(), "another has its own");
        drop(first);
        let third = held.take(ADDRESS);
        assert!(third.is_some());
        assert!(held.take(ADDRESS).is_none());
    }

    #[test]
    fn the_addresses_of_a_network_of_ipv6_are_one() {
        let held = Held::new(1);
        let of = |network, host| Ipv6Addr::new(0x2001, 0xdb8, 0, network, 0, 0, 0, host).into();
        let one = held.take(of(1, 1));
        assert!(one.is_some());
        assert!(held.take(of(1, 2)).is_none());
        assert!(held.take(of(2, 1)).is_some());
    }

    #[test]
    fn who_holds_nothing_takes_no_memory() {
        let held = Held::new(1);
        let one = held.take(ADDRESS);
        for number in 0..10_000 {
            drop(held.take(Ipv4Addr::from(number).into()));
        }
        assert_eq!(held.counts().len(), 1);
        drop(one);
        assert!(held.counts().is_empty());
    }
}
