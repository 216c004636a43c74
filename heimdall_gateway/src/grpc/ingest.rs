//! A dump in the messages of a stream: an upload like any other.

use std::time::Duration;

use tonic::{Status, Streaming};

use super::proto::{IngestReport, IngestRequest};
use super::status;
use crate::gateway::Gateway;
use crate::http::Caller;
use crate::problem::Problem;
use crate::uploads::{Asked, Patience, Report};

/// Takes it. Where the client goes away, the stream ends with an error, and nothing of the dump is there.
pub async fn take(
    gateway: &Gateway,
    caller: &Caller,
    mut pieces: Streaming<IngestRequest>,
) -> Result<IngestReport, Status> {
    let idle = gateway.config.limits.upload_idle;
    let Some(first) = next(&mut pieces, idle).await? else {
        return Err(Status::invalid_argument("The first message names the source."));
    };
    let asked = Asked {
        id: caller.request_id.clone(),
        source: first.source,
        length: None,
        metadata: None,
        patience: Patience::Whole(idle),
    };
    let mut feed = gateway.uploads.start(caller, asked).await.map_err(|problem| status::of(&problem))?;
    let mut data = first.data;
    loop {
        if !data.is_empty() {
            feed.push(data).await.map_err(|problem| status::of(&problem))?;
        }
        match next(&mut pieces, idle).await? {
            Some(piece) => data = piece.data,
            None => break,
        }
    }
    feed.finish().await.map(report).map_err(|problem| status::of(&problem))
}

async fn next(
    pieces: &mut Streaming<IngestRequest>,
    idle: Duration,
) -> Result<Option<IngestRequest>, Status> {
    let silent = |_| status::of(&Problem::timed_out().detail("Nothing came for too long."));
    tokio::time::timeout(idle, pieces.message()).await.map_err(silent)?
}

fn report(report: Report) -> IngestReport {
    IngestReport {
        batch: report.batch,
        duplicate: report.duplicate,
        rows_read: report.rows_read,
        rows_accepted: report.rows_accepted,
        rows_rejected: report.rows_rejected,
        vertices_created: report.vertices_created,
        vertices_merged: report.vertices_merged,
        edges_created: report.edges_created,
        edges_merged: report.edges_merged,
        milliseconds: report.milliseconds,
    }
}
