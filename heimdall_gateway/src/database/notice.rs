//! What the database says besides its answer: that a limit was met and rows may be missing, or what is left to do.

use std::sync::{Mutex, PoisonError};

use serde::Serialize;
use tokio_postgres::error::DbError;
use utoipa::ToSchema;

/// The class of SQLSTATE that Heimdall gives to what callers are to hear. Nobody else has it: what PostgreSQL says by itself may
/// quote values, and stays here. See docs/reference/sql.md.
const CLASS: &str = "VH";

/// Of so many, a caller has heard enough.
const MOST: usize = 16;

/// Something that the database says besides its answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Notice {
    /// SQLSTATE, of the class `VH`: `VH001` says that a limit was met, and rows may be missing.
    #[schema(example = "VH001")]
    pub code: String,
    /// What it says.
    #[schema(example = "the timeline may not be whole: There are more edges of a type than were read.")]
    pub message: String,
    /// What to do about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
}

/// Those of the transaction that has a connection. They come before the answer of the statement that they belong to.
#[derive(Default)]
pub struct Notices(Mutex<Vec<Notice>>);

impl Notices {
    /// Keeps it, where it is for callers.
    pub(super) fn hear(&self, said: &DbError) {
        let code = said.code().code();
        if !code.starts_with(CLASS) {
            tracing::debug!(sqlstate = code, "the database says something that is not for callers");
            return;
        }
        let message = match said.detail() {
            Some(detail) => format!("{}: {detail}", said.message()),
            None => said.message().to_owned(),
        };
        let notice = Notice { code: code.to_owned(), message, hint: said.hint().map(str::to_owned) };
        let mut heard = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if heard.len() < MOST && !heard.contains(&notice) {
            heard.push(notice);
        }
    }

    /// All of them; then there are none.
    pub(super) fn take(&self) -> Vec<Notice> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
