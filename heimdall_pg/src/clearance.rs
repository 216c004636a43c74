//! Who may see what: the clearance of the current user, which the row policies compare with marks.

use std::ffi::CStr;

use pgrx::pg_sys;
use pgrx::prelude::*;

/// The roles of the TLP levels, lowest first.
const ROLES: [&CStr; 5] = [
    c"heimdall_tlp_clear",
    c"heimdall_tlp_green",
    c"heimdall_tlp_amber",
    c"heimdall_tlp_amber_strict",
    c"heimdall_tlp_red",
];

/// The clearance of the current user: the highest TLP level (0 clear to 4 red) of which the user has the privileges
/// of the role, -1 where of none. Membership alone counts, never a setting. A superuser has all of them.
#[pg_extern(stable, parallel_safe)]
pub fn clearance() -> i16 {
    // SAFETY: plain look-ups on the backend's thread.
    let user = unsafe { pg_sys::GetUserId() };
    of_role(user)
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
