//! Whether a chain holds.

use super::{Digest, Entry, mac};
use crate::protect::HashKeys;

/// An entry as it is stored.
#[derive(Clone, Copy, Debug)]
pub struct Stored<'a> {
    /// What it says.
    pub entry: Entry<'a>,
    /// Its digest, as it stands there.
    pub digest: &'a [u8],
    /// The MAC of the digest, as it stands there.
    pub mac: &'a [u8],
}

/// The last entry of a chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    /// Its position: how many entries the chain has.
    pub position: i64,
    /// Its digest.
    pub digest: Vec<u8>,
}

/// Where a chain is broken, and how.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Break {
    /// The position of the first entry that does not hold, or is missing.
    pub position: i64,
    /// Why.
    pub reason: &'static str,
}

/// What became of a chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// The last entry that holds; none where there is none.
    pub head: Option<Head>,
    /// None where all entries hold.
    pub broken: Option<Break>,
}

/// One chain, checked entry by entry in the order of positions.
#[derive(Debug, Default)]
pub struct Chain {
    head: Option<Head>,
    broken: Option<Break>,
    /// What somebody has noted of this chain earlier.
    known: Option<Head>,
}

const MISSING: &str = "entries are missing";
const TWICE: &str = "the position is not its own";
const ALTERED: &str = "the entry was altered";
const FORGED: &str = "the entry was not written with this hash key";
const UNLINKED: &str = "the entry does not follow the one before it";
const CUT_OFF: &str = "entries that were there are missing at the end";
const ANOTHER: &str = "another entry was there";

impl Chain {
    /// A chain of which somebody has noted the head at some time. Only so it is seen that its end was cut off, or
    /// that it was made anew by somebody who has the hash key.
    pub fn known(head: Option<Head>) -> Chain {
        Chain { known: head, ..Chain::default() }
    }

    /// True where it is broken already: what follows does not matter.
    pub fn is_broken(&self) -> bool {
        self.broken.is_some()
    }

    /// Takes the next entry.
    pub fn push(&mut self, keys: &mut HashKeys, stored: &Stored<'_>) {
        if self.is_broken() {
            return;
        }
        let next = self.head.as_ref().map_or(1, |head| head.position + 1);
        let reason = self.fault(keys, stored, next);
        if let Some(reason) = reason {
            self.broken = Some(Break { position: next, reason });
            return;
        }
        self.head = Some(Head { position: next, digest: stored.digest.to_vec() });
    }

