//! What handlers take out of a request: path, query, JSON, bytes. What does not fit is a problem that says where and what was
//! expected, never what was there instead: that may be the value that somebody wanted to ask about.

use axum::body::Bytes as Body;
use axum::extract::rejection::PathRejection;
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use serde::de::DeserializeOwned;
use serde_path_to_error::Error;

use crate::problem::Problem;

/// The parameters of the path, decoded.
#[derive(Clone, Copy, Debug)]
pub struct Path<T>(pub T);

/// The query.
#[derive(Clone, Copy, Debug)]
pub struct Query<T>(pub T);

/// A body of JSON.
#[derive(Clone, Copy, Debug)]
pub struct Json<T>(pub T);

/// A body of whatever type, read whole, as large as the limit on bodies.
#[derive(Clone, Debug)]
pub struct Bytes(pub Body);

impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for Path<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        axum::extract::Path::from_request_parts(parts, state).await.map(|path| Path(path.0)).map_err(in_path)
    }
}

impl<T: DeserializeOwned, S: Sync> FromRequestParts<S> for Query<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let query = parts.uri.query().unwrap_or_default();
        let pairs = serde_urlencoded::Deserializer::new(url::form_urlencoded::parse(query.as_bytes()));
        serde_path_to_error::deserialize(pairs).map(Query).map_err(|error| misfit("query", &error))
    }
}

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Json<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        if !is_json(request.headers()) {
            return Err(Problem::unsupported_media()
                .detail("The body has to be JSON.")
                .hint("Content-Type: application/json"));
        }
        let Bytes(body) = Bytes::from_request(request, state).await?;
        let mut json = serde_json::Deserializer::from_slice(&body);
        let value = serde_path_to_error::deserialize(&mut json).map_err(|error| {
            if error.inner().is_data() { misfit("body", &error) } else { not_json(error.inner()) }
        })?;
        json.end().map(|()| Json(value)).map_err(|error| not_json(&error))
    }
}

impl<S: Send + Sync> FromRequest<S> for Bytes {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        Body::from_request(request, state).await.map(Bytes).map_err(|rejection| {
            if rejection.status() == axum::http::StatusCode::PAYLOAD_TOO_LARGE {
                Problem::too_large().hint("The operator sets the limit: HMD_BODY_LIMIT.")
            } else {
                Problem::bad_request().detail("The body did not come to its end.")
            }
        })
    }
}

fn is_json(headers: &HeaderMap) -> bool {
    let media = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let media = media.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    media == "application/json" || (media.starts_with("application/") && media.ends_with("+json"))
}

fn not_json(error: &serde_json::Error) -> Problem {
    let (line, column) = (error.line(), error.column());
    Problem::bad_request().detail(format!("The body is no JSON from line {line}, column {column} on."))
}

fn in_path(rejection: PathRejection) -> Problem {
    use axum::extract::path::ErrorKind;
    let PathRejection::FailedToDeserializePathParams(error) = rejection else {
        return Problem::internal();
    };
    let problem = Problem::bad_request();
    match error.into_kind() {
        ErrorKind::ParseErrorAtKey { key, expected_type, .. } => {
            problem.detail(format!("The path: `{key}` is no {expected_type}."))
        }
        ErrorKind::InvalidUtf8InPathParam { key } => {
            problem.detail(format!("The path: `{key}` is not UTF-8."))
        }
        _ => problem.detail("The path is not one of this route."),
    }
}

/// What serde expected and where. What it found is left out, and so is the name of a member that it does not know.
fn misfit<E: std::error::Error>(part: &str, error: &Error<E>) -> Problem {
    let text = error.inner().to_string();
    let expected = text.rsplit_once(", expected ").map(|(_, expected)| expected);
    let problem = Problem::bad_request();
    if text.starts_with("missing field `") {
        return problem.detail(format!("The {part}: {text}."));
    }
    if text.starts_with("unknown field `") {
        let expected = expected.unwrap_or("none");
        return problem.detail(format!("The {part} has a member that is not known; expected {expected}."));
    }
    let place = error.path().to_string();
    match expected.filter(|_| text.starts_with("invalid ") || text.starts_with("unknown variant `")) {
        Some(expected) => problem.detail(format!("The {part}: `{place}` has to be {expected}.")),
        None => problem.detail(format!("The {part}: `{place}` is not what this route takes.")),
    }
}
