//! A thing that has a version: its entity tag, and requests that hold only for the version that the caller has seen
//! (RFC 9110, sections 8.8.3 and 13).

use std::fmt::Write;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum_extra::headers::{ETag, Header, HeaderMapExt, IfMatch, IfNoneMatch};
use axum_extra::typed_header::TypedHeader;
use sha2::{Digest, Sha256};
use tokio_postgres::Row;

use crate::problem::Problem;

/// JSON as it is given, with the digest of it as its tag: equal tags are equal bytes.
#[derive(Clone)]
pub struct Entity {
    json: String,
    tag: ETag,
}

impl Entity {
    /// The first column of the first row; none where there is no row, or it is NULL.
    ///
    /// # Errors
    /// Never: a digest is a tag.
    pub fn of(rows: &[Row]) -> Result<Option<Entity>, Problem> {
        let Some(json) = rows.first().and_then(|row| row.get::<_, Option<String>>(0)) else {
            return Ok(None);
        };
        Entity::new(json).map(Some)
    }

    /// JSON that is there.
    ///
    /// # Errors
    /// Never: a digest is a tag.
    pub fn new(json: String) -> Result<Entity, Problem> {
        let mut tag = String::from("\"");
        for byte in Sha256::digest(&json).iter().take(16) {
            let _ = write!(tag, "{byte:02x}");
        }
        tag.push('"');
        let tag = tag.parse().map_err(|_| Problem::internal())?;
        Ok(Entity { json, tag })
    }
}

impl IntoResponse for Entity {
    fn into_response(self) -> Response {
        (TypedHeader(self.tag), [(header::CONTENT_TYPE, "application/json")], self.json).into_response()
    }
}

/// What the caller says of the version that they have.
pub struct Conditions {
    if_match: Option<IfMatch>,
    if_none_match: Option<IfNoneMatch>,
}

impl<S: Sync> FromRequestParts<S> for Conditions {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Conditions, Problem> {
        Ok(Conditions { if_match: read(&parts.headers)?, if_none_match: read(&parts.headers)? })
    }
}

fn read<H: Header>(headers: &HeaderMap) -> Result<Option<H>, Problem> {
    headers
        .typed_try_get()
        .map_err(|_| Problem::bad_request().detail(format!("The header {} has no entity tags.", H::name())))
}

impl Conditions {
    /// The answer to somebody who reads: 304 where they have it already.
    pub fn answer(&self, entity: Entity) -> Response {
        match &self.if_none_match {
            Some(seen) if !seen.precondition_passes(&entity.tag) => {
                (StatusCode::NOT_MODIFIED, TypedHeader(entity.tag)).into_response()
            }
            _ => entity.into_response(),
        }
    }

    /// Whether somebody who writes may, the thing being as it is.
    ///
    /// # Errors
    /// 412 where it is not as they have seen it, or is there where it should not be.
    pub fn hold(&self, present: Option<&Entity>) -> Result<(), Problem> {
        let tag = present.map(|entity| &entity.tag);
        let is_seen = match (&self.if_match, tag) {
            (Some(seen), Some(tag)) => seen.precondition_passes(tag),
            (Some(_), None) => false,
            (None, _) => true,
        };
        let is_new = match (&self.if_none_match, tag) {
            (Some(seen), Some(tag)) => seen.precondition_passes(tag),
            _ => true,
        };
        if is_seen && is_new { Ok(()) } else { Err(Problem::precondition()) }
    }

    /// What it is to the caller that somebody else was faster, once it was looked at: the database says 40001.
    pub fn overtaken(&self, problem: Problem) -> Problem {
        let is_conditional = self.if_match.is_some() || self.if_none_match.is_some();
        if is_conditional && problem.code.as_deref() == Some("40001") {
            return Problem::precondition();
        }
        problem
    }
}
