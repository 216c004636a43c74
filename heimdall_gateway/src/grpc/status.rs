//! Problems as gRPC has them: a status in the headers of an answer whose HTTP status is 200.

use axum::extract::Request;
use axum::middleware::Next;
use axum::response::Response;
use tonic::{Code, Status};

use crate::problem::Problem;

/// The status of a problem: what was wrong, and what to do.
pub fn of(problem: &Problem) -> Status {
    let code = match problem.status {
        400 | 413 | 415 => Code::InvalidArgument,
        401 => Code::Unauthenticated,
        403 => Code::PermissionDenied,
        404 => Code::NotFound,
        405 => Code::Unimplemented,
        408 | 504 => Code::DeadlineExceeded,
        409 => Code::Aborted,
        422 => Code::FailedPrecondition,
        429 => Code::ResourceExhausted,
        503 => Code::Unavailable,
        _ => Code::Internal,
    };
    let parts = [problem.detail.as_deref().or(Some(problem.title)), problem.hint.as_deref()];
    Status::new(code, parts.into_iter().flatten().collect::<Vec<_>>().join(" "))
}

/// Turns the problems of what stands in front of the service into statuses.
pub async fn layer(request: Request, next: Next) -> Response {
    let response = next.run(request).await;
    let Some(problem) = response.extensions().get::<Problem>() else { return response };
    let mut answer = of(problem).into_http();
    // For the log.
    answer.extensions_mut().extend(response.extensions().clone());
    answer
}
