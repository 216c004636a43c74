//! Errors of the token and userinfo endpoints (RFC 6749, section 5.2; RFC 6750, section 3).

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;

/// A code of the standard, and what was wrong.
#[derive(Debug)]
pub struct Refused(pub &'static str, pub &'static str);

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let (status, scheme) = match self.0 {
            "invalid_client" => (StatusCode::UNAUTHORIZED, Some("Basic")),
            "invalid_token" => (StatusCode::UNAUTHORIZED, Some("Bearer error=\"invalid_token\"")),
            "server_error" => (StatusCode::INTERNAL_SERVER_ERROR, None),
            _ => (StatusCode::BAD_REQUEST, None),
        };
        let body = Json(json!({"error": self.0, "error_description": self.1}));
        let mut response = (status, body).into_response();
        if let Some(scheme) = scheme {
            response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static(scheme));
        }
        response
    }
}