    fn fault(&self, keys: &mut HashKeys, stored: &Stored<'_>, next: i64) -> Option<&'static str> {
        let entry = &stored.entry;
        if entry.position != next {
            return Some(if entry.position > next { MISSING } else { TWICE });
        }
        let digest: Digest = entry.digest();
        if stored.digest != digest {
            return Some(ALTERED);
        }
        if stored.mac != mac(keys, &digest) {
            return Some(FORGED);
        }
        if entry.previous != self.head.as_ref().map_or(&[][..], |head| &head.digest) {
            return Some(UNLINKED);
        }
        let known = self.known.as_ref().filter(|known| known.position == next);
        known.filter(|known| known.digest != digest).map(|_| ANOTHER)
    }

    /// There are no more entries.
    pub fn end(self) -> Verdict {
        let next = self.head.as_ref().map_or(1, |head| head.position + 1);
        let is_cut_off = self.known.is_some_and(|known| known.position >= next);
        let cut_off = is_cut_off.then_some(Break { position: next, reason: CUT_OFF });
        Verdict { head: self.head, broken: self.broken.or(cut_off) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protect::Secret;

    fn keys(fill: &str) -> HashKeys {
        HashKeys::new(&Secret::parse(&fill.repeat(4)).unwrap())
    }

    #[derive(Clone)]
    struct Row {
        lane: i16,
        position: i64,
        object: String,
        previous: Vec<u8>,
        digest: Vec<u8>,
        mac: Vec<u8>,
    }

    impl Row {
        fn entry(&self) -> Entry<'_> {
            Entry {
                lane: self.lane,
                position: self.position,
                at: 0,
                actor: "ada",
                session_user: "ada",
                request_id: "",
                action: "test",
                object: &self.object,
                detail: "{}",
                previous: &self.previous,
            }
        }

        fn close(mut self, keys: &mut HashKeys) -> Row {
            let digest = self.entry().digest();
            (self.digest, self.mac) = (digest.to_vec(), mac(keys, &digest).to_vec());
            self
        }
    }

    fn chain(lane: i16, length: i64, keys: &mut HashKeys) -> Vec<Row> {
        let mut rows: Vec<Row> = Vec::new();
        for position in 1..=length {
            let previous = rows.last().map_or(Vec::new(), |row| row.digest.clone());
            let object = format!("object {position}");
            let row = Row { lane, position, object, previous, digest: Vec::new(), mac: Vec::new() };
            rows.push(row.close(keys));
        }
        rows
    }

    fn verdict_with(rows: &[Row], known: Option<Head>) -> Verdict {
        let (mut chain, mut keys) = (Chain::known(known), keys("0123456789abcdef"));
        for row in rows {
            chain.push(&mut keys, &Stored { entry: row.entry(), digest: &row.digest, mac: &row.mac });
        }
        chain.end()
    }

    fn broken(rows: &[Row]) -> Option<(i64, &'static str)> {
        verdict_with(rows, None).broken.map(|broken| (broken.position, broken.reason))
    }

    #[test]
    fn a_chain_that_nobody_has_touched_holds() {
        let rows = chain(2, 5, &mut keys("0123456789abcdef"));
        let verdict = verdict_with(&rows, None);
        assert_eq!(verdict.broken, None);
        assert_eq!(verdict.head.map(|head| head.position), Some(5));
        assert_eq!(broken(&[]), None);
    }

    #[test]
    fn every_way_to_tamper_breaks_it() {
        let own = &mut keys("0123456789abcdef");
        let rows = chain(2, 5, own);
        let with = |change: &dyn Fn(&mut Vec<Row>)| {
            let mut rows = rows.clone();
            change(&mut rows);
            broken(&rows)
        };
        assert_eq!(with(&|rows| rows[2].object.push('!')), Some((3, ALTERED)));
        assert_eq!(with(&|rows| rows[2].mac[0] ^= 1), Some((3, FORGED)));
        assert_eq!(with(&|rows| drop(rows.remove(2))), Some((3, MISSING)));
        assert_eq!(with(&|rows| drop(rows.remove(0))), Some((1, MISSING)));
        assert_eq!(with(&|rows| rows.insert(2, rows[2].clone())), Some((4, TWICE)));
        // With positions made good, as one would who hides what he did.
        let renumber = |rows: &mut Vec<Row>| {
            (1..).zip(rows).for_each(|(position, row)| row.position = position);
        };
        assert_eq!(
            with(&|rows| {
                rows.swap(1, 2);
                renumber(rows);
            }),
            Some((2, ALTERED))
        );
        // With digests as well, which anybody can compute; the MAC takes the key.
        let other = chain(3, 5, own);
        assert_eq!(with(&|rows| rows[2] = other[2].clone()), Some((3, UNLINKED)));
        let forged = chain(2, 5, &mut keys("fedcba9876543210"));
        assert_eq!(broken(&forged), Some((1, FORGED)));
    }

    #[test]
    fn an_entry_written_with_the_key_elsewhere_does_not_follow() {
        let own = &mut keys("0123456789abcdef");
        let mut rows = chain(2, 5, own);
        rows[3].previous = rows[1].digest.clone();
        rows[3] = rows[3].clone().close(own);
        assert_eq!(broken(&rows), Some((4, UNLINKED)));
    }

    #[test]
    fn an_end_that_is_cut_off_shows_against_a_head_that_was_noted() {
        let own = &mut keys("0123456789abcdef");
        let rows = chain(2, 5, own);
        let noted = Head { position: 4, digest: rows[3].digest.clone() };
        assert_eq!(verdict_with(&rows, Some(noted.clone())).broken, None);
        assert_eq!(verdict_with(&rows[..3], None).broken, None);
        let cut = verdict_with(&rows[..3], Some(noted.clone())).broken;
        assert_eq!(cut, Some(Break { position: 4, reason: CUT_OFF }));
        let another = Head { position: 4, digest: rows[2].digest.clone() };
        let broken = verdict_with(&rows, Some(another)).broken;
        assert_eq!(broken, Some(Break { position: 4, reason: ANOTHER }));
        assert!(verdict_with(&[], Some(noted)).broken.is_some());
    }
}
