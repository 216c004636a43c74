//! All shapes, by what a word begins with: most words of a log begin like none of them.

use std::sync::LazyLock;

use super::super::template::may_begin;
use super::{Shape, americas, asia_pacific, europe};

/// Letters and digits at the beginning that are told apart.
const LETTERS: usize = 7;
const DIGITS: usize = 19;

type Table = [[Vec<&'static Shape>; DIGITS]; LETTERS];

static TABLE: LazyLock<Table> = LazyLock::new(|| {
    let mut table = Table::default();
    for shape in [americas::SHAPES, europe::SHAPES, asia_pacific::SHAPES].into_iter().flatten() {
        for (letters, row) in table.iter_mut().enumerate() {
            for (digits, bucket) in row.iter_mut().enumerate() {
                if may_begin(shape.shape, letters, digits) {
                    bucket.push(shape);
                }
            }
        }
    }
    table
});

/// The shapes that a word may have which begins with so many letters and then digits.
pub(in super::super) fn at(letters: usize, digits: usize) -> &'static [&'static Shape] {
    TABLE.get(letters).and_then(|row| row.get(digits)).map_or(&[], Vec::as_slice)
}
