//! JSON: its scanner, and the formats that are made of it.
//!
//! A dump is cut into records ([`split`], or lines), a record is flattened to a row ([`flat`]): `{"id": {"orig_h": "…"}}`
//! and `{"id.orig_h": "…"}` both fill the column `id.orig_h`. Numbers keep their digits, beyond 2^53 as well; arrays keep
//! their JSON text, less white space. Dialects differ in where the records are and in what becomes of one.

mod decoder;
mod flat;
mod misp;
mod names;
mod parts;
mod rows;
mod scan;
mod shape;
mod split;
mod stix;
mod stix_pattern;
#[cfg(test)]
mod tests;
mod unescape;
mod warninglist;
mod winevent;

pub use self::decoder::JsonDecoder;
