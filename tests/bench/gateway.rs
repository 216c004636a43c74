//! The gateway beside what it stands in front of: uploads beside `\copy`, and lookups by many at a time over TLS.

pub mod load;
pub mod upload;

use heimdall_tests::{Database, Gateway, Settings};

/// A gateway that lets one caller ask as often as they can.
fn unlimited(database: &Database) -> Gateway {
    Gateway::start_with(database, |settings: &mut Settings| {
        settings.insert("HMD_RATE_STANDARD".into(), "100000000".into());
        settings.insert("HMD_DATABASE_CONNECTIONS".into(), "8".into());
        settings.insert("HMD_RATE_EXPENSIVE".into(), "100000000".into());
    })
}
