//! Pages of other origins: those that the operator names may ask, with a token of their own. Cookies are for our pages alone.

use std::time::Duration;

use axum::http::header::{
    ACCEPT, AUTHORIZATION, CONTENT_ENCODING, CONTENT_TYPE, ETAG, IF_MATCH, IF_NONE_MATCH, LOCATION,
    RETRY_AFTER,
};
use axum::http::{HeaderName, HeaderValue, Method};
use tower_http::cors::{AllowOrigin, CorsLayer};

use super::rate::{RATE_LIMIT, RATE_LIMIT_POLICY};

const OF_UPLOADS: [&str; 6] = [
    "tus-resumable",
    "upload-length",
    "upload-offset",
    "upload-defer-length",
    "upload-metadata",
    "upload-expires",
];

/// For those origins; for none where there are none.
pub fn layer(origins: &[String]) -> CorsLayer {
    let origins = origins.iter().filter_map(|origin| HeaderValue::from_str(origin).ok());
    let of_uploads = || OF_UPLOADS.into_iter().chain(["x-request-id"]).map(HeaderName::from_static);
    CorsLayer::new()
        .allow_origin(AllowOrigin::list(origins))
        .allow_methods([Method::GET, Method::HEAD, Method::POST, Method::PUT, Method::PATCH, Method::DELETE])
        .allow_headers(
            [ACCEPT, AUTHORIZATION, CONTENT_ENCODING, CONTENT_TYPE, IF_MATCH, IF_NONE_MATCH]
                .into_iter()
                .chain(of_uploads())
                .collect::<Vec<_>>(),
        )
        .expose_headers(
            [ETAG, LOCATION, RETRY_AFTER, RATE_LIMIT_POLICY, RATE_LIMIT]
                .into_iter()
                .chain(of_uploads())
                .collect::<Vec<_>>(),
        )
        .max_age(Duration::from_secs(600))
}
