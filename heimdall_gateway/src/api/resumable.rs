//! Uploads that may be taken up again: tus 1.0.0, core, creation, creation-defer-length, expiration and termination.

use std::sync::Arc;

use axum::body::BodyDataStream;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use jiff::fmt::rfc2822::DateTimePrinter;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::uploads::refuse;
use crate::gateway::Gateway;
use crate::http::Caller;
use crate::http::extract::Path;
use crate::problem::Problem;
use crate::uploads::{self, Asked, Found, Patience, Upload, pour};

const VERSION: HeaderValue = HeaderValue::from_static("1.0.0");
const TUS_RESUMABLE: HeaderName = HeaderName::from_static("tus-resumable");
const TUS_VERSION: HeaderName = HeaderName::from_static("tus-version");
const TUS_EXTENSION: HeaderName = HeaderName::from_static("tus-extension");
const TUS_MAX_SIZE: HeaderName = HeaderName::from_static("tus-max-size");
const UPLOAD_OFFSET: HeaderName = HeaderName::from_static("upload-offset");
const UPLOAD_LENGTH: HeaderName = HeaderName::from_static("upload-length");
const UPLOAD_DEFER_LENGTH: HeaderName = HeaderName::from_static("upload-defer-length");
const UPLOAD_METADATA: HeaderName = HeaderName::from_static("upload-metadata");
const UPLOAD_EXPIRES: HeaderName = HeaderName::from_static("upload-expires");

const EXTENSIONS: HeaderValue =
    HeaderValue::from_static("creation,creation-defer-length,expiration,termination");

/// `/sources/{source}/uploads`, `/uploads/{id}`.
pub fn routes() -> OpenApiRouter<Arc<Gateway>> {
    OpenApiRouter::new()
        .routes(routes!(create))
        .routes(routes!(head, patch, delete))
        .layer(middleware::from_fn(version))
}

/// Both sides say which version they speak.
async fn version(request: Request, next: Next) -> Response {
    let spoken = request.headers().get(&TUS_RESUMABLE) == Some(&VERSION);
    let mut response = if spoken {
        next.run(request).await
    } else {
        let hint = "Tus-Resumable: 1.0.0";
        let problem = Problem::other_version().detail("This is for clients that speak tus 1.0.0.").hint(hint);
        let mut response = problem.into_response();
        response.headers_mut().insert(TUS_VERSION, VERSION);
        response
    };
    response.headers_mut().insert(TUS_RESUMABLE, VERSION);
    response
}

/// Answers who asks what of tus is spoken here (`OPTIONS /v1/uploads`). In front of CORS, which takes every OPTIONS for a
/// browser's; those of browsers say what they are going to ask with.
pub async fn discovery(State(gateway): State<Arc<Gateway>>, request: Request, next: Next) -> Response {
    let of_browser = request.headers().contains_key(header::ACCESS_CONTROL_REQUEST_METHOD);
    if request.method() != Method::OPTIONS || request.uri().path() != "/v1/uploads" || of_browser {
        return next.run(request).await;
    }
    let mut headers = HeaderMap::new();
    headers.insert(TUS_RESUMABLE, VERSION);
    headers.insert(TUS_VERSION, VERSION);
    headers.insert(TUS_EXTENSION, EXTENSIONS);
    if let Some(limit) = gateway.config.limits.upload {
        headers.insert(TUS_MAX_SIZE, limit.into());
    }
    (StatusCode::NO_CONTENT, headers).into_response()
}

