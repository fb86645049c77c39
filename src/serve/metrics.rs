//! What is counted, as Prometheus reads it.
//!
//! The series of the common answers are looked up once, at the start, so that counting one costs no allocation and no lock
//! that others wait for.

use std::{collections::BTreeMap, sync::atomic::AtomicU64, time::Duration};

use axum::http::{Method, StatusCode};
use jiff::Timestamp;
use prometheus_client::{
    encoding::{EncodeLabelSet, text::encode},
    metrics::{counter::Counter, family::Family, gauge::Gauge, histogram::Histogram},
    registry::{Registry, Unit},
};

use super::{
    routes::table::{ROUTES, Route, RouteId},
    snapshot::loader::View,
};
use crate::sync::Trigger;

/// The label of requests for what no route answers.
const NO_ROUTE: &str = "none";

/// What is counted.
#[derive(Debug)]
pub struct Metrics {
    registry: Registry,
    requests: Family<RequestLabels, Counter>,
    request_seconds: Family<RouteLabel, Histogram, fn() -> Histogram>,
    common: BTreeMap<RouteId, CommonSeries>,
    snapshot_version: Gauge,
    snapshot_published: Gauge<f64, AtomicU64>,
    snapshot_age: Gauge<f64, AtomicU64>,
    degraded: Gauge,
    modules: Family<StateLabel, Gauge>,
    syncs: Family<SyncLabels, Counter>,
    sync_seconds: Family<TriggerLabel, Histogram, fn() -> Histogram>,
    /// Webhook deliveries by how they ended.
    pub webhooks: Family<DeliveryLabels, Counter>,
    /// How late scheduled syncs began.
    pub schedule_lateness: Histogram,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RequestLabels {
    route: &'static str,
    method: &'static str,
    status: u16,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RouteLabel {
    route: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct StateLabel {
    state: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct SyncLabels {
    trigger: &'static str,
    result: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct TriggerLabel {
    trigger: &'static str,
}

/// The labels of a webhook delivery.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct DeliveryLabels {
    /// `delivered`, `retried` or `given_up`.
    pub result: &'static str,
}

/// The series of one route's common answers.
#[derive(Debug)]
struct CommonSeries {
    ok: Counter,
    not_modified: Counter,
    seconds: Histogram,
}

fn request_buckets() -> Histogram {
    Histogram::new([0.0001, 0.0005, 0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1.0, 5.0, 30.0])
}

fn sync_buckets() -> Histogram {
    Histogram::new([0.01, 0.05, 0.1, 0.5, 1.0, 5.0, 10.0, 30.0, 60.0, 300.0])
}

impl Metrics {
    pub(super) fn new() -> Self {
        let requests = Family::<RequestLabels, Counter>::default();
        let request_seconds = Family::new_with_constructor(request_buckets as fn() -> Histogram);
        let common = |route: &Route| {
            let method = method_label(&route.method);
            let count = |status| {
                let labels = RequestLabels { route: route.path, method, status };
                requests.get_or_create(&labels).clone()
            };
            let seconds = request_seconds.get_or_create(&RouteLabel { route: route.path }).clone();
            (route.id, CommonSeries { ok: count(200), not_modified: count(304), seconds })
        };
        let common = ROUTES.iter().map(common).collect();
        let mut metrics = Self {
            registry: Registry::with_prefix("modreg"),
            requests,
            request_seconds,
            common,
            snapshot_version: Gauge::default(),
            snapshot_published: Gauge::default(),
            snapshot_age: Gauge::default(),
            degraded: Gauge::default(),
            modules: Family::default(),
            syncs: Family::default(),
            sync_seconds: Family::new_with_constructor(sync_buckets as fn() -> Histogram),
            webhooks: Family::default(),
            schedule_lateness: sync_buckets(),
        };
        metrics.register();
        metrics
    }

    fn register(&mut self) {
        let Self { registry, .. } = self;
        registry.register("http_requests", "Requests answered", self.requests.clone());
        let seconds = self.request_seconds.clone();
        registry.register_with_unit("http_request_duration", "Time to answer", Unit::Seconds, seconds);
        registry.register("snapshot_version", "The version that is served", self.snapshot_version.clone());
        let published = self.snapshot_published.clone();
        registry.register_with_unit(
            "snapshot_published_timestamp",
            "When it was published, since 1970",
            Unit::Seconds,
            published,
        );
        let age = self.snapshot_age.clone();
        registry.register_with_unit("snapshot_age", "How long ago that was", Unit::Seconds, age);
        registry.register("degraded", "Whether something is wrong (1) or not (0)", self.degraded.clone());
        registry.register("modules", "Modules that are served, by state", self.modules.clone());
        registry.register("syncs", "Syncs that ended", self.syncs.clone());
        let seconds = self.sync_seconds.clone();
        registry.register_with_unit("sync_duration", "How long syncs took", Unit::Seconds, seconds);
        registry.register("webhook_deliveries", "Attempts to deliver webhooks", self.webhooks.clone());
        let lateness = self.schedule_lateness.clone();
        registry.register_with_unit(
            "schedule_lateness",
            "How late scheduled syncs began",
            Unit::Seconds,
            lateness,
        );
    }

    /// Counts an answer.
    pub(super) fn count_response(
        &self,
        route: Option<&Route>,
        method: &Method,
        status: StatusCode,
        took: Duration,
    ) {
        let common = route.and_then(|route| self.common.get(&route.id));
        match (common, status) {
            (Some(common), StatusCode::OK) if *method == Method::GET => common.ok.inc(),
            (Some(common), StatusCode::NOT_MODIFIED) if *method == Method::GET => common.not_modified.inc(),
            _ => {
                let route = route.map_or(NO_ROUTE, |route| route.path);
                let labels = RequestLabels { route, method: method_label(method), status: status.as_u16() };
                self.requests.get_or_create(&labels).inc()
            }
        };
        if let Some(common) = common {
            common.seconds.observe(took.as_secs_f64());
        }
    }

    /// Notes what is served now.
    pub(super) fn record_view(&self, view: &View) {
        self.degraded.set(view.trouble.is_some().into());
        let Some(snapshot) = &view.snapshot else { return };
        self.snapshot_version.set(gauge_value(snapshot.version().get()));
        self.snapshot_published.set(snapshot.published.map_or(0.0, |time| time.as_duration().as_secs_f64()));
        for (state, count) in [
            ("registered", snapshot.modules.len()),
            ("held", snapshot.root.held.len()),
            ("pinned", snapshot.root.pinned.len()),
        ] {
            self.modules.get_or_create(&StateLabel { state }).set(gauge_value(count as u64));
        }
    }

    /// Counts a sync that ended.
    pub(super) fn count_sync(&self, trigger: Trigger, result: &'static str, took: Duration) {
        let trigger = trigger.as_str();
        self.syncs.get_or_create(&SyncLabels { trigger, result }).inc();
        self.sync_seconds.get_or_create(&TriggerLabel { trigger }).observe(took.as_secs_f64());
    }

    /// Everything, as text.
    pub(super) fn text(&self, now: Timestamp) -> String {
        let published = self.snapshot_published.get();
        if published > 0.0 {
            self.snapshot_age.set(now.as_duration().as_secs_f64() - published);
        }
        let mut text = String::new();
        encode(&mut text, &self.registry).expect("a string takes all text");
        text
    }
}

fn gauge_value(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// The methods that are told apart; anybody can make up others.
fn method_label(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    }
}
