//! `heimdall.preview`: what would become of each row of a sample. Stores nothing.

use heimdall_core::batch::{Keys, Line};
use heimdall_core::pipeline::Preview;
use heimdall_core::protect::DataKey;
use pgrx::prelude::*;

use super::upload::Source;
use crate::error::{Error, ok};
use crate::keys;

/// A function that gives the lines of a preview. `pg_extern` wants the columns in the signature itself.
macro_rules! preview_functions {
    ($($(#[$doc:meta])* $name:ident($sample:ident: $type:ty) => $bytes:expr;)*) => {$(
        $(#[$doc])*
        #[pg_extern(volatile, strict, parallel_unsafe, name = "preview")]
        fn $name(
            source: &str,
            $sample: $type,
        ) -> TableIterator<
            'static,
            (
                name!(row_number, i64),
                name!(item, String),
                name!(name, String),
                name!(kind, Option<String>),
                name!(canonical, Option<String>),
                name!(rule, Option<String>),
                name!(tlp, Option<String>),
                name!(becomes, String),
            ),
        > {
            TableIterator::new(ok(preview(source, $bytes)).0.into_iter().map(row))
        }
    )*};
}

preview_functions! {
    /// Shows for the first 100 rows of a sample: each value, canonical and as protected as it would be stored, the rule
    /// and what it would become, and the vertices and edges of the row, or why it would be put aside.
    preview_bytes(sample: &[u8]) => sample;
    /// As text.
    preview_text(sample: &str) => sample.as_bytes();
}

fn preview(source: &str, sample: &[u8]) -> Result<Preview, Error> {
    let source = Source::load(source)?;
    // Nothing that is sealed for a preview is kept, and so is no key for it.
    let keys = Keys { hash: keys::hash_keys()?, data: DataKey::unkept()? };
    let format = (source.format, &source.options);
    Ok(Preview::of(sample, format, source.mapping, &source.policy, keys)?)
}

type Row = (i64, String, String, Option<String>, Option<String>, Option<String>, Option<String>, String);

fn row((number, line): (u64, Line)) -> Row {
    (
        number as i64,
        line.shown.name().to_owned(),
        line.name,
        line.kind.map(str::to_owned),
        line.canonical,
        line.rule.map(|rule| rule.name().to_owned()),
        line.tlp.map(|tlp| tlp.name().to_owned()),
        line.becomes,
    )
}
