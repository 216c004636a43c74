//! `heimdall.retry_rejects()`: rows that a batch has put aside, once more, under the mapping and the options of now.
//!
//! What is accepted now becomes a batch of its own; what still fails stays where it is, with the reason of now.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::ffi::CStr;

use heimdall_core::batch::{Encoding, reject_record};
use heimdall_core::pipeline::{PutAside, Retry};
use heimdall_core::protect::{Binding, DataKey, sealed_data_key};
use pgrx::{PgSqlErrorCode, check_for_interrupts};
use serde_json::json;
use zeroize::Zeroizing;

use super::report::Report;
use super::upload::{Outcome, Source, Upload};
use crate::error::Error;
use crate::owner::AsOwner;
use crate::progress::{Phase, Way};
use crate::session::{Arg, Array, Session, session};
use crate::subtransaction::{Subtransaction, Verdict};
use crate::{audit, keys};

/// The batch, for administrators and for whoever has brought it.
const ORIGINAL: &CStr = c"
    SELECT b.source, pg_catalog.to_jsonb(b.fields)::pg_catalog.text
    FROM heimdall.batch AS b
    WHERE b.id = $1
      AND (b.actor = heimdall._actor() OR pg_catalog.pg_has_role(heimdall._outer_user(), 'heimdall_admin', 'USAGE'))";

/// Of two retries at a time, the second waits here, and finds what the first has left.
const PAGE: &CStr = c"
    SELECT r.row_number, r.byte_offset, r.encoding, r.raw_sealed
    FROM heimdall.rejects AS r
    WHERE r.batch = $1 AND r.row_number > $2 AND r.retried_in IS NULL
    ORDER BY r.row_number
    LIMIT 1000
    FOR UPDATE";

/// Those that still fail are opened again when they are flushed: see [`crate::store`].
const MARK: &CStr = c"
    UPDATE heimdall.rejects AS r SET retried_in = $2
    WHERE r.batch = $1 AND r.row_number = ANY ($3::pg_catalog.int8[])";

/// Who takes a batch back does so alone, and once this batch has written, nobody is alone until it has ended.
const STILL_THERE: &CStr = c"SELECT FROM heimdall.batch AS b WHERE b.id = $1";

/// Tries again the rows of a batch that are open.
pub fn retry(batch: i64) -> Result<Report, Error> {
    let (name, columns) = original(batch)?;
    let source = Source::load(&name)?;
    let mut upload = Upload::begin(&source, Way::Retry, None)?;
    upload.store.retry_of = Some(batch);
    Subtransaction::run(|| {
        let Upload { id, started, data_key, intake, mut store } = upload;
        let intake = intake.retrying(batch);
        let mut retry = Retry::new(source.format, source.options.clone(), columns, intake);
        let (mut opened, mut last, mut bytes, mut rows) = (HashMap::new(), 0, 0, 0);
        loop {
            let page = page(batch, id, last, &mut opened)?;
            let Some(end) = page.last else { break };
            last = end;
            for row in &page.rows {
                check_for_interrupts!();
                retry.row(row.put_aside(), &mut store)?;
                bytes += row.plain.len() as u64;
                rows += 1;
            }
            store.progress.enter(Phase::Receiving);
            store.progress.came(bytes, retry.intake().counts());
        }
        if rows == 0 {
            return Err(Error::new(
                PgSqlErrorCode::ERRCODE_NO_DATA_FOUND,
                format!("no row of batch {batch} is left to be tried again"),
            )
            .hint("heimdall.reject_summary() says which batches have some."));
        }
        let (intake, finished) = retry.finish(&mut store)?;
        let upload = Upload { id, started, data_key, intake, store };
        let (Outcome::Stored(report) | Outcome::Duplicate(report)) = upload.end(&source, &finished)?;
        require(batch)?;
        let detail = json!({
            "source": source.name, "batch": (report.batch > 0).then_some(report.batch),
            "rows_read": report.rows_read, "rows_accepted": report.rows_accepted,
            "rows_rejected": report.rows_rejected,
        });
        audit::write("ingest.retry", &format!("batch {batch}"), detail)?;
        Ok(Verdict::Keep(report))
    })
}

