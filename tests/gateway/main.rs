//! The gateway's binary over TLS, before a real database: each test has both for itself.

mod audit;
mod changes;
mod cypher;
mod export;
mod graph;
mod observables;
mod openapi;
mod reveal;
mod search;
mod streaming;
mod who;
