//! The gateway's binary over TLS, before a real database: each test has both for itself.

mod guide;
mod keys;
mod login;
mod tokens;
mod who;
