//! Mappings in SQL.

use heimdall_core::format::{Decoder, Format, FormatOptions, recognise};
use heimdall_core::mapping::{Finding, Mapping, MappingError, Role, Sample};
use heimdall_core::pipeline::IngestError;
use pgrx::prelude::*;
use pgrx::{JsonB, PgSqlErrorCode};

use crate::error::{Error, ok};
use crate::logs;

/// A mapping from its JSON.
pub fn parse(json: &str) -> Result<Mapping, Error> {
    Mapping::parse(json).map_err(|error| {
        invalid("mapping", &error).hint("heimdall.infer_mapping() shows a mapping for a sample of the dump.")
    })
}

/// What is wrong with a document, and where.
pub fn invalid(what: &str, error: &MappingError) -> Error {
    let code = PgSqlErrorCode::ERRCODE_INVALID_PARAMETER_VALUE;
    Error::new(code, format!("the {what} is not valid: {}", error.problem))
        .detail(format!("The mistake is at {}.", error.path))
}

/// A mapping that SQL has given.
pub fn parse_jsonb(mapping: &JsonB) -> Mapping {
    ok(parse(&mapping.0.to_string()))
}

/// Raises where a mapping is not valid.
#[pg_extern(immutable, strict, parallel_safe)]
pub fn check_mapping(mapping: JsonB) {
    parse_jsonb(&mapping);
}

/// The vertex labels of a mapping.
#[pg_extern(immutable, strict, parallel_safe, name = "_mapping_labels")]
fn mapping_labels(mapping: JsonB) -> Vec<String> {
    parse_jsonb(&mapping).labels()
}

/// The edge types of a mapping.
#[pg_extern(immutable, strict, parallel_safe, name = "_mapping_edge_types")]
pub fn mapping_edge_types(mapping: JsonB) -> Vec<String> {
    parse_jsonb(&mapping).edge_types()
}

/// The formats that a dump may have.
#[pg_extern(immutable, parallel_safe)]
pub fn formats() -> Vec<&'static str> {
    Format::ALL.iter().map(|format| format.name()).collect()
}

/// The format of a dump that begins so, packed or not; NULL where it is none that is known.
#[pg_extern(immutable, strict, parallel_safe)]
fn detect_format(sample: &[u8]) -> Option<&'static str> {
    logs::statement_is_ours();
    ok(recognise(sample).map_err(IngestError::from).map_err(Error::from)).map(Format::name)
}

/// The format of that name.
pub fn format(name: &str) -> Result<Format, Error> {
    Format::from_name(name).ok_or_else(|| {
        Error::new(PgSqlErrorCode::ERRCODE_INVALID_PARAMETER_VALUE, format!("there is no format \"{name}\""))
            .hint(format!("The formats are: {}.", formats().join(", ")))
    })
}

/// The mapping that a sample suggests, to be looked at and edited. Stores nothing.
#[pg_extern(immutable, strict, parallel_safe)]
fn infer_mapping(sample: &str, format: default!(&str, "'auto'")) -> JsonB {
    logs::statement_is_ours();
    let inferred = || -> Result<Mapping, Error> {
        let (format, options) = (self::format(format)?, FormatOptions::default());
        let mapping =
            self::sample(sample.as_bytes(), format, &options)?.mapping().map_err(IngestError::from)?;
        Ok(mapping.ok_or(IngestError::NothingInferred)?)
    };
    let mapping = ok(inferred());
    JsonB(serde_json::from_str(&mapping.to_json()).unwrap_or_default())
}

/// Why `infer_mapping` takes each column of a sample for what it does: whether it is an entity (with its label), each of its
/// elements (`entities`), the time, or a property, how sure that is from 0 to 1, and the reason, which holds no value.
#[pg_extern(immutable, strict, parallel_safe)]
#[allow(clippy::type_complexity)]
fn explain_mapping(
    sample: &[u8],
    format: default!(&str, "'auto'"),
    options: default!(JsonB, "'{}'"),
) -> TableIterator<
    'static,
    (
        name!(field, String),
        name!(role, String),
        name!(label, Option<String>),
        name!(confidence, f64),
        name!(reason, String),
    ),
> {
    logs::statement_is_ours();
    let explained = || -> Result<Vec<Finding>, Error> {
        let format = self::format(format)?;
        let options = FormatOptions::parse(&options.0.to_string(), format);
        let options = options.map_err(|error| invalid("format options", &error))?;
        Ok(self::sample(sample, format, &options)?.explain().map_err(IngestError::from)?)
    };
    TableIterator::new(ok(explained()).into_iter().map(|found| {
        let (role, kind) = match found.role {
            Role::Entity(kind) => ("entity", Some(kind)),
            Role::Entities(kind) => ("entities", Some(kind)),
            Role::Time => ("time", None),
            Role::Property => ("property", None),
        };
        let label = kind.map(|kind| kind.label().to_owned());
        // Two digits say all there is to be said.
        let confidence = (found.confidence * 100.0).round() / 100.0;
        (found.column, role.to_owned(), label, confidence, found.reason)
    }))
}

/// The rows of a sample, which may end in the midst of one.
fn sample(sample: &[u8], format: Format, options: &FormatOptions) -> Result<Sample, Error> {
    let mut decoder = Decoder::new(format, options);
    let mut rows = Sample::default();
    decoder.push(sample, &mut rows).map_err(IngestError::from)?;
    match decoder.finish(&mut rows) {
        Err(error) if rows.columns().is_empty() => Err(IngestError::from(error).into()),
        _ => Ok(rows),
    }
}
