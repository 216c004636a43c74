//! The audit trail: entries, each of which holds the digest of the one before it.
//!
//! The trail has several chains, called lanes, so that writers do not wait for each other. A digest is plain SHA-256
//! over all that an entry says: whoever has an export can compute it. The MAC beside it is keyed, so that whoever can
//! write the table, but does not have the hash key, cannot make entries that hold.

mod chain;

use jiff::Timestamp;
use sha2::{Digest as _, Sha256};

use crate::protect::HashKeys;

pub use chain::{Break, Chain, Head, Stored, Verdict};

/// Names this use of the hash key. No label has a slash, so that no value of a graph is digested under it.
const PURPOSE: &str = "heimdall/audit/v1";

/// SHA-256, or HMAC-SHA-256.
pub type Digest = [u8; 32];

/// What an entry says.
#[derive(Clone, Copy, Debug)]
pub struct Entry<'a> {
    /// The chain that it is in.
    pub lane: i16,
    /// Its place in there, from 1.
    pub position: i64,
    /// Microseconds since 1970.
    pub at: i64,
    /// Who did it.
    pub actor: &'a str,
    /// As whom he was connected.
    pub session_user: &'a str,
    /// The request of a gateway; empty for none.
    pub request_id: &'a str,
    /// What was done.
    pub action: &'a str,
    /// To what.
    pub object: &'a str,
    /// Particulars: a JSON object as Postgres writes `jsonb`.
    pub detail: &'a str,
    /// Digest of the entry before it, empty for the first.
    pub previous: &'a [u8],
}

impl Entry<'_> {
    /// SHA-256 over the members in their order, each as a netstring: its length in bytes, a colon, its UTF-8 text, a
    /// comma. Numbers are decimal, the time is [`Entry::time`], the digest before it is lower-case hexadecimal.
    pub fn digest(&self) -> Digest {
        let members: [&str; 10] = [
            &self.lane.to_string(),
            &self.position.to_string(),
            &self.time(),
            self.actor,
            self.session_user,
            self.request_id,
            self.action,
            self.object,
            self.detail,
            &crate::protect::hex(self.previous),
        ];
        let mut hash = Sha256::new();
        for member in members {
            hash.update(member.len().to_string());
            hash.update(":");
            hash.update(member);
            hash.update(",");
        }
        hash.finalize().into()
    }

    /// The time in UTC with six digits of the second: `2026-01-31T23:59:59.000001Z`.
    pub fn time(&self) -> String {
        // What is out of the range of the calendar was not written by a clock; the number still tells it apart.
        Timestamp::from_microsecond(self.at).map_or_else(|_| self.at.to_string(), |at| format!("{at:.6}"))
    }
}

/// The MAC of an entry's digest.
pub fn mac(keys: &mut HashKeys, digest: &Digest) -> Digest {
    keys.digest(PURPOSE, digest)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protect::hex;

    const ENTRY: Entry<'static> = Entry {
        lane: 3,
        position: 1,
        at: 1_769_904_000_000_001,
        actor: "ada",
        session_user: "gateway",
        request_id: "",
        action: "reveal.granted",
        object: "Record:00ff",
        detail: r#"{"field": "note"}"#,
        previous: &[],
    };

    /// Computed by `printf … | sha256sum`.
    #[test]
    fn the_digest_is_that_of_the_netstrings() {
        assert_eq!(ENTRY.time(), "2026-02-01T00:00:00.000001Z");
        let text = "1:3,1:1,27:2026-02-01T00:00:00.000001Z,3:ada,7:gateway,0:,14:reveal.granted,11:Record:00ff,\
                    17:{\"field\": \"note\"},0:,";
        assert_eq!(hex(&ENTRY.digest()), hex(&Sha256::digest(text)));
    }

    #[test]
    fn what_stands_in_one_member_is_not_taken_for_another() {
        let moved = Entry { actor: "adagateway", session_user: "", ..ENTRY };
        assert_ne!(moved.digest(), ENTRY.digest());
        let moved = Entry { actor: "ada,7:gateway", session_user: "", ..ENTRY };
        assert_ne!(moved.digest(), ENTRY.digest());
    }
}
