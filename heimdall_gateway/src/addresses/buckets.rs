//! How often addresses may: a bucket for each, which holds what a minute allows, and fills evenly.

use std::net::IpAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use quick_cache::unsync::Cache;

use super::subscriber;

const MINUTE: Duration = Duration::from_secs(60);

/// Addresses at most; beyond, those least used are forgotten, which have full buckets again. Who has more addresses than that
/// takes no more memory with them.
const MOST: usize = 1 << 16;

/// The buckets. Of each is known when it will be full, if it is not (generic cell rate algorithm).
pub struct Buckets {
    /// In which one comes in.
    interval: Duration,
    /// What a bucket lacks at most for one to be taken out of it.
    least: Duration,
    full: Mutex<Cache<IpAddr, Instant>>,
}

impl Buckets {
    /// Full ones.
    pub fn new(per_minute: u32) -> Buckets {
        let interval = MINUTE / per_minute.max(1);
        let least = interval * per_minute.saturating_sub(1);
        Buckets { interval, least, full: Mutex::new(Cache::new(MOST)) }
    }

    /// Whether there is something in an address's bucket.
    ///
    /// # Errors
    /// When there will be.
    pub fn look(&self, address: IpAddr) -> Result<(), Duration> {
        self.lacks(&mut self.full(), address, Instant::now()).map(|_| ())
    }

    /// Takes one out of it.
    ///
    /// # Errors
    /// When there will be one.
    pub fn take(&self, address: IpAddr) -> Result<(), Duration> {
        self.take_at(address, Instant::now())
    }

    fn take_at(&self, address: IpAddr, now: Instant) -> Result<(), Duration> {
        let mut full = self.full();
        let lacks = self.lacks(&mut full, address, now)?;
        full.insert(subscriber(address), now + lacks + self.interval);
        Ok(())
    }

    /// What the bucket lacks, in time, where it is not empty.
    fn lacks(
        &self,
        full: &mut Cache<IpAddr, Instant>,
        address: IpAddr,
        now: Instant,
    ) -> Result<Duration, Duration> {
        let full = full.get(&subscriber(address)).copied().unwrap_or(now);
        let lacks = full.saturating_duration_since(now);
        if lacks > self.least { Err(lacks - self.least) } else { Ok(lacks) }
    }

    fn full(&self) -> MutexGuard<'_, Cache<IpAddr, Instant>> {
        self.full.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::net::{Ipv4Addr, Ipv6Addr};

    use super::*;

    const ADDRESS: IpAddr = IpAddr::V4(Ipv4Addr::new(198, 51, 100, 7));

    fn of(network: u32, host: u16) -> IpAddr {
        let [high, low] = [network >> 16, network & 0xffff].map(|half| u16::try_from(half).unwrap());
        Ipv6Addr::new(0x2001, 0xdb8, high, low, 0, 0, 0, host).into()
    }

    #[test]
    fn a_bucket_holds_a_minute_and_fills_evenly() {
        let (buckets, now) = (Buckets::new(60), Instant::now());
        let taken = |now| (0..100).take_while(|_| buckets.take_at(ADDRESS, now).is_ok()).count();
        assert_eq!(taken(now), 60);
        assert_eq!(buckets.take_at(ADDRESS, now), Err(Duration::from_secs(1)));
        assert_eq!(taken(now + Duration::from_secs(5)), 5);
        assert_eq!(taken(now + 10 * MINUTE), 60, "no more than a minute's, however long one waits");
    }

    #[test]
    fn looking_takes_nothing() {
        let buckets = Buckets::new(1);
        for _ in 0..3 {
            assert_eq!(buckets.look(ADDRESS), Ok(()));
        }
        assert_eq!(buckets.take(ADDRESS), Ok(()));
        assert!(buckets.look(ADDRESS).is_err_and(|wait| wait <= MINUTE));
    }

    #[test]
    fn each_has_its_own_and_a_network_of_ipv6_is_one() {
        let buckets = Buckets::new(1);
        assert!(buckets.take(of(1, 1)).is_ok());
        assert!(buckets.take(of(1, 2)).is_err());
        assert!(buckets.take(of(2, 1)).is_ok());
        assert!(buckets.take(ADDRESS).is_ok());
    }

    #[test]
    fn who_has_many_addresses_takes_no_more_memory() {
        let buckets = Buckets::new(60);
        for network in 0..3 * u32::try_from(MOST).unwrap() {
            assert!(buckets.take(of(network, 1)).is_ok());
        }
        assert!(buckets.full().len() <= MOST);
    }

    #[test]
    fn any_number_a_minute_will_do() {
        for per_minute in [0, 1, 7, u32::MAX] {
            assert!(Buckets::new(per_minute).take(ADDRESS).is_ok(), "{per_minute}");
        }
    }
}
