//! Rows in the format that the caller reads: one object, or as they come.

use std::collections::BTreeMap;
use std::marker::PhantomData;

use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use futures_util::{Stream, StreamExt};
use utoipa::openapi::content::ContentBuilder;
use utoipa::openapi::header::HeaderBuilder;
use utoipa::openapi::response::{Response as Documented, ResponseBuilder};
use utoipa::openapi::schema::{ArrayBuilder, ObjectBuilder, Schema, SchemaType, Type as Kind};
use utoipa::openapi::{Ref, RefOr};
use utoipa::{IntoResponses, PartialSchema};

use super::answer;
use super::format::Format;
use super::sheet::Sheet;
use crate::database::{Access, JsonRows, Notice, Parameter};
use crate::gateway::Gateway;
use crate::http::Caller;
use crate::problem::Problem;

/// Rows that are put together before they are sent, if they are there by then: a packet rather than a row at a time.
const AT_ONCE: usize = 256;

/// What the database has said with rows that are not in one object: a JSON array, as `notices` in an object.
pub const NOTICES: &str = "heimdall-notices";

/// In the document, an answer with rows that look like `T`, in each format.
pub struct Rows<T>(PhantomData<T>);

/// The same with `next`, where rows come page by page.
pub struct Pages<T>(PhantomData<T>);

/// The rows of a statement, one JSON text each.
///
/// # Errors
/// What the database says before the first row.
pub async fn answer(
    gateway: &Gateway,
    caller: &Caller,
    format: Format,
    sql: &str,
    parameters: &[Parameter<'_>],
) -> Result<Response, Problem> {
    answer_as(Access::Read, gateway, caller, format, sql, parameters).await
}

/// The same where it matters who answers.
///
/// # Errors
/// What the database says before the first row.
pub async fn answer_as(
    access: Access,
    gateway: &Gateway,
    caller: &Caller,
    format: Format,
    sql: &str,
    parameters: &[Parameter<'_>],
) -> Result<Response, Problem> {
    let response = if format == Format::Json {
        answer::items(&gateway.database.query(caller, access, sql, parameters).await?)
    } else {
        as_they_come(access, gateway, caller, format, sql, parameters).await?
    };
    Ok(varying(response))
}

/// The same of a statement that has the key behind which the next page begins in its second column. Where the answer is an
/// object, `limit` of its rows are given, and whether there are more shows in one that is beyond.
///
/// # Errors
/// What the database says before the first row.
pub async fn page(
    gateway: &Gateway,
    caller: &Caller,
    format: Format,
    sql: &str,
    parameters: &[Parameter<'_>],
    limit: usize,
) -> Result<Response, Problem> {
    let response = if format == Format::Json {
        let rows = gateway.database.query(caller, Access::Read, sql, parameters).await?;
        answer::page(&rows, limit, |row| vec![row.get(1)])
    } else {
        as_they_come(Access::Read, gateway, caller, format, sql, parameters).await?
    };
    Ok(varying(response))
}

async fn as_they_come(
    access: Access,
    gateway: &Gateway,
    caller: &Caller,
    format: Format,
    sql: &str,
    parameters: &[Parameter<'_>],
) -> Result<Response, Problem> {
    let rows = gateway.database.stream(caller, access, sql, parameters).await?;
    let notices = heard(rows.notices());
    let response = if format == Format::NdJson {
        lines("application/x-ndjson", "\n", rows)
    } else {
        let mut sheet = Sheet::default();
        let body = rows.ready_chunks(AT_ONCE).map(move |rows| sheet.write(rows).map_err(cut));
        streamed("text/csv; charset=utf-8; header=present", body)
    };
    Ok((notices, response).into_response())
}

fn heard(notices: &[Notice]) -> HeaderMap {
    let notices = answer::said(notices).and_then(|notices| HeaderValue::try_from(notices).ok());
    notices.into_iter().map(|notices| (HeaderName::from_static(NOTICES), notices)).collect()
}

/// Whoever keeps the answer keeps it for the format that was asked for.
pub fn varying(mut response: Response) -> Response {
    response.headers_mut().insert(header::VARY, header::HeaderValue::from_static("accept"));
    response
}

/// Texts as they come, with `end` behind each.
pub fn lines(media: &'static str, end: &'static str, rows: JsonRows) -> Response {
    let body = rows.ready_chunks(AT_ONCE).map(move |rows| {
        let mut bytes = String::new();
        for row in rows {
            bytes.push_str(&row.map_err(cut)?);
            bytes.push_str(end);
        }
        Ok(bytes.into())
    });
    streamed(media, body)
}

/// A body that ends with an error, and so without its end, where the database fails half-way: nobody takes what has come
/// for all of it.
pub fn streamed(
    media: &'static str,
    body: impl Stream<Item = Result<Bytes, std::io::Error>> + Send + 'static,
) -> Response {
    ([(header::CONTENT_TYPE, media)], Body::from_stream(body)).into_response()
}

/// What ends such a body.
pub fn cut(problem: Problem) -> std::io::Error {
    tracing::warn!(code = problem.code.as_deref(), "an answer was cut: the database failed half-way");
    std::io::Error::other("the answer was cut")
}

impl<T: PartialSchema> IntoResponses for Rows<T> {
    fn responses() -> BTreeMap<String, RefOr<Documented>> {
        documented(object::<T>())
    }
}

impl<T: PartialSchema> IntoResponses for Pages<T> {
    fn responses() -> BTreeMap<String, RefOr<Documented>> {
        let next = ObjectBuilder::new()
            .schema_type(SchemaType::from_iter([Kind::String, Kind::Null]))
            .description(Some("What `after` takes for what follows; null where nothing does"));
        documented(object::<T>().property("next", next).required("next"))
    }
}

fn object<T: PartialSchema>() -> ObjectBuilder {
    let notices = ArrayBuilder::new()
        .items(Ref::from_schema_name("Notice"))
        .description(Some("What the database has said with the rows: `VH001` that some may be missing"));
    ObjectBuilder::new()
        .property("items", ArrayBuilder::new().items(T::schema()))
        .required("items")
        .property("notices", notices)
}

fn documented(object: ObjectBuilder) -> BTreeMap<String, RefOr<Documented>> {
    let text = Schema::Object(ObjectBuilder::new().schema_type(Kind::String).build());
    let response = ResponseBuilder::new()
        .description("The rows")
        .header(
            "Heimdall-Notices",
            HeaderBuilder::new()
                .schema(Some(text.clone()))
                .description(Some("What would be `notices` in an object, as JSON, where the answer is none"))
                .build(),
        )
        .content("application/json", ContentBuilder::new().schema(Some(object)).build())
        .content("application/x-ndjson", ContentBuilder::new().schema(Some(text.clone())).build())
        .content("text/csv", ContentBuilder::new().schema(Some(text)).build());
    BTreeMap::from([("200".to_owned(), RefOr::T(response.build()))])
}
