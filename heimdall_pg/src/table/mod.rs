//! Rows into a table the way COPY writes them: many a page and WAL record, and no executor between.
//!
//! For the tables that Heimdall alone writes. Statement triggers fire, since Apache AGE's caches hang on them.
//! Row triggers and row security have no place on these tables; CHECK and NOT NULL hold by the types of what is
//! written. Unique indexes are as strict as ever.

mod column;

pub use column::{Column, Values, timestamp};

use std::ptr::null_mut;

use pgrx::{PgSqlErrorCode, check_for_interrupts, pg_sys};

use crate::error::Error;

/// Rows that are written at once.
const BLOCK: usize = 1000;

/// Writes rows; every column of the table is given, in its order. They are visible to the statements that follow.
///
/// A unique violation is raised as Postgres raises it, with the key in its detail: whoever does not rule it out has to
/// catch it. Where the error is raised, the transaction or its savepoint has to end.
pub fn insert(table: pg_sys::Oid, rows: usize, columns: &[Column<'_>]) -> Result<(), Error> {
    if rows == 0 {
        return Ok(());
    }
    // SAFETY: calls of Postgres in the order that COPY FROM makes them (`copyfrom.c`), on the backend's thread and
    // inside a statement. An error unwinds past this function; what is open then is closed by the end of the
    // (sub)transaction, as after any error. The columns outlive all slots that point into them.
    unsafe {
        let relation = pg_sys::table_open(table, pg_sys::RowExclusiveLock as pg_sys::LOCKMODE);
        let descriptor = (*relation).rd_att;
        let width = (*descriptor).natts as usize;
        if width != columns.len() || !columns.iter().all(|column| column.holds(rows)) {
            pg_sys::table_close(relation, pg_sys::NoLock as pg_sys::LOCKMODE);
            let code = PgSqlErrorCode::ERRCODE_DATATYPE_MISMATCH;
            return Err(Error::new(code, "a table of Heimdall has not the columns that it was made with")
                .hint("Heimdall's tables and the graph's are its own: columns must not be added to them."));
        }
        let state = pg_sys::CreateExecutorState();
        let caller = pg_sys::MemoryContextSwitchTo((*state).es_query_cxt);
        let target = pg_sys::palloc0(size_of::<pg_sys::ResultRelInfo>()).cast::<pg_sys::ResultRelInfo>();
        pg_sys::InitResultRelInfo(target, relation, 0, null_mut(), 0);
        pg_sys::ExecOpenIndices(target, false);
        (*state).es_opened_result_relations = pg_sys::lappend(null_mut(), target.cast());
        let command = pg_sys::GetCurrentCommandId(true);
        (*state).es_output_cid = command;
        let mut slots: Vec<*mut pg_sys::TupleTableSlot> = (0..rows.min(BLOCK))
            .map(|_| pg_sys::MakeSingleTupleTableSlot(descriptor, &raw const pg_sys::TTSOpsVirtual))
            .collect();
        pg_sys::AfterTriggerBeginQuery();
        pg_sys::ExecBSInsertTriggers(state, target);

        let row_memory = (*pg_sys::MakePerTupleExprContext(state)).ecxt_per_tuple_memory;
        for first in (0..rows).step_by(BLOCK) {
            check_for_interrupts!();
            let count = BLOCK.min(rows - first);
            for (place, slot) in slots[..count].iter().enumerate() {
                for (at, column) in columns.iter().enumerate() {
                    *(**slot).tts_values.add(at) = column.datum(first + place);
                }
                // A virtual slot that was filled before only takes other values: it holds nothing else.
                if first == 0 {
                    (**slot).tts_isnull.write_bytes(0, width);
                    pg_sys::ExecStoreVirtualTuple(*slot);
                }
            }
            pg_sys::MemoryContextSwitchTo(row_memory);
            pg_sys::heap_multi_insert(relation, slots.as_mut_ptr(), count as i32, command, 0, null_mut());
            pg_sys::MemoryContextSwitchTo((*state).es_query_cxt);
            if (*target).ri_NumIndices > 0 {
                for slot in &slots[..count] {
                    let again = pg_sys::ExecInsertIndexTuples(
                        target,
                        *slot,
                        state,
                        false,
                        false,
                        null_mut(),
                        null_mut(),
                        false,
                    );
                    debug_assert!(again.is_null(), "no unique index is deferrable");
                }
            }
            pg_sys::MemoryContextReset(row_memory);
        }

        pg_sys::ExecASInsertTriggers(state, target, null_mut());
        pg_sys::AfterTriggerEndQuery(state);
        slots.iter().for_each(|slot| pg_sys::ExecDropSingleTupleTableSlot(*slot));
        pg_sys::ExecCloseResultRelations(state);
        pg_sys::MemoryContextSwitchTo(caller);
        pg_sys::FreeExecutorState(state);
        // The lock is kept to the end of the transaction.
        pg_sys::table_close(relation, pg_sys::NoLock as pg_sys::LOCKMODE);
        pg_sys::CommandCounterIncrement();
    }
    Ok(())
}