/// Begins an upload that comes in several requests. It waits for its client with an open transaction, which ends when nothing
/// comes for too long.
#[utoipa::path(
    post,
    path = "/sources/{source}/uploads",
    tag = "uploads",
    params(
        ("source" = String, Path, description = "Name of the source"),
        ("Tus-Resumable" = String, Header, description = "`1.0.0`"),
        ("Upload-Length" = Option<u64>, Header, description = "Bytes of the whole"),
        ("Upload-Defer-Length" = Option<String>, Header, description = "`1` where the length is not known yet"),
        ("Upload-Metadata" = Option<String>, Header, description = "What the client calls it")
    ),
    responses((status = CREATED, description = "`Location`, `Upload-Expires`"))
)]
async fn create(
    State(gateway): State<Arc<Gateway>>,
    caller: Caller,
    Path(source): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let length = number(&headers, &UPLOAD_LENGTH)?;
    let deferred = headers.get(&UPLOAD_DEFER_LENGTH).map(|value| value == "1");
    if !matches!((length, deferred), (Some(_), None) | (None, Some(true))) {
        return Err(Problem::bad_request().detail("Either Upload-Length, or Upload-Defer-Length: 1."));
    }
    let asked = Asked {
        id: Uuid::now_v7().to_string(),
        source,
        length,
        metadata: headers.get(&UPLOAD_METADATA).cloned(),
        patience: Patience::Resumable(gateway.config.limits.upload_idle),
    };
    let mut feed = gateway.uploads.start(&caller, asked).await?;
    if length == Some(0) {
        feed.finish().await?;
    }
    let found = gateway.uploads.share(&caller, feed)?;
    let mut answer = expires(&gateway, &found.upload);
    let location = HeaderValue::from_str(&format!("/v1/uploads/{}", found.upload.id));
    answer.insert(header::LOCATION, location.map_err(|_| Problem::internal())?);
    Ok((StatusCode::CREATED, answer).into_response())
}

/// How many bytes of an upload have come.
#[utoipa::path(
    head,
    path = "/uploads/{id}",
    tag = "uploads",
    params(("id" = String, Path, description = "Id of the upload"), ("Tus-Resumable" = String, Header, description = "`1.0.0`")),
    responses((status = OK, description = "`Upload-Offset`, `Upload-Length`, `Upload-Expires`, `Upload-Metadata`"))
)]
async fn head(
    State(gateway): State<Arc<Gateway>>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let found = gateway.uploads.find(&caller, &id)?;
    let status = found.upload.status();
    if let Some(Err(problem)) = status.state.outcome() {
        return Err(problem);
    }
    let mut answer = expires(&gateway, &found.upload);
    answer.insert(UPLOAD_OFFSET, status.offset.into());
    match status.length {
        Some(length) => answer.insert(UPLOAD_LENGTH, length.into()),
        None => answer.insert(UPLOAD_DEFER_LENGTH, HeaderValue::from_static("1")),
    };
    if let Some(metadata) = found.upload.metadata.clone() {
        answer.insert(UPLOAD_METADATA, metadata);
    }
    answer.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok((StatusCode::OK, answer).into_response())
}

/// Brings the next bytes of an upload. The request that brings the last is answered once the dump is stored for good, or with
/// why it is not.
#[utoipa::path(
    patch,
    path = "/uploads/{id}",
    tag = "uploads",
    params(
        ("id" = String, Path, description = "Id of the upload"),
        ("Tus-Resumable" = String, Header, description = "`1.0.0`"),
        ("Upload-Offset" = u64, Header, description = "Where these bytes begin: as many as have come"),
        ("Upload-Length" = Option<u64>, Header, description = "Bytes of the whole, where that was not known")
    ),
    request_body(content = String, content_type = "application/offset+octet-stream"),
    responses(
        (status = NO_CONTENT, description = "`Upload-Offset`, `Upload-Expires`"),
        (status = CONFLICT, description = "Others have come before: `Upload-Offset`", body = Problem),
        (status = LOCKED, description = "Another request brings bytes", body = Problem)
    )
)]
async fn patch(
    State(gateway): State<Arc<Gateway>>,
    caller: Caller,
    Path(id): Path<String>,
    request: Request,
) -> Response {
    let (version, headers) = (request.version(), request.headers().clone());
    let mut body = request.into_body().into_data_stream();
    let found = match is_bytes(&headers).and_then(|()| gateway.uploads.find(&caller, &id)) {
        Ok(found) => found,
        Err(problem) => return refuse(problem, version, body),
    };
    let mut response = match take(&gateway, &found, &headers, &mut body).await {
        Ok(()) => StatusCode::NO_CONTENT.into_response(),
        Err(problem) => refuse(problem, version, body),
    };
    response.headers_mut().extend(expires(&gateway, &found.upload));
    response.headers_mut().insert(UPLOAD_OFFSET, found.upload.status().offset.into());
    response
}

