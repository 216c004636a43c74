//! The extension `heimdall`: connects `heimdall_core` to PostgreSQL.
//!
//! Bytes come in through `ingest`, are decoded, canonicalised and protected by `heimdall_core`, and go out
//! through `store`. Everything that calls Postgres is in this crate; everything that can do without is not.

use pgrx::prelude::*;

mod agtype;
mod audit;
mod background;
mod canonical;
mod clearance;
mod cypher;
mod detect;
mod erasure;
mod error;
mod exchange;
mod guard;
mod ingest;
mod keys;
mod local_settings;
mod logs;
mod mapping;
mod observables;
mod owner;
mod parts;
mod policy;
mod preset;
mod progress;
mod protect;
mod raw;
mod reading;
mod reveal;
mod sealed;
mod session;
mod settings;
mod similar;
mod spans;
mod store;
mod subtransaction;
mod table;
mod version;

pg_module_magic!(name = c"heimdall", version = version::LIBRARY);

extension_sql_file!("../../sql/010_roles.sql", name = "roles", bootstrap);
extension_sql_file!("../../sql/020_tables.sql", name = "tables", requires = ["roles"]);
extension_sql_file!("../../sql/024_sightings.sql", name = "sightings", requires = ["tables"]);
extension_sql_file!("../../sql/026_audit.sql", name = "audit", requires = ["sightings"]);
extension_sql_file!("../../sql/030_graph.sql", name = "graph", requires = ["audit"]);
extension_sql_file!(
    "../../sql/033_clearance.sql",
    name = "clearance",
    requires = ["graph", clearance::clearance]
);
extension_sql_file!(
    "../../sql/040_sources.sql",
    name = "sources",
    requires = [
        "clearance",
        mapping::check_mapping,
        policy::mapping_labels_under,
        mapping::mapping_edge_types,
        preset::declared
    ]
);
extension_sql_file!(
    "../../sql/036_keys.sql",
    name = "keys",
    requires = ["sources", keys::data::data_key_opened_by, keys::data::hash_key_fingerprint]
);
extension_sql_file!(
    "../../sql/041_policy.sql",
    name = "policy",
    requires = ["sources", "reading", policy::check_policy, policy::field_policies]
);
extension_sql_file!("../../sql/045_observables.sql", name = "observables", requires = ["sources"]);
extension_sql_file!("../../sql/046_detect.sql", name = "detect", requires = ["observables"]);
extension_sql_file!("../../sql/050_ingest.sql", name = "inbox", requires = ["sources"]);
extension_sql_file!("../../sql/051_stream.sql", name = "stream", requires = ["inbox"]);
extension_sql_file!(
    "../../sql/052_progress.sql",
    name = "progress",
    requires = ["stream", progress::view::ingest_progress]
);
extension_sql_file!("../../sql/053_rejects.sql", name = "rejects", requires = ["progress"]);
extension_sql_file!("../../sql/054_feeds.sql", name = "feeds", requires = ["rejects"]);
extension_sql_file!(
    "../../sql/056_reading.sql",
    name = "reading",
    requires = ["feeds", canonical::lookup_keys]
);
extension_sql_file!("../../sql/060_questions.sql", name = "questions", requires = ["reading"]);
extension_sql_file!(
    "../../sql/061_neighbors.sql",
    name = "neighbors",
    requires = ["reading", canonical::label_of]
);
extension_sql_file!("../../sql/062_search.sql", name = "search", requires = ["reading", spans::search_spans]);
extension_sql_file!(
    "../../sql/063_correlate.sql",
    name = "correlate",
    requires = ["reading", canonical::candidate_keys]
);
extension_sql_file!("../../sql/064_paths.sql", name = "paths", requires = ["reading"]);
extension_sql_file!("../../sql/066_timeline.sql", name = "timeline", requires = ["reading"]);
extension_sql_file!("../../sql/068_top.sql", name = "top", requires = ["reading", canonical::label_of]);
extension_sql_file!("../../sql/069_as_of.sql", name = "as_of", requires = ["reading", canonical::label_of]);
extension_sql_file!("../../sql/070_restore.sql", name = "restore", requires = ["questions"]);
extension_sql_file!(
    "../../sql/072_similar.sql",
    name = "similar",
    requires = [
        "questions",
        clearance::outer_user,
        clearance::clearance_of,
        similar::embedding,
        similar::embedding_domain,
        similar::embedding_version,
        similar::grams,
        similar::look_alike_probes
    ]
);
extension_sql_file!("../../sql/073_within.sql", name = "within", requires = ["similar"]);
extension_sql_file!(
    "../../sql/074_cypher.sql",
    name = "cypher",
    requires = ["graph", cypher::cypher_statement]
);
extension_sql_file!(
    "../../sql/076_export.sql",
    name = "export",
    requires = [
        "questions",
        exchange::is_clear,
        exchange::csv_field,
        exchange::stix_observable,
        exchange::stix_id,
        exchange::stix_relationship_type
    ]
);
extension_sql_file!("../../sql/080_check.sql", name = "check", requires = ["questions"]);
extension_sql_file!("../../sql/081_readers.sql", name = "readers", requires = ["check"]);
extension_sql_file!("../../sql/082_changes.sql", name = "changes", requires = ["readers"]);
extension_sql_file!("../../sql/084_prune.sql", name = "prune", requires = ["changes"]);
extension_sql_file!(
    "../../sql/083_rekey.sql",
    name = "rekey",
    requires = ["policy", policy::rekey::rekeyed, policy::rekey::rebound]
);
extension_sql_file!(
    "../../sql/085_reapply.sql",
    name = "reapply",
    requires = [
        "rekey",
        "export",
        policy::reapply::rules_of,
        policy::reapply::rules_after,
        policy::reapply::stored_labels,
        policy::reapply::under_rules
    ]
);
extension_sql_file!("../../sql/086_access.sql", name = "access", requires = ["prune"]);
extension_sql_file!(
    "../../sql/088_erasure.sql",
    name = "erasure",
    requires = ["check", canonical::label_of, erasure::tombstone_digest]
);
extension_sql_file!("../../sql/087_audit.sql", name = "audit_reading", requires = ["prune"]);
extension_sql_file!("../../sql/089_rollback.sql", name = "rollback", requires = ["erasure"]);
extension_sql_file!("../../sql/090_grants.sql", name = "grants", finalize);

/// Called when the library is loaded.
#[pg_guard]
pub extern "C-unwind" fn _PG_init() {
    keys::take_from_environment();
    settings::define();
    logs::register();
    guard::register();
    ingest::register_callbacks();
    clearance::register_callbacks();
    reading::register_callbacks();
    background::register();
    progress::register();
}
