//! All routes: what stands in `/openapi.json`, what metrics are labelled with, and what is called.

use std::sync::Arc;

use axum::{
    Router,
    http::{Method, StatusCode},
    routing::{get, post},
};

use super::openapi::{Answer, Body, Operation, Parameter};
use crate::serve::{
    api::{
        admin,
        probes::{self, METRICS},
        read,
    },
    http::problem::Problem,
    page,
    state::State,
};

/// Who may call a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Access {
    /// Everybody, always.
    Open,
    /// Everybody, or everybody with a good token: `public_read` decides.
    Read,
    /// Administrators.
    Admin,
}

/// What stands for the name of a module at the end of a path.
const NAME: &str = "{name}";

/// A route. One that answers `GET` answers `HEAD` too.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Route {
    /// Its path; where its last part varies, that is [`NAME`].
    pub(crate) path: &'static str,
    /// The one method that it answers, beside `HEAD`.
    pub(crate) method: Method,
    /// Who may call it.
    pub(crate) access: Access,
    /// What `/openapi.json` says of it.
    pub(crate) operation: Operation,
}

/// A route that everybody may read.
const fn reads(path: &'static str, operation: Operation) -> Route {
    Route { path, method: Method::GET, access: Access::Read, operation }
}

/// A route for those who run the server.
const fn probe(path: &'static str, operation: Operation) -> Route {
    Route { path, method: Method::GET, access: Access::Open, operation }
}

/// A route for administrators.
const fn admin(method: Method, path: &'static str, operation: Operation) -> Route {
    Route { path, method, access: Access::Admin, operation }
}

const fn gives(
    id: &'static str,
    answer: &'static str,
    summary: &'static str,
    parameters: &'static [Parameter],
) -> Operation {
    Operation { id, summary, parameters, body: None, answer: Answer::Schema(answer), problems: &[] }
}

/// Changes the registry; what can be refused is refused in the same ways.
const fn changes(
    id: &'static str,
    summary: &'static str,
    schema: &'static str,
    is_required: bool,
) -> Operation {
    Operation {
        id,
        summary,
        parameters: &[],
        body: Some(Body { schema, is_required }),
        answer: Answer::Schema("sync-answer"),
        problems: &[404, 408, 409, 413, 415, 502],
    }
}

pub(crate) const SNAPSHOT: usize = 0;
pub(crate) const MODULES: usize = 1;
pub(crate) const MODULE: usize = 2;

/// Every route.
pub(crate) static ROUTES: [Route; 14] = [
    reads(
        "/api/modules/ai/snapshot",
        gives("snapshot", "registry", "The whole registry as one document", &[Parameter::Version]),
    ),
    reads(
        "/api/modules/ai/modules",
        gives("modules", "module-list", "The list of modules", &[Parameter::Category, Parameter::Keyword]),
    ),
    reads(
        "/api/modules/ai/modules/{name}",
        gives("module", "entry", "The entry of one module", &[Parameter::Name, Parameter::Version]),
    ),
    reads(
        "/api/modules/ai/changes",
        Operation {
            problems: &[409],
            ..gives(
                "changes",
                "diff-report",
                "What became of the modules since a version",
                &[Parameter::Since, Parameter::Until],
            )
        },
    ),
    reads(
        "/api/modules/ai/history",
        gives(
            "history",
            "history-report",
            "The audit log, newest first; `Link` leads to older versions",
            &[Parameter::Module, Parameter::Limit, Parameter::Before],
        ),
    ),
    admin(
        Method::POST,
        "/api/admin/modules/ai/sync",
        changes("sync", "Compile what HEAD holds, and publish it", "sync-request", false),
    ),
    admin(
        Method::GET,
        "/api/admin/modules/ai/sync/status",
        gives("status", "status-answer", "How the registry stands", &[]),
    ),
    admin(
        Method::POST,
        "/api/admin/modules/ai/rollback",
        changes("rollback", "Publish the content of an old version, and pin it", "rollback-request", true),
    ),
    admin(
        Method::POST,
        "/api/admin/modules/ai/unpin",
        changes("unpin", "Lift pins, and publish what the manifests give now", "unpin-request", false),
    ),
    probe("/livez", gives("livez", "live", "Whether the process answers", &[])),
    probe(
        "/readyz",
        Operation {
            problems: &[503],
            ..gives("readyz", "ready", "Whether there is a snapshot to serve", &[])
        },
    ),
    probe(
        "/metrics",
        Operation {
            answer: Answer::Text(METRICS),
            ..gives("metrics", "", "What was counted, as Prometheus reads it", &[])
        },
    ),
    probe(
        "/openapi.json",
        Operation { answer: Answer::Json, ..gives("openapi", "", "This description", &[]) },
    ),
    probe(
        "/",
        Operation { answer: Answer::Text(page::HTML_UTF8), ..gives("page", "", "The status page", &[]) },
    ),
];

/// The router: each route of [`ROUTES`] with what it calls. It is asked only for routes and methods that are there.
pub(crate) fn router() -> Router<Arc<State>> {
    let [
        snapshot,
        modules,
        module,
        changes,
        history,
        sync,
        status,
        rollback,
        unpin,
        livez,
        readyz,
        metrics,
        openapi,
        root,
    ] = &ROUTES;
    Router::new()
        .route(snapshot.path, get(read::snapshot))
        .route(modules.path, get(read::modules))
        .route(module.path, get(read::module))
        .route(changes.path, get(read::changes))
        .route(history.path, get(read::history))
        .route(sync.path, post(admin::sync))
        .route(status.path, get(admin::status))
        .route(rollback.path, post(admin::rollback))
        .route(unpin.path, post(admin::unpin))
        .route(livez.path, get(probes::livez))
        .route(readyz.path, get(probes::readyz))
        .route(metrics.path, get(probes::metrics))
        .route(openapi.path, get(probes::openapi))
        .route(root.path, get(page::page))
        .fallback(async || Problem::new(StatusCode::NOT_IMPLEMENTED, "this route calls nothing"))
}

impl Route {
    /// The number in [`ROUTES`] of the route that a path belongs to.
    pub(crate) fn find(path: &str) -> Option<usize> {
        ROUTES.iter().position(|route| fits(route.path, path))
    }

    /// Whether it answers a method.
    pub(crate) fn answers(&self, method: &Method) -> bool {
        *method == self.method || (*method == Method::HEAD && self.method == Method::GET)
    }

    /// The methods that it answers, as `Allow` lists them.
    pub(crate) fn allow(&self) -> &'static str {
        if self.method == Method::GET { "GET, HEAD" } else { "POST" }
    }
}

/// Whether a path is of this form; [`NAME`] at its end stands for the rest of the path, which is one part.
fn fits(form: &str, path: &str) -> bool {
    match form.strip_suffix(NAME) {
        None => form == path,
        Some(start) => path.strip_prefix(start).is_some_and(|rest| !rest.is_empty() && !rest.contains('/')),
    }
}
