//! People: log-in with a browser, sessions in cookies, log-out.

mod cookies;
mod flow;
mod login;
mod renewals;
mod session;
mod site;

use std::net::IpAddr;
use std::sync::Arc;

use axum::http::{HeaderMap, Method};
use axum_extra::extract::cookie::PrivateCookieJar;
use jsonwebtoken::get_current_timestamp;
use url::Url;

use super::failures::Failures;
use super::principal::Principal;
use super::provider::Provider;
use super::rules::Rules;
use crate::config::Config;
use crate::problem::Problem;
use cookies::{Brought, Cookies, SESSION, bare, cookie};
use flow::Flow;
use renewals::Renewals;
use session::Session;
use site::Site;

pub use login::Returned;

/// Who has logged in.
pub struct People {
    flow: Arc<Flow>,
    cookies: Cookies,
    renewals: Arc<Renewals>,
    failures: Arc<Failures>,
    lifetime: u64,
}

impl People {
    /// # Errors
    /// What is wrong with the configuration beyond its form.
    pub fn new(config: &Config, provider: Arc<Provider>, failures: Arc<Failures>) -> Result<People, String> {
        let site = Site::of(&config.listen, &config.tls)?;
        let flow = Flow { provider, oidc: config.oidc.clone(), rules: Rules::of(config), site };
        Ok(People {
            flow: Arc::new(flow),
            cookies: Cookies::new(&config.session.secret)?,
            renewals: Arc::new(Renewals::new()),
            failures,
            lifetime: config.session.lifetime.as_secs(),
        })
    }

    /// Whose session the request brings, which came from that address; and the cookies for the answer, where it was renewed. One
    /// that was given here is looked at whatever else comes from there.
    ///
    /// # Errors
    /// 401 where it does not hold, 403 where a page of another site asks for more than to read, 429 where too many from there were
    /// forged, 503 where the provider is away.
    pub async fn known(
        &self,
        method: &Method,
        headers: &HeaderMap,
        address: IpAddr,
    ) -> Result<(Arc<Principal>, Option<PrivateCookieJar>), Problem> {
        let refuse = |why| Problem::unauthenticated().detail(why).hint("Log in: /auth/login");
        let session = match self.cookies.open::<Session>(headers, SESSION) {
            Brought::Sealed(session) => session,
            Brought::Forged => {
                self.failures.check(address)?;
                self.failures.count(address);
                return Err(refuse("The session is not one that was given here."));
            }
            Brought::Nothing => return Err(refuse("The request brings neither token nor session.")),
        };
        if !method.is_safe() {
            self.flow.site.check_same_origin(headers)?;
        }
        if session.since.saturating_add(self.lifetime) <= get_current_timestamp() {
            return Err(refuse("The session has ended."));
        }
        let (session, renewed) = match session.is_due() {
            true => self.renew(session).await?,
            false => (session, false),
        };
        if session.has_expired() {
            return Err(refuse("The session has ended."));
        }
        let Some(principal) = session.principal(&self.flow.rules) else {
            return Err(refuse("The session's role or tenant is not given any more."));
        };
        let cookie = if renewed { kept(session) } else { None };
        Ok((Arc::new(principal), cookie.map(|cookie| self.cookies.jar(headers).add(cookie))))
    }

    /// The session anew; or as it was while it lasts and the provider is away. The browser that asks may go away: what the
    /// provider gives for a refresh token, it gives once.
    async fn renew(&self, session: Session) -> Result<(Session, bool), Problem> {
        let (flow, renewals, due) = (Arc::clone(&self.flow), Arc::clone(&self.renewals), session.clone());
        let renewed = tokio::spawn(async move {
            let token = due.refresh_token.clone().unwrap_or_default();
            renewals.once(&token, flow.renew(&due)).await
        });
        match renewed.await {
            Ok(Ok(renewed)) => Ok((renewed, true)),
            Ok(Err(problem)) if problem.status == 503 && !session.has_expired() => Ok((session, false)),
            Ok(Err(problem)) => Err(problem),
            Err(_) => Err(Problem::internal()),
        }
    }

    /// Ends the session: where to send the browser.
    ///
    /// # Errors
    /// 403 where a page of another site asks.
    pub async fn end(&self, headers: &HeaderMap) -> Result<(PrivateCookieJar, Url), Problem> {
        self.flow.site.check_same_origin(headers)?;
        let jar = self.cookies.jar(headers).remove(bare(SESSION));
        match self.cookies.open::<Session>(headers, SESSION) {
            Brought::Sealed(session) => {
                tracing::info!(actor = session.subject, tenant = session.tenant(), "logged out");
                self.flow.revoke(session).await;
                Ok((jar, self.flow.end().await))
            }
            _ => Ok((jar, self.flow.site.at("/"))),
        }
    }
}

/// The cookie of a session. A refresh token that is too large for one is left out: then one logs in anew when it expires.
fn kept(session: Session) -> Option<axum_extra::extract::cookie::Cookie<'static>> {
    cookie(SESSION, &session).or_else(|| {
        tracing::warn!("a refresh token is too large for a cookie: the session is not renewed");
        cookie(SESSION, &Session { refresh_token: None, ..session })
    })
}

#[cfg(test)]
mod tests;
