//! Uploads: bytes of a client on their way into the database. Nothing of them is kept here but a few chunks, and nothing of
//! a dump is there before the database has acknowledged its COMMIT.
//!
//! [`Uploads::start`] opens a [`Feed`], into which a route pushes what comes; a worker hands it on through
//! `Copy`. [`Upload`] says how far it is.

mod copy;
mod feed;
mod pour;
mod registry;
mod report;
mod upload;
mod watch;
mod worker;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::http::HeaderValue;
use tokio::sync::{Semaphore, mpsc};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use self::copy::Copy;
use self::registry::Registry;
use self::worker::Worker;
use crate::config::Limits;
use crate::database::Database;
use crate::http::{Caller, Shares};
use crate::problem::Problem;
use crate::telemetry::Metrics;
use crate::tenants::ByTenant;

pub use feed::Feed;
pub use pour::{linger, pour};
pub use registry::Found;
pub use report::Report;
pub use upload::{State, Status, Upload};

/// Pieces that may wait for the database. Those of HTTP have 16 KiB.
const WAITING: usize = 8;

/// All uploads of this gateway.
pub struct Uploads {
    database: Database,
    limits: Limits,
    rooms: ByTenant<Room>,
    metrics: Arc<Metrics>,
}

/// What a tenant has for its uploads: those of others neither take its places nor are found there.
struct Room {
    permits: Arc<Semaphore>,
    shares: Shares,
    registry: Mutex<Registry>,
}

/// An upload that is to begin.
pub struct Asked {
    /// Under which its caller finds it.
    pub id: String,
    /// Of which source it is.
    pub source: String,
    /// Its bytes, where that is known.
    pub length: Option<u64>,
    /// What the client calls it.
    pub metadata: Option<HeaderValue>,
    /// How long it waits for bytes.
    pub patience: Patience,
}

/// How long an upload waits for its next bytes.
#[derive(Clone, Copy, Debug)]
pub enum Patience {
    /// It comes in one request: `upload_idle`.
    Whole(Duration),
    /// It may come in several, between which there is time to connect anew.
    Resumable(Duration),
}

impl Patience {
    /// How long.
    pub fn time(self) -> Duration {
        match self {
            Patience::Whole(idle) => idle,
            Patience::Resumable(idle) => idle * 5,
        }
    }

    fn problem(self) -> Problem {
        match self {
            Patience::Whole(_) => idle(),
            Patience::Resumable(_) => Problem::gone().detail("Nothing came for too long."),
        }
    }
}

fn idle() -> Problem {
    Problem::timed_out()
        .detail("Nothing came for too long.")
        .hint("The operator sets how long: HMD_UPLOAD_IDLE.")
}

impl Uploads {
    /// None yet.
    pub fn new(database: Database, limits: Limits, metrics: Arc<Metrics>) -> Arc<Uploads> {
        // Who has begun all that may be begun leaves one place to others.
        let share = limits.uploads.saturating_sub(1).max(1);
        let room = || Room {
            permits: Arc::new(Semaphore::new(limits.uploads)),
            shares: Shares::new(share, Duration::ZERO),
            registry: Mutex::default(),
        };
        let rooms = database.servers().map(|(tenant, _)| (tenant.map(str::to_owned), room())).collect();
        Arc::new(Uploads { database, limits, rooms, metrics })
    }

    /// Opens an upload as the caller.
    ///
    /// # Errors
    /// 403, 404, 413, 503: what is known before the first byte.
    pub async fn start(self: &Arc<Self>, caller: &Caller, asked: Asked) -> Result<Feed, Problem> {
        if let Some(length) = asked.length {
            feed::within(self.limits.upload, length)?;
        }
        let room = self.rooms.of(caller)?;
        let permit = Arc::clone(&room.permits).try_acquire_owned().map_err(|_| {
            Problem::unavailable()
                .detail("There are as many uploads as there may be at a time.")
                .hint("The operator sets how many: HMD_UPLOADS.")
                .retry_after(5)
        })?;
        let part = room.shares.take(caller.principal.who()).await.ok_or_else(|| {
            self.metrics.turned_away("share");
            Problem::too_many()
                .detail("As many of your uploads run as may at a time.")
                .hint("One place of HMD_UPLOADS is left to others.")
                .retry_after(5)
        })?;
        let copy = Copy::begin(&self.database, caller, &asked.source).await?;
        let status =
            Status { offset: 0, length: asked.length, touched: Instant::now(), state: State::Receiving };
        let upload = Arc::new(Upload {
            id: asked.id,
            source: asked.source,
            metadata: asked.metadata,
            backend: copy.backend(),
            status: tokio::sync::watch::Sender::new(status),
            taken_back: CancellationToken::new(),
        });
        let (sender, pieces) = mpsc::channel(WAITING);
        let worker = Worker {
            uploads: Arc::clone(self),
            upload: Arc::clone(&upload),
            tenant: caller.principal.tenant.clone(),
            pieces,
            patience: asked.patience,
            permits: [permit, part],
        };
        room.registry().keep(caller, Arc::clone(&upload));
        tokio::spawn(worker.run(copy));
        Ok(Feed { upload, pieces: sender, limit: self.limits.upload })
    }
}
