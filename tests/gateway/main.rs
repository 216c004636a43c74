//! The gateway's binary over TLS, before a real database: each test has both for itself.

mod asking;
mod batches;
mod document;
mod grpc;
mod mappings;
mod operation;
mod policy;
mod reference;
mod rejects;
mod sources;
mod uploads;
mod who;
