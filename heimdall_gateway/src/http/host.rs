//! A request names one host (RFC 9112, section 3.2): of two, whoever stands in front of us may have read the other.

use axum::extract::Request;
use axum::http::{Version, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::problem::Problem;

/// Refuses requests that name several, and those of HTTP/1.1 that name none.
pub async fn layer(request: Request, next: Next) -> Response {
    let hosts = request.headers().get_all(header::HOST).iter().count();
    let least = usize::from(request.version() == Version::HTTP_11);
    if (least..=1).contains(&hosts) {
        return next.run(request).await;
    }
    Problem::bad_request().detail("The request does not name one host.").into_response()
}
