//! Looks at statements when they are analysed: what they refer to is known then, however it is spelled.

use std::ffi::{CStr, c_int, c_void};

use heimdall_core::redact::{is_free_of_values, is_ours};
use pgrx::{pg_guard, pg_sys};

use super::statement;
use crate::settings;

/// Marks a statement that has to do with Heimdall. Where it holds values, pg_stat_statements is kept from tracking it: it
/// writes texts into a file of the data directory, and not without their values in every case.
///
/// # Safety
/// What Postgres gives to its hook, before those that come after this one.
pub unsafe fn look(
    state: *mut pg_sys::ParseState,
    query: *mut pg_sys::Query,
    jumble: *mut pg_sys::JumbleState,
) {
    // SAFETY: an analysed query, and the text that it comes from, a terminated string or null.
    unsafe {
        if pg_sys::creating_extension {
            return;
        }
        let text = match (*state).p_sourcetext {
            text if text.is_null() => &b""[..],
            text => CStr::from_ptr(text).to_bytes(),
        };
        let is_utility = !(*query).utilityStmt.is_null();
        let is_ours = if is_utility {
            is_ours(text, statement::session_knows_us())
        } else {
            refers_to_us(query.cast(), std::ptr::null_mut())
        };
        if is_ours {
            statement::is_ours();
        }
        let holds_values = if is_utility {
            !is_free_of_values(text)
        } else {
            !jumble.is_null() && (*jumble).clocations_count > 0
        };
        if holds_values && (is_ours || settings::HIDE_ALL_STATEMENTS.get()) {
            (*query).queryId = 0;
        }
    }
}

/// Finds a table or a function of ours in a query.
#[pg_guard]
unsafe extern "C-unwind" fn refers_to_us(node: *mut pg_sys::Node, nothing: *mut c_void) -> bool {
    // SAFETY: Postgres' walkers give nodes of an analysed query.
    unsafe {
        if node.is_null() {
            return false;
        }
        match (*node).type_ {
            pg_sys::NodeTag::T_Query => {
                let flags = pg_sys::QTW_EXAMINE_RTES_BEFORE as c_int;
                pg_sys::query_tree_walker_impl(node.cast(), Some(refers_to_us), nothing, flags)
            }
            // What is in it the walker comes to by itself.
            pg_sys::NodeTag::T_RangeTblEntry => {
                let entry = &*node.cast::<pg_sys::RangeTblEntry>();
                entry.rtekind == pg_sys::RTEKind::RTE_RELATION
                    && is_schema_of_ours(pg_sys::get_rel_namespace(entry.relid))
            }
            tag => {
                tag == pg_sys::NodeTag::T_FuncExpr
                    && is_function_of_ours((*node.cast::<pg_sys::FuncExpr>()).funcid)
                    || pg_sys::expression_tree_walker_impl(node, Some(refers_to_us), nothing)
            }
        }
    }
}

/// Functions that Postgres brings have numbers below this.
const FIRST_OF_USERS: u32 = 16_384;

/// # Safety
/// Within a transaction.
unsafe fn is_function_of_ours(function: pg_sys::Oid) -> bool {
    // SAFETY: look-ups in the catalogue.
    unsafe { function.to_u32() >= FIRST_OF_USERS && is_schema_of_ours(pg_sys::get_func_namespace(function)) }
}

/// True for `heimdall`, and for those whose names begin with it: inboxes, and the graph.
///
/// # Safety
/// Within a transaction.
unsafe fn is_schema_of_ours(schema: pg_sys::Oid) -> bool {
    if schema.to_u32() < FIRST_OF_USERS {
        return false;
    }
    // SAFETY: a look-up in the catalogue, which gives a copy.
    unsafe {
        let name = pg_sys::get_namespace_name(schema);
        if name.is_null() {
            return false;
        }
        let is_ours = CStr::from_ptr(name).to_bytes().starts_with(b"heimdall");
        pg_sys::pfree(name.cast());
        is_ours
    }
}
