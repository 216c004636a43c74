//! Properties in the binary form of AGE's `agtype` (`agtype.h`), which is that of `jsonb` with numbers of its own.
//!
//! Parsing JSON text instead takes some 0.8 µs a vertex.

use heimdall_core::batch::{Member, Object};

use crate::table::Values;

/// Low bits of an entry: length, or end where [`HAS_OFFSET`] is set.
const LENGTH: u32 = 0x0fff_ffff;
/// High bits of an entry: what it is.
const KIND: u32 = 0x7000_0000;
/// Low bits of a container's first word: how many members it has.
const COUNT: u32 = 0x0fff_ffff;
const CONTAINER: u32 = 0x5000_0000;
const AGTYPE: u32 = 0x7000_0000;
const HAS_OFFSET: u32 = 0x8000_0000;
/// Every so many entries, the end stands in place of the length.
const STRIDE: usize = 32;
const OBJECT: u32 = 0x2000_0000;
const INTEGER: u32 = 0;

/// Puts properties together, one record's after the other's, reusing its memory.
#[derive(Default)]
pub struct Builder {
    bytes: Vec<u8>,
    order: Vec<usize>,
}

impl Builder {
    /// Adds the properties of a record to those of the others.
    pub fn push(&mut self, object: &Object<'_>, values: &mut Values) {
        self.bytes.clear();
        let sealed = object.sealed();
        let extra = (!sealed.is_empty()).then_some(("sealed", sealed));
        self.container(object.members(), extra);
        values.push_bytes(&self.bytes);
    }

    /// Writes an object, which starts on a word's boundary.
    fn container(&mut self, members: &[(&str, Member<'_>)], nested: Option<(&str, &[(&str, Member<'_>)])>) {
        let pairs = members.len() + usize::from(nested.is_some());
        let name = |at: usize| members.get(at).map_or("sealed", |(name, _)| *name);
        let mut order = std::mem::take(&mut self.order);
        order.clear();
        order.extend(0..pairs);
        // Shorter names first: that is how a look-up searches them.
        order.sort_unstable_by(|a, b| (name(*a).len(), name(*a)).cmp(&(name(*b).len(), name(*b))));

        self.word(pairs as u32 | OBJECT);
        let entries = self.bytes.len();
        self.bytes.resize(entries + 8 * pairs, 0);
        let mut total = 0u32;
        let mut close = |bytes: &mut Vec<u8>, index: usize, length: u32, kind: u32| {
            total += length;
            let entry = if index.is_multiple_of(STRIDE) { total | HAS_OFFSET } else { length };
            bytes[entries + 4 * index..][..4].copy_from_slice(&(entry | kind).to_ne_bytes());
        };
        for (index, at) in order.iter().enumerate() {
            self.bytes.extend_from_slice(name(*at).as_bytes());
            close(&mut self.bytes, index, name(*at).len() as u32, 0);
        }
        for (index, at) in order.iter().enumerate() {
            let begin = self.bytes.len();
            let kind = match (members.get(*at), nested) {
                (Some((_, Member::Text(text))), _) => {
                    self.bytes.extend_from_slice(text.as_bytes());
                    0
                }
                (Some((_, Member::Integer(number))), _) => {
                    self.pad();
                    self.word(INTEGER);
                    self.bytes.extend_from_slice(&number.to_ne_bytes());
                    AGTYPE
                }
                (None, Some((_, sealed))) => {
                    self.pad();
                    self.container(sealed, None);
                    CONTAINER
                }
                (None, None) => 0,
            };
            let length = (self.bytes.len() - begin) as u32;
            close(&mut self.bytes, pairs + index, length, kind);
        }
        self.order = order;
    }

    fn pad(&mut self) {
        self.bytes.resize(self.bytes.len().next_multiple_of(4), 0);
    }

    fn word(&mut self, word: u32) {
        self.bytes.extend_from_slice(&word.to_ne_bytes());
    }
}

/// The integer of that name among the members of an object; nothing where there is none.
pub fn integer(object: &[u8], name: &[u8]) -> Option<i64> {
    let word = |at: usize| Some(u32::from_ne_bytes(object.get(at..at + 4)?.try_into().ok()?));
    let header = word(0)?;
    if header & OBJECT == 0 {
        return None;
    }
    let pairs = (header & COUNT) as usize;
    let data = 4 + 8 * pairs;
    let (mut begin, mut found) = (0, None);
    for index in 0..2 * pairs {
        let entry = word(4 + 4 * index)?;
        let length = (entry & LENGTH) as usize;
        let end = if entry & HAS_OFFSET == 0 { begin + length } else { length };
        if index < pairs {
            if object.get(data + begin..data + end)? == name {
                found = Some(pairs + index);
            }
        } else if found == Some(index) {
            let value = data + begin.next_multiple_of(4);
            if entry & KIND != AGTYPE || word(value)? != INTEGER {
                return None;
            }
            return Some(i64::from_ne_bytes(object.get(value + 4..value + 12)?.try_into().ok()?));
        }
        if index + 1 == pairs && found.is_none() {
            return None;
        }
        begin = end;
    }
    None
}
