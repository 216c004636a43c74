//! The gateway of Heimdall. It checks who asks, moves bytes, and lets the database decide: each request is one
//! transaction in the database role that the caller's claims map to, with the caller's name for the audit trail.

pub mod addresses;
pub mod api;
pub mod client;
pub mod config;
pub mod database;
pub mod dev;
pub mod gateway;
pub mod grpc;
pub mod http;
pub mod identity;
pub mod problem;
pub mod server;
pub mod telemetry;
pub mod tenants;
pub mod tls;
pub mod uploads;
pub mod validate;
