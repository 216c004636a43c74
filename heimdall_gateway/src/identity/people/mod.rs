//! People: log-in with a browser, sessions in cookies, log-out.

mod cookies;
mod flow;
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
use cookies::{Brought, Cookies, LOGIN, SESSION, bare, cookie};
use flow::Flow;
use renewals::Renewals;
use session::{Pending, Session};
use site::Site;

/// Who has logged in.
pub struct People {
    flow: Arc<Flow>,
    cookies: Cookies,
    renewals: Arc<Renewals>,
    failures: Arc<Failures>,
    lifetime: u64,
}

/// The answer of the provider to a log-in, by way of the browser.
pub struct Returned {
    /// What it was told at the beginning.
    pub state: String,
    /// Where it let them in.
    pub code: Option<String>,
    /// Where it did not, a word of RFC 6749.
    pub error: Option<String>,
    /// Who answers (RFC 9207).
    pub issuer: Option<String>,
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

    /// Begins a log-in: where to send the browser.
    ///
    /// # Errors
    /// 400 where the path to return to is of another site, 503 where the provider is away.
    pub async fn begin(&self, headers: &HeaderMap, path: &str) -> Result<(PrivateCookieJar, Url), Problem> {
        let (url, pending) = self.flow.begin(self.flow.site.returning_to(path)?).await?;
        let pending = cookie(LOGIN, &pending).ok_or_else(Problem::internal)?;
        Ok((self.cookies.jar(headers).add(pending), url))
    }

    /// Ends it: whatever comes of it, it does not come a second time. Where too much from that address did not hold, it may
    /// come again.
    pub async fn finish(
        &self,
        headers: &HeaderMap,
        returned: Returned,
        address: IpAddr,
    ) -> (PrivateCookieJar, Result<Url, Problem>) {
        if let Err(problem) = self.failures.check(address) {
            return (self.cookies.jar(headers), Err(problem));
        }
        let jar = self.cookies.jar(headers).remove(bare(LOGIN));
        match self.logged_in(headers, returned).await {
            Ok((session, to)) => match kept(session) {
                Some(cookie) => (jar.add(cookie), Ok(to)),
                None => (jar, Err(Problem::internal().detail("The session does not go into a cookie."))),
            },
            Err(problem) => {
                if problem.status < 500 {
                    self.failures.count(address);
                }
                (jar, Err(problem))
            }
        }
    }

