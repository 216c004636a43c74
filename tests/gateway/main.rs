//! The gateway's binary over TLS, before a real database: each test has both for itself.

mod faults;
mod grpc;
mod operation;
mod pgbouncer;
mod uploads;
mod who;
