//! Why a certificate or a key is not taken.

/// The variable that names the file, and what is wrong with it: nothing of the key is in it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{variable}: {reason}")]
pub struct Refusal {
    /// `HMD_TLS_CERT`, `HMD_TLS_KEY` or `HMD_TLS_CA`; or one of those for the database.
    pub variable: &'static str,
    /// What is wrong.
    pub reason: String,
}

impl Refusal {
    pub(super) fn certificate(reason: impl Into<String>) -> Refusal {
        Refusal { variable: "HMD_TLS_CERT", reason: reason.into() }
    }

    pub(super) fn key(reason: impl Into<String>) -> Refusal {
        Refusal { variable: "HMD_TLS_KEY", reason: reason.into() }
    }

    pub(super) fn authorities(reason: impl Into<String>) -> Refusal {
        Refusal { variable: "HMD_TLS_CA", reason: reason.into() }
    }
}
