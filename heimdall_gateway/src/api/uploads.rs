//! Uploads: a dump in one request, and what becomes of it.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, Version, header};
use axum::response::{IntoResponse, Response};
use hyper::body::Body as _;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::upload_events;
use crate::gateway::Gateway;
use crate::http::Caller;
use crate::http::extract::Path;
use crate::problem::Problem;
use crate::uploads::{Asked, Patience, Report, State as UploadState, Upload, linger, pour};

/// `/sources/{source}/ingest`, `/uploads/{id}`.
pub fn routes() -> OpenApiRouter<Arc<Gateway>> {
    OpenApiRouter::new().routes(routes!(ingest)).routes(routes!(show)).merge(upload_events::routes())
}

/// An upload, running or ended.
#[derive(Serialize, ToSchema)]
#[schema(as = Upload)]
pub struct Shown {
    /// Its id: of an upload in one request, that request's.
    id: String,
    /// Of which source it is.
    source: String,
    /// `receiving`, `finishing`, `finished` or `failed`.
    state: &'static str,
    /// Bytes that have come.
    offset: u64,
    /// Bytes of the whole, where that is known.
    length: Option<u64>,
    /// What the database has made of it, once it is stored for good.
    report: Option<Report>,
    /// Why nothing of it is there.
    problem: Option<Problem>,
}

impl Shown {
    /// As it is now.
    pub fn of(upload: &Upload) -> Shown {
        let status = upload.status();
        let (report, problem) = match status.state.clone() {
            UploadState::Receiving | UploadState::Finishing => (None, None),
            UploadState::Finished(report) => (Some(report), None),
            UploadState::Failed(problem) => (None, Some(problem)),
        };
        Shown {
            id: upload.id.clone(),
            source: upload.source.clone(),
            state: status.state.name(),
            offset: status.offset,
            length: status.length,
            report,
            problem,
        }
    }
}

/// Takes a dump of a source: the body, in the format of the source, plain, gzip or zstd. The answer comes once the dump is
/// stored for good; before, and after any error, nothing of it is there.
#[utoipa::path(
    post,
    path = "/sources/{source}/ingest",
    tag = "uploads",
    params(("source" = String, Path, description = "Name of the source")),
    request_body(content = String, content_type = "application/octet-stream", description = "The dump"),
    responses(
        (status = CREATED, description = "It is stored", body = Report),
        (status = OK, description = "It was there already, and nothing was changed", body = Report),
        (status = 422, description = "Too many of its rows are bad", body = Problem)
    )
)]
async fn ingest(
    State(gateway): State<Arc<Gateway>>,
    caller: Caller,
    Path(source): Path<String>,
    request: Request,
) -> Response {
    let (version, headers) = (request.version(), request.headers().clone());
    let length = request.body().size_hint().exact();
    let mut body = request.into_body().into_data_stream();
    let asked = Asked {
        id: caller.request_id.clone(),
        source,
        length,
        metadata: None,
        patience: Patience::Whole(gateway.config.limits.upload_idle),
    };
    let taken = async {
        is_taken(&headers)?;
        let mut feed = gateway.uploads.start(&caller, asked).await?;
        pour(&mut body, &mut feed, gateway.config.limits.upload_idle).await?;
        feed.finish().await
    };
    match taken.await {
        Ok(report) => {
            let status = if report.duplicate { StatusCode::OK } else { StatusCode::CREATED };
            (status, Json(report)).into_response()
        }
        Err(problem) => refuse(problem, version, body),
    }
}

/// Answers at once, though the client may still be sending.
pub fn refuse(problem: Problem, version: Version, body: axum::body::BodyDataStream) -> Response {
    let mut response = problem.into_response();
    if body.size_hint().exact() != Some(0) && version < Version::HTTP_2 {
        response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
        linger(body);
    }
    response
}

/// The database unpacks by itself what it knows.
fn is_taken(headers: &HeaderMap) -> Result<(), Problem> {
    let coding = headers.get(header::CONTENT_ENCODING).map_or(&b"identity"[..], HeaderValue::as_bytes);
    let known = [&b"identity"[..], b"gzip", b"x-gzip", b"zstd"];
    if known.iter().any(|known| coding.eq_ignore_ascii_case(known)) {
        return Ok(());
    }
    Err(Problem::unsupported_media()
        .detail("The body is coded in a way that is not taken.")
        .hint("Content-Encoding: gzip or zstd"))
}

/// How far an upload of one's own is, or what became of it, for some minutes after its end.
#[utoipa::path(
    get,
    path = "/uploads/{id}",
    tag = "uploads",
    params(("id" = String, Path, description = "Id of the upload")),
    responses((status = OK, body = Shown))
)]
async fn show(
    State(gateway): State<Arc<Gateway>>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let found = gateway.uploads.find(&caller, &id)?;
    Ok(([(header::CACHE_CONTROL, "no-store")], Json(Shown::of(&found.upload))).into_response())
}