/// Source and columns of the batch.
fn original(batch: i64) -> Result<(String, Vec<String>), Error> {
    let _owner = AsOwner::new()?;
    session(|session| {
        let found = session.query(ORIGINAL, &[Arg::Int8(batch)])?;
        let (Some(source), Some(columns)) = (found.text(0, 1), found.text(0, 2)) else {
            let code = PgSqlErrorCode::ERRCODE_UNDEFINED_OBJECT;
            return Err(Error::new(code, format!("there is no batch {batch} whose rows you may try again"))
                .hint("Administrators retry rows of any batch, others of those that they have brought."));
        };
        Ok((source, serde_json::from_str(&columns).unwrap_or_default()))
    })
}

fn require(batch: i64) -> Result<(), Error> {
    let _owner = AsOwner::new()?;
    if session(|session| Ok::<_, Error>(session.query(STILL_THERE, &[Arg::Int8(batch)])?.len()))? > 0 {
        return Ok(());
    }
    let code = PgSqlErrorCode::ERRCODE_T_R_SERIALIZATION_FAILURE;
    Err(Error::new(code, format!("batch {batch} has been taken back meanwhile")))
}

/// A row that was opened.
struct Opened {
    number: i64,
    offset: i64,
    encoding: Encoding,
    plain: Zeroizing<Vec<u8>>,
}

impl Opened {
    fn put_aside(&self) -> PutAside<'_> {
        PutAside {
            number: self.number as u64,
            offset: self.offset as u64,
            encoding: self.encoding,
            plain: &self.plain,
        }
    }
}

/// Some of the rows.
struct Page {
    rows: Vec<Opened>,
    /// The last row that was looked at; none past the end.
    last: Option<i64>,
}

/// The rows after `after`, marked as tried in batch `id`. One whose data key was destroyed can be opened by nobody.
fn page(batch: i64, id: i64, after: i64, opened: &mut HashMap<u32, Option<DataKey>>) -> Result<Page, Error> {
    let _owner = AsOwner::new()?;
    session(|session| {
        let found = session.query(PAGE, &[Arg::Int8(batch), Arg::Int8(after)])?;
        let mut page = Page { rows: Vec::new(), last: None };
        for at in 0..found.len() {
            let (Some(number), Some(offset), Some(encoding), Some(sealed)) =
                (found.int(at, 1), found.int(at, 2), found.text(at, 3), found.text(at, 4))
            else {
                continue;
            };
            page.last = Some(number);
            let encoding = Encoding::from_name(&encoding).unwrap_or(Encoding::Raw);
            let record = reject_record(batch, number as u64);
            if let Some(plain) = open(session, opened, &record, &sealed)? {
                page.rows.push(Opened { number, offset, encoding, plain });
            }
        }
        let numbers = Array::ints(page.rows.iter().map(|row| row.number));
        session.query(MARK, &[Arg::Int8(batch), Arg::Int8(id), Arg::Array(&numbers)])?;
        Ok(page)
    })
}

fn open(
    session: &Session<'_>,
    opened: &mut HashMap<u32, Option<DataKey>>,
    record: &str,
    sealed: &str,
) -> Result<Option<Zeroizing<Vec<u8>>>, Error> {
    let id = sealed_data_key(sealed)?;
    let key = match opened.entry(id) {
        Entry::Occupied(known) => known.into_mut(),
        Entry::Vacant(place) => place.insert(keys::data_key_unless_destroyed(session, id)?),
    };
    let Some(key) = key else { return Ok(None) };
    Ok(Some(key.open(Binding { record, field: "raw" }, sealed)?.1))
}
