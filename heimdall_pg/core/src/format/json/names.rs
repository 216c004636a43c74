//! The names that members of objects have, and what became of each: records of a dump look alike, so the
//! member that comes next is most likely the one that came next the last time.

use std::collections::HashMap;

use crate::format::MAX_COLUMNS;
use crate::format::fields::Slot;
use crate::mapping::is_plausible_name;

/// Names that are remembered. Data may choose names, so there has to be an end; the others cost more time.
const MAX_NAMES: usize = 4 * MAX_COLUMNS;

/// No longer name is remembered: it is none.
const MAX_LENGTH: usize = 128;

/// A member of the objects at one path. The first is the record itself.
pub(super) type Id = usize;

/// The members known, by the object that they are in.
pub(super) struct Names {
    members: Vec<Member>,
    /// By member: the members of its objects by name.
    inside: Vec<HashMap<Box<str>, Id, ahash::RandomState>>,
}

/// What is known of a member.
pub(super) struct Member {
    name: Box<str>,
    parent: Id,
    /// The member that came after this one the last time, wherever it was.
    next: Id,
    /// The last row that had it.
    row: u64,
    /// Its name is one that a property may have.
    pub plausible: bool,
    /// Where its values go, if that is known.
    pub slot: Option<Slot>,
}

impl Member {
    fn new(name: &str, parent: Id) -> Member {
        Member {
            name: name.into(),
            parent,
            next: RECORD,
            row: 0,
            plausible: is_plausible_name(name),
            slot: None,
        }
    }

    /// Notes that the row has it; false where it has it already.
    #[inline]
    pub fn meet(&mut self, row: u64) -> bool {
        std::mem::replace(&mut self.row, row) != row
    }
}

impl Default for Names {
    fn default() -> Names {
        Names { members: vec![Member::new("", RECORD)], inside: vec![HashMap::default()] }
    }
}

/// The record itself.
pub(super) const RECORD: Id = 0;

impl Names {
    /// The member of that name in an object, after the member `previous`; `None` where it is not remembered.
    #[inline]
    pub fn find(&mut self, parent: Id, previous: Id, name: &str) -> Option<(Id, &mut Member)> {
        let guess = self.members.get(previous)?.next;
        let right = |member: &Member| member.parent == parent && *member.name == *name && guess != RECORD;
        let id = if self.members.get(guess).is_some_and(right) {
            guess
        } else {
            self.look_up(parent, previous, name)?
        };
        Some((id, self.members.get_mut(id)?))
    }

    fn look_up(&mut self, parent: Id, previous: Id, name: &str) -> Option<Id> {
        let known = self.inside.get(parent)?.get(name).copied();
        let id = match known {
            Some(id) => id,
            None if self.members.len() >= MAX_NAMES || name.len() > MAX_LENGTH => return None,
            None => {
                let id = self.members.len();
                self.members.push(Member::new(name, parent));
                self.inside.push(HashMap::default());
                self.inside.get_mut(parent)?.insert(name.into(), id);
                id
            }
        };
        self.members.get_mut(previous)?.next = id;
        Some(id)
    }

    /// Remembers where the values of a member go.
    pub fn set_slot(&mut self, id: Id, slot: Slot) {
        if let Some(member) = self.members.get_mut(id) {
            member.slot = Some(slot);
        }
    }

    /// Forgets columns that were taken back: all but the first `columns`.
    pub fn forget(&mut self, columns: usize) {
        for member in &mut self.members {
            member.slot = member.slot.filter(|slot| !matches!(slot, Slot::Column(at) if *at >= columns));
        }
    }
}
