//! The gateway's binary over TLS, before a real database: each test has both for itself.

mod connections;
mod http2;
mod shutdown;
mod systemd;
mod tls_refusals;
mod tls_reload;
mod tls_versions;
mod who;
mod wire;
