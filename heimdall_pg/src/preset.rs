//! What a source declares, in SQL: presets, formats, options.

use heimdall_core::format::{Format, FormatOptions};
use heimdall_core::preset::Preset;
use pgrx::prelude::*;
use pgrx::{JsonB, PgSqlErrorCode};
use serde_json::Value;

use crate::error::{Error, ok};
use crate::mapping;

/// The presets that `heimdall.create_source(preset => …)` takes.
#[pg_extern(immutable, parallel_safe)]
fn presets() -> TableIterator<
    'static,
    (name!(name, String), name!(format, String), name!(description, String), name!(mapping, JsonB)),
> {
    TableIterator::new(
        Preset::all()
            .map(|preset| (preset.name, preset.format, preset.description, JsonB(preset.mapping)))
            .collect::<Vec<_>>(),
    )
}

/// Options of a format, as SQL has given them.
pub fn options(json: &str, format: Format) -> Result<FormatOptions, Error> {
    FormatOptions::parse(json, format).map_err(|error| {
        Error::new(
            PgSqlErrorCode::ERRCODE_INVALID_PARAMETER_VALUE,
            format!("the options of the format \"{}\" are not valid: {}", format.name(), error.problem),
        )
        .detail(format!("The mistake is at {}.", error.path))
    })
}

/// Format, options and mapping of a source of which these are declared: what is said goes before what the preset says.
/// Raises where something is not valid.
#[pg_extern(immutable, parallel_safe, name = "_declared")]
pub fn declared(
    format: Option<&str>,
    options: Option<JsonB>,
    mapping: Option<JsonB>,
    preset: Option<&str>,
) -> TableIterator<'static, (name!(format, &'static str), name!(options, JsonB), name!(mapping, Option<JsonB>))>
{
    TableIterator::once(ok(declare(format, options, mapping, preset)))
}

type Declared = (&'static str, JsonB, Option<JsonB>);

fn declare(
    format: Option<&str>,
    options: Option<JsonB>,
    mapping: Option<JsonB>,
    preset: Option<&str>,
) -> Result<Declared, Error> {
    let preset = preset.map(find).transpose()?;
    let preset_format = preset.as_ref().map(|preset| mapping::format(&preset.format)).transpose()?;
    let format = match format {
        Some(format) => mapping::format(format)?,
        None => preset_format.unwrap_or(Format::DEFAULT),
    };
    let mut stated = match options.map(|options| options.0) {
        None => serde_json::Map::new(),
        Some(Value::Object(stated)) => stated,
        Some(_) => {
            let code = PgSqlErrorCode::ERRCODE_INVALID_PARAMETER_VALUE;
            return Err(Error::new(code, "options have to be a JSON object"));
        }
    };
    let preset_mapping = preset.map(|preset| {
        // Options of another format are none of this one.
        if preset_format == Some(format) {
            for (name, value) in preset.options {
                stated.entry(name).or_insert(value);
            }
        }
        JsonB(preset.mapping)
    });
    let options = Value::Object(stated);
    self::options(&options.to_string(), format)?;
    let mapping = mapping.or(preset_mapping);
    if let Some(mapping) = &mapping {
        mapping::parse_jsonb(mapping);
    }
    Ok((format.name(), JsonB(options), mapping))
}

fn find(name: &str) -> Result<Preset, Error> {
    Preset::named(name).ok_or_else(|| {
        Error::new(PgSqlErrorCode::ERRCODE_INVALID_PARAMETER_VALUE, format!("there is no preset \"{name}\""))
            .hint("SELECT name, description FROM heimdall.presets() lists them.")
    })
}
