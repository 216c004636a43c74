//! Who may see what: the clearance of the current user, which the row policies compare with marks.

use std::cell::Cell;
use std::ffi::CStr;

use heimdall_core::protect::Tlp;
use pgrx::pg_sys;
use pgrx::prelude::*;

use crate::agtype;
use crate::raw::version_1;

/// The roles of the TLP levels, lowest first.
const ROLES: [&CStr; 5] = [
    c"heimdall_tlp_clear",
    c"heimdall_tlp_green",
    c"heimdall_tlp_amber",
    c"heimdall_tlp_amber_strict",
    c"heimdall_tlp_red",
];

thread_local! {
    /// The user whose clearance was asked for last, and what it is; nothing once roles have changed.
    static KNOWN: Cell<Option<(pg_sys::Oid, i16)>> = const { Cell::new(None) };
}

/// To be called once, when the library is loaded.
pub fn register_callbacks() {
    for cache in [pg_sys::SysCacheIdentifier::AUTHMEMROLEMEM, pg_sys::SysCacheIdentifier::AUTHOID] {
        // SAFETY: the function stays as long as the backend.
        unsafe { pg_sys::CacheRegisterSyscacheCallback(cache as i32, Some(changed), pg_sys::Datum::null()) };
    }
}

#[pg_guard]
unsafe extern "C-unwind" fn changed(_of: pg_sys::Datum, _cache: i32, _hash: u32) {
    KNOWN.set(None);
}

/// The clearance of the current user: the highest TLP level (0 clear to 4 red) of which the user has the privileges
/// of the role, -1 where of none. Membership alone counts, never a setting. A superuser has all of them.
#[pg_extern(stable, parallel_safe)]
pub fn clearance() -> i16 {
    // SAFETY: reads a variable of the backend.
    let user = unsafe { pg_sys::GetUserId() };
    // A policy asks for every row.
    if let Some((_, known)) = KNOWN.get().filter(|(of, _)| *of == user) {
        return known;
    }
    let clearance = of_role(user);
    KNOWN.set(Some((user, clearance)));
    clearance
}

/// The role that gives a TLP level.
pub fn role_of(level: i16) -> &'static str {
    let role =
        usize::try_from(level).ok().and_then(|level| ROLES.get(level)).unwrap_or(&ROLES[ROLES.len() - 1]);
    role.to_str().unwrap_or_default()
}

/// The clearance of a role.
pub fn of_role(role: pg_sys::Oid) -> i16 {
    let has = |name: &&CStr| {
        // SAFETY: plain look-ups on the backend's thread; a role that is not there gives no object id.
        unsafe {
            let level = pg_sys::get_role_oid(name.as_ptr(), true);
            level != pg_sys::InvalidOid && pg_sys::has_privs_of_role(role, level)
        }
    };
    ROLES.iter().rposition(has).map_or(-1, |level| level as i16)
}

/// Whom the session acts for, outside of all functions: what a function has to ask that runs as the owner. `SET ROLE`
/// changes it, to a role of which the user is a member; nothing else does.
#[pg_extern(stable, name = "_outer_user")]
pub fn outer_user() -> pg_sys::Oid {
    // SAFETY: reads a variable of the backend.
    unsafe { pg_sys::GetOuterUserId() }
}

/// The clearance of a role, as [`clearance`] says it of the current user.
#[pg_extern(stable, name = "_clearance_of")]
pub fn clearance_of(role: pg_sys::Oid) -> i16 {
    of_role(role)
}

/// `heimdall._mark(properties)`, which is asked of every row that is read.
#[unsafe(no_mangle)]
#[pg_guard]
pub extern "C-unwind" fn heimdall_mark(fcinfo: pg_sys::FunctionCallInfo) -> pg_sys::Datum {
    // SAFETY: declared as strict, with one argument of type agtype, which is a varlena; what is detoasted lives as long
    // as the memory of the call.
    let mark = unsafe {
        let given = (*fcinfo).args.as_slice(1)[0].value;
        let properties = pg_sys::pg_detoast_datum_packed(given.cast_mut_ptr());
        agtype::integer(pgrx::varlena::varlena_to_byte_slice(properties), b"tlp")
    };
    let mark = mark.and_then(|mark| i16::try_from(mark).ok());
    pg_sys::Datum::from(mark.filter(|mark| (0..=RED).contains(mark)).unwrap_or(RED))
}

version_1!(pg_finfo_heimdall_mark);

/// The highest mark: of what has none.
const RED: i16 = Tlp::Red.level();
