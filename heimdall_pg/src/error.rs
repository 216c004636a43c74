//! Errors as Postgres reports them: code, message, detail, hint. No value of a dump is in any of them.

use heimdall_core::canonical::timestamp::NO_YEAR;
use heimdall_core::format::FormatError;
use heimdall_core::mapping::PlanError;
use heimdall_core::pipeline::IngestError;
use heimdall_core::protect::SealError;
use pgrx::pg_sys::panic::ErrorReport;
use pgrx::{PgLogLevel, PgSqlErrorCode, function_name};

/// An error on its way to the user.
#[derive(Debug)]
pub struct Error {
    code: PgSqlErrorCode,
    message: String,
    detail: Option<String>,
    hint: Option<String>,
}

impl Error {
    pub fn new(code: PgSqlErrorCode, message: impl Into<String>) -> Error {
        Error { code, message: message.into(), detail: None, hint: None }
    }

    pub fn detail(mut self, detail: impl Into<String>) -> Error {
        self.detail = Some(detail.into());
        self
    }

    pub fn hint(mut self, hint: impl Into<String>) -> Error {
        self.hint = Some(hint.into());
        self
    }

    /// Raises it; Postgres unwinds to whoever called it.
    pub fn raise(self) -> ! {
        let mut report = ErrorReport::new(self.code, self.message, function_name!());
        if let Some(detail) = self.detail {
            report = report.set_detail(detail);
        }
        if let Some(hint) = self.hint {
            report = report.set_hint(hint);
        }
        report.report(PgLogLevel::ERROR);
        // `report` does not return at this level; the type does not say so.
        std::process::abort()
    }
}

/// The value, or the error raised.
pub fn ok<T>(result: Result<T, Error>) -> T {
    result.unwrap_or_else(|error| error.raise())
}

impl From<IngestError> for Error {
    fn from(error: IngestError) -> Error {
        let message = error.to_string();
        match error {
            IngestError::Format(error) => format_error(&error, message),
            IngestError::Plan(error) => plan_error(&error, message),
            IngestError::Seal(error) => error.into(),
            IngestError::NothingInferred => {
                Error::new(PgSqlErrorCode::ERRCODE_INVALID_PARAMETER_VALUE, message)
                    .hint("Give the source a mapping with heimdall.set_mapping().")
            }
            IngestError::Empty => Error::new(PgSqlErrorCode::ERRCODE_NO_DATA_FOUND, message)
                .hint("A dump has a header line, or one JSON object at least."),
            IngestError::TooManyRejects { first, .. } => {
                let hint = match first.reason {
                    NO_YEAR => {
                        "heimdall.set_source(name, options => '{\"year\": 2026}') says of which year the first row of its dumps is. \
                         Nothing was stored."
                    }
                    _ => {
                        "Mend the dump or the mapping, or raise the source's reject_limit. Nothing was stored."
                    }
                };
                let column = first.column.map_or(String::new(), |column| format!(", column \"{column}\""));
                Error::new(PgSqlErrorCode::ERRCODE_DATA_EXCEPTION, message)
                    .detail(format!(
                        "The first one: row {}{column}: {}: {}.",
                        first.row, first.rule, first.reason
                    ))
                    .hint(hint)
            }
        }
    }
}

/// Nothing of a dump that cannot be decoded was stored.
fn format_error(error: &FormatError, message: String) -> Error {
    use PgSqlErrorCode::{
        ERRCODE_BAD_COPY_FILE_FORMAT as MALFORMED, ERRCODE_INVALID_PARAMETER_VALUE as WRONG_OPTION,
        ERRCODE_PROGRAM_LIMIT_EXCEEDED as LIMIT, ERRCODE_TOO_MANY_COLUMNS as COLUMNS,
    };
    let (code, hint) = match error {
        FormatError::RowTooLarge { .. } => {
            (LIMIT, "A quote that is not closed swallows the rows that follow it. Nothing was stored.")
        }
        FormatError::DocumentTooLarge { .. } | FormatError::WorkbookTooLarge => {
            (LIMIT, "Split it into several. Nothing was stored.")
        }
        FormatError::UnterminatedDocument { .. } | FormatError::CompressionEnds | FormatError::XmlEnds => {
            (MALFORMED, "The dump was cut off, or a bracket is missing. Nothing was stored.")
        }
        FormatError::TooManyColumns => return Error::new(COLUMNS, message),
        FormatError::UnterminatedQuote { .. } => (
            MALFORMED,
            "Close the quote; inside a quoted field, a quote is written twice. Nothing was stored.",
        ),
        FormatError::HeaderNotText => {
            (MALFORMED, "The header has to be text without NUL bytes, and its quotes closed.")
        }
        FormatError::NotRecognised => {
            (MALFORMED, "Give the source the format of its dumps by name; heimdall.formats() lists them.")
        }
        FormatError::CompressionCorrupt => (MALFORMED, "Fetch or pack it again. Nothing was stored."),
        FormatError::CompressionRest => (MALFORMED, "Is it several files in one? Nothing was stored."),
        FormatError::CompressionWindow => {
            (LIMIT, "Pack it again with zstd without --ultra or --long. Nothing was stored.")
        }
        FormatError::Expansion { .. } => {
            (LIMIT, "Where that is right, raise the option max_expansion of the source. Nothing was stored.")
        }
        FormatError::XmlEntities
        | FormatError::XmlInclude
        | FormatError::XmlDepth
        | FormatError::XmlTooLarge => (
            MALFORMED,
            "No program that scans networks writes such XML. Nothing was resolved, and nothing stored.",
        ),
        FormatError::NotNmap => (MALFORMED, "nmap writes it with -oX."),
        FormatError::NotXlsx => (MALFORMED, "Save it as an Excel workbook without a password, or as CSV."),
        FormatError::NoSheet => (WRONG_OPTION, "The option sheet of the source names one."),
    };
    Error::new(code, message).hint(hint)
}

fn plan_error(error: &PlanError, message: String) -> Error {
    match error {
        PlanError::NoSuchColumn { columns, .. } => {
            Error::new(PgSqlErrorCode::ERRCODE_UNDEFINED_COLUMN, message)
                .detail(format!("Columns of the dump: {columns}."))
                .hint("Compare its first line with the mapping; letter case counts.")
        }
        PlanError::NameIsTaken { .. } => Error::new(PgSqlErrorCode::ERRCODE_DUPLICATE_COLUMN, message)
            .hint("Give the computed value another name, with heimdall.set_mapping()."),
        PlanError::HeaderIsData { .. } => Error::new(PgSqlErrorCode::ERRCODE_BAD_COPY_FILE_FORMAT, message)
            .detail("Names of columns are stored in clear, so that what may be a value is not taken for one.")
            .hint("Does the dump have a header line? A mapping that lists its \"columns\" lets any name through."),
    }
}

impl From<SealError> for Error {
    fn from(error: SealError) -> Error {
        let code = match error {
            SealError::NoRandomness => PgSqlErrorCode::ERRCODE_SYSTEM_ERROR,
            _ => PgSqlErrorCode::ERRCODE_DATA_CORRUPTED,
        };
        Error::new(code, error.to_string())
    }
}
