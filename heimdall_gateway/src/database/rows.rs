//! Rows of JSON, handed on as they come.

use std::pin::Pin;
use std::task::{Context, Poll};

use futures_util::Stream;
use futures_util::stream::{self, StreamExt};
use tokio::time::timeout;
use tokio_postgres::RowStream;

use super::failure::Failure;
use super::notice::Notice;
use super::transaction::{Parameter, Transaction};
use crate::problem::Problem;

/// The rows of a statement, one JSON text each. Dropped half-way, the statement ends.
pub struct JsonRows {
    rows: Pin<Box<dyn Stream<Item = Result<String, Problem>> + Send>>,
    notices: Vec<Notice>,
}

/// The first row, before it is given, and where the others come from.
type Rest = (Option<String>, Transaction, Pin<Box<RowStream>>);

impl JsonRows {
    /// The first row has come, or there is none: what is wrong with the statement is known.
    pub(super) async fn start(
        transaction: Transaction,
        sql: &str,
        parameters: &[Parameter<'_>],
    ) -> Result<JsonRows, Failure> {
        let mut rows = Box::pin(transaction.rows(sql, parameters).await?);
        let first = next(&transaction, &mut rows).await?;
        let notices = transaction.notices();
        if first.is_none() {
            finish(transaction).await;
            return Ok(JsonRows { rows: Box::pin(stream::empty()), notices });
        }
        Ok(JsonRows { rows: Box::pin(stream::unfold(Some((first, transaction, rows)), step)), notices })
    }

    /// What the caller is to be told with them. The questions that say something have all of their rows before they give the
    /// first, so that it is known by then.
    pub fn notices(&self) -> &[Notice] {
        &self.notices
    }
}

async fn step(rest: Option<Rest>) -> Option<(Result<String, Problem>, Option<Rest>)> {
    let (first, transaction, mut rows) = rest?;
    let row = match first {
        Some(first) => Ok(Some(first)),
        None => next(&transaction, &mut rows).await,
    };
    match row {
        Ok(Some(row)) => Some((Ok(row), Some((None, transaction, rows)))),
        Ok(None) => {
            finish(transaction).await;
            None
        }
        Err(failure) => Some((Err(failure.problem()), None)),
    }
}

async fn next(transaction: &Transaction, rows: &mut Pin<Box<RowStream>>) -> Result<Option<String>, Failure> {
    let row = timeout(transaction.patience(), rows.next()).await.map_err(|_| Failure::silence())?;
    Ok(row.transpose()?.map(|row| row.try_get(0)).transpose()?)
}

/// Gives the connection to others. All rows are there: whether this works is nobody's concern.
async fn finish(transaction: Transaction) {
    let _ = transaction.commit().await;
}

impl Stream for JsonRows {
    type Item = Result<String, Problem>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.rows.as_mut().poll_next(context)
    }
}
