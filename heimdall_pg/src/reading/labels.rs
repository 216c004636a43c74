//! The labels of the graph, as a backend knows them until a table or a schema changes.

use std::cell::{Cell, RefCell};
use std::ffi::CStr;
use std::rc::Rc;

use pgrx::{PgSqlErrorCode, Spi, pg_guard, pg_sys};

use crate::error::Error;

/// A vertex label or an edge type.
pub struct Label {
    pub name: String,
    /// AGE's number, the high bits of every graphid.
    pub id: i64,
}

/// The graph.
pub struct Graph {
    pub name: String,
    /// By name, as are `edges`.
    pub vertices: Vec<Label>,
    pub edges: Vec<Label>,
}

thread_local! {
    /// Counts changes of the catalogue.
    static CHANGES: Cell<u64> = const { Cell::new(0) };
    /// The graph, and how many changes there had been when it was read.
    static GRAPH: RefCell<Option<(u64, Rc<Graph>)>> = const { RefCell::new(None) };
}

/// To be called once, when the library is loaded.
pub fn register_callbacks() {
    // A label is a table: it comes and goes with a row of pg_class, and with the schema.
    for cache in [pg_sys::SysCacheIdentifier::RELOID, pg_sys::SysCacheIdentifier::NAMESPACEOID] {
        // SAFETY: the function stays as long as the backend.
        unsafe { pg_sys::CacheRegisterSyscacheCallback(cache as i32, Some(changed), pg_sys::Datum::null()) };
    }
}

#[pg_guard]
unsafe extern "C-unwind" fn changed(_of: pg_sys::Datum, _cache: i32, _hash: u32) {
    CHANGES.set(CHANGES.get() + 1);
}

impl Graph {
    /// The graph as it is now. Raises where there is none.
    pub fn current() -> Result<Rc<Graph>, Error> {
        // SAFETY: in a transaction, between statements of it.
        unsafe { pg_sys::AcceptInvalidationMessages() };
        let known = GRAPH.with_borrow(|known| match known {
            Some((read_at, graph)) if *read_at == CHANGES.get() => Some(Rc::clone(graph)),
            _ => None,
        });
        if let Some(graph) = known {
            return Ok(graph);
        }
        // What changes from here on is another change, seen or not.
        let changes = CHANGES.get();
        let graph = Rc::new(Graph::read()?);
        GRAPH.set(Some((changes, Rc::clone(&graph))));
        Ok(graph)
    }

    fn read() -> Result<Graph, Error> {
        let mut graph = Graph { name: String::new(), vertices: Vec::new(), edges: Vec::new() };
        Spi::connect(|_| {
            // SAFETY: SPI is connected. What is remembered is the newest, also where the transaction sees what was before:
            // the change that it does not see yet has been told already. Without the newest snapshot it would be forgotten.
            unsafe {
                pg_sys::PushActiveSnapshot(pg_sys::GetLatestSnapshot());
                let status = pg_sys::SPI_execute(LABELS.as_ptr(), true, 0);
                pg_sys::PopActiveSnapshot();
                if status != pg_sys::SPI_OK_SELECT as i32 {
                    let message = format!("SPI gave status {status}");
                    return Err(Error::new(PgSqlErrorCode::ERRCODE_INTERNAL_ERROR, message));
                }
                let table = pg_sys::SPI_tuptable;
                for row in 0..pg_sys::SPI_processed as usize {
                    let column = |number| {
                        let value = pg_sys::SPI_getvalue(*(*table).vals.add(row), (*table).tupdesc, number);
                        (!value.is_null()).then(|| CStr::from_ptr(value).to_string_lossy().into_owned())
                    };
                    graph.name = column(1).unwrap_or_default();
                    let id = column(4).and_then(|id| id.parse().ok());
                    if let (Some(what), Some(name), Some(id)) = (column(2), column(3), id) {
                        let labels = if what == "edge" { &mut graph.edges } else { &mut graph.vertices };
                        labels.push(Label { name, id });
                    }
                }
            }
            Ok(())
        })?;
        Ok(graph)
    }
}

/// AGE's own catalogue says the same, but analysts cannot read it.
const LABELS: &CStr = c"
    SELECT own, l.what, l.name, l.id
    FROM heimdall.graph() AS own
    LEFT JOIN LATERAL (
        SELECT p.what, c.relname AS name, ag_catalog._label_id(own, c.relname) AS id
        FROM pg_catalog.unnest('{vertex,edge}'::pg_catalog.text[]) AS p (what)
        JOIN pg_catalog.pg_inherits AS i
            ON i.inhparent OPERATOR(pg_catalog.=) pg_catalog.to_regclass(pg_catalog.format('%I.%I', own, '_ag_label_' || p.what))
        JOIN pg_catalog.pg_class AS c ON c.oid OPERATOR(pg_catalog.=) i.inhrelid
    ) AS l ON true
    ORDER BY l.name";
