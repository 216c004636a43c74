//! Mappings: which columns are entities, which are properties, how entities relate.

mod check;
mod header;
mod infer;
mod named;
mod plan;
mod policy;
mod spec;

pub use check::MappingError;
pub use header::{is_plausible_name, plausible_header};
pub(crate) use infer::is_absent;
pub use infer::{SAMPLE_ROWS, Sample};
pub use plan::{DerivePlan, EntityPlan, KeyRule, Plan, PlanError, PropertyPlan, RelationPlan, key_rule};
pub use policy::{FieldPolicy, Origin, Policy};
pub use spec::{Derive, EntitySpec, FieldRule, Mapping, PSEUDONYM_IP, RelationSpec};
