//! The properties of a record as the graph stores them.

use std::borrow::Cow;

use serde::{Serialize, Serializer};

use super::apply::apply;
use crate::batch::Keys;
use crate::mapping::Plan;
use crate::protect::{Binding, SealError, Tlp};

/// Properties of a record: those in clear by their names, sealed ones under `sealed`. Serialises as a JSON object.
#[derive(Default)]
pub struct Object<'a> {
    members: Vec<(&'a str, Member<'a>)>,
    sealed: Vec<(&'a str, Member<'a>)>,
}

/// A property's value.
pub enum Member<'a> {
    /// A string.
    Text(Cow<'a, str>),
    /// An integer.
    Integer(i64),
}

impl<'a> Object<'a> {
    /// In no order, each name once.
    pub fn members(&self) -> &[(&'a str, Member<'a>)] {
        &self.members
    }

    /// Sealed ones, in no order, each name once.
    pub fn sealed(&self) -> &[(&'a str, Member<'a>)] {
        &self.sealed
    }

    pub(super) fn set(&mut self, name: &'a str, value: impl Into<Cow<'a, str>>) {
        put(&mut self.members, name, Member::Text(value.into()));
    }

    pub(super) fn set_tlp(&mut self, tlp: Tlp) {
        put(&mut self.members, "tlp", Member::Integer(i64::from(tlp.level())));
    }

    pub(super) fn seal(
        &mut self,
        keys: &mut Keys,
        record: &str,
        field: &'a str,
        tlp: Tlp,
        plain: &str,
    ) -> Result<(), SealError> {
        let text = keys.data.seal(Binding { record, field }, tlp, plain.as_bytes())?;
        put(&mut self.sealed, field, Member::Text(text.into()));
        Ok(())
    }

    /// Takes properties over, each as its rule says.
    pub(super) fn fill(
        &mut self,
        keys: &mut Keys,
        plan: &'a Plan,
        record: &str,
        properties: impl Iterator<Item = (u16, &'a str)>,
    ) -> Result<(), SealError> {
        for (position, value) in properties {
            let property = &plan.properties[usize::from(position)];
            let Some(stored) = apply(keys, &property.rule, &plan.time_options, value) else { continue };
            if property.rule.is_sealed(plan.tlp) {
                self.seal(keys, record, &property.name, property.rule.mark(), &stored)?;
            } else {
                self.set(&property.name, stored);
            }
        }
        Ok(())
    }
}

/// The later one stands.
fn put<'a>(members: &mut Vec<(&'a str, Member<'a>)>, name: &'a str, member: Member<'a>) {
    match members.iter_mut().find(|(known, _)| *known == name) {
        Some((_, known)) => *known = member,
        None => members.push((name, member)),
    }
}

impl Serialize for Object<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let sealed = (!self.sealed.is_empty()).then_some(("sealed", Part::Sealed(&self.sealed)));
        serializer.collect_map(
            self.members.iter().map(|(name, member)| (*name, Part::Member(member))).chain(sealed),
        )
    }
}

/// What stands beside a name.
enum Part<'o, 'a> {
    Member(&'o Member<'a>),
    Sealed(&'o [(&'a str, Member<'a>)]),
}

impl Serialize for Part<'_, '_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Part::Member(Member::Text(text)) => serializer.serialize_str(text),
            Part::Member(Member::Integer(number)) => serializer.serialize_i64(*number),
            Part::Sealed(sealed) => {
                serializer.collect_map(sealed.iter().map(|(name, member)| (*name, Part::Member(member))))
            }
        }
    }
}
