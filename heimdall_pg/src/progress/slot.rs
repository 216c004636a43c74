//! The shared memory: a slot for each backend.

use std::cell::Cell;
use std::sync::atomic::Ordering::{Acquire, Relaxed, Release};
use std::sync::atomic::{AtomicBool, AtomicI32, AtomicI64, AtomicU32, AtomicU64};

use pgrx::pg_sys;
use pgrx::{PGRXSharedMemory, PgAtomic, PgSharedMemoryInitialization, pg_guard};

use super::own_pid;

/// Backends that are shown: how many there may be is not known yet when shared memory is asked for.
const BACKENDS: usize = 1024;

/// Bytes of a source's name, in words. It has 63 at most.
const NAME_WORDS: usize = 8;

/// Bytes of a request's id, in words. A longer one is not shown.
const REQUEST_WORDS: usize = 8;

/// Stands for a total that is not known.
const UNKNOWN: u64 = u64::MAX;

/// What a backend shows. It alone writes; `pid` is written last when it begins and first when it ends.
pub struct Slot {
    /// 0 where nothing is going on.
    pid: AtomicI32,
    database: AtomicU32,
    user: AtomicU32,
    /// Digest of the actor that a gateway has stated, 0 where none has.
    actor: AtomicU64,
    started: AtomicI64,
    way: AtomicU32,
    phase: AtomicU32,
    bytes: AtomicU64,
    total: AtomicU64,
    read: AtomicU64,
    rejected: AtomicU64,
    flushes: AtomicU64,
    name: Text<NAME_WORDS>,
    request_id: Text<REQUEST_WORDS>,
}

/// A text of so many words, zeros behind it.
struct Text<const WORDS: usize>([AtomicU64; WORDS]);

impl<const WORDS: usize> Text<WORDS> {
    fn new() -> Text<WORDS> {
        Text(std::array::from_fn(|_| AtomicU64::new(0)))
    }

    /// One that is too long is left out.
    fn store(&self, text: &str) {
        let text = if text.len() > WORDS * 8 { "" } else { text };
        let mut bytes = text.bytes().chain(std::iter::repeat(0));
        for word in &self.0 {
            let letters = std::array::from_fn(|_| bytes.next().unwrap_or_default());
            word.store(u64::from_le_bytes(letters), Relaxed);
        }
    }

    fn load(&self) -> String {
        let bytes: Vec<u8> = self.0.iter().flat_map(|word| word.load(Relaxed).to_le_bytes()).collect();
        let text = bytes.split(|byte| *byte == 0).next().unwrap_or_default();
        String::from_utf8_lossy(text).into_owned()
    }
}

/// What was in a slot.
pub struct Shown {
    pub pid: i32,
    pub database: pg_sys::Oid,
    pub user: pg_sys::Oid,
    pub actor: u64,
    /// As Postgres counts it.
    pub started: i64,
    pub way: u32,
    pub phase: u32,
    pub bytes: u64,
    pub total: Option<u64>,
    pub read: u64,
    pub rejected: u64,
    pub flushes: u64,
    pub source: String,
    /// Empty where no gateway has stated one.
    pub request_id: String,
}

/// The slots of all backends.
struct Slots([Slot; BACKENDS]);

// SAFETY: atomics, without a pointer.
unsafe impl PGRXSharedMemory for Slots {}

// SAFETY: nobody else has that name.
static SLOTS: PgAtomic<Slots> = unsafe { PgAtomic::new(c"heimdall progress") };

/// Whether the library was loaded with the server, and so has shared memory; processes inherit it from the postmaster.
static IS_SHARED: AtomicBool = AtomicBool::new(false);

type Hook = Option<unsafe extern "C-unwind" fn()>;

thread_local! {
    /// The hooks that were there before, for the request and for the start.
    static BEFORE: Cell<(Hook, Hook)> = const { Cell::new((None, None)) };
}

#[pg_guard]
unsafe extern "C-unwind" fn request() {
    // SAFETY: called as the hook that it is, as the one before it wants to be.
    unsafe {
        if let (Some(before), _) = BEFORE.get() {
            before();
        }
        SLOTS.on_shmem_request();
    }
}

#[pg_guard]
unsafe extern "C-unwind" fn start() {
    // SAFETY: called as the hook that it is, as the one before it wants to be.
    unsafe {
        if let (_, Some(before)) = BEFORE.get() {
            before();
        }
        SLOTS.on_shmem_startup(Slots(std::array::from_fn(|_| Slot::new())));
    }
    IS_SHARED.store(true, Relaxed);
}

