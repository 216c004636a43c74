//! Statements whose plans a backend keeps. A question asks a few of them again and again, over dozens of tables, and to
//! plan one takes ten times what it takes to run it.
//!
//! Postgres itself sees to it that a plan is right: it makes it anew after a change of what the statement reads, of the
//! path, and of the role where rows have policies. The rights to the tables are looked at whenever it runs.

use std::cell::RefCell;
use std::collections::HashMap;
use std::ffi::{CStr, CString, c_int};

use pgrx::{PgSqlErrorCode, Spi, pg_guard, pg_sys};

use crate::error::{Error, ok};

/// An argument: its type, and its value unless it is NULL.
pub type Argument = (pg_sys::Oid, Option<pg_sys::Datum>);

/// Statements by their text, with their plans, which are freed with it: no sooner than the last question that uses it
/// has its answer.
#[derive(Default)]
pub struct Kept(RefCell<HashMap<CString, pg_sys::SPIPlanPtr>>);

impl Kept {
    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.borrow().len()
    }

    /// Runs a statement that only reads, and appends its rows to a store that has their columns.
    pub fn read_into(&self, store: *mut pg_sys::Tuplestorestate, sql: CString, arguments: &[Argument]) {
        Spi::connect(|_| {
            let plan = ok(self.plan(sql, arguments));
            let mut receiver = IntoStore::new(store);
            // SAFETY: SPI is connected; the plan was made for arguments of these types, and lives as long as `self`; the
            // receiver outlives the call.
            let status = unsafe {
                let options = pg_sys::SPIExecuteOptions {
                    params: parameters(arguments),
                    read_only: true,
                    dest: (&raw mut receiver).cast(),
                    ..Default::default()
                };
                pg_sys::SPI_execute_plan_extended(plan, &options)
            };
            if status < 0 {
                ok(Err(failed(status)))
            }
        });
    }

    /// The plan of a statement. It is for any arguments of these types.
    fn plan(&self, sql: CString, arguments: &[Argument]) -> Result<pg_sys::SPIPlanPtr, Error> {
        if let Some(plan) = self.0.borrow().get(&sql) {
            return Ok(*plan);
        }
        let mut types: Vec<pg_sys::Oid> = arguments.iter().map(|(of_type, _)| *of_type).collect();
        // SAFETY: SPI is connected; text and types outlive the calls, which copy them.
        let plan = unsafe {
            let options = pg_sys::CURSOR_OPT_GENERIC_PLAN as c_int;
            let plan =
                pg_sys::SPI_prepare_cursor(sql.as_ptr(), types.len() as c_int, types.as_mut_ptr(), options);
            if plan.is_null() {
                return Err(failed(pg_sys::SPI_result));
            }
            pg_sys::SPI_keepplan(plan);
            plan
        };
        self.0.borrow_mut().insert(sql, plan);
        Ok(plan)
    }
}

impl Drop for Kept {
    fn drop(&mut self) {
        for (_, plan) in self.0.get_mut().drain() {
            // SAFETY: a kept plan that nobody runs: who does holds what this belongs to.
            unsafe { pg_sys::SPI_freeplan(plan) };
        }
    }
}
fn failed(status: c_int) -> Error {
    // SAFETY: a text that is never freed.
    let name = unsafe { CStr::from_ptr(pg_sys::SPI_result_code_string(status)) };
    Error::new(PgSqlErrorCode::ERRCODE_INTERNAL_ERROR, format!("SPI gave {}", name.to_string_lossy()))
}

/// # Safety
/// The values are of their types.
unsafe fn parameters(arguments: &[Argument]) -> pg_sys::ParamListInfo {
    // SAFETY: the list has room for so many.
    unsafe {
        let list = pg_sys::makeParamList(arguments.len() as c_int);
        let slots = (*list).params.as_mut_slice(arguments.len());
        for (slot, (of_type, value)) in slots.iter_mut().zip(arguments) {
            slot.value = value.unwrap_or(pg_sys::Datum::null());
            slot.isnull = value.is_none();
            slot.pflags = pg_sys::PARAM_FLAG_CONST as u16;
            slot.ptype = *of_type;
        }
        list
    }
}

/// Where the rows of a statement go: `base` is what Postgres sees of it.
#[repr(C)]
struct IntoStore {
    base: pg_sys::DestReceiver,
    store: *mut pg_sys::Tuplestorestate,
}

impl IntoStore {
    fn new(store: *mut pg_sys::Tuplestorestate) -> IntoStore {
        let base = pg_sys::DestReceiver {
            receiveSlot: Some(receive),
            rStartup: Some(start),
            rShutdown: Some(end),
            rDestroy: Some(end),
            mydest: pg_sys::CommandDest::DestTuplestore,
        };
        IntoStore { base, store }
    }
}

#[pg_guard]
unsafe extern "C-unwind" fn receive(
    slot: *mut pg_sys::TupleTableSlot,
    receiver: *mut pg_sys::DestReceiver,
) -> bool {
    // SAFETY: Postgres gives a row, and back the receiver that it was given.
    unsafe { pg_sys::tuplestore_puttupleslot((*receiver.cast::<IntoStore>()).store, slot) };
    true
}

#[pg_guard]
unsafe extern "C-unwind" fn start(
    _to: *mut pg_sys::DestReceiver,
    _operation: c_int,
    _row: pg_sys::TupleDesc,
) {
}

#[pg_guard]
unsafe extern "C-unwind" fn end(_to: *mut pg_sys::DestReceiver) {}
