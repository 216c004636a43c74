//! Properties of the JSON formats, with serde_json as the judge.

mod documents;
mod lines;
mod reference;