/// Asks for the memory, where the library is loaded with the server.
pub fn register() {
    // SAFETY: a variable of the postmaster, read while it loads libraries.
    if unsafe { pg_sys::process_shared_preload_libraries_in_progress } {
        // SAFETY: the hooks are called by the postmaster, each of which calls the one before it.
        unsafe {
            BEFORE.set((pg_sys::shmem_request_hook, pg_sys::shmem_startup_hook));
            pg_sys::shmem_request_hook = Some(request);
            pg_sys::shmem_startup_hook = Some(start);
        }
    }
}

/// The slots in use or not; none where there is no shared memory.
pub fn all() -> &'static [Slot] {
    if IS_SHARED.load(Relaxed) { &SLOTS.get().0 } else { &[] }
}

/// The slot of this backend.
pub fn own() -> Option<&'static Slot> {
    // SAFETY: reads a variable of the backend, negative before it has a place.
    let number = unsafe { pg_sys::MyProcNumber };
    all().get(usize::try_from(number).ok()?)
}

impl Slot {
    fn new() -> Slot {
        Slot {
            pid: AtomicI32::new(0),
            database: AtomicU32::new(0),
            user: AtomicU32::new(0),
            actor: AtomicU64::new(0),
            started: AtomicI64::new(0),
            way: AtomicU32::new(0),
            phase: AtomicU32::new(0),
            bytes: AtomicU64::new(0),
            total: AtomicU64::new(UNKNOWN),
            read: AtomicU64::new(0),
            rejected: AtomicU64::new(0),
            flushes: AtomicU64::new(0),
            name: Text::new(),
            request_id: Text::new(),
        }
    }

    /// Whether this backend shows something already.
    pub fn is_taken(&self) -> bool {
        self.pid.load(Relaxed) == own_pid()
    }

    /// Shows an ingest from its beginning.
    pub fn take(&self, source: &str, way: u32, total: Option<u64>, actor: u64, request_id: &str) {
        // SAFETY: variables of the backend, and the clock.
        let (database, user, now) =
            unsafe { (pg_sys::MyDatabaseId, pg_sys::GetOuterUserId(), pg_sys::GetCurrentTimestamp()) };
        self.database.store(database.to_u32(), Relaxed);
        self.user.store(user.to_u32(), Relaxed);
        self.actor.store(actor, Relaxed);
        self.started.store(now, Relaxed);
        self.way.store(way, Relaxed);
        self.total.store(total.unwrap_or(UNKNOWN), Relaxed);
        for count in [&self.bytes, &self.read, &self.rejected, &self.flushes] {
            count.store(0, Relaxed);
        }
        self.phase.store(0, Relaxed);
        self.name.store(source);
        self.request_id.store(request_id);
        self.pid.store(own_pid(), Release);
    }

    /// Shows a phase, and gives that of before.
    pub fn phase(&self, phase: u32) -> u32 {
        self.phase.swap(phase, Relaxed)
    }

    /// Shows what has come.
    pub fn came(&self, bytes: u64, read: u64, rejected: u64) {
        self.bytes.store(bytes, Relaxed);
        self.read.store(read, Relaxed);
        self.rejected.store(rejected, Relaxed);
    }

    /// Counts a flush.
    pub fn flushed(&self) {
        self.flushes.fetch_add(1, Relaxed);
    }

    /// Shows nothing any more.
    pub fn clear(&self) {
        self.pid.store(0, Release);
    }

    /// What is shown; none where nothing is, or it has changed hands in between.
    pub fn shown(&self) -> Option<Shown> {
        let pid = self.pid.load(Acquire);
        if pid == 0 {
            return None;
        }
        let total = self.total.load(Relaxed);
        let shown = Shown {
            pid,
            database: pg_sys::Oid::from(self.database.load(Relaxed)),
            user: pg_sys::Oid::from(self.user.load(Relaxed)),
            actor: self.actor.load(Relaxed),
            started: self.started.load(Relaxed),
            way: self.way.load(Relaxed),
            phase: self.phase.load(Relaxed),
            bytes: self.bytes.load(Relaxed),
            total: (total != UNKNOWN).then_some(total),
            read: self.read.load(Relaxed),
            rejected: self.rejected.load(Relaxed),
            flushes: self.flushes.load(Relaxed),
            source: self.name.load(),
            request_id: self.request_id.load(),
        };
        std::sync::atomic::fence(Acquire);
        (self.pid.load(Relaxed) == pid && self.started.load(Relaxed) == shown.started).then_some(shown)
    }
}
