//! The gateway's binary over TLS, before a real database: each test has both for itself.

mod audit;
mod changes;
mod cypher;
mod export;
mod graph;
mod grpc;
mod observables;
mod openapi;
mod operation;
mod reveal;
mod search;
mod streaming;
mod uploads;
mod who;
