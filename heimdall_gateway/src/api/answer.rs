//! Rows as answers. The database makes the JSON: the gateway hands it on.

use axum::http::header;
use axum::response::{IntoResponse, Response};
use tokio_postgres::Row;

/// `{"items": […]}` of rows with one JSON text each.
pub fn items(rows: &[Row]) -> Response {
    let texts: Vec<&str> = rows.iter().map(|row| row.get(0)).collect();
    let body = format!(r#"{{"items":[{}]}}"#, texts.join(","));
    ([(header::CONTENT_TYPE, "application/json")], body).into_response()
}
