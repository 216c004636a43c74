//! What an upload amounts to.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What the database has made of a dump.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
#[schema(as = IngestReport)]
pub struct Report {
    /// The batch. Of a duplicate: the batch that brought the dump first.
    pub batch: i64,
    /// The dump was there already, and nothing was changed.
    pub duplicate: bool,
    /// Rows of the dump.
    pub rows_read: i64,
    /// Rows that were stored.
    pub rows_accepted: i64,
    /// Rows that were put aside.
    pub rows_rejected: i64,
    /// Vertices that are new.
    pub vertices_created: i64,
    /// Vertices that were there.
    pub vertices_merged: i64,
    /// Edges that are new.
    pub edges_created: i64,
    /// Edges that were there.
    pub edges_merged: i64,
    /// Time that the database took.
    pub milliseconds: f64,
}
