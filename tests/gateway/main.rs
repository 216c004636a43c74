//! The gateway's binary over TLS, before a real database: each test has both for itself.

mod connections;
mod faults;
mod grpc;
mod keys;
mod login;
mod operation;
mod pgbouncer;
mod shutdown;
mod systemd;
mod tls_refusals;
mod tls_reload;
mod tls_versions;
mod tokens;
mod uploads;
mod who;
mod wire;
