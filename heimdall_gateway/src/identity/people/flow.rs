//! Authorization code with PKCE, refresh, revocation and log-out: what is said to the identity provider about people
//! (OpenID Connect Core 1.0, RFC 6749, RFC 7009, RFC 7636, RFC 9700).

use std::sync::Arc;

use jsonwebtoken::get_current_timestamp;
use openidconnect::core::{
    CoreAuthenticationFlow, CoreClient, CoreClientAuthMethod, CoreErrorResponseType, CoreRevocableToken,
    CoreTokenResponse,
};
use openidconnect::{
    AuthType, AuthorizationCode, ClientId, ClientSecret, CsrfToken, EndpointMaybeSet, EndpointNotSet,
    EndpointSet, LogoutRequest, Nonce, OAuth2TokenResponse, PkceCodeChallenge, PkceCodeVerifier,
    PostLogoutRedirectUrl, RedirectUrl, RefreshToken, RequestTokenError, Scope, StandardErrorResponse,
    TokenResponse,
};
use url::Url;

use super::session::{LOGIN_TAKES, Pending, Session};
use super::site::Site;
use crate::config::Oidc;
use crate::identity::claims::Claims;
use crate::identity::documents::{Failed, exchange, exchanger};
use crate::identity::metadata::Metadata;
use crate::identity::provider::{Provider, away};
use crate::identity::rules::{Rules, no_role};
use crate::identity::token::{Kind, verify};
use crate::problem::Problem;

type Client = CoreClient<
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointMaybeSet,
    EndpointMaybeSet,
>;

type TokenError = RequestTokenError<Failed, StandardErrorResponse<CoreErrorResponseType>>;

/// Seconds before its end at which a session is renewed; of a short one, a quarter of it.
const EARLY: u64 = 60;

/// Seconds that a session lasts where the provider does not tell how long its access token does.
const UNTOLD: u64 = 300;
/// Seconds that it lasts at most before the provider is asked again.
const LONGEST: u64 = 3600;

/// The client for people at the provider.
pub struct Flow {
    pub(super) provider: Arc<Provider>,
    pub(super) oidc: Oidc,
    pub(super) rules: Rules,
    pub(super) site: Site,
}

impl Flow {
    fn client(&self, metadata: &Metadata) -> Client {
        let secret = ClientSecret::new(self.oidc.people.secret.expose().to_owned());
        let post_alone = metadata.token_endpoint_auth_methods_supported().is_some_and(|methods| {
            !methods.contains(&CoreClientAuthMethod::ClientSecretBasic)
                && methods.contains(&CoreClientAuthMethod::ClientSecretPost)
        });
        CoreClient::from_provider_metadata(
            metadata.clone(),
            ClientId::new(self.oidc.people.id.clone()),
            Some(secret),
        )
        .set_auth_type(if post_alone { AuthType::RequestBody } else { AuthType::BasicAuth })
        .set_redirect_uri(RedirectUrl::from_url(self.site.at("/auth/callback")))
    }

    /// Where to send a browser, and what to remember meanwhile.
    ///
    /// # Errors
    /// 503 where the provider is away.
    pub async fn begin(&self, return_to: Url) -> Result<(Url, Pending), Problem> {
        let known = self.provider.known().await?;
        let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
        let scopes = self.oidc.scope.split_whitespace().filter(|scope| *scope != "openid");
        let (url, state, nonce) = self
            .client(&known.metadata)
            .authorize_url(
                CoreAuthenticationFlow::AuthorizationCode,
                CsrfToken::new_random,
                Nonce::new_random,
            )
            .add_scopes(scopes.map(|scope| Scope::new(scope.to_owned())))
            .set_pkce_challenge(challenge)
            .url();
        let pending = Pending {
            state: state.into_secret(),
            nonce: nonce.secret().clone(),
            verifier: verifier.into_secret(),
            return_to: return_to.into(),
            until: get_current_timestamp() + LOGIN_TAKES,
        };
        Ok((url, pending))
    }

    /// Who has come back with that code.
    ///
    /// # Errors
    /// 401 where it does not hold, 403 where no role or tenant is given, 503 where the provider is away.
    pub async fn finish(&self, code: String, pending: &Pending) -> Result<Session, Problem> {
        let known = self.provider.known().await?;
        let http = exchanger(self.provider.http());
        let answer = self
            .client(&known.metadata)
            .exchange_code(AuthorizationCode::new(code))
            .map_err(|_| away())?
            .set_pkce_verifier(PkceCodeVerifier::new(pending.verifier.clone()))
            .request_async(&http)
            .await
            .map_err(|error| {
                refused(&error, "The log-in does not hold: it was used before, or took too long.")
            })?;
        let no_id =
            || Problem::unauthenticated().detail("The identity provider does not say who has logged in.");
        let claims = self.id(&answer).await?.ok_or_else(no_id)?;
        if claims.text("nonce") != Some(&pending.nonce) {
            return Err(Problem::unauthenticated().detail("The ID token is of another log-in."));
        }
        self.session(&answer, Some(claims), &known.metadata, None).await
    }

