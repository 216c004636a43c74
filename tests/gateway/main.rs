//! The gateway's binary over TLS, before a real database: each test has both for itself.

mod dev_certificates;
mod dev_identity;
mod grpc;
mod operation;
mod uploads;
mod who;
