//! The metrics of the server, in the `OpenMetrics` format of Prometheus.
//!
//! The series of the most common responses are looked up once at the start, so that counting a response needs neither an
//! allocation nor a contended lock.

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

/// The label of requests whose path belongs to no route.
const NO_ROUTE: &str = "none";

/// All metrics of the server.
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
    /// The attempts to deliver webhook messages, by their result.
    pub webhooks: Family<DeliveryLabels, Counter>,
    /// The time between a scheduled sync's due time and its start.
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

/// The labels of an attempt to deliver a webhook message.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct DeliveryLabels {
    /// The result: `delivered`, `retried` or `given_up`.
    pub result: &'static str,
}

/// The series of one route's most common responses.
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
        registry.register(
            "http_requests",
            "The number of requests that were answered",
            self.requests.clone(),
        );
        let seconds = self.request_seconds.clone();
        registry.register_with_unit(
            "http_request_duration",
            "The time to answer a request",
            Unit::Seconds,
            seconds,
        );
        registry.register(
            "snapshot_version",
            "The version of the served snapshot",
            self.snapshot_version.clone(),
        );
        let published = self.snapshot_published.clone();
        registry.register_with_unit(
            "snapshot_published_timestamp",
            "The time when the served snapshot was published, as seconds since 1970-01-01",
            Unit::Seconds,
            published,
        );
        let age = self.snapshot_age.clone();
        registry.register_with_unit(
            "snapshot_age",
            "The time since the served snapshot was published",
            Unit::Seconds,
            age,
        );
        registry.register(
            "degraded",
            "1 if the server is degraded, and 0 otherwise; /readyz contains the reason",
            self.degraded.clone(),
        );
        registry.register(
            "modules",
            "The number of modules in the served snapshot, by state",
            self.modules.clone(),
        );
        registry.register(
            "syncs",
            "The number of syncs that ended, by trigger and result",
            self.syncs.clone(),
        );
        let seconds = self.sync_seconds.clone();
        registry.register_with_unit("sync_duration", "The duration of a sync", Unit::Seconds, seconds);
        registry.register(
            "webhook_deliveries",
            "The number of attempts to deliver webhook messages, by result",
            self.webhooks.clone(),
        );
        let lateness = self.schedule_lateness.clone();
        registry.register_with_unit(
            "schedule_lateness",
            "The time between the due time and the start of a scheduled sync",
            Unit::Seconds,
            lateness,
        );
    }

    /// Counts a response.
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

    /// Records the snapshot that is served now.
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

    /// Counts a sync that has ended.
    pub(super) fn count_sync(&self, trigger: Trigger, result: &'static str, took: Duration) {
        let trigger = trigger.as_str();
        self.syncs.get_or_create(&SyncLabels { trigger, result }).inc();
        self.sync_seconds.get_or_create(&TriggerLabel { trigger }).observe(took.as_secs_f64());
    }

    /// Returns all metrics as text.
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

/// Returns the label of a method. Clients can invent methods, so all but the common ones share a label.
fn method_label(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    }
}