    /// The session, with what the provider says now: where it has taken a role or a tenant away, they are gone here.
    ///
    /// # Errors
    /// 401 where the provider has ended it, 403 where no role or tenant is given any more, 503 where the provider is away.
    pub async fn renew(&self, session: &Session) -> Result<Session, Problem> {
        let ended = "The session has ended.";
        let token = session.refresh_token.as_ref().ok_or_else(|| Problem::unauthenticated().detail(ended))?;
        let known = self.provider.known().await?;
        let http = exchanger(self.provider.http());
        let answer = self
            .client(&known.metadata)
            .exchange_refresh_token(&RefreshToken::new(token.clone()))
            .map_err(|_| away())?
            .request_async(&http)
            .await
            .map_err(|error| refused(&error, ended))?;
        let claims = self.id(&answer).await?;
        self.session(&answer, claims, &known.metadata, Some(session)).await
    }

    /// What the ID token says, which is there at log-in, and at renewal with some providers.
    async fn id(&self, answer: &CoreTokenResponse) -> Result<Option<Claims>, Problem> {
        match answer.id_token() {
            Some(token) => verify(&token.to_string(), Kind::Id, &self.provider, &self.oidc).await.map(Some),
            None => Ok(None),
        }
    }

    async fn session(
        &self,
        answer: &CoreTokenResponse,
        id: Option<Claims>,
        metadata: &Metadata,
        before: Option<&Session>,
    ) -> Result<Session, Problem> {
        // Providers put groups into the ID token, or keep them for those who ask.
        let told = id.as_ref().map_or_else(|| Err(no_role()), |id| self.rules.give(id));
        let (claims, given) = match (id, told) {
            (Some(claims), Ok(given)) => (claims, given),
            (id, told) => match self.user_info(answer, metadata).await? {
                Some(info) if id.as_ref().is_none_or(|id| id.text("sub") == info.text("sub")) => {
                    let given = self.rules.give(&info)?;
                    (info, given)
                }
                _ => return Err(told.err().unwrap_or_else(no_role)),
            },
        };
        let subject = claims.text("sub").unwrap_or_default();
        if before.is_some_and(|before| before.subject != subject) {
            return Err(Problem::unauthenticated().detail("The session is of somebody else."));
        }
        let now = get_current_timestamp();
        let lasts = answer.expires_in().map_or(UNTOLD, |lasts| lasts.as_secs().min(LONGEST));
        Ok(Session {
            subject: subject.to_owned(),
            given,
            since: before.map_or(now, |before| before.since),
            renew_at: now + lasts - EARLY.min(lasts / 4),
            expires_at: now + lasts,
            refresh_token: answer
                .refresh_token()
                .map(|token| token.secret().clone())
                .or_else(|| before.and_then(|before| before.refresh_token.clone())),
        })
    }

    /// What the provider says of them when asked (OpenID Connect Core 1.0, 5.3).
    async fn user_info(
        &self,
        answer: &CoreTokenResponse,
        metadata: &Metadata,
    ) -> Result<Option<Claims>, Problem> {
        let Some(url) = metadata.userinfo_endpoint() else { return Ok(None) };
        let request = http::Request::get(url.as_str())
            .header(http::header::AUTHORIZATION, format!("Bearer {}", answer.access_token().secret()))
            .header(http::header::ACCEPT, "application/json")
            .body(Vec::new())
            .map_err(|_| away())?;
        let told = exchange(self.provider.http(), request).await.map_err(|_| away())?;
        match told.status() {
            http::StatusCode::OK => Ok(serde_json::from_slice(told.body()).ok()),
            status if status.is_server_error() => Err(away()),
            _ => Ok(None),
        }
    }

    /// Ends what renews a session: a copy of its cookie lasts no longer than it would have without. As good as it goes: whoever
    /// logs out is out, whatever the provider does.
    pub async fn revoke(&self, session: Session) {
        let Some(token) = session.refresh_token else { return };
        let Ok(known) = self.provider.known().await else { return };
        let Some(url) = known.metadata.additional_metadata().additional_metadata.revocation_endpoint.clone()
        else {
            return;
        };
        let http = exchanger(self.provider.http());
        let client = self.client(&known.metadata).set_revocation_url(url);
        let token = CoreRevocableToken::RefreshToken(RefreshToken::new(token));
        let revoked = match client.revoke_token(token) {
            Ok(request) => request.request_async(&http).await.is_ok(),
            Err(_) => false,
        };
        if !revoked {
            tracing::warn!("the identity provider has not revoked a refresh token");
        }
    }

    /// Where to send a browser whose session here has ended, so that it ends at the provider (OpenID Connect RP-Initiated
    /// Logout 1.0); home where the provider has no such place.
    pub async fn end(&self) -> Url {
        let home = self.site.at("/");
        let Ok(known) = self.provider.known().await else { return home };
        match known.metadata.additional_metadata().end_session_endpoint.clone() {
            Some(end) => LogoutRequest::from(end)
                .set_client_id(ClientId::new(self.oidc.people.id.clone()))
                .set_post_logout_redirect_uri(PostLogoutRedirectUrl::from_url(home))
                .http_get_url(),
            None => home,
        }
    }
}

/// What the provider's refusal of a code or a refresh token is; whatever else is wrong is no fault of the browser's.
fn refused(error: &TokenError, detail: &'static str) -> Problem {
    match error {
        RequestTokenError::ServerResponse(response)
            if *response.error() == CoreErrorResponseType::InvalidGrant =>
        {
            Problem::unauthenticated().detail(detail).hint("Log in: /auth/login")
        }
        RequestTokenError::ServerResponse(response) => {
            tracing::warn!(
                error = response.error().as_ref(),
                "the identity provider refuses the client for people"
            );
            away()
        }
        _ => {
            tracing::warn!("the identity provider gives no token");
            away()
        }
    }
}
