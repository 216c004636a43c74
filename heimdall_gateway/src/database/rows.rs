//! Rows of JSON, handed on as they come.

use std::pin::Pin;
use std::task::{Context, Poll};

use futures_util::Stream;
use futures_util::stream::StreamExt;
use tokio_postgres::RowStream;

use super::failure::problem;
use super::transaction::{Parameter, Transaction};
use crate::problem::Problem;

/// The rows of a statement, one JSON text each. Dropped half-way, the statement ends.
pub struct JsonRows {
    rows: Pin<Box<RowStream>>,
    first: Option<String>,
    _transaction: Transaction,
}

impl JsonRows {
    /// The first row has come, or there is none: what is wrong with the statement is known.
    pub(super) async fn start(
        transaction: Transaction,
        sql: &str,
        parameters: &[Parameter<'_>],
    ) -> Result<JsonRows, Problem> {
        let mut rows = Box::pin(transaction.rows(sql, parameters).await?);
        let first = rows.next().await.transpose().map_err(|error| problem(&error))?.map(|row| row.get(0));
        Ok(JsonRows { rows, first, _transaction: transaction })
    }
}

impl Stream for JsonRows {
    type Item = Result<String, Problem>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if let Some(first) = self.first.take() {
            return Poll::Ready(Some(Ok(first)));
        }
        self.rows
            .as_mut()
            .poll_next(context)
            .map(|row| row.map(|row| row.map(|row| row.get(0)).map_err(|error| problem(&error))))
    }
}
