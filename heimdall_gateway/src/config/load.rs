//! Reading the configuration: the environment.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::str::FromStr;
use std::time::Duration;

use super::{
    Client, Config, Database, Environment, Limits, Listen, Network, Oidc, RoleRule, Secret, Session, Tls,
};

/// One thing that is wrong, without its value.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("{variable}: {expected}")]
pub struct Mistake {
    /// The variable.
    pub variable: String,
    /// What was expected of it.
    pub expected: String,
}

/// All that is wrong.
#[derive(Debug, thiserror::Error)]
#[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))]
pub struct Mistakes(pub Vec<Mistake>);

struct Reader {
    mistakes: Vec<Mistake>,
}

impl Reader {
    fn optional(&mut self, variable: &str) -> Option<String> {
        if let Ok(value) = std::env::var(variable)
            && !value.is_empty()
        {
            return Some(value);
        }
        let path = std::env::var(format!("{variable}_FILE")).ok()?;
        match std::fs::read_to_string(&path) {
            Ok(text) => Some(text.trim_end_matches(['\r', '\n']).to_owned()),
            Err(_) => {
                self.mistake(&format!("{variable}_FILE"), "a file that can be read");
                None
            }
        }
    }

    fn mistake(&mut self, variable: &str, expected: &str) {
        self.mistakes.push(Mistake { variable: variable.to_owned(), expected: expected.to_owned() });
    }

    fn required(&mut self, variable: &str) -> Option<String> {
        let value = self.optional(variable);
        if value.is_none() && !self.mistakes.iter().any(|m| m.variable.starts_with(variable)) {
            self.mistake(variable, "is missing");
        }
        value
    }

    fn parsed<T: FromStr>(&mut self, variable: &str, expected: &str, default: T) -> T {
        match self.optional(variable).map(|value| value.parse()) {
            None => default,
            Some(Ok(value)) => value,
            Some(Err(_)) => {
                self.mistake(variable, expected);
                default
            }
        }
    }

    fn list<T: FromStr>(&mut self, variable: &str, expected: &str) -> Vec<T> {
        let text = self.optional(variable).unwrap_or_default();
        let parts: Result<Vec<T>, _> =
            text.split(',').map(str::trim).filter(|p| !p.is_empty()).map(str::parse).collect();
        parts.unwrap_or_else(|_| {
            self.mistake(variable, expected);
            Vec::new()
        })
    }

    fn seconds(&mut self, variable: &str, default: u64) -> Duration {
        Duration::from_secs(self.parsed(variable, "a number of seconds", default))
    }
}

impl FromStr for RoleRule {
    type Err = ();

    /// `claim:value=role`.
    fn from_str(text: &str) -> Result<RoleRule, ()> {
        let (left, role) = text.rsplit_once('=').ok_or(())?;
        let (claim, value) = left.split_once(':').ok_or(())?;
        if claim.is_empty() || value.is_empty() || role.is_empty() {
            return Err(());
        }
        Ok(RoleRule { claim: claim.into(), value: value.into(), role: role.into() })
    }
}

