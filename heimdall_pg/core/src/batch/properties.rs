//! Properties of the records of a batch, in two flat lists: most records have none, and a million small
//! allocations would cost more than the values.

/// Where the properties of a record begin.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Head(u32);

/// Values by record and property, each with the time it is from: the latest is kept.
#[derive(Default)]
pub(super) struct Properties {
    values: Vec<Stored>,
    text: String,
}

struct Stored {
    at: i64,
    start: usize,
    len: u32,
    /// Position of the next one of the record plus one, 0 for none.
    next: u32,
    property: u16,
}

impl Head {
    /// True where the record has no properties.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }
}

impl Properties {
    /// Bytes that it takes.
    pub fn size(&self) -> usize {
        self.values.capacity() * size_of::<Stored>() + self.text.capacity()
    }

    /// Sets a property of a record, unless a later value is there.
    pub fn set(&mut self, head: &mut Head, property: u16, at: i64, value: &str) {
        let mut place = head.0;
        while let Some(stored) = place.checked_sub(1).and_then(|place| self.values.get_mut(place as usize)) {
            if stored.property == property {
                let old = &self.text[stored.start..stored.start + stored.len as usize];
                if stored.at <= at && old != value {
                    (stored.start, stored.len) = (self.text.len(), value.len() as u32);
                    self.text.push_str(value);
                }
                stored.at = stored.at.max(at);
                return;
            }
            place = stored.next;
        }
        let (start, len) = (self.text.len(), value.len() as u32);
        self.text.push_str(value);
        self.values.push(Stored { at, start, len, next: head.0, property });
        head.0 = self.values.len() as u32;
    }

    /// The properties of a record.
    pub fn of(&self, head: Head) -> impl Iterator<Item = (u16, &str)> {
        let mut place = head.0;
        std::iter::from_fn(move || {
            let stored = self.values.get(place.checked_sub(1)? as usize)?;
            place = stored.next;
            Some((stored.property, &self.text[stored.start..stored.start + stored.len as usize]))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_latest_value_of_each_property_is_kept() {
        let mut properties = Properties::default();
        let (mut one, mut other) = (Head::default(), Head::default());
        properties.set(&mut one, 1, 10, "first");
        properties.set(&mut other, 1, 10, "other");
        properties.set(&mut one, 2, 10, "kept");
        properties.set(&mut one, 1, 30, "last");
        properties.set(&mut one, 1, 20, "late, but not later");
        let mut found: Vec<_> = properties.of(one).collect();
        found.sort_unstable();
        assert_eq!(found, [(1, "last"), (2, "kept")]);
        assert_eq!(properties.of(other).collect::<Vec<_>>(), [(1, "other")]);
        assert!(Head::default().is_empty() && properties.of(Head::default()).next().is_none());
    }
}
