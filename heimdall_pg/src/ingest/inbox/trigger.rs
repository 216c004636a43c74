//! How Postgres calls a trigger.

use pgrx::pg_sys;

use super::misused;
use crate::error::Error;

/// The context of a trigger call.
pub fn called_as_trigger<'a>(fcinfo: pg_sys::FunctionCallInfo) -> Result<&'a pg_sys::TriggerData, Error> {
    // SAFETY: Postgres gives a valid call; the context says by its tag what it is.
    unsafe {
        let context = (*fcinfo).context;
        if context.is_null() || (*context).type_ != pg_sys::NodeTag::T_TriggerData {
            return Err(misused());
        }
        Ok(&*context.cast::<pg_sys::TriggerData>())
    }
}

/// The view that a trigger belongs to.
pub fn view(trigger: &pg_sys::TriggerData) -> pg_sys::Oid {
    // SAFETY: Postgres gives a trigger its relation.
    unsafe { (*trigger.tg_relation).rd_id }
}

/// Takes the new row apart. Both slices get one entry a column; false where it has another number of columns.
pub fn deform(trigger: &pg_sys::TriggerData, values: &mut [pg_sys::Datum], nulls: &mut [bool]) -> bool {
    // SAFETY: Postgres gives a row trigger its relation, which the statement holds open, and the new row as a tuple of it.
    let (descriptor, tuple) = unsafe { ((*trigger.tg_relation).rd_att, trigger.tg_trigtuple) };
    // SAFETY: the descriptor is alive as long as the relation.
    let width = unsafe { (*descriptor).natts } as usize;
    if width != values.len() || width != nulls.len() {
        return false;
    }
    // SAFETY: both have an entry for every attribute of the descriptor.
    unsafe { pg_sys::heap_deform_tuple(tuple, descriptor, values.as_mut_ptr(), nulls.as_mut_ptr()) };
    true
}

/// The triggers of an inbox.
const TRIGGERS: i32 = 3;

/// Frees the copy of the row that Postgres made for this trigger. Where the trigger returns the row as it came,
/// `ExecIRInsertTriggers` forgets to, and a COPY of a million rows would gather a million of them.
///
/// # Safety
/// The row is not used any more. Afterwards Postgres only compares its address with what the trigger returned.
pub unsafe fn free_copy(trigger: &pg_sys::TriggerData) {
    // SAFETY: a slot that cannot give its own tuple has given a copy (`ExecFetchSlotHeapTuple`); with another
    // trigger on the view, that one would be handed the same copy, and it is left alone.
    unsafe {
        let is_copy = (*(*trigger.tg_trigslot).tts_ops).get_heap_tuple.is_none();
        if is_copy && (*(*trigger.tg_relation).trigdesc).numtriggers == TRIGGERS {
            pg_sys::heap_freetuple(trigger.tg_trigtuple);
        }
    }
}

/// A function that Postgres calls as a trigger, by that symbol.
macro_rules! trigger {
    ($symbol:ident, $info:ident, $body:expr) => {
        /// Part of an inbox.
        #[unsafe(no_mangle)]
        #[pgrx::pg_guard]
        pub extern "C-unwind" fn $symbol(fcinfo: pgrx::pg_sys::FunctionCallInfo) -> pgrx::pg_sys::Datum {
            let trigger = crate::error::ok($crate::ingest::inbox::trigger::called_as_trigger(fcinfo));
            crate::error::ok($body(trigger));
            pgrx::pg_sys::Datum::from(trigger.tg_trigtuple)
        }

        crate::raw::version_1!($info);
    };
}

pub(super) use trigger;
