//! What rows look like, for the document. The database makes them: these types are never made.

use utoipa::ToSchema;

macro_rules! rows {
    ($($(#[$doc:meta])* $name:ident { $($(#[$of:meta])* $field:ident: $type:ty,)+ })+) => { $(
        $(#[$doc])*
        #[derive(ToSchema)]
        pub struct $name { $($(#[$of])* pub $field: $type,)+ }
    )+ };
}

mod about;
mod log;

pub use about::*;
pub use log::*;

/// A row of a Cypher query: a member for each column.
#[derive(ToSchema)]
#[schema(value_type = Object)]
pub struct Returned(pub ());

/// The last entry of each lane, by its number: `{"3": {"position": 12, "digest": "…"}}`.
#[derive(ToSchema)]
#[schema(value_type = Object)]
pub struct Heads(pub ());

/// A page.
#[derive(ToSchema)]
pub struct Page<T> {
    /// What is on it.
    pub items: Vec<T>,
    /// What `after` takes for what follows; null where nothing does.
    pub next: Option<String>,
}

rows! {
    /// A bundle of STIX 2.1.
    Bundle {
        /// `bundle`.
        #[schema(rename = "type", example = "bundle")]
        kind: String,
        /// `bundle--` and a UUID.
        id: String,
        /// Its objects.
        #[schema(value_type = Vec<Object>)]
        objects: (),
    }
}