async fn take(
    gateway: &Gateway,
    found: &Found,
    headers: &HeaderMap,
    body: &mut BodyDataStream,
) -> Result<(), Problem> {
    let offset = number(headers, &UPLOAD_OFFSET)?
        .ok_or_else(|| Problem::bad_request().detail("Upload-Offset is missing."))?;
    let feed = found.feed.as_ref().ok_or_else(|| {
        Problem::conflict().detail("This upload comes in one request, and cannot be taken up again.")
    })?;
    let mut feed = feed.try_lock().map_err(|_| {
        Problem::locked().detail("Another request brings bytes of this upload.").retry_after(1)
    })?;
    let status = found.upload.status();
    if let Some(Err(problem)) = status.state.outcome() {
        return Err(problem);
    }
    if offset != status.offset {
        return Err(Problem::conflict().detail(format!("{} bytes have come before.", status.offset)));
    }
    if let Some(length) = number(headers, &UPLOAD_LENGTH)? {
        feed.will_have(length)?;
    }
    pour(body, &mut feed, gateway.config.limits.upload_idle).await?;
    if found.upload.status().is_whole() {
        feed.finish().await?;
    }
    Ok(())
}

/// Takes an upload back: nothing of it is there. One of which all has come is stored, and a batch.
#[utoipa::path(
    delete,
    path = "/uploads/{id}",
    tag = "uploads",
    params(("id" = String, Path, description = "Id of the upload"), ("Tus-Resumable" = String, Header, description = "`1.0.0`")),
    responses(
        (status = NO_CONTENT, description = "Nothing of it is there"),
        (status = CONFLICT, description = "All of it has come", body = Problem)
    )
)]
async fn delete(
    State(gateway): State<Arc<Gateway>>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    gateway.uploads.find(&caller, &id)?.upload.take_back().await?;
    Ok(StatusCode::NO_CONTENT)
}

fn is_bytes(headers: &HeaderMap) -> Result<(), Problem> {
    const MEDIA: &str = "application/offset+octet-stream";
    if headers.get(header::CONTENT_TYPE).is_some_and(|value| value == MEDIA) {
        return Ok(());
    }
    Err(Problem::unsupported_media().hint(format!("Content-Type: {MEDIA}")))
}

fn number(headers: &HeaderMap, name: &HeaderName) -> Result<Option<u64>, Problem> {
    let Some(value) = headers.get(name) else { return Ok(None) };
    let digits = value.to_str().ok().filter(|text| text.bytes().all(|byte| byte.is_ascii_digit()));
    let number = digits.and_then(|digits| digits.parse().ok());
    number.map(Some).ok_or_else(|| Problem::bad_request().detail(format!("The header {name} is no number.")))
}

/// Until when the upload waits for its next bytes.
fn expires(gateway: &Gateway, upload: &Upload) -> HeaderMap {
    let status = upload.status();
    let left = Patience::Resumable(gateway.config.limits.upload_idle)
        .time()
        .saturating_sub(status.touched.elapsed());
    let date = Timestamp::now()
        .checked_add(left)
        .ok()
        .and_then(|until| DateTimePrinter::new().timestamp_to_rfc9110_string(&until).ok()?.parse().ok());
    let waits = matches!(status.state, uploads::State::Receiving);
    date.filter(|_| waits).map(|date| (UPLOAD_EXPIRES, date)).into_iter().collect()
}
