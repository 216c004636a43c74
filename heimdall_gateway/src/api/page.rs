//! A page on which to try the routes: Swagger UI, everything of it from here. The top of the site leads to it.

use std::sync::Arc;

use axum::Router;
use axum::http::{HeaderValue, header};
use axum::middleware::{Next, from_fn};
use axum::response::Redirect;
use axum::routing::get;
use utoipa_swagger_ui::{Config, SwaggerUi};

use crate::gateway::Gateway;

/// The page sets styles on its elements, and draws its pictures from `data:`; scripts are those of files alone.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; \
    connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// `/` and `/docs/`.
pub fn routes() -> Router<Arc<Gateway>> {
    // What it shows is sent nowhere for validation.
    let config = Config::from("/openapi.json").validator_url("none").try_it_out_enabled(true);
    let page =
        Router::from(SwaggerUi::new("/docs").config(config)).layer(from_fn(|request, next: Next| async {
            let mut response = next.run(request).await;
            response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
            response
        }));
    // Where people come who type the address, and where the provider's log-out sends them.
    page.route("/", get(|| async { Redirect::to("/docs/") }))
}
