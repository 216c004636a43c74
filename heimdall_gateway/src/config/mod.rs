//! What the gateway is told: one type a concern. [`Config::read`] reads it from [`Sources`], and says all that is wrong at once.

pub mod client;
mod file;
mod load;
mod mistake;
mod reader;
mod secret;
mod sources;
#[cfg(test)]
mod tests;
mod value;

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use ipnet::IpNet;
use url::Url;

pub use load::Reading;
pub use mistake::{Mistake, Mistakes};
pub use reader::Setting;
pub use secret::Secret;
pub use sources::{Origin, Sources};
pub use value::{database_address, gateway_url};

/// Everything, checked.
#[derive(Debug)]
pub struct Config {
    /// Development allows what production refuses: the development authority and identity provider.
    pub environment: Environment,
    /// Where to listen.
    pub listen: Listen,
    /// Certificate and key.
    pub tls: Tls,
    /// The identity provider and our clients there.
    pub oidc: Oidc,
    /// Which claim gives which database role.
    pub roles: Vec<RoleRule>,
    /// Whose database a claim names; none where there is one for everybody.
    pub tenants: Option<Tenants>,
    /// Log-in of people.
    pub session: Session,
    /// The database.
    pub database: Database,
    /// How much of what.
    pub limits: Limits,
    /// From where.
    pub network: Network,
    /// `HMD_LOG`: level or directives.
    pub log: String,
}

/// Where this runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Environment {
    /// The default.
    Production,
    /// `HMD_ENVIRONMENT=development`.
    Development,
}

/// `HMD_HOST`, `HMD_PORT`, and the address under which browsers reach us.
#[derive(Clone, Debug)]
pub struct Listen {
    /// Address and port; port 0 takes a free one.
    pub address: SocketAddr,
    /// `HMD_PUBLIC_URL`: `https://host[:port]`, where log-in comes back to. Without it, the host of the certificate.
    pub public_url: Option<Url>,
}

/// `HMD_TLS_CERT`, `HMD_TLS_KEY`, `HMD_TLS_CA`, `HMD_DATABASE_TLS_CERT`, `HMD_DATABASE_TLS_KEY`.
#[derive(Clone, Debug)]
pub struct Tls {
    /// PEM, the certificate and its chain.
    pub certificate: PathBuf,
    /// PEM.
    pub key: PathBuf,
    /// PEM; authorities to trust beside those of the system: an internal one, for our own certificate, the identity
    /// provider's and the database's.
    pub authorities: Option<PathBuf>,
    /// What we show to the database, where it wants to see something.
    pub database: Option<ClientCertificate>,
}

/// Files of a certificate that we show as a client.
#[derive(Clone, Debug)]
pub struct ClientCertificate {
    /// PEM, the certificate and its chain.
    pub certificate: PathBuf,
    /// PEM.
    pub key: PathBuf,
}

/// A client of ours at the identity provider.
#[derive(Clone, Debug)]
pub struct Client {
    /// Its public name.
    pub id: String,
    /// Its secret.
    pub secret: Secret,
}

/// `HMD_OAUTH_…`, `HMD_OIDC_SCOPE`.
#[derive(Clone, Debug)]
pub struct Oidc {
    /// Of the document `…/.well-known/openid-configuration`. Its issuer is the only one we believe.
    pub discovery_url: Url,
    /// For people: authorization code with PKCE. Its id is the audience of their tokens.
    pub people: Client,
    /// For machines. Its id is an audience of their tokens.
    pub machines: Client,
    /// Audiences of access tokens beside the two ids.
    pub audiences: Vec<String>,
    /// What to ask for at log-in.
    pub scope: String,
    /// How far the clocks may differ.
    pub leeway: Duration,
    /// The provider is asked for its keys at most this often, whatever keys tokens name.
    pub keys_floor: Duration,
    /// And so often it is asked whether they are still the same.
    pub keys_refresh: Duration,
}

/// Callers with that value in that claim act as that role of the database. The first rule that fits counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoleRule {
    /// Name of the claim, with dots for what is inside: `realm_access.roles`. It may be a text or a list, `scope` a text of words.
    pub claim: String,
    /// The value to be there.
    pub value: String,
    /// Role of the database.
    pub role: String,
}

/// `HMD_TENANT_CLAIM`, `HMD_TENANTS`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tenants {
    /// Name of the claim that says whose somebody is, with dots for what is inside, as in a [`RoleRule`].
    pub claim: String,
    /// All there are. Neither name nor database is there twice.
    pub all: Vec<Tenant>,
}

