//! Rows of searches, of the change log and of the audit trail.

use utoipa::ToSchema;

rows! {
    /// A vertex that a search found.
    Hit {
        /// `Label:value`.
        key: String,
        /// Label.
        label: String,
        /// Its value.
        value: String,
        /// Its mark.
        tlp: String,
        /// How often it was seen.
        sightings: i64,
        /// First, where a time is known.
        #[schema(format = DateTime)]
        first_seen: Option<String>,
        /// Last.
        #[schema(format = DateTime)]
        last_seen: Option<String>,
    }

    /// A vertex that came in during a time.
    Change {
        /// When its batch was taken in.
        #[schema(format = DateTime)]
        at: String,
        /// `new` or `seen again`.
        what: String,
        /// Label.
        label: String,
        /// Its value.
        value: String,
        /// Its mark.
        tlp: String,
        /// How often it was seen in that time.
        sightings: i64,
        /// First, where a time is known.
        #[schema(format = DateTime)]
        first_seen: Option<String>,
        /// Last.
        #[schema(format = DateTime)]
        last_seen: Option<String>,
        /// Sources that saw it in that time.
        sources: Vec<String>,
    }

    /// A committed change of the change log.
    Logged {
        /// Where it stands: what `after` takes.
        cursor: String,
        /// When it was made.
        #[schema(format = DateTime)]
        at: String,
        /// By whom.
        actor: String,
        /// In which batch.
        batch: Option<i64>,
        /// Label, or type of the edge.
        label: String,
        /// Its mark.
        tlp: String,
        /// The vertex, or where the edge begins.
        key: String,
        /// Where the edge leads.
        to_key: Option<String>,
        /// How often the batch saw it.
        sightings: i64,
        /// First, where a time is known.
        #[schema(format = DateTime)]
        first_seen: Option<String>,
        /// Last.
        #[schema(format = DateTime)]
        last_seen: Option<String>,
        /// Its properties; those that are sealed stay so.
        #[schema(value_type = Option<Object>)]
        properties: (),
    }

    /// One who follows the change log.
    Reader {
        /// Its name.
        name: String,
        /// Up to where it has dealt with the changes.
        cursor: String,
        /// When it was made.
        #[schema(format = DateTime)]
        created_at: String,
        /// When it last acknowledged.
        #[schema(format = DateTime)]
        acknowledged_at: Option<String>,
        /// Why it has to start anew.
        invalidation_reason: Option<String>,
        /// Segments that it has before it.
        lag_segments: i64,
        /// Bytes of them.
        lag_bytes: i64,
        /// How old the first of them is.
        lag_age: Option<String>,
    }

    /// An entry of the audit trail.
    Entry {
        /// One of 40 chains.
        lane: i32,
        /// Place in it, from 1.
        position: i64,
        /// When.
        #[schema(format = DateTime)]
        at: String,
        /// Who.
        actor: String,
        /// As whom the session was connected.
        session_user: String,
        /// The request of a gateway; empty without one.
        request_id: String,
        /// What was done.
        action: String,
        /// To what.
        object: String,
        /// The particulars.
        #[schema(value_type = Object)]
        detail: (),
        /// SHA-256, in hexadecimal.
        digest: String,
    }

    /// Whether a lane of the audit trail holds.
    Lane {
        /// The lane.
        lane: i32,
        /// So many entries hold, from the first on.
        entries: i64,
        /// Digest of the last of them.
        head: Option<String>,
        /// The first that does not hold.
        broken_at: Option<i64>,
        /// Why.
        reason: Option<String>,
    }

    /// A place in the change log.
    Place {
        /// What `after` and `acknowledge` take.
        #[schema(example = "0-0")]
        cursor: String,
    }
}