impl Config {
    /// Reads and checks everything.
    ///
    /// # Errors
    /// All mistakes at once.
    pub fn load() -> Result<Config, Mistakes> {
        let mut read = Reader { mistakes: Vec::new() };
        let environment = match read.optional("HMD_ENVIRONMENT").as_deref() {
            None | Some("production") => Environment::Production,
            Some("development") => Environment::Development,
            Some(_) => {
                read.mistake("HMD_ENVIRONMENT", "production or development");
                Environment::Production
            }
        };
        let host = read.parsed("HMD_HOST", "an IP address", IpAddr::V4(Ipv4Addr::UNSPECIFIED));
        let port = read.parsed("HMD_PORT", "a port", 443);
        let public_url = read.optional("HMD_PUBLIC_URL").and_then(|url| url.parse().ok());
        let key = read.required("HMD_TLS_KEY");
        let certificate = read.required("HMD_TLS_CERT");
        let authorities = read.optional("HMD_TLS_CA").map(Into::into);
        let discovery_url = read.required("HMD_OAUTH_DISCOVERY_URL").map(|url| url.parse());
        let people_id = read.required("HMD_OAUTH_H2M_ID");
        let people_secret = read.required("HMD_OAUTH_H2M_SECRET");
        let machines_id = read.required("HMD_OAUTH_M2M_ID");
        let machines_secret = read.required("HMD_OAUTH_M2M_SECRET");
        let cookie = read.required("HMD_COOKIE_SECRET");
        let url = read.required("HMD_DATABASE_URL");
        let config = Config {
            environment,
            listen: Listen { address: SocketAddr::new(host, port), public_url },
            tls: Tls {
                certificate: certificate.unwrap_or_default().into(),
                key: key.unwrap_or_default().into(),
                authorities,
            },
            oidc: Oidc {
                discovery_url: match discovery_url {
                    Some(Ok(url)) => url,
                    _ => {
                        read.mistake("HMD_OAUTH_DISCOVERY_URL", "an https URL");
                        return Err(Mistakes(read.mistakes));
                    }
                },
                people: Client {
                    id: people_id.unwrap_or_default(),
                    secret: Secret::new(people_secret.unwrap_or_default()),
                },
                machines: Client {
                    id: machines_id.unwrap_or_default(),
                    secret: Secret::new(machines_secret.unwrap_or_default()),
                },
                audiences: read.list("HMD_OAUTH_AUDIENCE", "a list"),
                scope: read.optional("HMD_OIDC_SCOPE").unwrap_or_else(|| "openid profile email".into()),
                leeway: read.seconds("HMD_OAUTH_LEEWAY", 30),
                keys_floor: read.seconds("HMD_OAUTH_KEYS_FLOOR", 10),
                keys_refresh: read.seconds("HMD_OAUTH_KEYS_REFRESH", 300),
            },
            roles: read.list("HMD_ROLE_MAP", "claim:value=role, …"),
            session: Session {
                secret: Secret::new(cookie.unwrap_or_default()),
                lifetime: read.seconds("HMD_SESSION_LIFETIME", 43_200),
            },
            database: Database {
                url: Secret::new(url.unwrap_or_default()),
                graph: read.optional("HMD_AGE_GRAPH").unwrap_or_else(|| "heimdall_graph".into()),
                connections: read.parsed("HMD_DATABASE_CONNECTIONS", "a number", 16),
                wait: read.seconds("HMD_DATABASE_WAIT", 2),
                statement_timeout: read.seconds("HMD_STATEMENT_TIMEOUT", 30),
            },
            limits: Limits {
                body: read.parsed("HMD_BODY_LIMIT", "a number of bytes", 8 << 20),
                upload: read.optional("HMD_UPLOAD_LIMIT").and_then(|n| n.parse().ok()),
                upload_idle: read.seconds("HMD_UPLOAD_IDLE", 60),
                uploads: read.parsed("HMD_UPLOADS", "a number", 4),
                standard_per_minute: read.parsed("HMD_RATE_STANDARD", "a number", 6_000),
                expensive_per_minute: read.parsed("HMD_RATE_EXPENSIVE", "a number", 300),
                auth_per_minute: read.parsed("HMD_RATE_AUTH", "a number", 30),
                requests: read.parsed("HMD_REQUESTS", "a number", 512),
                connections: read.parsed("HMD_CONNECTIONS", "a number", 20_000),
                handshake: read.seconds("HMD_HANDSHAKE_TIMEOUT", 10),
                shutdown: read.seconds("HMD_SHUTDOWN_TIMEOUT", 60),
            },
            network: Network {
                allowed: read.list("HMD_ALLOWED_NETWORKS", "a list of networks"),
                proxies: read.list("HMD_TRUSTED_PROXIES", "a list of networks"),
                origins: read.list("HMD_CORS_ORIGINS", "a list of origins"),
            },
        };
        if read.mistakes.is_empty() { Ok(config) } else { Err(Mistakes(read.mistakes)) }
    }
}
