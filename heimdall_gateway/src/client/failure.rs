//! Why a dump did not go in, in words.

use std::error::Error;
use std::fmt;
use std::io;
use std::time::Duration;

use reqwest::StatusCode;
use rustls::CertificateError;
use serde::{Deserialize, Serialize};
use url::Url;

/// A problem as the gateway says it (RFC 9457).
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Problem {
    /// The kind, for people.
    #[serde(default)]
    pub title: String,
    /// HTTP status.
    #[serde(default)]
    pub status: u16,
    /// What was wrong this time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// What to do about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
    /// Under which the gateway's log has it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
}

impl Problem {
    /// Of an answer that says no more than its status: one of a proxy, or to a HEAD.
    pub fn of_status(status: StatusCode) -> Problem {
        Problem {
            title: status.canonical_reason().unwrap_or("the request failed").to_owned(),
            status: status.as_u16(),
            detail: None,
            hint: None,
            request_id: None,
        }
    }

    /// Whether the same may go well later: the gateway or its database is away or busy, or somebody else still writes.
    pub fn is_passing(&self) -> bool {
        matches!(self.status, 408 | 409 | 423 | 425 | 429 | 502 | 503 | 504)
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.title, self.status)?;
        for more in [&self.detail, &self.hint].into_iter().flatten() {
            write!(f, "\n  {more}")?;
        }
        match &self.request_id {
            Some(id) => write!(f, "\n  The gateway's log has it as {id}."),
            None => Ok(()),
        }
    }
}

/// Why a dump did not go in.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The gateway says so.
    #[error("{problem}")]
    Refused {
        /// What it says.
        problem: Problem,
        /// When to come again.
        retry_after: Option<Duration>,
    },
    /// The upload is no more: its time was over, or the gateway that held it is.
    #[error("the gateway does not know the upload any more")]
    Gone,
    /// There was no answer.
    #[error("{0}")]
    Unreachable(String),
    /// The certificate is not to be believed.
    #[error("{0}")]
    Distrusted(String),
    /// The answer is none of a gateway.
    #[error("the answer is not one of a gateway: {0}")]
    Odd(&'static str),
    /// The dump cannot be read.
    #[error("it cannot be read: {0}")]
    Unreadable(#[from] std::io::Error),
    /// It is another file now.
    #[error("it was changed while it was sent")]
    Changed,
    /// The beginning of a stream cannot be read again.
    #[error("the upload was lost, and what came from a pipe cannot be sent again")]
    Spent,
    /// Somebody wants no more of it.
    #[error("{0}")]
    Interrupted(&'static str),
}

impl Failure {
    /// Whether to try again.
    pub fn is_passing(&self) -> bool {
        match self {
            Failure::Refused { problem, .. } => problem.is_passing(),
            Failure::Unreachable(_) => true,
            _ => false,
        }
    }

    /// Whether other dumps would fail for the same reason.
    pub fn is_of_all(&self) -> bool {
        match self {
            Failure::Refused { problem, .. } => matches!(problem.status, 401 | 403),
            Failure::Unreachable(_) | Failure::Distrusted(_) | Failure::Odd(_) => true,
            _ => false,
        }
    }

    /// When the gateway wants to be asked again.
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Failure::Refused { retry_after, .. } => *retry_after,
            _ => None,
        }
    }
}

impl From<reqwest::Error> for Failure {
    fn from(error: reqwest::Error) -> Failure {
        if let Some(certificate) = certificate(&error) {
            return distrusted(error.url().and_then(Url::host_str).unwrap_or("the server"), certificate);
        }
        let what = if error.is_connect() { "there is no connection" } else { "the connection was lost" };
        // What was wrong is the innermost: a name that is not known, a certificate that nobody vouches for.
        let mut inner: &dyn Error = &error.without_url();
        while let Some(source) = inner.source() {
            inner = source;
        }
        let why = inner.to_string();
        // Where to read more is for who writes clients.
        let why = why.split(": https://").next().unwrap_or_default();
        Failure::Unreachable(format!("{what}: {why}"))
    }
}

/// What is wrong with the certificate, where that is it.
fn certificate<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a CertificateError> {
    if let Some(rustls::Error::InvalidCertificate(certificate)) = error.downcast_ref() {
        return Some(certificate);
    }
    // What an input error wraps is not its source.
    let wrapped = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
    wrapped.map(|error| error as &dyn Error).or_else(|| error.source()).and_then(certificate)
}

fn distrusted(host: &str, certificate: &CertificateError) -> Failure {
    Failure::Distrusted(match certificate {
        CertificateError::UnknownIssuer => format!(
            "the certificate of {host} is of an authority that is not known here\n  \
             --ca or HMD_TLS_CA names a file with authorities to believe."
        ),
        other => format!("the certificate of {host} is not believed: {other}"),
    })
}
