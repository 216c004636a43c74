//! Who acts.

use std::ffi::{CStr, CString};

use pgrx::pg_sys::panic::ErrorReport;
use pgrx::prelude::*;
use pgrx::{GucSetting, PgLogLevel, function_name, pg_sys};

use crate::error::{Error, ok};
use crate::settings;

/// Sessions of its members may say for whom they act.
const GATEWAY: &CStr = c"heimdall_gateway";

/// Characters of a stated actor or request at most. OpenID Connect limits `sub` to as many.
const LONGEST: usize = 255;

/// Whom an entry names.
pub struct Actor {
    /// The session user, or whom a gateway acts for.
    pub name: String,
    /// As whom the session is connected. `SET ROLE` does not change it.
    pub session_user: String,
    /// The request that a gateway serves; empty for none.
    pub request_id: String,
    /// Whether a gateway has said so.
    pub is_stated: bool,
    is_disbelieved: bool,
}

impl Actor {
    /// Who acts in this session now. What is stated is believed of the gateway alone: not of superusers either, unless
    /// they are members of its role, and not of those who have taken on its role by `SET ROLE`.
    pub fn current() -> Result<Actor, Error> {
        // SAFETY: look-ups on the backend's thread; the name is copied.
        let (session_user, is_gateway) = unsafe {
            let user = pg_sys::GetSessionUserId();
            let gateway = pg_sys::get_role_oid(GATEWAY.as_ptr(), true);
            let is_gateway =
                gateway != pg_sys::InvalidOid && pg_sys::is_member_of_role_nosuper(user, gateway);
            let name = CStr::from_ptr(pg_sys::GetUserNameFromId(user, false));
            (name.to_string_lossy().into_owned(), is_gateway)
        };
        let actor = stated(&settings::ACTOR);
        let request_id = stated(&settings::REQUEST_ID);
        if !is_gateway {
            let is_disbelieved = actor.is_some();
            return Ok(Actor {
                name: session_user.clone(),
                session_user,
                request_id: String::new(),
                is_stated: false,
                is_disbelieved,
            });
        }
        let actor = actor.map(|actor| fit("heimdall.actor", actor)).transpose()?;
        let request_id = request_id.map(|request| fit("heimdall.request_id", request)).transpose()?;
        Ok(Actor {
            is_stated: actor.is_some(),
            name: actor.unwrap_or_else(|| session_user.clone()),
            session_user,
            request_id: request_id.unwrap_or_default(),
            is_disbelieved: false,
        })
    }

    /// Who acts in the session that a worker writes for; it has looked at what was stated.
    pub fn of_another_session(name: &str, session_user: &str, request_id: &str) -> Actor {
        Actor {
            name: name.to_owned(),
            session_user: session_user.to_owned(),
            request_id: request_id.to_owned(),
            is_stated: name != session_user,
            is_disbelieved: false,
        }
    }

    /// Tells a session that states an actor and is not believed: a gateway that lacks its role would not be noticed.
    pub fn warn_of_disbelief(&self) {
        if self.is_disbelieved {
            let message = "heimdall.actor is not believed: the session's own user is recorded";
            ErrorReport::new(PgSqlErrorCode::ERRCODE_WARNING, message, function_name!())
                .set_hint("Only members of heimdall_gateway may state another actor.")
                .report(PgLogLevel::WARNING);
        }
    }
}

fn stated(setting: &GucSetting<Option<CString>>) -> Option<String> {
    let text = setting.get()?.to_string_lossy().into_owned();
    (!text.is_empty()).then_some(text)
}

fn fit(setting: &str, text: String) -> Result<String, Error> {
    if text.chars().count() > LONGEST || text.chars().any(char::is_control) {
        let message = format!("the value of {setting} cannot be recorded");
        return Err(Error::new(PgSqlErrorCode::ERRCODE_INVALID_PARAMETER_VALUE, message)
            .hint(format!("{LONGEST} characters at most, and no control characters.")));
    }
    Ok(text)
}

/// Who acts, as the audit trail, batches and the change log name him: the session user, or whom a gateway acts for.
#[pg_extern(stable, parallel_unsafe, name = "_actor")]
fn actor() -> String {
    ok(Actor::current()).name
}

/// Whose batches the current user has brought: those of the user's name, or of whom a gateway has stated. Another user of
/// the same role has another name.
#[pg_extern(stable, parallel_safe, name = "_brings")]
fn brings() -> String {
    let actor = ok(Actor::current());
    if actor.is_stated { actor.name } else { current_user() }
}

fn current_user() -> String {
    // SAFETY: a look-up on the backend's thread; the name is copied.
    let name = unsafe { CStr::from_ptr(pg_sys::GetUserNameFromId(pg_sys::GetUserId(), false)) };
    name.to_string_lossy().into_owned()
}
