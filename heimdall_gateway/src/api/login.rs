//! Log-in of people by the identity provider, and log-out.

use std::sync::Arc;

use axum::extract::{Extension, Query, State};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum_extra::extract::cookie::PrivateCookieJar;
use serde::Deserialize;
use url::Url;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::gateway::Gateway;
use crate::http::ClientAddress;
use crate::identity::Returned;
use crate::problem::Problem;

/// `/auth/…`.
pub fn routes() -> OpenApiRouter<Arc<Gateway>> {
    OpenApiRouter::new().routes(routes!(login)).routes(routes!(callback)).routes(routes!(logout))
}

/// Where to go afterwards.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Return {
    /// A path of this site.
    #[serde(default = "home")]
    r#return: String,
}

fn home() -> String {
    "/".to_owned()
}

/// Sends the browser to the identity provider.
#[utoipa::path(get, path = "/auth/login", tag = "identity", security(()), params(Return), responses((status = SEE_OTHER)))]
async fn login(
    State(gateway): State<Arc<Gateway>>,
    headers: HeaderMap,
    query: Result<Query<Return>, axum::extract::rejection::QueryRejection>,
) -> Result<Response, Problem> {
    let Query(to) = query.map_err(|_| Problem::bad_request().detail("One path to return to: ?return=/…"))?;
    let (cookies, url) = gateway.identity.people.begin(&headers, &to.r#return).await?;
    Ok(go(cookies, &url))
}

/// With what the provider sends the browser back (RFC 6749, RFC 9207).
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Callback {
    /// What the provider was told.
    state: String,
    /// Where it let them in.
    code: Option<String>,
    /// Where it did not.
    error: Option<String>,
    /// Which provider answers.
    iss: Option<String>,
}

/// Where the identity provider sends the browser back to. A code and a state are taken once.
#[utoipa::path(get, path = "/auth/callback", tag = "identity", security(()), params(Callback), responses((status = SEE_OTHER)))]
async fn callback(
    State(gateway): State<Arc<Gateway>>,
    Extension(ClientAddress(address)): Extension<ClientAddress>,
    headers: HeaderMap,
    query: Result<Query<Callback>, axum::extract::rejection::QueryRejection>,
) -> Result<Response, Problem> {
    let Query(Callback { state, code, error, iss: issuer }) = query.map_err(|_| {
        Problem::bad_request().detail("This is no answer to a log-in.").hint("Log in: /auth/login")
    })?;
    let returned = Returned { state, code, error, issuer };
    let (cookies, done) = gateway.identity.people.finish(&headers, returned, address).await;
    Ok(match done {
        Ok(url) => go(cookies, &url),
        Err(problem) => {
            if problem.status == 429 {
                gateway.metrics.turned_away("failures");
            }
            (cookies, problem).into_response()
        }
    })
}

/// Ends the session here, revokes what renews it, and sends the browser on to the identity provider's log-out. Only a page of
/// this site may ask.
#[utoipa::path(post, path = "/auth/logout", tag = "identity", security(()), responses((status = SEE_OTHER)))]
async fn logout(State(gateway): State<Arc<Gateway>>, headers: HeaderMap) -> Result<Response, Problem> {
    let (cookies, url) = gateway.identity.people.end(&headers).await?;
    Ok(go(cookies, &url))
}

/// Nothing of it stays in a cache, and no other site learns of the address with the code in it.
fn go(cookies: PrivateCookieJar, url: &Url) -> Response {
    let headers = [(header::CACHE_CONTROL, "no-store"), (header::REFERRER_POLICY, "no-referrer")];
    (cookies, headers, Redirect::to(url.as_str())).into_response()
}
