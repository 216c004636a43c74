//! What a route costs: how often somebody may ask depends on it, and how long it may take.

/// A tier of routes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tier {
    /// Answered from an index.
    Standard,
    /// Reads much, or writes.
    Expensive,
    /// Goes through all that is stored: as expensive, and has the time that this takes.
    Upkeep,
    /// Moves a body of any size: as expensive, and takes as long as it takes.
    Transfer,
}

/// By the template of the route.
pub fn of(route: &str) -> Tier {
    const TRANSFER: [&str; 5] = ["/ingest", "/Ingest", "/uploads", "/uploads/{id}", "/events"];
    const UPKEEP: [&str; 6] = ["/rollback", "/retry", "/reapply", "/rewrap", "/keys/destroy", "/erase"];
    const EXPENSIVE: [&str; 9] = [
        "/cypher",
        "/export",
        "/preview",
        "/dry-run",
        "/infer",
        "/explain",
        "/top",
        "/audit/verify",
        "/changes",
    ];
    if TRANSFER.iter().any(|end| route.ends_with(end)) {
        Tier::Transfer
    } else if UPKEEP.iter().any(|end| route.ends_with(end)) {
        Tier::Upkeep
    } else if EXPENSIVE.iter().any(|part| route.ends_with(part) || route.contains(&format!("{part}/"))) {
        Tier::Expensive
    } else {
        Tier::Standard
    }
}

#[cfg(test)]
mod tests {
    use super::{Tier, of};

    #[test]
    fn routes_have_their_tier() {
        for (route, tier) in [
            ("/v1/observables/lookup", Tier::Standard),
            ("/v1/cypher", Tier::Expensive),
            ("/v1/export/stix", Tier::Expensive),
            ("/v1/sources/{source}/ingest", Tier::Transfer),
            ("/heimdall.v1.Heimdall/Ingest", Tier::Transfer),
            ("/v1/uploads/{id}", Tier::Transfer),
            ("/v1/uploads/{id}/events", Tier::Transfer),
            ("/v1/batches/{id}/rollback", Tier::Upkeep),
            ("", Tier::Standard),
        ] {
            assert_eq!(of(route), tier, "{route}");
        }
    }
}
