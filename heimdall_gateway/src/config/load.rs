//! Every setting: its variable, default and bounds, and what has to fit together.

use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;

use super::mistake::{Mistake, Mistakes};
use super::reader::{Reader, Setting};
use super::sources::Sources;
use super::{
    Client, ClientCertificate, Config, Database, Environment, Limits, Listen, Network, Oidc, Prepared,
    Replica, Session, Tenants, Tls, client, value,
};

const SECOND: Duration = Duration::from_secs(1);
const MINUTE: Duration = Duration::from_secs(60);
const DAY: Duration = Duration::from_secs(86_400);

const KIB: u64 = 1 << 10;
const GIB: u64 = 1 << 30;

/// The runbook's, for the database beside the gateway.
const DATABASE: &str = "postgres://heimdall:heimdall@localhost:5432/heimdall";

/// What was read.
#[derive(Debug)]
pub struct Reading {
    /// The configuration, where nothing is wrong.
    config: Option<Config>,
    /// Where it runs.
    pub environment: Environment,
    /// Where to listen.
    pub listen: Listen,
    /// Certificate and key, where there are such files.
    pub tls: Option<Tls>,
    /// What holds, for people.
    pub settings: Vec<Setting>,
    /// What is wrong.
    pub mistakes: Vec<Mistake>,
    /// What is odd.
    pub warnings: Vec<Mistake>,
}

impl Reading {
    /// The configuration.
    ///
    /// # Errors
    /// All mistakes at once.
    pub fn into_config(self) -> Result<Config, Mistakes> {
        match self.config {
            Some(config) if self.mistakes.is_empty() => Ok(config),
            _ => Err(Mistakes(self.mistakes)),
        }
    }
}

/// Networks that are not of the internet (RFC 1918, RFC 4193), and this machine.
const PRIVATE: &str = "127.0.0.0/8,10.0.0.0/8,172.16.0.0/12,192.168.0.0/16,::1/128,fc00::/7";

impl Config {
    /// Reads and checks everything.
    pub fn read(sources: &Sources) -> Reading {
        let mut read = Reader::new(sources);
        let environment = environment(&mut read);
        read.environment = environment;
        let listen = listen(&mut read);
        let tls = tls(&mut read);
        let config = settings(&mut read, environment, listen.clone(), tls.clone());
        read.find_unknown(&client::VARIABLES);
        let Reader { settings, mistakes, warnings, .. } = read;
        Reading { config, environment, listen, tls, settings, mistakes, warnings }
    }
}

fn settings(
    read: &mut Reader<'_>,
    environment: Environment,
    listen: Listen,
    tls: Option<Tls>,
) -> Option<Config> {
    let oidc = oidc(read);
    let roles = read.list("HMD_ROLE_MAP", "claim:value=role, with commas between several", value::role_rule);
    if roles.is_empty() {
        read.warning("HMD_ROLE_MAP", "not set: no claim gives a role, and nobody may do anything");
    }
    let tenants = tenants(read);
    let session = session(read);
    let log = read.or("HMD_LOG", "info", "a level: error, warn, info, debug", value::log_level);
    let database = database(read);
    let limits = limits(read);
    let network = network(read);
    if database.as_ref().is_some_and(|database| limits.uploads >= database.connections) {
        let problem = "uploads would take all connections of HMD_DATABASE_CONNECTIONS: expected fewer";
        read.mistake("HMD_UPLOADS", problem);
    }
    Some(Config {
        environment,
        listen,
        tls: tls?,
        oidc: oidc?,
        roles,
        tenants,
        session: session?,
        database: database?,
        limits,
        network,
        log: log?,
    })
}

fn environment(read: &mut Reader<'_>) -> Environment {
    let parse = |text: &str| match text {
        "production" => Some(Environment::Production),
        "development" => Some(Environment::Development),
        _ => None,
    };
    read.or("HMD_ENVIRONMENT", "production", "production or development", parse)
        .unwrap_or(Environment::Production)
}

fn listen(read: &mut Reader<'_>) -> Listen {
    let host = read.or("HMD_HOST", "0.0.0.0", "an IP address", |text| text.parse().ok());
    let port = read.count("HMD_PORT", "443", 0..=u16::MAX);
    Listen {
        address: SocketAddr::new(host.unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED)), port),
        public_url: read.optional("HMD_PUBLIC_URL", "https://host[:port]", value::public_url),
    }
}

