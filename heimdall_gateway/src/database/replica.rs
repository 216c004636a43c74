//! A streaming replica, which answers what only reads as long as it is known to be near enough to the primary: with all that
//! was committed there a few seconds ago, and with all that the caller has written through this gateway.
//! See docs/decisions/0049-reads-from-a-replica.md.

mod history;
mod written;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::{Duration, Instant};

use tokio::time::sleep;
use tokio_postgres::Row;
use tokio_postgres::types::PgLsn;

use self::history::History;
use self::written::Written;
use super::failure::Failure;
use super::server::Server;
use crate::http::Caller;
use crate::problem::Problem;

/// What is committed is before that place in the log, flushed or not.
const PRIMARY: &str = "SELECT s.system_identifier, pg_catalog.pg_current_wal_insert_lsn() \
    FROM pg_catalog.pg_control_system() AS s";

const REPLICA: &str = "SELECT s.system_identifier, CASE WHEN pg_catalog.pg_is_in_recovery() \
    THEN pg_catalog.pg_last_wal_replay_lsn() END, heimdall.hash_key_fits() FROM pg_catalog.pg_control_system() AS s";

/// How often it is looked at where it may be far behind; and where it is not there, since each look is a line of the log.
const OFTEN: Duration = Duration::from_secs(1);
const SELDOM: Duration = Duration::from_secs(5);

/// The connections to it, and what is known of it.
pub struct Replica {
    server: Server,
    limit: Duration,
    state: Mutex<State>,
}

struct State {
    /// Why it is not to be asked, whatever the history says.
    trouble: Option<&'static str>,
    history: History,
    written: Written,
    /// Whether reads went there, as the log has it.
    told: Option<bool>,
}

/// Somebody whose transaction writes.
pub struct Writer {
    replica: Arc<Replica>,
    who: String,
}

impl Replica {
    /// Nothing is known of it yet. It may be behind the primary by that.
    pub(super) fn new(server: Server, limit: Duration) -> Replica {
        let state = State {
            trouble: Some("It was not looked at yet."),
            history: History::default(),
            written: Written::default(),
            told: None,
        };
        Replica { server, limit, state: Mutex::new(state) }
    }

    /// The same, and looked at as long as somebody has it.
    pub(super) fn watched(self, primary: Server) -> Arc<Replica> {
        let replica = Arc::new(self);
        tokio::spawn(watch(Arc::downgrade(&replica), primary));
        replica
    }

    /// Connections to it.
    pub fn server(&self) -> &Server {
        &self.server
    }

    /// How far it is behind the primary, at most; none where that is not known.
    pub fn lag(&self) -> Option<Duration> {
        self.state().as_of().map(|as_of| as_of.elapsed())
    }

    /// Whether reads go there.
    ///
    /// # Errors
    /// Why not.
    pub fn ready(&self) -> Result<(), Problem> {
        let trouble = self.state().trouble;
        let why = match (trouble, self.lag()) {
            (Some(trouble), _) => trouble,
            (None, Some(lag)) if lag <= self.limit => return Ok(()),
            (None, Some(_)) => "It is behind by more than HMD_DATABASE_REPLICA_LAG.",
            (None, None) => "How far it is behind is not known yet.",
        };
        Err(Problem::unavailable().detail(format!("{why} Reads go to the primary.")))
    }

    /// Whether it may answer that caller.
    pub(super) fn serves(&self, who: &str) -> bool {
        let state = self.state();
        state.as_of().is_some_and(|as_of| as_of.elapsed() <= self.limit && state.written.is_in(who, as_of))
    }

    /// What it has answered; nothing where the primary is to be asked instead.
    pub(super) fn settle<T>(&self, answer: Result<T, Failure>) -> Option<Result<T, Problem>> {
        match answer {
            Err(failure) if failure.is_of_replica() => {
                if !matches!(failure, Failure::Refused(_)) {
                    // Until it was looked at again, nobody else is to wait for it.
                    self.state().trouble = Some("It does not answer.");
                    self.server.forget_connections();
                }
                None
            }
            answer => Some(answer.map_err(Failure::problem)),
        }
    }

    /// Somebody who begins to write at the primary.
    pub(super) fn writer(self: &Arc<Self>, caller: &Caller) -> Writer {
        Writer { replica: Arc::clone(self), who: caller.principal.subject.clone() }
    }

    async fn look(&self, primary: &Server) {
        let asked = Instant::now();
        // The primary first: what was there at that moment, the replica may have by now.
        let there = primary.ask(PRIMARY, &[]).await.ok().as_deref().and_then(position);
        let here = self.server.ask(REPLICA, &[]).await;
        let fits = here.as_ref().is_ok_and(|rows| rows.first().is_some_and(|row| row.get(2)));
        let here = here.map(|rows| position(&rows));
        let mut state = self.state();
        state.trouble = match (here, there) {
            (Err(_), _) | (Ok(None), _) => Some("It does not answer."),
            (Ok(Some((_, None))), _) => Some("It is no standby, or no longer one."),
            (Ok(Some((here, _))), Some((there, _))) if here != there => Some("It is that of another server."),
            // It would not find what is stored under a hash, and not say so.
            _ if !fits => Some("It has another hash key."),
            (Ok(Some((_, Some(replayed)))), there) => {
                if let Some((_, Some(position))) = there {
                    state.history.note(asked, position);
                }
                state.history.replayed(replayed);
                None
            }
        };
        if state.trouble.is_some() {
            state.history = History::default();
        }
        if let Some(as_of) = state.as_of() {
            state.written.forget(as_of);
        }
        drop(state);
        self.tell();
    }

    /// Says where reads go, where that has changed.
    fn tell(&self) {
        let ready = self.ready();
        if self.state().told.replace(ready.is_ok()) == Some(ready.is_ok()) {
            return;
        }
        match ready {
            Ok(()) => tracing::info!(database = self.server.name(), "reads go to the replica"),
            Err(problem) => {
                tracing::warn!(
                    database = self.server.name(),
                    why = problem.detail,
                    "reads go to the primary"
                );
            }
        }
    }

    /// So often that what it has just replayed counts for something.
    fn pause(&self) -> Duration {
        if self.state().trouble.is_some() { SELDOM } else { OFTEN.min(self.limit / 4) }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// It has all that was committed before then.
    fn as_of(&self) -> Option<Instant> {
        self.history.as_of().filter(|_| self.trouble.is_none())
    }
}

impl Writer {
    /// It is stored, or may be.
    pub fn wrote(&self) {
        self.replica.state().written.note(&self.who, Instant::now());
    }
}

async fn watch(replica: Weak<Replica>, primary: Server) {
    while let Some(watched) = replica.upgrade() {
        watched.look(&primary).await;
        let pause = watched.pause();
        drop(watched);
        sleep(pause).await;
    }
}

/// Which server it is, and a place in its log.
fn position(rows: &[Row]) -> Option<(i64, Option<u64>)> {
    let row = rows.first()?;
    Some((row.get(0), row.get::<_, Option<PgLsn>>(1).map(u64::from)))
}
