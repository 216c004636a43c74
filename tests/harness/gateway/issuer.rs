//! An issuer of tokens: what it says of itself is served over TLS, and it signs whatever claims a test wants. For the ways of a
//! real identity provider there is one in the tests of log-in.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{SystemTime, UNIX_EPOCH};

use axum::Router;
use axum::routing::get;
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::service::TowerToHyperService;
use jsonwebtoken::{Algorithm, EncodingKey};
use rcgen::KeyPair;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use serde_json::{Value, json};
use tokio_rustls::TlsAcceptor;

use super::Authority;

/// It runs until it is dropped.
pub struct Issuer {
    address: SocketAddr,
    key: Mutex<(String, KeyPair)>,
    keys: Arc<Mutex<String>>,
    away: Arc<AtomicBool>,
    silent: Arc<AtomicBool>,
    asked: Arc<AtomicUsize>,
    tried: Arc<AtomicUsize>,
    _runtime: tokio::runtime::Runtime,
}

impl Issuer {
    /// On a free port of this machine.
    ///
    /// # Panics
    /// Where it does not start.
    pub fn start() -> Issuer {
        Issuer::of(Authority::of_the_run())
    }

    /// The same with a certificate of that authority.
    ///
    /// # Panics
    /// Where it does not start.
    pub fn of(authority: &Authority) -> Issuer {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .expect("a runtime");
        let key = KeyPair::generate().expect("a key");
        let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).expect("a port");
        let address = listener.local_addr().expect("an address");
        let base = format!("https://localhost:{}", address.port());
        let asked = Arc::new(AtomicUsize::new(0));
        let discovery = json!({
            "issuer": base, "jwks_uri": format!("{base}/jwks"),
            "authorization_endpoint": format!("{base}/auth"), "token_endpoint": format!("{base}/token"),
            "response_types_supported": ["code"], "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["ES256"]
        })
        .to_string();
        let keys = Arc::new(Mutex::new(document("key-1", &key)));
        let away = Arc::new(AtomicBool::new(false));
        let silent = Arc::new(AtomicBool::new(false));
        let is_silent = Arc::clone(&silent);
        let tried = Arc::new(AtomicUsize::new(0));
        let connections = Arc::clone(&tried);
        let (served, is_away) = (Arc::clone(&keys), Arc::clone(&away));
        let counted = Arc::clone(&asked);
        let routes = Router::new()
            .route("/.well-known/openid-configuration", get(move || std::future::ready(discovery.clone())))
            .route(
                "/jwks",
                get(move || {
                    counted.fetch_add(1, Ordering::SeqCst);
                    std::future::ready(served.lock().expect("no panic").clone())
                }),
            );
        let acceptor = TlsAcceptor::from(Arc::new(tls(authority)));
        runtime.spawn(async move {
            let mut unanswered = Vec::new();
            loop {
                let Ok((stream, _)) = listener.accept().await else { continue };
                connections.fetch_add(1, Ordering::SeqCst);
                if is_away.load(Ordering::SeqCst) {
                    continue;
                }
                if is_silent.load(Ordering::SeqCst) {
                    unanswered.push(stream);
                    continue;
                }
                let (acceptor, service) = (acceptor.clone(), TowerToHyperService::new(routes.clone()));
                tokio::spawn(async move {
                    let Ok(stream) = acceptor.accept(stream).await else { return };
                    let mut builder = hyper_util::server::conn::auto::Builder::new(TokioExecutor::new());
                    // One request a connection: whoever comes again finds out whether it is away.
                    builder.http1().keep_alive(false);
                    let _ = builder.http1_only().serve_connection(TokioIo::new(stream), service).await;
                });
            }
        });
        Issuer {
            address,
            key: Mutex::new(("key-1".to_owned(), key)),
            keys,
            away,
            silent,
            asked,
            tried,
            _runtime: runtime,
        }
    }

    /// Its name in tokens.
    pub fn name(&self) -> String {
        format!("https://localhost:{}", self.address.port())
    }

    /// Whether it answers nobody from now on.
    pub fn set_away(&self, away: bool) {
        self.away.store(away, Ordering::SeqCst);
    }

    /// From now on whoever connects waits for an answer in vain.
    pub fn fall_silent(&self) {
        self.silent.store(true, Ordering::SeqCst);
    }

    /// It signs with another key from now on, and believes no other.
    ///
    /// # Panics
    /// Where there is no key.
    pub fn change_key(&self, id: &str) {
        let key = KeyPair::generate().expect("a key");
        self.set_keys(document(id, &key));
        *self.key.lock().expect("no panic") = (id.to_owned(), key);
    }

    /// What it says its keys are.
    ///
    /// # Panics
    /// Never.
    pub fn set_keys(&self, keys: impl Into<String>) {
        *self.keys.lock().expect("no panic") = keys.into();
    }

    /// Its key as all may know it.
    ///
    /// # Panics
    /// Never.
    pub fn public_key_pem(&self) -> String {
        self.key.lock().expect("no panic").1.public_key_pem()
    }

    /// How often somebody has connected, in vain or not.
    pub fn tried(&self) -> usize {
        self.tried.load(Ordering::SeqCst)
    }

    /// How often its keys were asked for.
    pub fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }

    /// Claims of somebody with those groups, good for an hour.
    pub fn claims(&self, subject: &str, groups: &[&str]) -> Value {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970").as_secs();
        json!({"iss": self.name(), "aud": "heimdall-machines", "sub": subject, "groups": groups, "iat": now, "nbf": now - 5, "exp": now + 3600})
    }

    /// A token with those claims.
    ///
    /// # Panics
    /// Where they cannot be signed.
    pub fn sign(&self, claims: &Value) -> String {
        let id = self.key.lock().expect("no panic").0.clone();
        self.sign_as(&json!({"typ": "JWT", "alg": "ES256", "kid": id}), &claims.to_string())
    }

    /// Whatever header over whatever text, signed by ES256.
    ///
    /// # Panics
    /// Where it cannot be signed.
    pub fn sign_as(&self, header: &Value, claims: &str) -> String {
        let text =
            [header.to_string().as_str(), claims].map(|part| BASE64_URL_SAFE_NO_PAD.encode(part)).join(".");
        let key = EncodingKey::from_ec_der(&self.key.lock().expect("no panic").1.serialize_der());
        let signature = jsonwebtoken::crypto::sign(text.as_bytes(), &key, Algorithm::ES256).expect("signed");
        format!("{text}.{signature}")
    }

    /// A token of somebody with those groups, good for an hour.
    pub fn token(&self, subject: &str, groups: &[&str]) -> String {
        self.sign(&self.claims(subject, groups))
    }
}

fn document(id: &str, key: &KeyPair) -> String {
    let point = key.public_key_raw();
    let [x, y] = [&point[1..33], &point[33..65]].map(|half| BASE64_URL_SAFE_NO_PAD.encode(half));
    json!({"keys": [{"kty": "EC", "crv": "P-256", "alg": "ES256", "use": "sig", "kid": id, "x": x, "y": y}]})
        .to_string()
}

fn tls(authority: &Authority) -> rustls::ServerConfig {
    let (certificate, key) = authority.sign(&format!("issuer-{:x}", fastrand::u64(..)), |_| {});
    let chain: Vec<_> =
        CertificateDer::pem_file_iter(certificate).expect("PEM").collect::<Result<_, _>>().expect("PEM");
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_no_client_auth()
        .with_single_cert(chain, PrivateKeyDer::from_pem_file(key).expect("PEM"))
        .expect("a certificate")
}
