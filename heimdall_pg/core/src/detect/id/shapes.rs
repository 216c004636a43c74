//! All shapes, by what a word begins with: most words of a log begin like none of them.

use std::sync::LazyLock;

use super::super::template::beginning;
use super::{Shape, americas, asia_pacific, europe};

/// Letters and digits at the beginning that are told apart.
const LETTERS: usize = 7;
const DIGITS: usize = 19;

type Table = [[Vec<&'static Shape>; DIGITS]; LETTERS];

static TABLE: LazyLock<Table> = LazyLock::new(|| {
    let mut table = Table::default();
    for shape in [americas::SHAPES, europe::SHAPES, asia_pacific::SHAPES].into_iter().flatten() {
        let Some((letters, digits, more)) = beginning(shape.shape) else { continue };
        let last = if more { DIGITS - 1 } else { digits };
        for bucket in table.get_mut(letters).and_then(|row| row.get_mut(digits..=last)).into_iter().flatten() {
            bucket.push(shape);
        }
    }
    table
});

/// The shapes that a word may have which begins with so many letters and then digits.
pub(in super::super) fn at(letters: usize, digits: usize) -> &'static [&'static Shape] {
    TABLE.get(letters).and_then(|row| row.get(digits)).map_or(&[], Vec::as_slice)
}
