//! Log-in: to the provider and back.

use std::net::IpAddr;

use axum::http::HeaderMap;
use axum_extra::extract::cookie::PrivateCookieJar;
use jsonwebtoken::get_current_timestamp;
use url::Url;

use super::cookies::{Brought, LOGIN, bare, cookie};
use super::session::{Pending, Session};
use super::{People, kept};
use crate::problem::Problem;

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
}
