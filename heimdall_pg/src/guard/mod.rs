//! Keeps Cypher from ending the server, and from reading around grants, whichever way it comes in.
//!
//! AGE replaces a call of `cypher()` by a subquery while the statement is analysed. What is looked at is that subquery,
//! not the text of the query: no quote, comment or alias hides anything in it, and it is as exact as Postgres' own types.

mod judge;

use std::ffi::{c_int, c_void};
use std::ptr::null_mut;

use pgrx::{pg_guard, pg_sys};

use self::judge::{Found, look_at};
use crate::{logs, settings};

static mut PREVIOUS: pg_sys::post_parse_analyze_hook_type = None;

/// Sets the hook; called once a process, from `_PG_init`.
pub fn register() {
    // SAFETY: hooks are set by one thread, before or between statements. AGE's has to be there first, since it calls
    // those that were there before it, and then makes its subqueries; a library is loaded once.
    unsafe {
        pg_sys::load_file(c"age".as_ptr(), false);
        PREVIOUS = pg_sys::post_parse_analyze_hook;
        pg_sys::post_parse_analyze_hook = Some(analyzed);
    }
}

#[pg_guard]
unsafe extern "C-unwind" fn analyzed(
    state: *mut pg_sys::ParseState,
    query: *mut pg_sys::Query,
    jumble: *mut pg_sys::JumbleState,
) {
    // SAFETY: Postgres gives the query it has analysed; the previous hook is a hook of the same type.
    unsafe {
        // Before the others: pg_stat_statements may be one of them.
        logs::look(state, query, jumble);
        if let Some(previous) = PREVIOUS {
            previous(state, query, jumble);
        }
        if settings::CYPHER_GUARD.get() {
            let mut search = Search { found: None };
            look_into(query, &raw mut search);
            if let Some(found) = search.found {
                found.refuse();
            }
        }
    }
}

/// What a walk through a query brings back.
struct Search {
    found: Option<Found>,
}

/// Looks for subqueries that were calls of `cypher()`. Without them, and without subqueries in expressions, this reads
/// the list of what the query selects from, and nothing else.
///
/// # Safety
/// An analysed query; the search outlives the call.
unsafe fn look_into(query: *mut pg_sys::Query, search: *mut Search) -> bool {
    // SAFETY: an analysed query has valid lists of the nodes that Postgres' headers name.
    unsafe {
        let query = unwrapped(query);
        if query.is_null() {
            return false;
        }
        for entry in items::<pg_sys::RangeTblEntry>((*query).rtable) {
            if (*entry).rtekind != pg_sys::RTEKind::RTE_SUBQUERY {
                continue;
            }
            // AGE leaves the function that it has replaced; no other subquery has one.
            let is_cypher = !(*entry).functions.is_null();
            let subquery = (*entry).subquery;
            if if is_cypher { look_at(subquery.cast(), search.cast()) } else { look_deeper(subquery, search) }
            {
                return true;
            }
        }
        for table in items::<pg_sys::CommonTableExpr>((*query).cteList) {
            if look_within((*table).ctequery, search.cast()) {
                return true;
            }
        }
        (*query).hasSubLinks
            && pg_sys::query_tree_walker_impl(
                query,
                Some(look_within),
                search.cast(),
                (pg_sys::QTW_IGNORE_RT_SUBQUERIES
                    | pg_sys::QTW_IGNORE_CTE_SUBQUERIES
                    | pg_sys::QTW_IGNORE_JOINALIASES) as c_int,
            )
    }
}

/// # Safety
/// As [`look_into`].
unsafe fn look_deeper(query: *mut pg_sys::Query, search: *mut Search) -> bool {
    // SAFETY: as the caller's.
    unsafe {
        pg_sys::check_stack_depth();
        look_into(query, search)
    }
}

/// Follows expressions to the queries in them.
#[pg_guard]
unsafe extern "C-unwind" fn look_within(node: *mut pg_sys::Node, search: *mut c_void) -> bool {
    // SAFETY: Postgres' walkers give nodes of an analysed query, and the search as it was handed to them.
    unsafe {
        if node.is_null() {
            false
        } else if (*node).type_ == pg_sys::NodeTag::T_Query {
            look_deeper(node.cast(), search.cast())
        } else {
            pg_sys::expression_tree_walker_impl(node, Some(look_within), search)
        }
    }
}

/// The query of `EXPLAIN`, `CREATE TABLE AS`, `DECLARE CURSOR`; null for what has none.
///
/// # Safety
/// An analysed query, or null.
unsafe fn unwrapped(query: *mut pg_sys::Query) -> *mut pg_sys::Query {
    // SAFETY: the tag of a node says what it is; analysis has made queries of these statements.
    unsafe {
        if query.is_null() || (*query).utilityStmt.is_null() {
            return query;
        }
        let statement = (*query).utilityStmt;
        let inner = match (*statement).type_ {
            pg_sys::NodeTag::T_ExplainStmt => (*statement.cast::<pg_sys::ExplainStmt>()).query,
            pg_sys::NodeTag::T_CreateTableAsStmt => (*statement.cast::<pg_sys::CreateTableAsStmt>()).query,
            pg_sys::NodeTag::T_DeclareCursorStmt => (*statement.cast::<pg_sys::DeclareCursorStmt>()).query,
            _ => null_mut(),
        };
        // EXECUTE in CREATE TABLE AS, EXPLAIN of CREATE TABLE AS: utilities again.
        if inner.is_null() || (*inner).type_ != pg_sys::NodeTag::T_Query {
            null_mut()
        } else {
            unwrapped(inner.cast())
        }
    }
}

/// The pointers of a list.
///
/// # Safety
/// Null, or a list of pointers to nodes of that type.
unsafe fn items<T>(list: *mut pg_sys::List) -> impl Iterator<Item = *mut T> {
    // SAFETY: a list has as many cells as it says; the empty one is null.
    unsafe {
        let length = if list.is_null() { 0 } else { (*list).length };
        (0..usize::try_from(length).unwrap_or_default())
            .map(move |at| (*(*list).elements.add(at)).ptr_value.cast())
    }
}