fn tls(read: &mut Reader<'_>) -> Option<Tls> {
    let key = read.required_file("HMD_TLS_KEY", "the file of the private key");
    let certificate = read.required_file("HMD_TLS_CERT", "the file of the certificate and its chain");
    let authorities = read.optional_file("HMD_TLS_CA");
    let database = client_certificate(read);
    Some(Tls { certificate: certificate?, key: key?, authorities, database })
}

fn client_certificate(read: &mut Reader<'_>) -> Option<ClientCertificate> {
    const NAMES: [&str; 2] = ["HMD_DATABASE_TLS_CERT", "HMD_DATABASE_TLS_KEY"];
    let [certificate, key] = NAMES.map(|name| read.optional_file(name));
    for (name, other) in [(NAMES[0], NAMES[1]), (NAMES[1], NAMES[0])] {
        if read.is_set(other) && !read.is_set(name) {
            read.mistake(name, format!("not set, expected beside {other}"));
        }
    }
    Some(ClientCertificate { certificate: certificate?, key: key? })
}

fn oidc(read: &mut Reader<'_>) -> Option<Oidc> {
    let development = read.environment == Environment::Development;
    let discovery_url =
        read.required("HMD_OAUTH_DISCOVERY_URL", "https://…/.well-known/openid-configuration", |text| {
            value::discovery_url(text, development)
        });
    let people = oauth_client(read, "HMD_OAUTH_H2M_ID", "HMD_OAUTH_H2M_SECRET");
    let machines = oauth_client(read, "HMD_OAUTH_M2M_ID", "HMD_OAUTH_M2M_SECRET");
    let audiences = read.list("HMD_OAUTH_AUDIENCE", "a list of audiences", |text| Some(text.to_owned()));
    let scope = read.or("HMD_OIDC_SCOPE", "openid profile email", "words with openid among them", |text| {
        text.split(' ').any(|word| word == "openid").then(|| text.to_owned())
    });
    let leeway = read.duration("HMD_OAUTH_LEEWAY", "30s", Duration::ZERO..=5 * MINUTE);
    let keys_floor = read.duration("HMD_OAUTH_KEYS_FLOOR", "10s", SECOND..=10 * MINUTE);
    let keys_refresh = read.duration("HMD_OAUTH_KEYS_REFRESH", "5m", SECOND..=DAY);
    Some(Oidc {
        discovery_url: discovery_url?,
        people: people?,
        machines: machines?,
        audiences,
        scope: scope?,
        leeway,
        keys_floor,
        keys_refresh,
    })
}

fn oauth_client(read: &mut Reader<'_>, id: &'static str, secret: &'static str) -> Option<Client> {
    let id = read.required(id, "the name of a client at the provider", |text| Some(text.to_owned()));
    let secret = read.secret(secret, "the secret of that client", |_| true);
    Some(Client { id: id?, secret: secret? })
}

fn tenants(read: &mut Reader<'_>) -> Option<Tenants> {
    const CLAIM: &str = "HMD_TENANT_CLAIM";
    const ALL: &str = "HMD_TENANTS";
    let claim = read.optional(CLAIM, "the name of a claim", value::claim);
    let expected = "value=database, with commas between several";
    let all = read.optional(ALL, expected, value::tenants);
    match (read.is_set(CLAIM), read.is_set(ALL)) {
        (true, false) => read.mistake(ALL, format!("not set, though {CLAIM} is: expected {expected}")),
        (false, true) => {
            read.mistake(CLAIM, format!("not set, though {ALL} is: expected the name of a claim"))
        }
        _ => {}
    }
    let (claim, all) = (claim?, all?);
    if has_twice(all.iter().map(|tenant| &tenant.name)) {
        read.mistake(ALL, "a value is there twice: expected one database for each");
    }
    if has_twice(all.iter().map(|tenant| &tenant.database)) {
        read.mistake(ALL, "a database is there twice: expected one tenant for each");
    }
    Some(Tenants { claim, all })
}

fn has_twice<'a>(mut names: impl Iterator<Item = &'a String>) -> bool {
    let mut seen = BTreeSet::new();
    !names.all(|name| seen.insert(name))
}

fn session(read: &mut Reader<'_>) -> Option<Session> {
    let expected = "at least 32 random bytes, such as openssl rand -base64 32 gives";
    let secret = read.secret("HMD_COOKIE_SECRET", expected, value::is_cookie_secret);
    let lifetime = read.duration("HMD_SESSION_LIFETIME", "12h", MINUTE..=30 * DAY);
    Some(Session { secret: secret?, lifetime })
}

