//! Mappings: which columns are entities, which are properties, how entities relate.

mod check;
mod condition;
mod elements;
mod header;
mod infer;
mod infer_names;
mod inherit;
mod named;
mod path;
mod pattern;
mod plan;
mod policy;
mod spec;
#[cfg(test)]
mod survives;
mod template;
mod uses;
mod value;

pub use check::MappingError;
pub(crate) use elements::{Elements, Index};
pub use header::{is_plausible_name, plausible_header};
pub(crate) use infer::is_absent;
pub use infer::{Finding, Role, SAMPLE_ROWS, Sample};
pub use path::Path;
pub use plan::{
    ArrayPlan, Condition, DerivePlan, End, EntityPlan, KeyRule, Pairing, Place, Plan, PlanError,
    PropertyPlan, RelationPlan, Source, key_rule,
};
pub use policy::{FieldPolicy, Origin, Policy};
pub use spec::{Derive, EntitySpec, FieldRule, Mapping, PSEUDONYM_IP, RelationSpec};
