//! Who asks: tokens of the identity provider, and the database role that their claims give.

mod keys;
mod principal;
mod token;

use std::sync::Arc;

use axum::http::{HeaderMap, header};

use crate::config::{Environment, Oidc, RoleRule};
use crate::problem::Problem;

pub use keys::Provider;
pub use principal::{Principal, Reason};

/// Tells who asks.
pub struct Identity {
    provider: Provider,
    oidc: Oidc,
    roles: Vec<RoleRule>,
}

impl Identity {
    /// With that provider, of which nothing is asked yet.
    pub fn new(
        http: reqwest::Client,
        oidc: Oidc,
        roles: Vec<RoleRule>,
        environment: Environment,
    ) -> Identity {
        Identity { provider: Provider::new(http, oidc.discovery_url.clone(), environment), oidc, roles }
    }

    /// Who has sent these headers.
    ///
    /// # Errors
    /// 401 where that cannot be told, 403 where no role is given, 503 where the provider is away.
    pub async fn authenticate(&self, headers: &HeaderMap) -> Result<Arc<Principal>, Problem> {
        let bearer = headers
            .get(header::AUTHORIZATION)
            .and_then(|value| value.to_str().ok())
            .and_then(|value| value.split_once(' '))
            .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
            .map(|(_, token)| token.trim())
            .ok_or_else(|| Problem::unauthenticated().detail("The request brings no token."))?;
        let claims = token::verify(bearer, &self.provider, &self.oidc).await?;
        Principal::of(&claims, &self.roles).map(Arc::new)
    }
}
