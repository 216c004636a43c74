//! Rows of answers about values.

use utoipa::ToSchema;

rows! {
    /// What is known of a value.
    Known {
        /// `Label:value`.
        #[schema(example = "Ip:192.0.2.1")]
        key: String,
        /// Label.
        label: String,
        /// `clear`, `green`, `amber`, `amber+strict` or `red`.
        tlp: String,
        /// How often it was seen.
        sightings: i64,
        /// First, where a time is known.
        #[schema(format = DateTime)]
        first_seen: Option<String>,
        /// Last.
        #[schema(format = DateTime)]
        last_seen: Option<String>,
        /// Sources that have seen it.
        sources: Vec<String>,
    }

    /// One of several values that were asked for.
    Found {
        /// The kind that was asked for.
        kind: String,
        /// The value, as it was asked for.
        value: String,
        /// What is known of it; null where it is not of its kind.
        #[schema(inline)]
        found: Option<Vec<Known>>,
        /// Why it could not be looked up; null where it could.
        #[schema(inline)]
        error: Option<Unfit>,
    }

    /// Why a value could not be looked up.
    Unfit {
        /// SQLSTATE.
        #[schema(example = "22P02")]
        code: String,
        /// What is wrong with it. The value is not in it.
        message: String,
    }

    /// A batch that brought a value.
    Brought {
        /// The batch.
        batch: i64,
        /// Its source.
        source: String,
        /// Who brought it.
        actor: String,
        /// When.
        #[schema(format = DateTime)]
        ingested_at: String,
        /// How often it is in there.
        sightings: i64,
        /// First, where a time is known.
        #[schema(format = DateTime)]
        first_seen: Option<String>,
        /// Last.
        #[schema(format = DateTime)]
        last_seen: Option<String>,
        /// The first row of the dump that names it, from 1.
        first_row: Option<i64>,
    }

    /// What was known of a value at a time.
    KnownThen {
        /// `Label:value`.
        key: String,
        /// Label.
        label: String,
        /// The mark of now, since that binds.
        tlp: String,
        /// How often it had been seen.
        sightings: i64,
        /// First, where a time is known.
        #[schema(format = DateTime)]
        first_seen: Option<String>,
        /// Last.
        #[schema(format = DateTime)]
        last_seen: Option<String>,
        /// Sources that had seen it.
        sources: Vec<String>,
        /// When the first batch with it was taken in.
        #[schema(format = DateTime)]
        known_since: String,
        /// Edges by type.
        #[schema(value_type = Object)]
        edges: (),
    }

    /// An edge of a value, and a batch that brought it.
    Event {
        /// When the batch saw it first.
        #[schema(format = DateTime)]
        at: Option<String>,
        /// And last.
        #[schema(format = DateTime)]
        last_seen: Option<String>,
        /// Type of the edge.
        edge_type: String,
        /// `out` leads away from the value.
        direction: String,
        /// Label of the other end.
        label: String,
        /// The other end.
        neighbor: String,
        /// Source of the batch.
        source: String,
        /// The batch.
        batch: i64,
        /// How often it saw the edge.
        sightings: i64,
    }

    /// Something that looks like a value.
    LookAlike {
        /// Label.
        label: String,
        /// What looks like it.
        look_alike: String,
        /// From 0 to 1, which looks the same.
        similarity: f32,
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

    /// A vertex near a value.
    Neighbor {
        /// Edges from the value to it.
        distance: i32,
        /// The edge that led to it.
        edge_type: String,
        /// Label.
        label: String,
        /// Its value.
        neighbor: String,
        /// Its mark.
        tlp: String,
    }

    /// A vertex on a path.
    Step {
        /// 0 is where the path begins.
        step: i32,
        /// The edge that led to it.
        edge_type: Option<String>,
        /// `out` leads away from the vertex of the row before.
        direction: Option<String>,
        /// Label.
        label: String,
        /// Its value.
        value: String,
    }

    /// What several values are next to.
    Shared {
        /// Label.
        label: String,
        /// Its value.
        value: String,
        /// Its mark.
        tlp: String,
        /// To how many of the values it is next.
        shared_by: i32,
        /// To which.
        shared_with: Vec<String>,
        /// Its edges, counted up to 1,000 of a type and direction.
        degree: i64,
    }

    /// One of those that stand out.
    Outstanding {
        /// Label.
        label: String,
        /// Its value.
        value: String,
        /// Its mark.
        tlp: String,
        /// Its edges.
        degree: Option<i64>,
        /// How often it was seen.
        sightings: Option<i64>,
        /// First, where a time is known.
        #[schema(format = DateTime)]
        first_seen: Option<String>,
        /// Last.
        #[schema(format = DateTime)]
        last_seen: Option<String>,
    }

    /// What a source and others have seen.
    Overlap {
        /// Label.
        label: String,
        /// Its value.
        value: String,
        /// Its mark.
        tlp: String,
        /// Which others.
        seen_in: Vec<String>,
        /// How often those saw it.
        sightings: i64,
        /// First, where a time is known.
        #[schema(format = DateTime)]
        first_seen: Option<String>,
        /// Last.
        #[schema(format = DateTime)]
        last_seen: Option<String>,
    }
}
