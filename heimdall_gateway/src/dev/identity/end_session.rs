//! Log-out (OpenID Connect RP-Initiated Logout 1.0). Nothing is remembered of people here, so there is only to send them back.

use axum::extract::Query;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::authorize::here;
use super::page;

/// What a client asks for.
#[derive(Deserialize)]
pub struct Asked {
    post_logout_redirect_uri: Option<String>,
    state: Option<String>,
}

/// `/end-session`.
pub async fn end(Query(asked): Query<Asked>) -> Response {
    match asked.post_logout_redirect_uri.as_deref().and_then(here) {
        Some(mut back) => {
            if let Some(state) = &asked.state {
                back.query_pairs_mut().append_pair("state", state);
            }
            Redirect::to(back.as_str()).into_response()
        }
        None => page::message("Logged out", "This window can be closed.").into_response(),
    }
}
