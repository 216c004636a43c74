//! The service: questions of the REST API, with their answers as messages.

use std::pin::Pin;
use std::sync::Arc;

use futures_util::Stream;
use futures_util::stream;
use prost_types::Timestamp;
use tokio_postgres::Row;
use tokio_postgres::types::Type;
use tonic::{Request, Response, Status, Streaming};

use super::proto::heimdall_server::Heimdall;
use super::proto::{
    IngestReport, IngestRequest, Known, LookupRequest, LookupResponse, Neighbor, NeighborsRequest, Observable,
};
use super::{ingest, status};
use crate::api::{answer, rows};
use crate::database::Access;
use crate::gateway::Gateway;
use crate::http::Caller;
use crate::problem::Problem;

/// It asks the database as the REST API does.
pub struct Service {
    gateway: Arc<Gateway>,
}

// Times are microseconds since 1970.
const LOOKUP: &str = "SELECT l.key, l.label, l.tlp, l.sightings, \
    (pg_catalog.date_part('epoch', l.first_seen) * 1000000)::bigint AS first_seen, \
    (pg_catalog.date_part('epoch', l.last_seen) * 1000000)::bigint AS last_seen, l.sources FROM heimdall.lookup($1, $2) AS l";

const NEIGHBORS: &str = "SELECT n.distance, n.edge_type, n.label, n.neighbor, n.tlp \
    FROM heimdall.neighbors($1, $2, depth => $3, labels => $4, types => $5, max_rows => $6) AS n";

impl Service {
    /// For that gateway.
    pub fn new(gateway: Arc<Gateway>) -> Service {
        Service { gateway }
    }
}

type Streamed<T> = Pin<Box<dyn Stream<Item = Result<T, Status>> + Send>>;

#[tonic::async_trait]
impl Heimdall for Service {
    async fn lookup(&self, request: Request<LookupRequest>) -> Result<Response<LookupResponse>, Status> {
        let caller = caller(&request)?;
        let Observable { kind, value } = observable(request.into_inner().observable)?;
        let parameters: [_; 2] = [(&kind as _, Type::TEXT), (&value as _, Type::TEXT)];
        let rows = self.gateway.database.query(&caller, Access::Read, LOOKUP, &parameters).await;
        let known = rows.map_err(|problem| status::of(&problem))?.iter().map(known).collect();
        Ok(Response::new(LookupResponse { known }))
    }

    async fn ingest(
        &self,
        request: Request<Streaming<IngestRequest>>,
    ) -> Result<Response<IngestReport>, Status> {
        let caller = caller(&request)?;
        ingest::take(&self.gateway, &caller, request.into_inner()).await.map(Response::new)
    }

    type NeighborsStream = Streamed<Neighbor>;

    async fn neighbors(
        &self,
        request: Request<NeighborsRequest>,
    ) -> Result<Response<Self::NeighborsStream>, Status> {
        let caller = caller(&request)?;
        let asked = request.into_inner();
        let Observable { kind, value } = observable(asked.observable)?;
        let (depth, max_rows) = (asked.depth.unwrap_or(1), asked.max_rows.unwrap_or(1000));
        let some = |list: Vec<String>| (!list.is_empty()).then_some(list);
        let (labels, types) = (some(asked.labels), some(asked.types));
        let parameters: [_; 6] = [
            (&kind as _, Type::TEXT),
            (&value as _, Type::TEXT),
            (&depth as _, Type::INT4),
            (&labels as _, Type::TEXT_ARRAY),
            (&types as _, Type::TEXT_ARRAY),
            (&max_rows as _, Type::INT4),
        ];
        let rows = self.gateway.database.query(&caller, Access::Read, NEIGHBORS, &parameters).await;
        let rows = rows.map_err(|problem| status::of(&problem))?;
        let neighbors: Vec<_> = rows.iter().map(|row| Ok(neighbor(row))).collect();
        let mut response: Response<Self::NeighborsStream> = Response::new(Box::pin(stream::iter(neighbors)));
        let notices = answer::said(rows.notices()).and_then(|notices| notices.parse().ok());
        if let Some(notices) = notices {
            response.metadata_mut().insert(rows::NOTICES, notices);
        }
        Ok(response)
    }
}

fn caller<T>(request: &Request<T>) -> Result<Caller, Status> {
    request.extensions().get::<Caller>().cloned().ok_or_else(|| status::of(&Problem::unauthenticated()))
}

fn observable(asked: Option<Observable>) -> Result<Observable, Status> {
    asked.ok_or_else(|| Status::invalid_argument("The observable is missing."))
}

fn known(row: &Row) -> Known {
    let time = |name: &str| row.get::<_, Option<i64>>(name).map(timestamp);
    Known {
        key: row.get("key"),
        label: row.get("label"),
        tlp: row.get("tlp"),
        sightings: row.get("sightings"),
        first_seen: time("first_seen"),
        last_seen: time("last_seen"),
        sources: row.get("sources"),
    }
}

fn timestamp(microseconds: i64) -> Timestamp {
    let nanos = i32::try_from(microseconds.rem_euclid(1_000_000)).unwrap_or(0) * 1_000;
    Timestamp { seconds: microseconds.div_euclid(1_000_000), nanos }
}

fn neighbor(row: &Row) -> Neighbor {
    Neighbor {
        distance: row.get("distance"),
        edge_type: row.get("edge_type"),
        label: row.get("label"),
        neighbor: row.get("neighbor"),
        tlp: row.get("tlp"),
    }
}
