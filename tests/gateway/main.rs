//! The gateway's binary over TLS, before a real database: each test has both for itself.

mod connections;
mod dev_certificates;
mod dev_identity;
mod grpc;
mod operation;
mod runbook;
mod shutdown;
mod systemd;
mod tls_refusals;
mod tls_reload;
mod tls_versions;
mod uploads;
mod who;
mod wire;
