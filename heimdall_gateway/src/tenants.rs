//! What each tenant has for itself. Whatever outlives a request and is not everybody's is kept in here: nobody finds another
//! tenant's by a name or number that happens to be the same.

use std::collections::BTreeMap;

use crate::http::Caller;
use crate::problem::Problem;

/// One of each tenant's. Where there are no tenants, there is one, which is everybody's.
pub struct ByTenant<T>(BTreeMap<Option<String>, T>);

impl<T> ByTenant<T> {
    /// The caller's.
    ///
    /// # Errors
    /// Never: nobody becomes a caller whose tenant is not there.
    pub fn of(&self, caller: &Caller) -> Result<&T, Problem> {
        self.0.get(&caller.principal.tenant).ok_or_else(Problem::internal)
    }

    /// All of them, each with its tenant's name.
    pub fn iter(&self) -> impl Iterator<Item = (Option<&str>, &T)> {
        self.0.iter().map(|(tenant, of_it)| (tenant.as_deref(), of_it))
    }
}

impl<T> FromIterator<(Option<String>, T)> for ByTenant<T> {
    fn from_iter<I: IntoIterator<Item = (Option<String>, T)>>(all: I) -> ByTenant<T> {
        ByTenant(all.into_iter().collect())
    }
}