/// Somebody with a database of their own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tenant {
    /// The value of the claim.
    pub name: String,
    /// Name of the database, on the server of `HMD_DATABASE_URL`.
    pub database: String,
}

/// `HMD_COOKIE_SECRET` and how long a log-in lasts.
#[derive(Clone, Debug)]
pub struct Session {
    /// At least 32 bytes.
    pub secret: Secret,
    /// After which one logs in anew, whatever was refreshed.
    pub lifetime: Duration,
}

/// `HMD_DATABASE_…`, `HMD_AGE_GRAPH`.
#[derive(Clone, Debug)]
pub struct Database {
    /// As libpq has it.
    pub url: Secret,
    /// The graph that has to be there.
    pub graph: String,
    /// Connections to each database at most.
    pub connections: usize,
    /// How long a request waits for one.
    pub wait: Duration,
    /// Whether connections keep statements between transactions.
    pub prepared: Prepared,
    /// How long a question may take.
    pub statement_timeout: Duration,
    /// How long may take what goes through all that is stored.
    pub upkeep_timeout: Duration,
    /// Where reads may go instead.
    pub replica: Option<Replica>,
}

/// `HMD_DATABASE_REPLICA_URL`, `HMD_DATABASE_REPLICA_LAG`.
#[derive(Clone, Debug)]
pub struct Replica {
    /// As libpq has it.
    pub url: Secret,
    /// How far it may be behind.
    pub lag: Duration,
}

/// Whether connections keep statements between transactions, which not every pooler in between allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Prepared {
    /// Where the connections prove to go straight to the server.
    Auto,
    /// Whatever is in between.
    On,
    /// Never.
    Off,
}

/// How much of what.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Bytes of a body that is read whole: mappings, samples, questions.
    pub body: usize,
    /// Bytes of an upload; none is no limit.
    pub upload: Option<u64>,
    /// An upload that sends nothing for so long is over.
    pub upload_idle: Duration,
    /// Uploads of a tenant at a time, each of which holds a connection to the database.
    pub uploads: usize,
    /// Requests a minute for each caller: questions and lists.
    pub standard_per_minute: u32,
    /// The same of what reads much: Cypher, exports, uploads, preview.
    pub expensive_per_minute: u32,
    /// The same of log-in, for each address.
    pub auth_per_minute: u32,
    /// Tokens, sessions and log-ins a minute that do not hold, for each address.
    pub failures_per_minute: u32,
    /// Requests at a time; what comes beyond is refused with 503.
    pub requests: usize,
    /// Connections at a time.
    pub connections: usize,
    /// The same of one address, unless it is a trusted proxy's.
    pub connections_per_address: usize,
    /// Until the handshake, and until the headers of the first request are there.
    pub handshake: Duration,
    /// After which a connection without a request is closed, and one whose client takes nothing of what is sent.
    pub idle: Duration,
    /// What uploads and other requests get to finish at the end.
    pub shutdown: Duration,
}

/// From where.
#[derive(Clone, Debug, Default)]
pub struct Network {
    /// Empty is everybody.
    pub allowed: Vec<IpNet>,
    /// To whom `/metrics` is shown: it names sources.
    pub metrics: Vec<IpNet>,
    /// Whose `X-Forwarded-For` is believed.
    pub proxies: Vec<IpNet>,
    /// Origins of pages elsewhere that may ask.
    pub origins: Vec<String>,
}

impl Listen {
    /// Whether the address is of this machine alone.
    pub fn is_loopback(&self) -> bool {
        matches!(self.address.ip(), IpAddr::V4(ip) if ip.is_loopback())
            || matches!(self.address.ip(), IpAddr::V6(ip) if ip.is_loopback())
    }
}

impl Network {
    /// Whether that peer may connect: a proxy may, and is asked for whom.
    pub fn admits(&self, peer: IpAddr) -> bool {
        self.allows(peer) || self.trusts(peer)
    }

    /// Whether that client may ask.
    pub fn allows(&self, client: IpAddr) -> bool {
        self.allowed.is_empty() || self.allowed.iter().any(|network| network.contains(&client))
    }

    /// Whether that peer is believed when it says for whom it asks.
    pub fn trusts(&self, peer: IpAddr) -> bool {
        self.proxies.iter().any(|network| network.contains(&peer))
    }
}
