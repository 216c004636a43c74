//! What hands an upload's bytes to the database: a task of its own, which outlives the request that brings them.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, mpsc};
use tokio::time::{Instant, sleep, sleep_until};

use super::copy::Copy;
use super::feed::Piece;
use super::upload::{State, Upload};
use super::watch::watch;
use super::{Patience, Uploads};
use crate::problem::Problem;

/// What has come waits so long for more before it is handed on as it is.
const REST: Duration = Duration::from_millis(100);

/// What a worker works with.
pub(super) struct Worker {
    pub uploads: Arc<Uploads>,
    pub upload: Arc<Upload>,
    pub tenant: Option<String>,
    pub pieces: mpsc::Receiver<Piece>,
    pub patience: Patience,
    pub permits: [OwnedSemaphorePermit; 2],
}

impl Worker {
    /// Receives all bytes, stores them, and says what became of them.
    pub async fn run(mut self, copy: Copy) {
        let upload = Arc::clone(&self.upload);
        let began = Instant::now();
        let received = tokio::select! {
            biased;
            () = upload.taken_back.cancelled() => Err(Problem::gone().detail("The upload was taken back.")),
            received = self.receive(copy) => received,
        };
        let outcome = match received {
            Ok(copy) => {
                upload.enter(State::Finishing);
                copy.finish().await
            }
            Err(problem) => Err(problem),
        };
        // Before anybody hears of it: then there is room for another.
        drop(self.permits);
        drop(self.pieces);
        let bytes = upload.status().offset;
        let metrics = &self.uploads.metrics;
        metrics.upload_bytes.inc_by(bytes);
        match outcome {
            Ok(report) => {
                // Rows of a duplicate were counted when they came first.
                if !report.duplicate {
                    metrics.rows_accepted.inc_by(u64::try_from(report.rows_accepted).unwrap_or(0));
                    metrics.rows_rejected.inc_by(u64::try_from(report.rows_rejected).unwrap_or(0));
                }
                metrics.batch_time.observe(began.elapsed().as_secs_f64());
                tracing::info!(
                    upload = upload.id,
                    source = upload.source,
                    tenant = self.tenant,
                    bytes,
                    batch = report.batch,
                    duplicate = report.duplicate,
                    rows_accepted = report.rows_accepted,
                    rows_rejected = report.rows_rejected,
                    milliseconds = report.milliseconds,
                    "upload stored"
                );
                upload.enter(State::Finished(report));
            }
            Err(problem) => {
                tracing::info!(
                    upload = upload.id,
                    source = upload.source,
                    tenant = self.tenant,
                    bytes,
                    problem = problem.kind,
                    code = problem.code.as_deref(),
                    "upload not stored"
                );
                upload.enter(State::Failed(problem));
            }
        }
    }

    async fn receive(&mut self, mut copy: Copy) -> Result<Copy, Problem> {
        let mut failed = std::pin::pin!(watch(copy.server().clone(), copy.backend()));
        let mut end = Instant::now() + self.patience.time();
        loop {
            tokio::select! {
                biased;
                () = &mut failed => return Err(copy.failure().await),
                piece = self.pieces.recv() => {
                    let piece = piece.ok_or_else(|| {
                        Problem::gone().detail("The client went away before all had come.")
                    })?;
                    copy.push(&piece.bytes).await?;
                    if piece.is_last {
                        return Ok(copy);
                    }
                    end = Instant::now() + self.patience.time();
                }
                () = sleep(REST), if copy.has_waiting() => copy.flush().await?,
                () = sleep_until(end) => return Err(self.patience.problem()),
            }
        }
    }
}
