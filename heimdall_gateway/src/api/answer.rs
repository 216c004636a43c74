//! Rows as answers. The database makes the JSON: the gateway hands it on.

use axum::http::header;
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use tokio_postgres::Row;

use crate::database::{Answer, Notice};
use crate::problem::Problem;

/// `{"items": […]}` of rows whose first column is a JSON text. Of every object, `notices` is what the database has said with
/// it, where it has.
pub fn items(rows: &Answer) -> Response {
    json(format!(r#"{{"items":[{}]}}"#, texts(rows)), rows.notices())
}

/// The JSON of the only row.
///
/// # Errors
/// 404 where there is none.
pub fn object(rows: &Answer) -> Result<Response, Problem> {
    let row = rows.first().ok_or_else(Problem::not_found)?;
    Ok(json(row.get(0), rows.notices()))
}

/// How many items a page has: 100 unless told.
///
/// # Errors
/// 400 where that is none, or more than 1,000.
pub fn limit(asked: Option<u16>) -> Result<usize, Problem> {
    match asked.unwrap_or(100) {
        limit @ 1..=1_000 => Ok(limit.into()),
        _ => Err(Problem::bad_request().detail("The query: `limit` has to be between 1 and 1000.")),
    }
}

/// `{"items": […], "next": …}` of a page: the statement gives one row more than `limit` where there are more, and `cursor` says
/// of the last row that is given what comes after it.
pub fn page(rows: &Answer, limit: usize, cursor: impl Fn(&Row) -> Vec<String>) -> Response {
    let given = rows.get(..limit).unwrap_or(rows);
    let next = if rows.len() > limit {
        given.last().map(|last| format!("\"{}\"", encode(&cursor(last))))
    } else {
        None
    };
    let next = next.as_deref().unwrap_or("null");
    json(format!(r#"{{"items":[{}],"next":{next}}}"#, texts(given)), rows.notices())
}

/// The same with a place in the log for `next`, which is a cursor of the database.
pub fn up_to(rows: &Answer, next: Option<&str>) -> Response {
    let next = next.map_or_else(|| "null".to_owned(), |next| serde_json::Value::from(next).to_string());
    json(format!(r#"{{"items":[{}],"next":{next}}}"#, texts(rows)), rows.notices())
}

/// The number of rows to ask the database for, so that [`page`] knows whether there are more.
pub fn one_more(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX).saturating_add(1)
}

/// What a cursor that [`page`] has given holds.
///
/// # Errors
/// 400 where it is none.
pub fn after(cursor: Option<&str>) -> Result<Option<Vec<String>>, Problem> {
    let Some(cursor) = cursor else { return Ok(None) };
    let bytes = BASE64_URL_SAFE_NO_PAD.decode(cursor).ok();
    let parts = bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok());
    parts.map(Some).ok_or_else(not_given)
}

/// The number that a cursor of a list in the order of numbers holds.
///
/// # Errors
/// 400 where it is none.
pub fn after_number(cursor: Option<&str>) -> Result<Option<i64>, Problem> {
    let Some(parts) = after(cursor)? else { return Ok(None) };
    parts.first().and_then(|number| number.parse().ok()).map(Some).ok_or_else(not_given)
}

fn not_given() -> Problem {
    Problem::bad_request().detail("The cursor is not one that was given.")
}

fn encode(parts: &[String]) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(serde_json::to_vec(parts).unwrap_or_default())
}

fn texts(rows: &[Row]) -> String {
    rows.iter().map(|row| row.get(0)).collect::<Vec<&str>>().join(",")
}

/// A JSON array, where the database has said anything.
pub fn said(notices: &[Notice]) -> Option<String> {
    if notices.is_empty() { None } else { serde_json::to_string(notices).ok() }
}

/// A member more of an object that has some.
fn with_notices(mut object: String, notices: &[Notice]) -> String {
    if let Some(notices) = said(notices)
        && object.pop() == Some('}')
    {
        object.push_str(r#","notices":"#);
        object.push_str(&notices);
        object.push('}');
    }
    object
}

fn json(body: String, notices: &[Notice]) -> Response {
    let body = with_notices(body, notices);
    ([(header::CONTENT_TYPE, "application/json")], body).into_response()
}
