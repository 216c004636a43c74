//! The gateway's binary over TLS, before a real database: each test has both for itself.

mod client;
mod configuration;
mod grpc;
mod operation;
mod uploads;
mod who;
