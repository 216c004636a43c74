//! Whether the database is what the gateway needs: there, with the graph, and with a role for us that may do our work.

use tokio_postgres::types::Type;

use super::Server;
use crate::problem::Problem;

// A graph is a schema; the catalogue of graphs is not for us to read.
const STATE: &str = "SELECT \
    EXISTS (SELECT FROM pg_catalog.pg_namespace AS g WHERE g.nspname = $1) AS graph, \
    EXISTS (SELECT FROM pg_catalog.pg_roles AS r WHERE r.rolname = 'heimdall_gateway' \
        AND pg_catalog.pg_has_role(SESSION_USER, r.oid, 'MEMBER')) AND NOT (SELECT r.rolsuper FROM pg_catalog.pg_roles AS r \
        WHERE r.rolname = SESSION_USER) AS believed, \
    ARRAY(SELECT w.role FROM pg_catalog.unnest($2) AS w (role) WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_roles AS r \
        WHERE r.rolname = w.role AND pg_catalog.pg_has_role(SESSION_USER, r.oid, 'SET'))) AS closed";

const FITS: &str = "SELECT heimdall.hash_key_fits()";

impl Server {
    /// Whether it answers, has the graph and the hash key of what is stored, believes us whom we act for, and lets us take on those roles.
    ///
    /// # Errors
    /// Why not. The log says more than a caller may know.
    pub async fn ready(&self, graph: &str, roles: &[&str]) -> Result<(), Problem> {
        let rows = self.ask(STATE, &[(&graph, Type::TEXT), (&roles, Type::TEXT_ARRAY)]).await?;
        let Some(row) = rows.first() else { return Err(Problem::internal()) };
        let closed: Vec<String> = row.get("closed");
        let wrong = if !row.get::<_, bool>("graph") {
            "The graph is not there."
        } else if !row.get::<_, bool>("believed") {
            "The gateway's role is no member of heimdall_gateway, or is a superuser."
        } else if !closed.is_empty() {
            "The gateway may not take on some role that claims give."
        } else if !self.ask(FITS, &[]).await?.iter().all(|row| row.get(0)) {
            "The hash key of the database is not the one that it was used with before."
        } else {
            return Ok(());
        };
        tracing::warn!(roles = ?closed, "{wrong}");
        Err(Problem::unavailable().detail(wrong))
    }

    /// The sources, and how many seconds ago each had its last batch; none where it never had one.
    ///
    /// # Errors
    /// Where the database does not answer.
    pub async fn feeds(&self) -> Result<Vec<(String, Option<f64>)>, Problem> {
        const SQL: &str = "SELECT f.source, pg_catalog.date_part('epoch', pg_catalog.now() - f.last_batch_at) \
            FROM heimdall.feeds() AS f";
        let rows = self.ask(SQL, &[]).await?;
        Ok(rows.iter().map(|row| (row.get(0), row.get(1))).collect())
    }
}