    async fn logged_in(&self, headers: &HeaderMap, returned: Returned) -> Result<(Session, Url), Problem> {
        let refuse = |why| Problem::bad_request().detail(why).hint("Log in: /auth/login");
        let Brought::Sealed(pending) = self.cookies.open::<Pending>(headers, LOGIN) else {
            return Err(refuse("This browser has not begun this log-in, or has ended it."));
        };
        if pending.state != returned.state {
            return Err(refuse("The answer is to another log-in."));
        }
        if pending.until <= get_current_timestamp() {
            return Err(refuse("The log-in took too long."));
        }
        let known = self.flow.provider.known().await?;
        if returned.issuer.is_some_and(|issuer| issuer != known.metadata.issuer().as_str()) {
            return Err(refuse("The answer is of another identity provider."));
        }
        let Some(code) = returned.code else {
            let is_word =
                |word: &&str| word.len() <= 64 && word.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
            let word = returned.error.as_deref().filter(is_word).unwrap_or("no code");
            let detail = format!("The identity provider has not let you in: {word}.");
            return Err(Problem::forbidden().detail(detail).hint("Log in: /auth/login"));
        };
        let session = self.flow.finish(code, &pending).await?;
        tracing::info!(
            actor = session.subject,
            role = session.given.role,
            tenant = session.tenant(),
            "logged in"
        );
        let to = pending.return_to.parse().map_err(|_| refuse("There is nowhere to return to."))?;
        Ok((session, to))
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
mod tests {
    use axum::http::header;

    use super::*;
    use crate::config::{Client, Oidc, RoleRule, Secret};
    use crate::identity::principal::Reason;
    use crate::identity::rules::Given;

    const ADDRESS: IpAddr = IpAddr::V4(std::net::Ipv4Addr::LOCALHOST);

    const RULE: [&str; 3] = ["groups", "soc", "soc_analyst"];

    fn people(rule: [&str; 3]) -> People {
        let client = || Client { id: String::new(), secret: Secret::new("") };
        let discovery_url: Url =
            "https://id.example/.well-known/openid-configuration".parse().expect("a URL");
        let oidc = Oidc {
            discovery_url,
            people: client(),
            machines: client(),
            audiences: Vec::new(),
            scope: String::new(),
            leeway: std::time::Duration::ZERO,
            keys_floor: std::time::Duration::ZERO,
            keys_refresh: std::time::Duration::ZERO,
        };
        let _ = rustls::crypto::ring::default_provider().install_default();
        let provider =
            Arc::new(Provider::new(reqwest::Client::new(), &oidc, crate::config::Environment::Production));
        let [claim, value, role] = rule.map(str::to_owned);
        let site = Site::new("https://heimdall.example".parse().expect("a URL")).expect("a site");
        let rules = Rules { roles: vec![RoleRule { claim, value, role }], tenants: None };
        People {
            flow: Arc::new(Flow { provider, oidc, rules, site }),
            cookies: Cookies::new(&Secret::new("0".repeat(32))).expect("a key"),
            renewals: Arc::new(Renewals::new()),
            failures: Arc::new(Failures::new(2)),
            lifetime: 3600,
        }
    }

    fn session() -> Session {
        let now = get_current_timestamp();
        Session {
            subject: "ada".to_owned(),
            given: Given {
                role: RULE[2].to_owned(),
                reason: Reason { claim: RULE[0].to_owned(), value: RULE[1].to_owned() },
                tenant: None,
            },
            since: now,
            renew_at: now + 60,
            expires_at: now + 60,
            refresh_token: None,
        }
    }

    /// The headers of a browser that has this session.
    fn headers(people: &People, session: Session) -> HeaderMap {
        use axum::response::IntoResponse;
        let cookies =
            people.cookies.jar(&HeaderMap::new()).add(kept(session).expect("it goes into a cookie"));
        let answer = (cookies, ()).into_response();
        let cookie = answer.headers()[header::SET_COOKIE].to_str().expect("text");
        let pair = cookie.split(';').next().expect("a pair").parse().expect("a header");
        HeaderMap::from_iter([(header::COOKIE, pair)])
    }

    async fn status(people: &People, method: Method, headers: &HeaderMap) -> u16 {
        people.known(&method, headers, ADDRESS).await.map_or_else(|problem| problem.status, |_| 200)
    }

    #[tokio::test]
    async fn pages_elsewhere_cannot_use_a_session() {
        let people = people(RULE);
        let mut headers = headers(&people, session());
        assert_eq!(status(&people, Method::GET, &headers).await, 200);
        for method in [Method::POST, Method::PUT, Method::PATCH, Method::DELETE] {
            headers.remove("sec-fetch-site");
            assert_eq!(status(&people, method.clone(), &headers).await, 403, "{method}");
            headers.insert("sec-fetch-site", "cross-site".parse().expect("a header"));
            assert_eq!(status(&people, method.clone(), &headers).await, 403, "{method}");
            headers.insert("sec-fetch-site", "same-origin".parse().expect("a header"));
            assert_eq!(status(&people, method.clone(), &headers).await, 200, "{method}");
        }
    }

    #[tokio::test]
    async fn a_session_holds_for_its_time_and_its_rule() {
        let people = people(RULE);
        let now = get_current_timestamp();
        for (session, expected) in [
            (session(), 200),
            (Session { expires_at: now, ..session() }, 401),
            (Session { since: now - 3600, ..session() }, 401),
        ] {
            assert_eq!(status(&people, Method::GET, &headers(&people, session)).await, expected);
        }
        // The operator has changed the rule: the cookie is sealed by the same secret.
        let changed = self::people(["groups", "soc", "another_role"]);
        assert_eq!(status(&changed, Method::GET, &headers(&people, session())).await, 401);
    }

    #[tokio::test]
    async fn who_forges_sessions_does_not_keep_others_at_that_address_out() {
        let people = people(RULE);
        let forged = format!("{SESSION}=forged").parse().expect("a header");
        let forged = HeaderMap::from_iter([(header::COOKIE, forged)]);
        for expected in [401, 401, 429, 429] {
            assert_eq!(status(&people, Method::GET, &forged).await, expected);
        }
        assert_eq!(status(&people, Method::GET, &headers(&people, session())).await, 200);
    }

    #[test]
    fn a_refresh_token_that_is_too_large_is_left_out() {
        let with = |bytes: usize| Session { refresh_token: Some("x".repeat(bytes)), ..session() };
        for (bytes, is_kept) in [(2000, true), (8000, false)] {
            let cookie = kept(with(bytes)).expect("a cookie");
            assert_eq!(cookie.value().len() > bytes, is_kept);
        }
    }
}
