//! Numbers of each tenant's database. A gateway without tenants shows them without a label.

use std::fmt;

use prometheus_client::encoding::{EncodeLabelSet, EncodeMetric, LabelSetEncoder, MetricEncoder};
use prometheus_client::metrics::MetricType;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;

/// The label `tenant`, where there is one.
#[derive(Clone, Debug, Hash, PartialEq, Eq)]
pub struct Tenant(Option<String>);

impl Tenant {
    /// Of that name.
    pub fn named(name: Option<&str>) -> Tenant {
        Tenant(name.map(str::to_owned))
    }
}

impl EncodeLabelSet for Tenant {
    fn encode(&self, encoder: &mut LabelSetEncoder<'_>) -> fmt::Result {
        match &self.0 {
            Some(name) => [("tenant", name.as_str())].encode(encoder),
            None => Ok(()),
        }
    }
}

/// A number that each database has.
#[derive(Clone, Debug, Default)]
pub struct TenantGauge(Family<Tenant, Gauge>);

impl TenantGauge {
    /// That tenant's.
    pub fn of(&self, tenant: &Tenant) -> Gauge {
        self.0.get_or_create_owned(tenant)
    }
}

impl EncodeMetric for TenantGauge {
    fn encode(&self, encoder: MetricEncoder<'_>) -> fmt::Result {
        match self.0.get(&Tenant(None)) {
            Some(only) => only.encode(encoder),
            None => self.0.encode(encoder),
        }
    }

    fn metric_type(&self) -> MetricType {
        MetricType::Gauge
    }
}
