//! Keeps Cypher from ending the server, and from reading around grants, whichever way it comes in.
//!
//! AGE replaces a call of `cypher()` by a subquery while the statement is analysed. What is looked at is that subquery,
//! not the text of the query: no quote, comment or alias hides anything in it, and it is as exact as Postgres' own types.

use std::ffi::{CStr, c_char, c_int, c_void};
use std::ptr::null_mut;

use pgrx::{PgSqlErrorCode, pg_guard, pg_sys};

use crate::error::Error;
use crate::settings;

/// Functions of AGE that load the whole graph into the session, grants or not. sql/090_grants.sql has them too, for calls
/// without Cypher.
const WHOLE_GRAPH: [&str; 5] =
    ["age_vle", "age_shortest_path", "age_all_shortest_paths", "age_graph_stats", "age_vertex_stats"];

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

/// What is wrong with a Cypher query.
enum Found {
    /// A function, or an array, is given what it does not take, of that type.
    OtherType { given: pg_sys::Oid, function: Option<pg_sys::Oid> },
    /// A path of variable length, or another of [`WHOLE_GRAPH`].
    WholeGraph,
}

struct Search {
    found: Option<Found>,
}

impl Found {
    fn refuse(self) -> ! {
        match self {
            Found::OtherType { given, function } => {
                // SAFETY: look-ups in the catalogue, of what the query refers to.
                let (given, function) = unsafe {
                    (
                        text(pg_sys::format_type_be(given)),
                        function.map(|function| text(pg_sys::get_func_name(function))),
                    )
                };
                let to =
                    function.map_or("in an array of its values".to_owned(), |name| format!("in {name}()"));
                Error::new(
                    PgSqlErrorCode::ERRCODE_FEATURE_NOT_SUPPORTED,
                    "an id, a condition or a cast stands where Apache AGE 1.8 takes values of Cypher alone",
                )
                .detail(format!("It would read a {given} as such a value, {to}, and end the sessions of everybody."))
                .hint("Write the list out, or join with UNWIND: UNWIND $ids AS wanted MATCH (n) WHERE id(n) = wanted RETURN n.")
                .raise()
            }
            Found::WholeGraph => Error::new(
                PgSqlErrorCode::ERRCODE_FEATURE_NOT_SUPPORTED,
                "a path of variable length, or what else reads the whole graph",
            )
            .detail("AGE would load the whole graph into this session, and read around grants.")
            .hint("heimdall.neighbors() goes several steps, heimdall.path() finds a shortest path.")
            .raise(),
        }
    }
}

/// Superusers may read everything, and in databases without the extension there is no graph of ours.
///
/// # Safety
/// Within a transaction.
unsafe fn is_for_everybody() -> bool {
    // SAFETY: look-ups in the catalogue.
    unsafe {
        pg_sys::superuser() || pg_sys::get_extension_oid(c"heimdall".as_ptr(), true) == pg_sys::InvalidOid
    }
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

/// Looks at everything in what AGE has made of a query: every function is given the types that it takes, which AGE
/// does not see to where it builds calls itself.
#[pg_guard]
unsafe extern "C-unwind" fn look_at(node: *mut pg_sys::Node, search: *mut c_void) -> bool {
    // SAFETY: Postgres' walkers give nodes of an analysed query, and the search as it was handed to them.
    unsafe {
        if node.is_null() {
            return false;
        }
        let found = match (*node).type_ {
            pg_sys::NodeTag::T_Query => {
                let flags = pg_sys::QTW_IGNORE_JOINALIASES as c_int;
                return pg_sys::query_tree_walker_impl(node.cast(), Some(look_at), search, flags);
            }
            pg_sys::NodeTag::T_FuncExpr => wrong_call(&*node.cast()),
            pg_sys::NodeTag::T_ArrayExpr => wrong_array(&*node.cast()),
            _ => None,
        };
        if let Some(found) = found {
            (*search.cast::<Search>()).found = Some(found);
            return true;
        }
        pg_sys::expression_tree_walker_impl(node, Some(look_at), search)
    }
}

/// # Safety
/// A call in an analysed query.
unsafe fn wrong_call(call: &pg_sys::FuncExpr) -> Option<Found> {
    // SAFETY: the function is there while the query that calls it is analysed; the types are a palloc'ed array.
    unsafe {
        if loads_the_graph(call.funcid) && !is_for_everybody() {
            return Some(Found::WholeGraph);
        }
        let (mut types, mut count) = (null_mut(), 0);
        pg_sys::get_func_signature(call.funcid, &raw mut types, &raw mut count);
        let taken = std::slice::from_raw_parts(types, usize::try_from(count).unwrap_or_default());
        // Of a variadic function, what the arguments are that are not in an array.
        let loose = match pg_sys::get_func_variadictype(call.funcid) {
            pg_sys::InvalidOid => None,
            element => (!call.funcvariadic).then_some(element),
        };
        items::<pg_sys::Node>(call.args).enumerate().find_map(|(at, argument)| {
            let given = pg_sys::exprType(argument);
            let is_loose = loose.filter(|_| at + 1 >= taken.len());
            let fits = is_loose
                .or_else(|| taken.get(at).copied())
                .is_some_and(|taken| pg_sys::IsBinaryCoercible(given, taken));
            (!fits).then_some(Found::OtherType { given, function: Some(call.funcid) })
        })
    }
}

/// # Safety
/// An array in an analysed query.
unsafe fn wrong_array(array: &pg_sys::ArrayExpr) -> Option<Found> {
    let taken = if array.multidims { array.array_typeid } else { array.element_typeid };
    // SAFETY: its elements are expressions.
    unsafe {
        items::<pg_sys::Node>(array.elements).find_map(|element| {
            let given = pg_sys::exprType(element);
            (!pg_sys::IsBinaryCoercible(given, taken)).then_some(Found::OtherType { given, function: None })
        })
    }
}

/// # Safety
/// Within a transaction.
unsafe fn loads_the_graph(function: pg_sys::Oid) -> bool {
    // SAFETY: look-ups in the catalogue.
    unsafe {
        let name = text(pg_sys::get_func_name(function));
        WHOLE_GRAPH.contains(&name.as_str())
            && pg_sys::get_func_namespace(function) == pg_sys::get_namespace_oid(c"ag_catalog".as_ptr(), true)
    }
}

/// # Safety
/// Null or a terminated string.
unsafe fn text(text: *const c_char) -> String {
    // SAFETY: as the caller's.
    if text.is_null() {
        String::new()
    } else {
        unsafe { CStr::from_ptr(text).to_string_lossy().into_owned() }
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
