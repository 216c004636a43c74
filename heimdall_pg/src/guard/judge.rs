//! What is refused in what AGE has made of a query, and what is mended.

use std::ffi::{CStr, c_char, c_int, c_void};
use std::ptr::null_mut;

use pgrx::{PgSqlErrorCode, pg_guard, pg_sys};

use super::{Search, items};
use crate::error::Error;

/// Functions of AGE that load the whole graph into the session, grants or not, and those that read what these give, which
/// end the server when they are given anything else. `sql/090_grants.sql` takes them from PUBLIC; the error here says
/// what to do instead.
const WHOLE_GRAPH: [&str; 7] = [
    "age_vle",
    "age_materialize_vle_path",
    "age_materialize_vle_edges",
    "age_shortest_path",
    "age_all_shortest_paths",
    "age_graph_stats",
    "age_vertex_stats",
];

/// Functions whose first argument AGE puts in itself: the name of the graph.
const OF_A_GRAPH: [&str; 2] = ["age_startnode", "age_endnode"];

/// What is wrong with a Cypher query.
pub enum Found {
    /// A function, or an array, is given what it does not take, of that type.
    OtherType { given: pg_sys::Oid, function: Option<pg_sys::Oid> },
    /// One of [`OF_A_GRAPH`] is called by its full name, with something else than a graph.
    NoGraph,
    /// A path of variable length, or another of [`WHOLE_GRAPH`].
    WholeGraph,
}

impl Found {
    /// Raises it.
    pub fn refuse(self) -> ! {
        match self {
            Found::OtherType { given, function } => {
                // SAFETY: look-ups in the catalogue, of what the query refers to.
                let (given, function) = unsafe {
                    (
                        text(pg_sys::format_type_be(given)),
                        function.map(|function| text(pg_sys::get_func_name(function))),
                    )
                };
                let to = function.map_or("in an array".to_owned(), |name| format!("in {name}()"));
                Error::new(
                    PgSqlErrorCode::ERRCODE_FEATURE_NOT_SUPPORTED,
                    "an id, a condition, a vertex, an edge or a cast stands where Apache AGE 1.8 takes other values alone",
                )
                .detail(format!("It would read a {given} as an agtype, {to}, and end the sessions of everybody."))
                .hint("Compare by =, or join with UNWIND: UNWIND $ids AS wanted MATCH (n) WHERE id(n) = wanted RETURN n.")
                .raise()
            }
            Found::NoGraph => Error::new(
                PgSqlErrorCode::ERRCODE_FEATURE_NOT_SUPPORTED,
                "an end of an edge is asked for in something else than a graph",
            )
            .detail("Apache AGE 1.8 would end the sessions of everybody.")
            .hint("Call startNode(edge) or endNode(edge), without a schema.")
            .raise(),
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

/// Whoever may call it by SQL may call it in Cypher. From PUBLIC the right is taken where the extension is.
///
/// # Safety
/// Within a transaction.
unsafe fn may_call(function: pg_sys::Oid) -> bool {
    // SAFETY: a look-up in the catalogue.
    unsafe {
        let user = pg_sys::GetUserId();
        let execute = pg_sys::AclMode::from(pg_sys::ACL_EXECUTE);
        pg_sys::object_aclcheck(pg_sys::ProcedureRelationId, function, user, execute)
            == pg_sys::AclResult::ACLCHECK_OK
    }
}

/// Looks at everything in what AGE has made of a query: every function is given the types that it takes, which AGE
/// does not see to where it builds calls itself.
#[pg_guard]
pub unsafe extern "C-unwind" fn look_at(node: *mut pg_sys::Node, search: *mut c_void) -> bool {
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
        if (*node).type_ == pg_sys::NodeTag::T_FuncExpr {
            mend_slice(&*node.cast());
        }
        pg_sys::expression_tree_walker_impl(node, Some(look_at), search)
    }
}

/// Has the ends of a slice read as integers. AGE takes them as they are, and an empty list for one of them ends the
/// server: `[1, 2][[]..]`. Only when it runs is it known what they are.
///
/// # Safety
/// A call in an analysed query, whose arguments are of the right types.
unsafe fn mend_slice(call: &pg_sys::FuncExpr) {
    // SAFETY: the arguments are expressions in a list of this query's own; what takes their place is made in the
    // memory of the query.
    unsafe {
        if !is_of_age(call.funcid, &["agtype_access_slice"]) {
            return;
        }
        let name = pg_sys::stringToQualifiedNameList(c"ag_catalog.agtype_typecast_int".as_ptr(), null_mut());
        let to_integer = pg_sys::LookupFuncName(name, 1, &pg_sys::ANYOID, false);
        for at in 1..usize::try_from((*call.args).length).unwrap_or_default() {
            let place = (*call.args).elements.add(at);
            let end = (*place).ptr_value.cast::<pg_sys::Node>();
            let is_done = match (*end).type_ {
                // A list that is written out is a call.
                pg_sys::NodeTag::T_Const => true,
                pg_sys::NodeTag::T_FuncExpr => (*end.cast::<pg_sys::FuncExpr>()).funcid == to_integer,
                _ => false,
            };
            if !is_done {
                let integer = pg_sys::makeFuncExpr(
                    to_integer,
                    pg_sys::exprType(end),
                    pg_sys::lappend(null_mut(), end.cast()),
                    pg_sys::InvalidOid,
                    pg_sys::InvalidOid,
                    pg_sys::CoercionForm::COERCE_EXPLICIT_CALL,
                );
                (*place).ptr_value = integer.cast();
            }
        }
    }
}

/// # Safety
/// A call in an analysed query.
unsafe fn wrong_call(call: &pg_sys::FuncExpr) -> Option<Found> {
    // SAFETY: the function is there while the query that calls it is analysed; the types are a palloc'ed array.
    unsafe {
        if is_of_age(call.funcid, &WHOLE_GRAPH) && !may_call(call.funcid) {
            return Some(Found::WholeGraph);
        }
        if is_of_age(call.funcid, &OF_A_GRAPH) && !items(call.args).next().is_some_and(|first| is_text(first))
        {
            return Some(Found::NoGraph);
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

/// True for a text of Cypher that is written out.
///
/// # Safety
/// An expression of an analysed query.
unsafe fn is_text(node: *mut pg_sys::Node) -> bool {
    // SAFETY: the tag of a node says what it is; a constant that is not NULL has a value of its type.
    unsafe {
        if (*node).type_ != pg_sys::NodeTag::T_Const || (*node.cast::<pg_sys::Const>()).constisnull {
            return false;
        }
        let constant = &*node.cast::<pg_sys::Const>();
        let (mut output, mut is_variable) = (pg_sys::InvalidOid, false);
        pg_sys::getTypeOutputInfo(constant.consttype, &raw mut output, &raw mut is_variable);
        text(pg_sys::OidOutputFunctionCall(output, constant.constvalue)).starts_with('"')
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
unsafe fn is_of_age(function: pg_sys::Oid, names: &[&str]) -> bool {
    // SAFETY: look-ups in the catalogue.
    unsafe {
        let name = text(pg_sys::get_func_name(function));
        names.contains(&name.as_str())
            && pg_sys::get_func_namespace(function) == pg_sys::get_namespace_oid(c"ag_catalog".as_ptr(), true)
    }
}

/// # Safety
/// Null or a terminated string.
unsafe fn text(text: *const c_char) -> String {
    if text.is_null() {
        return String::new();
    }
    // SAFETY: as the caller's.
    unsafe { CStr::from_ptr(text).to_string_lossy().into_owned() }
}
