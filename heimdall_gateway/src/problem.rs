//! Errors as callers see them: problem+json (RFC 9457). Nothing of the database's SQL or values is in them.

use std::collections::BTreeMap;
use std::time::Duration;

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::openapi::{self, ContentBuilder, Ref, RefOr, ResponseBuilder};
use utoipa::{IntoResponses, ToSchema};

/// Media type of a problem.
pub const MEDIA_TYPE: &str = "application/problem+json";

/// What went wrong with a request (RFC 9457).
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Problem)]
pub struct Problem {
    /// Names the kind of problem: `urn:heimdall:problem:` and a word.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// The kind, for people.
    pub title: &'static str,
    /// HTTP status.
    pub status: u16,
    /// What was wrong this time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail: Option<Box<str>>,
    /// What to do about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hint: Option<Box<str>>,
    /// SQLSTATE, where the database refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<Box<str>>,
    /// Under which the log and the audit trail have it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request_id: Option<Box<str>>,
    /// Seconds, as in `Retry-After`.
    #[serde(skip)]
    pub retry_after: Option<u32>,
}

macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident = $status:ident, $word:literal, $title:literal;)+) => {
        impl Problem { $(
            $(#[$doc])*
            pub fn $name() -> Problem { Problem::new(StatusCode::$status, concat!("urn:heimdall:problem:", $word), $title) }
        )+ }
    };
}

kinds! {
    /// Bad input.
    bad_request = BAD_REQUEST, "invalid", "The request is not valid";
    /// Nobody, or nobody we know.
    unauthenticated = UNAUTHORIZED, "unauthenticated", "Who asks is not known";
    /// Somebody who may not.
    forbidden = FORBIDDEN, "forbidden", "Not allowed";
    /// Nothing there.
    not_found = NOT_FOUND, "not-found", "There is no such thing";
    /// The route knows other methods.
    method_not_allowed = METHOD_NOT_ALLOWED, "method", "Not with this method";
    /// The caller reads none of the formats that there are.
    not_acceptable = NOT_ACCEPTABLE, "format", "It is not to be had in that format";
    /// It is there already, or has changed meanwhile.
    conflict = CONFLICT, "conflict", "It conflicts with what is there";
    /// It has changed since the caller has seen it.
    precondition = PRECONDITION_FAILED, "precondition", "It has changed meanwhile";
    /// The same dump is there already, and had been written in part before that was known.
    duplicate = CONFLICT, "duplicate", "The dump is there already";
    /// It was there, and is over.
    gone = GONE, "gone", "It is over";
    /// Another request works with it.
    locked = LOCKED, "locked", "Another request works with it";
    /// Another version of a protocol.
    other_version = PRECONDITION_FAILED, "version", "The version of the protocol is not spoken here";
    /// The database has not said whether it has stored it.
    outcome_unknown = SERVICE_UNAVAILABLE, "outcome-unknown", "Whether it is stored is not known";
    /// The body took too long to come.
    timed_out = REQUEST_TIMEOUT, "timeout", "The request took too long to come";
    /// The body is too large.
    too_large = PAYLOAD_TOO_LARGE, "too-large", "The body is too large";
    /// The body is of another type.
    unsupported_media = UNSUPPORTED_MEDIA_TYPE, "media-type", "The body is of a type that is not taken";
    /// Understood, and refused by the database.
    refused = UNPROCESSABLE_ENTITY, "refused", "The database refused it";
    /// More often than allowed.
    too_many = TOO_MANY_REQUESTS, "rate", "Too many requests";
    /// A defect, ours or the database's.
    internal = INTERNAL_SERVER_ERROR, "internal", "Something failed here";
    /// The database, or the identity provider, is away; or there is too much to do.
    unavailable = SERVICE_UNAVAILABLE, "unavailable", "Not at the moment";
    /// The database took too long.
    too_slow = GATEWAY_TIMEOUT, "slow", "The database took too long";
}

impl Problem {
    fn new(status: StatusCode, kind: &'static str, title: &'static str) -> Problem {
        Problem {
            kind,
            title,
            status: status.as_u16(),
            detail: None,
            hint: None,
            code: None,
            request_id: None,
            retry_after: None,
        }
    }

    /// With what was wrong. No value of a dump or of the database may be in it.
    pub fn detail(mut self, detail: impl Into<Box<str>>) -> Problem {
        self.detail = Some(detail.into());
        self
    }

    /// With what to do.
    pub fn hint(mut self, hint: impl Into<Box<str>>) -> Problem {
        self.hint = Some(hint.into());
        self
    }

    /// With the SQLSTATE.
    pub fn code(mut self, code: impl Into<Box<str>>) -> Problem {
        self.code = Some(code.into());
        self
    }

    /// With the seconds after which to try again.
    pub fn retry_after(mut self, seconds: u32) -> Problem {
        self.retry_after = Some(seconds);
        self
    }

    /// With how long to wait, in whole seconds that are enough.
    pub fn retry_in(self, wait: Duration) -> Problem {
        self.retry_after(u32::try_from(wait.as_secs()).unwrap_or(u32::MAX).saturating_add(1))
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = (status, Json(&self)).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(MEDIA_TYPE));
        if let Some(seconds) = self.retry_after {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        // The middleware adds the request id, and logs what it was.
        response.extensions_mut().insert(self);
        response
    }
}

macro_rules! documented {
    ($($(#[$doc:meta])* $name:ident: $($status:ident $why:literal),+;)+) => { $(
        $(#[$doc])*
        pub struct $name;

        impl IntoResponses for $name {
            fn responses() -> BTreeMap<String, RefOr<openapi::Response>> {
                [$((StatusCode::$status, $why)),+]
                    .map(|(status, why)| (status.as_str().to_owned(), RefOr::T(documented(why))))
                    .into()
            }
        }
    )+ };
}

documented! {
    /// For the OpenAPI document, which has those of every route by itself: of what may not be there.
    NotFound: NOT_FOUND "There is no such thing, or it is not to be seen";
    /// Of what changes something.
    Refusals: CONFLICT "It conflicts with what is there", UNPROCESSABLE_ENTITY "The database refused it";
    /// Of routes with a body.
    BodyProblems: REQUEST_TIMEOUT "The body took too long to come", CONFLICT "It conflicts with what is there",
        PAYLOAD_TOO_LARGE "The body is too large", UNSUPPORTED_MEDIA_TYPE "The body is of a type that is not taken",
        UNPROCESSABLE_ENTITY "The database refused it";
}

fn documented(why: &str) -> openapi::Response {
    let problem = ContentBuilder::new().schema(Some(Ref::from_schema_name("Problem"))).build();
    ResponseBuilder::new().description(why).content("application/problem+json", problem).build()
}
