//! The gateway's binary over TLS, before a real database: each test has both for itself.

mod asking;
mod audit;
mod batches;
mod changes;
mod cypher;
mod export;
mod graph;
mod grpc;
mod mappings;
mod observables;
mod openapi;
mod operation;
mod policy;
mod rejects;
mod reveal;
mod schemathesis;
mod search;
mod sources;
mod streaming;
mod uploads;
mod who;
