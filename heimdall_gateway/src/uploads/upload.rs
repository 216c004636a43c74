//! An upload as others see it: how far it is, and what became of it.

use axum::http::HeaderValue;
use tokio::sync::watch;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::report::Report;
use crate::problem::Problem;

/// One that runs, or has ended a while ago.
pub struct Upload {
    /// Under which it is found.
    pub id: String,
    /// Of which source the dump is.
    pub source: String,
    /// What the client calls it, handed back as it came.
    pub metadata: Option<HeaderValue>,
    /// Process of the database that takes it.
    pub backend: i32,
    pub(super) status: watch::Sender<Status>,
    pub(super) taken_back: CancellationToken,
}

/// How far it is.
#[derive(Clone, Debug)]
pub struct Status {
    /// Bytes that have come.
    pub offset: u64,
    /// Bytes that will have come at the end, where that is known.
    pub length: Option<u64>,
    /// When the last of them came, or when it ended.
    pub touched: Instant,
    /// What it does.
    pub state: State,
}

/// What an upload does.
#[derive(Clone, Debug)]
pub enum State {
    /// Waits for bytes.
    Receiving,
    /// Has all bytes; the database stores them.
    Finishing,
    /// They are stored for good.
    Finished(Report),
    /// Nothing of it is there.
    Failed(Problem),
}

impl State {
    /// In one word.
    pub fn name(&self) -> &'static str {
        match self {
            State::Receiving => "receiving",
            State::Finishing => "finishing",
            State::Finished(_) => "finished",
            State::Failed(_) => "failed",
        }
    }

    /// What became of it, where it has ended.
    pub fn outcome(&self) -> Option<Result<Report, Problem>> {
        match self {
            State::Receiving | State::Finishing => None,
            State::Finished(report) => Some(Ok(report.clone())),
            State::Failed(problem) => Some(Err(problem.clone())),
        }
    }
}

impl Status {
    /// Whether all bytes have come.
    pub fn is_whole(&self) -> bool {
        self.length == Some(self.offset)
    }
}

impl Upload {
    /// How far it is now.
    pub fn status(&self) -> Status {
        self.status.borrow().clone()
    }

    /// Tells of each change.
    pub fn changes(&self) -> watch::Receiver<Status> {
        self.status.subscribe()
    }

    /// Waits for its end.
    ///
    /// # Errors
    /// Why nothing is there.
    pub async fn outcome(&self) -> Result<Report, Problem> {
        let mut changes = self.changes();
        let ended = changes.wait_for(|status| status.state.outcome().is_some()).await;
        ended.ok().and_then(|status| status.state.outcome()).unwrap_or_else(|| Err(Problem::internal()))
    }

    /// Takes it back, unless all of it has come: then the database stores it.
    ///
    /// # Errors
    /// 409 where that is so, or why it has ended.
    pub async fn take_back(&self) -> Result<(), Problem> {
        self.taken_back.cancel();
        let mut changes = self.changes();
        let stopped = changes.wait_for(|status| !matches!(status.state, State::Receiving)).await;
        let state = stopped.map(|status| status.state.clone()).map_err(|_| Problem::internal())?;
        match state {
            State::Receiving | State::Finishing | State::Finished(_) => Err(Problem::conflict()
                .detail("All of it has come, and the database stores it.")
                .hint("A batch is taken back by its number.")),
            State::Failed(_) => Ok(()),
        }
    }

    pub(super) fn enter(&self, state: State) {
        self.status.send_modify(|status| {
            status.touched = Instant::now();
            status.state = state;
        });
    }
}
