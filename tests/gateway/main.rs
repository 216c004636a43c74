//! The gateway's binary over TLS, before a real database: each test has both for itself.

mod operation;
mod who;
