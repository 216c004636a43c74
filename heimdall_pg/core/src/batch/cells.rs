//! The values of a row: those of its columns, those that are computed from them, and those in arrays.

use super::reject::Fault;
use crate::format::Row;
use crate::mapping::{Condition, Elements, End, Index, Pairing, Place, Plan, Source, is_absent};

/// What follows from the columns of a row. It stays empty where the mapping has neither arrays nor computed values.
#[derive(Default)]
pub(super) struct Derived {
    computed: Vec<Option<String>>,
    arrays: Vec<Elements>,
    /// Arrays that were taken apart already.
    taken: Vec<bool>,
}

/// The values of a row.
#[derive(Clone, Copy)]
pub(super) struct Cells<'r> {
    pub plan: &'r Plan,
    pub row: &'r Row<'r>,
    derived: &'r Derived,
}

impl Derived {
    /// Computes what a row gives, and takes its arrays apart.
    pub fn read(&mut self, plan: &Plan, row: &Row<'_>) -> Result<(), Fault> {
        if plan.computed.is_empty() && plan.arrays.is_empty() {
            return Ok(());
        }
        self.computed.clear();
        self.arrays.resize_with(plan.arrays.len(), Elements::default);
        self.taken.clear();
        self.taken.resize(plan.arrays.len(), false);
        for (at, computed) in plan.computed.iter().enumerate() {
            for condition in &computed.when {
                if let Source::Elements(array) = condition.source {
                    self.take_apart(plan, row, array)?;
                }
            }
            let cells = Cells { plan, row, derived: self };
            let value = if cells.hold(&computed.when, [Index::default(); 2]) {
                let input = |input| Some(cells.value(input).trim_ascii()).filter(|value| !is_absent(value));
                computed.compute(input).map_err(|reason| Fault {
                    column: plan.input_at(Place::Computed(at)),
                    rule: "computed",
                    reason,
                })?
            } else {
                None
            };
            self.computed.push(value);
        }
        (0..plan.arrays.len() as u16).try_for_each(|array| self.take_apart(plan, row, array))
    }

    fn take_apart(&mut self, plan: &Plan, row: &Row<'_>, array: u16) -> Result<(), Fault> {
        let at = usize::from(array);
        let (Some(array), Some(false)) = (plan.arrays.get(at), self.taken.get(at)) else { return Ok(()) };
        let Some(mut elements) = self.arrays.get_mut(at).map(std::mem::take) else { return Ok(()) };
        elements.clear();
        let value = Cells { plan, row, derived: self }.value(array.input);
        let taken = if is_absent(value) { Ok(()) } else { elements.take_apart(value, &array.levels) };
        self.arrays[at] = elements;
        self.taken[at] = true;
        taken.map_err(|_| Fault {
            column: Some(array.input),
            rule: "array",
            reason: "an array of more than 1000 elements",
        })
    }
}

impl<'r> Cells<'r> {
    /// The values of a row that was read.
    pub fn new(plan: &'r Plan, row: &'r Row<'r>, derived: &'r Derived) -> Cells<'r> {
        Cells { plan, row, derived }
    }

    /// The value of an input, or `""`.
    pub fn value(&self, input: u16) -> &'r str {
        match self.plan.place(input) {
            Some(Place::Column(column)) => self.row.value(column),
            Some(Place::Computed(at)) => {
                self.derived.computed.get(at).and_then(Option::as_deref).unwrap_or_default()
            }
            None => "",
        }
    }

    /// What is in an array.
    pub fn elements(&self, array: u16) -> impl Iterator<Item = (Index, &'r str)> {
        self.derived.arrays.get(usize::from(array)).into_iter().flat_map(Elements::iter)
    }

    /// The value that belongs to these elements, the ends of an edge or twice that of a vertex.
    pub fn paired(&self, source: Source, pairing: Pairing, ends: [Index; 2]) -> &'r str {
        match source {
            Source::One(input) => self.value(input),
            Source::Elements(array) => self.among(array, pairing, ends).next().unwrap_or_default(),
        }
    }

    /// Whether all of that holds for these elements.
    pub fn hold(&self, when: &[Condition], ends: [Index; 2]) -> bool {
        when.iter().all(|condition| match condition.source {
            Source::One(input) => condition.check.holds(std::iter::once(self.value(input))),
            Source::Elements(array) => condition.check.holds(self.among(array, condition.pairing, ends)),
        })
    }

    fn among(&self, array: u16, pairing: Pairing, [from, to]: [Index; 2]) -> impl Iterator<Item = &'r str> {
        let own = if pairing.end == End::From { from } else { to };
        let belongs = move |index: &Index| index[..pairing.depth] == own[..pairing.depth];
        self.elements(array).filter(move |(index, _)| belongs(index)).map(|(_, value)| value)
    }
}
