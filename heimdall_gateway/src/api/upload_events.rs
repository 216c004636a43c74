//! An upload as it goes on: server-sent events.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures_util::Stream;
use serde_json::{Value, json};
use tokio::sync::watch;
use tokio_postgres::types::Type;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::database::Access;
use crate::gateway::Gateway;
use crate::http::Caller;
use crate::http::extract::Path;
use crate::problem::Problem;
use crate::uploads::{State as UploadState, Status, Upload};

/// `/uploads/{id}/events`.
pub fn routes() -> OpenApiRouter<Arc<Gateway>> {
    OpenApiRouter::new().routes(routes!(events))
}

/// Not more often than this.
const PAUSE: Duration = Duration::from_secs(1);

/// Shows proxies and clients that nothing has happened but that we are still here.
const KEEP_ALIVE: Duration = Duration::from_secs(15);

const PROGRESS: &str = "SELECT p.phase, p.rows_read, p.rows_rejected FROM heimdall.ingest_progress AS p \
    WHERE p.pid OPERATOR(pg_catalog.=) $1";

/// How far an upload of one's own is, as it goes on: `progress` now and when more has come, and at the end `report` or
/// `problem`.
#[utoipa::path(
    get,
    path = "/uploads/{id}/events",
    tag = "uploads",
    params(("id" = String, Path, description = "Id of the upload")),
    responses((status = OK, description = "Events", content_type = "text/event-stream", body = String))
)]
async fn events(
    State(gateway): State<Arc<Gateway>>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let upload = gateway.uploads.find(&caller, &id)?.upload;
    let changes = upload.changes();
    let follower = Follower { gateway, caller, upload, changes, shown: Next::First };
    Ok(Sse::new(follower.follow()).keep_alive(KeepAlive::new().interval(KEEP_ALIVE)).into_response())
}

/// Somebody who follows an upload.
struct Follower {
    gateway: Arc<Gateway>,
    caller: Caller,
    upload: Arc<Upload>,
    changes: watch::Receiver<Status>,
    shown: Next,
}

/// What is to be shown next.
enum Next {
    First,
    Change,
    Nothing,
}

impl Follower {
    fn follow(self) -> impl Stream<Item = Result<Event, Infallible>> {
        futures_util::stream::unfold(self, |mut follower| async move {
            let event = follower.next().await?;
            Some((Ok(event), follower))
        })
    }

    async fn next(&mut self) -> Option<Event> {
        match self.shown {
            Next::Nothing => return None,
            Next::First => self.shown = Next::Change,
            Next::Change => {
                // The end is shown at once, what is on the way now and then.
                let ended = self.upload.outcome();
                let _ = tokio::time::timeout(PAUSE, ended).await;
                self.changes.changed().await.ok()?;
            }
        }
        let status = self.changes.borrow_and_update().clone();
        let event = match &status.state {
            UploadState::Receiving | UploadState::Finishing => {
                Event::default().event("progress").json_data(self.progress(&status).await)
            }
            UploadState::Finished(report) => Event::default().event("report").json_data(report),
            UploadState::Failed(problem) => Event::default().event("problem").json_data(problem),
        };
        if status.state.outcome().is_some() {
            self.shown = Next::Nothing;
        }
        event.ok()
    }

    async fn progress(&self, status: &Status) -> Value {
        let backend = self.upload.backend;
        let database = &self.gateway.database;
        let rows =
            database.query(&self.caller, Access::ReadPrimary, PROGRESS, &[(&backend, Type::INT4)]).await;
        // What the database knows is left out where it does not show it.
        let rows = rows.unwrap_or_default();
        let row = rows.first();
        json!({
            "state": status.state.name(), "offset": status.offset, "length": status.length,
            "phase": row.map(|row| row.get::<_, String>(0)),
            "rows_read": row.map(|row| row.get::<_, i64>(1)),
            "rows_rejected": row.map(|row| row.get::<_, i64>(2)),
        })
    }
}
