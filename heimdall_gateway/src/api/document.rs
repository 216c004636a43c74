//! The OpenAPI document. The routes make it; what holds for all of them is put into it here.

use std::sync::Arc;

use axum::Router;
use axum::http::header;
use axum::routing::get;
use utoipa::OpenApi;
use utoipa::openapi::path::{Operation, PathItem};
use utoipa::openapi::security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{ContentBuilder, Ref, RefOr, ResponseBuilder, SecurityRequirement};

use super::entity::{Conditions, Entity};
use crate::gateway::Gateway;
use crate::problem::Problem;

#[derive(OpenApi)]
#[openapi(
    info(title = "Heimdall", description = "Security telemetry, canonical, protected, in one graph.\n\n\
        **In a browser:** [log in](/auth/login?return=/docs/), and the routes below answer in your name.\n\n\
        **Programs** bring a token of the identity provider: `Authorization: Bearer …`. What it gives, `/v1/whoami` says."),
    components(schemas(Problem)),
    tags(
        (name = "identity", description = "Who one is here"),
        (name = "observables", description = "Questions about values"),
        (name = "search", description = "Finding vertices, and Cypher"),
        (name = "changes", description = "Following the change log"),
        (name = "export", description = "What leaves"),
        (name = "reveal", description = "Plaintext of what is sealed"),
        (name = "audit", description = "The audit trail"),
        (name = "sources", description = "Kinds of dump"),
        (name = "mappings", description = "What the columns of a dump are"),
        (name = "batches", description = "Dumps that were stored"),
        (name = "rejects", description = "Rows that were put aside"),
        (name = "policy", description = "What happens to a field, and who sees what"),
        (name = "keys", description = "Data keys"),
        (name = "erasure", description = "What is stored of somebody"),
        (name = "operation", description = "For probes and operators"),
    )
)]
struct Document;

/// To which the routes are added.
pub fn begin() -> utoipa::openapi::OpenApi {
    Document::openapi()
}

/// `/openapi.json`.
pub fn routes(document: utoipa::openapi::OpenApi) -> Router<Arc<Gateway>> {
    let document = complete(document).to_json().map_err(|_| Problem::internal()).and_then(Entity::new);
    Router::new().route(
        "/openapi.json",
        get(move |conditions: Conditions| async move {
            // Everybody may have it, and keep it while it is the one that there is.
            document.map(|document| ([(header::CACHE_CONTROL, "no-cache")], conditions.answer(document)))
        }),
    )
}

/// Who may ask, what may go wrong, and questions that are asked by POST as well.
fn complete(mut document: utoipa::openapi::OpenApi) -> utoipa::openapi::OpenApi {
    let components = document.components.get_or_insert_default();
    let token = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).bearer_format("JWT").build();
    components.add_security_scheme("bearer", SecurityScheme::Http(token));
    let session =
        ApiKeyValue::with_description("__Host-heimdall-session", "What a log-in in the browser leaves");
    components.add_security_scheme("session", SecurityScheme::ApiKey(ApiKey::Cookie(session)));
    let none: [&str; 0] = [];
    document.security =
        Some(vec![SecurityRequirement::new("bearer", none), SecurityRequirement::new("session", none)]);
    for item in document.paths.paths.values_mut() {
        ask_by_post(item);
        let PathItem { get, put, post, delete, head, patch, options, .. } = item;
        for operation in [get, put, post, delete, head, patch, options].into_iter().flatten() {
            name(operation);
            add_problems(operation);
        }
    }
    document
}

/// Handlers of several areas may have one name; of an operation there is one.
fn name(operation: &mut Operation) {
    let tag = operation.tags.iter().flatten().next();
    if let (Some(tag), Some(id)) = (tag, &mut operation.operation_id)
        && tag != id
    {
        *id = format!("{tag}_{id}");
    }
}

/// Of a question that is asked by GET and by POST, the one has parameters, the other a body with the same members.
fn ask_by_post(item: &mut PathItem) {
    let (Some(get), Some(post)) = (&mut item.get, &mut item.post) else { return };
    if get.operation_id != post.operation_id {
        return;
    }
    get.request_body = None;
    post.parameters = None;
    if let Some(id) = &mut post.operation_id {
        id.push_str("_by_post");
    }
}

/// What is not an answer is a problem, on every route.
fn add_problems(operation: &mut Operation) {
    let asks_who = operation.security.is_none();
    let statuses: &[(&str, &str)] = if asks_who {
        &[
            ("400", "The request is not valid"),
            ("401", "Who asks is not known"),
            ("403", "Not allowed"),
            ("429", "Too many requests"),
            ("503", "Not at the moment"),
            ("504", "The database took too long"),
            ("default", "Another problem"),
        ]
    } else {
        &[("default", "A problem")]
    };
    for (status, description) in statuses {
        let schema = RefOr::Ref(Ref::from_schema_name("Problem"));
        let content = ContentBuilder::new().schema(Some(schema)).build();
        let response = ResponseBuilder::new()
            .description(*description)
            .content("application/problem+json", content)
            .build();
        operation.responses.responses.entry((*status).to_owned()).or_insert(RefOr::T(response));
    }
}
