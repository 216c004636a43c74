//! Which route a request takes, as log, numbers and limits name it: its template, in which nothing of a caller's is.

use axum::extract::{MatchedPath, Request};
use axum::http::Method;

/// gRPC has a route for each service; what is called is the end of the path.
const GRPC: [&str; 3] =
    ["/heimdall.v1.Heimdall/Lookup", "/heimdall.v1.Heimdall/Neighbors", "/heimdall.v1.Heimdall/Ingest"];

/// The template of the route; empty where there is none.
pub fn of(request: &Request) -> String {
    let template = request.extensions().get::<MatchedPath>().map(MatchedPath::as_str).unwrap_or_default();
    let called = request.uri().path();
    GRPC.into_iter().find(|method| *method == called).unwrap_or(template).to_owned()
}

/// The method, where it is one that has a meaning: a caller may write any word there, and numbers are kept for each.
pub fn method(request: &Request) -> &'static str {
    match *request.method() {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    }
}
