//! The labels of the graph, and the plans of what is asked of their tables, as a backend knows them: until a table or a
//! schema changes, or the tables have outgrown the plans.

use std::cell::{Cell, RefCell};
use std::ffi::CStr;
use std::rc::Rc;
use std::time::{Duration, Instant};

use pgrx::{IntoDatum, PgSqlErrorCode, Spi, direct_function_call, pg_guard, pg_sys};

use super::kept::Kept;
use crate::error::Error;

/// A vertex label or an edge type.
#[derive(PartialEq, Eq)]
pub struct Label {
    pub name: String,
    /// AGE's number, the high bits of every graphid.
    pub id: i64,
    table: pg_sys::Oid,
}

/// The graph.
pub struct Graph {
    pub name: String,
    /// By name, as are `edges`.
    pub vertices: Vec<Label>,
    pub edges: Vec<Label>,
    /// Plans for its tables.
    pub kept: Kept,
    /// How large its tables were when the first of them was made.
    bytes: Vec<i64>,
    looked: Cell<Instant>,
}

/// So many plans at most: each table adds some thirty thousand bytes to one.
const MOST_PLANS: usize = 32;

/// A table that has grown by more than this, and to twice its size, is planned for anew.
const GROWN_BYTES: i64 = 1 << 16;

/// How often sizes are looked at.
const LOOK: Duration = Duration::from_millis(100);

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
    CHANGES.set(CHANGES.get().wrapping_add(1));
}

impl Graph {
    /// The graph as it is now. Raises where there is none.
    pub fn current() -> Result<Rc<Graph>, Error> {
        // SAFETY: in a transaction, between statements of it.
        unsafe { pg_sys::AcceptInvalidationMessages() };
        // What changes from here on is another change, seen or not.
        let changes = CHANGES.get();
        let (read_at, known) = GRAPH.take().filter(|(_, graph)| graph.is_fit()).unzip();
        let graph = match known {
            Some(graph) if read_at == Some(changes) => graph,
            known => {
                let graph = Graph::read()?;
                // Most changes are of other tables.
                known.filter(|known: &Rc<Graph>| known.is_same(&graph)).unwrap_or_else(|| Rc::new(graph))
            }
        };
        GRAPH.set(Some((changes, Rc::clone(&graph))));
        Ok(graph)
    }

    fn read() -> Result<Graph, Error> {
        let (mut name, mut vertices, mut edges) = (String::new(), Vec::new(), Vec::new());
        Spi::connect(|_| {
            // SAFETY: SPI is connected, and its table has so many rows. What is remembered is the newest, also where the
            // transaction sees what was before: of a change that it does not see yet it has been told already, once.
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
                    let number = |at| column(at).and_then(|number| number.parse::<u32>().ok());
                    name = column(1).unwrap_or_default();
                    if let (Some(what), Some(name), Some(id), Some(table)) =
                        (column(2), column(3), number(4), number(5))
                    {
                        let labels = if what == "edge" { &mut edges } else { &mut vertices };
                        labels.push(Label { name, id: id.into(), table: table.into() });
                    }
                }
            }
            Ok(())
        })?;
        let bytes = vertices.iter().chain(&edges).map(Label::bytes).collect();
        Ok(Graph { name, vertices, edges, kept: Kept::default(), bytes, looked: Cell::new(Instant::now()) })
    }

    fn is_same(&self, other: &Graph) -> bool {
        (&self.name, &self.vertices, &self.edges) == (&other.name, &other.vertices, &other.edges)
    }

    /// Whether its plans still fit. A table that was all but empty is read in whichever way, by whichever index; what was
    /// planned then is of no use once it has filled, and Postgres does not notice before the next ANALYZE.
    fn is_fit(&self) -> bool {
        if self.kept.len() > MOST_PLANS {
            return false;
        }
        if self.looked.get().elapsed() < LOOK {
            return true;
        }
        self.looked.set(Instant::now());
        let tables = self.vertices.iter().chain(&self.edges);
        tables.zip(&self.bytes).all(|(table, bytes)| table.bytes() <= (2 * bytes).max(GROWN_BYTES))
    }
}

impl Label {
    /// How large its table is; nothing where it is gone.
    fn bytes(&self) -> i64 {
        // SAFETY: a function of Postgres with arguments of its types; it takes any number for that of a table.
        unsafe {
            direct_function_call(pg_sys::pg_relation_size, &[self.table.into_datum(), "main".into_datum()])
                .unwrap_or_default()
        }
    }
}

/// AGE's own catalogue says the same, but analysts cannot read it.
const LABELS: &CStr = c"
    SELECT own, l.what, l.name, l.id, l.relation
    FROM heimdall.graph() AS own
    LEFT JOIN LATERAL (
        SELECT p.what, c.relname AS name, ag_catalog._label_id(own, c.relname) AS id, c.oid AS relation
        FROM pg_catalog.unnest('{vertex,edge}'::pg_catalog.text[]) AS p (what)
        JOIN pg_catalog.pg_inherits AS i
            ON i.inhparent OPERATOR(pg_catalog.=)
               pg_catalog.to_regclass(pg_catalog.format('%I.%I', own, '_ag_label_' OPERATOR(pg_catalog.||) p.what))
        JOIN pg_catalog.pg_class AS c ON c.oid OPERATOR(pg_catalog.=) i.inhrelid
    ) AS l ON true
    ORDER BY l.name";
