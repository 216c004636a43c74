//! A small identity provider (OpenID Connect Core 1.0, RFC 6749, RFC 7636): people log in by clicking on who they are, programs
//! with a secret of their own. There are no passwords, so it listens on this machine alone.

mod authorize;
mod discovery;
mod end_session;
mod keys;
mod one_time;
mod page;
mod people;
mod refused;
mod token;
mod userinfo;

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::http::{HeaderValue, header};
use axum::routing::{get, post};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use hyper_util::service::TowerToHyperService;
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use tower_http::set_header::SetResponseHeaderLayer;

use self::authorize::Granted;
use self::keys::Signer;
use self::one_time::OneTime;
use super::{certificates, only_here};
use crate::config::Secret;

/// A connection that says nothing is closed then.
const PATIENCE: Duration = Duration::from_secs(10);

/// What the endpoints work with.
struct Provider {
    issuer: String,
    signer: Signer,
    /// Names and secrets of the clients.
    clients: Vec<(&'static str, Secret)>,
    codes: OneTime<Granted>,
    refresh: OneTime<Granted>,
}

impl Provider {
    fn load(folder: &Path, issuer: String) -> Result<Provider, String> {
        let names = people::MACHINES.iter().map(|machine| machine.client).chain([people::PEOPLE_CLIENT]);
        let clients: Result<Vec<_>, String> =
            names.map(|name| Ok((name, keys::secret(folder, name)?))).collect();
        Ok(Provider {
            issuer,
            signer: Signer::load(folder)?,
            clients: clients?,
            codes: OneTime::new(Duration::from_secs(60)),
            refresh: OneTime::new(Duration::from_secs(12 * 3_600)),
        })
    }
}

/// Serves until the process ends, with certificate, key and secrets from that folder, where they are made if they are missing.
///
/// # Errors
/// Outside development, on an address that others reach, and where it cannot begin.
pub async fn serve(folder: &Path, listen: SocketAddr) -> Result<(), String> {
    only_here()?;
    if !listen.ip().is_loopback() {
        return Err(format!("{listen}: the development identity provider listens on this machine alone"));
    }
    let files = certificates::make(folder)?;
    let acceptor = TlsAcceptor::from(Arc::new(files.server_config()?));
    let listener = TcpListener::bind(listen).await.map_err(|error| format!("{listen}: {error}"))?;
    let address = listener.local_addr().map_err(|error| error.to_string())?;
    let issuer = format!("https://localhost:{}", address.port());
    let provider = Arc::new(Provider::load(folder, issuer)?);
    tracing::info!(%address, "listening");
    let service = TowerToHyperService::new(router(provider));
    let mut builder = auto::Builder::new(TokioExecutor::new());
    builder.http1().timer(TokioTimer::new()).header_read_timeout(PATIENCE);
    loop {
        let Ok((stream, _)) = listener.accept().await else {
            tokio::time::sleep(Duration::from_millis(50)).await;
            continue;
        };
        let (acceptor, builder, service) = (acceptor.clone(), builder.clone(), service.clone());
        tokio::spawn(async move {
            if let Ok(Ok(stream)) = tokio::time::timeout(PATIENCE, acceptor.accept(stream)).await {
                let _ = builder.serve_connection(TokioIo::new(stream), service).await;
            }
        });
    }
}

fn router(provider: Arc<Provider>) -> Router {
    let fixed = |name, value| SetResponseHeaderLayer::if_not_present(name, HeaderValue::from_static(value));
    Router::new()
        .route("/.well-known/openid-configuration", get(discovery::document))
        .route("/jwks", get(discovery::keys))
        .route("/authorize", get(authorize::ask).post(authorize::grant))
        .route("/token", post(token::issue))
        .route("/userinfo", get(userinfo::tell).post(userinfo::tell))
        .route("/end-session", get(end_session::end).post(end_session::end))
        .route("/style.css", get(page::style))
        .layer(fixed(header::CACHE_CONTROL, "no-store"))
        .layer(fixed(header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .layer(fixed(header::REFERRER_POLICY, "no-referrer"))
        .layer(fixed(
            header::CONTENT_SECURITY_POLICY,
            "default-src 'none'; style-src 'self'; frame-ancestors 'none'; base-uri 'none'",
        ))
        .with_state(provider)
}
