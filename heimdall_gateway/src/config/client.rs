//! What the command-line client is told beside its arguments: where the gateway is, and how to say who it is.

use std::path::PathBuf;

use url::Url;

use super::mistake::Mistakes;
use super::reader::Reader;
use super::sources::Sources;
use super::{Client, Environment, Secret, value};

/// Settings that the client alone reads.
pub const VARIABLES: [&str; 3] = ["HMD_URL", "HMD_TOKEN", "HMD_OAUTH_M2M_SCOPE"];

/// Where the gateway is.
#[derive(Clone, Debug)]
pub struct Place {
    /// Without a path.
    pub url: Url,
    /// Authorities to believe beside those of the system.
    pub authorities: Option<PathBuf>,
}

impl Place {
    /// What the command line says comes first.
    ///
    /// # Errors
    /// All mistakes at once.
    pub fn read(
        sources: &Sources,
        url: Option<Url>,
        authorities: Option<PathBuf>,
    ) -> Result<Place, Mistakes> {
        let mut read = Reader::new(sources);
        let expected = "https://host[:port] of the gateway, or --url instead";
        let url = url.or_else(|| read.required("HMD_URL", expected, value::gateway_url));
        let authorities = authorities.or_else(|| read.optional_file("HMD_TLS_CA"));
        match url {
            Some(url) if read.mistakes.is_empty() => Ok(Place { url, authorities }),
            _ => Err(Mistakes(read.mistakes)),
        }
    }
}

/// How the client says who it is.
#[derive(Clone, Debug)]
pub enum Identity {
    /// By a token that somebody else has fetched.
    Token(Secret),
    /// As itself, by client credentials at the provider.
    Credentials {
        /// Of the provider's document.
        discovery_url: Url,
        /// Name and secret there.
        client: Client,
        /// What to ask for, where the provider wants that said.
        scope: Option<String>,
    },
}

impl Identity {
    /// The token, where there is one, or the credentials.
    ///
    /// # Errors
    /// All mistakes at once.
    pub fn read(sources: &Sources) -> Result<Identity, Mistakes> {
        let mut read = Reader::new(sources);
        // Who runs the client looks after the file with the token: it is theirs, not a server's.
        read.environment = Environment::Development;
        let token = read.secret_or("HMD_TOKEN", None, "a token", is_token);
        if read.mistakes.is_empty()
            && let Some(token) = token
        {
            return Ok(Identity::Token(token));
        }
        if read.is_set("HMD_TOKEN") {
            return Err(Mistakes(read.mistakes));
        }
        let discovery_url = read.required(
            "HMD_OAUTH_DISCOVERY_URL",
            "the provider's https://…/.well-known/openid-configuration, or HMD_TOKEN instead",
            |text| value::discovery_url(text, true),
        );
        let id = read
            .required("HMD_OAUTH_M2M_ID", "the client's name at the provider", |text| Some(text.to_owned()));
        let secret = read.secret("HMD_OAUTH_M2M_SECRET", "the client's secret at the provider", |_| true);
        let scope = read.optional("HMD_OAUTH_M2M_SCOPE", "a scope", |text| Some(text.to_owned()));
        match (discovery_url, id, secret) {
            (Some(discovery_url), Some(id), Some(secret)) if read.mistakes.is_empty() => {
                Ok(Identity::Credentials { discovery_url, client: Client { id, secret }, scope })
            }
            _ => Err(Mistakes(read.mistakes)),
        }
    }
}

/// What may stand behind `Bearer` (RFC 6750).
fn is_token(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._~+/=".contains(&b))
}
