//! The rows of a statement, and what the database has said with them.

use std::ops::Deref;

use tokio_postgres::Row;

use super::notice::Notice;

/// All rows of a statement.
#[derive(Default)]
pub struct Answer {
    pub(super) rows: Vec<Row>,
    pub(super) notices: Vec<Notice>,
}

impl Answer {
    /// What the caller is to be told with them.
    pub fn notices(&self) -> &[Notice] {
        &self.notices
    }
}

impl Deref for Answer {
    type Target = [Row];

    fn deref(&self) -> &[Row] {
        &self.rows
    }
}