fn database(read: &mut Reader<'_>) -> Option<Database> {
    let expected =
        "postgres://user:password@host:port/database, its sslmode disable, prefer, require or verify-full";
    let url = read.secret_or("HMD_DATABASE_URL", Some(DATABASE), expected, value::is_database_url);
    if !read.is_set("HMD_DATABASE_URL") {
        read.warning("HMD_DATABASE_URL", "not set: the default's password is known to everybody");
    }
    let graph =
        read.or("HMD_AGE_GRAPH", "heimdall_graph", "the name of a graph, 3 to 63 letters", value::graph);
    let connections = read.count("HMD_DATABASE_CONNECTIONS", "16", 2..=1000);
    let wait = read.duration("HMD_DATABASE_WAIT", "2s", SECOND / 10..=5 * MINUTE);
    let kept = |text: &str| match text {
        "auto" => Some(Prepared::Auto),
        "on" => Some(Prepared::On),
        "off" => Some(Prepared::Off),
        _ => None,
    };
    let prepared = read.or("HMD_DATABASE_PREPARED", "auto", "auto, on or off", kept);
    let statement_timeout = read.duration("HMD_STATEMENT_TIMEOUT", "30s", SECOND / 10..=DAY);
    let upkeep_timeout = read.duration("HMD_UPKEEP_TIMEOUT", "1h", SECOND..=7 * DAY);
    let replica = replica(read);
    Some(Database {
        url: url?,
        graph: graph?,
        connections,
        wait,
        prepared: prepared?,
        statement_timeout,
        upkeep_timeout,
        replica,
    })
}

fn replica(read: &mut Reader<'_>) -> Option<Replica> {
    let expected =
        "an address as of HMD_DATABASE_URL, with one host: how far one is behind says nothing about others";
    let url = read.secret_or("HMD_DATABASE_REPLICA_URL", None, expected, value::is_replica_url);
    let lag = read.duration("HMD_DATABASE_REPLICA_LAG", "5s", SECOND..=DAY);
    if read.is_set("HMD_DATABASE_REPLICA_LAG") && !read.is_set("HMD_DATABASE_REPLICA_URL") {
        read.warning("HMD_DATABASE_REPLICA_LAG", "there is no HMD_DATABASE_REPLICA_URL: it says nothing");
    }
    Some(Replica { url: url?, lag })
}

fn limits(read: &mut Reader<'_>) -> Limits {
    let upload = |text: &str| match text {
        "none" => Some(None),
        _ => value::size(text).filter(|size| *size >= KIB).map(Some),
    };
    let upload = read.or("HMD_UPLOAD_LIMIT", "none", "a size such as 50GiB, at least 1KiB, or none", upload);
    let body = read.size("HMD_BODY_LIMIT", "8MiB", KIB..=GIB);
    Limits {
        body: usize::try_from(body).unwrap_or(usize::MAX),
        upload: upload.flatten(),
        upload_idle: read.duration("HMD_UPLOAD_IDLE", "60s", SECOND..=DAY),
        uploads: read.count("HMD_UPLOADS", "4", 1..=999),
        standard_per_minute: read.count("HMD_RATE_STANDARD", "6000", 1..=u32::MAX),
        expensive_per_minute: read.count("HMD_RATE_EXPENSIVE", "300", 1..=u32::MAX),
        auth_per_minute: read.count("HMD_RATE_AUTH", "30", 1..=u32::MAX),
        failures_per_minute: read.count("HMD_RATE_FAILURES", "60", 1..=u32::MAX),
        requests: read.count("HMD_REQUESTS", "512", 1..=1_000_000),
        connections: read.count("HMD_CONNECTIONS", "20000", 1..=1_000_000),
        connections_per_address: read.count("HMD_CONNECTIONS_PER_ADDRESS", "1000", 1..=1_000_000),
        handshake: read.duration("HMD_HANDSHAKE_TIMEOUT", "10s", SECOND / 10..=5 * MINUTE),
        idle: read.duration("HMD_IDLE_TIMEOUT", "75s", SECOND..=DAY),
        shutdown: read.duration("HMD_SHUTDOWN_TIMEOUT", "60s", Duration::ZERO..=DAY),
    }
}

fn network(read: &mut Reader<'_>) -> Network {
    let networks = "networks such as 192.0.2.0/24, with commas between several";
    Network {
        allowed: read.list("HMD_ALLOWED_NETWORKS", networks, value::network),
        metrics: read
            .or("HMD_METRICS_NETWORKS", PRIVATE, networks, |text| {
                text.split(',').map(|part| value::network(part.trim())).collect()
            })
            .unwrap_or_default(),
        proxies: read.list("HMD_TRUSTED_PROXIES", networks, value::network),
        origins: read.list("HMD_CORS_ORIGINS", "origins such as https://console.example.org", value::origin),
    }
}
