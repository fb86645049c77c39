//! The table of all routes. It is data only: the router, the metrics and `/openapi.json` are made from it.

use axum::http::Method;

use super::operation::{Answer, Body, Operation, Parameter};
use crate::serve::http::media_type;

/// The name of a route within the program.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum RouteId {
    Snapshot,
    Modules,
    Module,
    Changes,
    History,
    Sync,
    Status,
    Rollback,
    Unpin,
    Livez,
    Readyz,
    Metrics,
    OpenApi,
    Page,
}

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
    /// Its name within the program.
    pub(crate) id: RouteId,
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
const fn reads(id: RouteId, path: &'static str, operation: Operation) -> Route {
    Route { id, path, method: Method::GET, access: Access::Read, operation }
}

/// A route for those who run the server.
const fn probe(id: RouteId, path: &'static str, operation: Operation) -> Route {
    Route { id, path, method: Method::GET, access: Access::Open, operation }
}

/// A route for administrators.
const fn admin(id: RouteId, method: Method, path: &'static str, operation: Operation) -> Route {
    Route { id, path, method, access: Access::Admin, operation }
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

/// Every route.
pub(crate) static ROUTES: [Route; 14] = [
    reads(
        RouteId::Snapshot,
        "/api/modules/ai/snapshot",
        gives("snapshot", "registry", "The whole registry as one document", &[Parameter::Version]),
    ),
    reads(
        RouteId::Modules,
        "/api/modules/ai/modules",
        gives("modules", "module-list", "The list of modules", &[Parameter::Category, Parameter::Keyword]),
    ),
    reads(
        RouteId::Module,
        "/api/modules/ai/modules/{name}",
        gives("module", "entry", "The entry of one module", &[Parameter::Name, Parameter::Version]),
    ),
    reads(
        RouteId::Changes,
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
        RouteId::History,
        "/api/modules/ai/history",
        gives(
            "history",
            "history-report",
            "The audit log, newest first; `Link` leads to older versions",
            &[Parameter::Module, Parameter::Limit, Parameter::Before],
        ),
    ),
    admin(
        RouteId::Sync,
        Method::POST,
        "/api/admin/modules/ai/sync",
        changes("sync", "Compile what HEAD holds, and publish it", "sync-request", false),
    ),
    admin(
        RouteId::Status,
        Method::GET,
        "/api/admin/modules/ai/sync/status",
        gives("status", "status-answer", "How the registry stands", &[]),
    ),
    admin(
        RouteId::Rollback,
        Method::POST,
        "/api/admin/modules/ai/rollback",
        changes("rollback", "Publish the content of an old version, and pin it", "rollback-request", true),
    ),
    admin(
        RouteId::Unpin,
        Method::POST,
        "/api/admin/modules/ai/unpin",
        changes("unpin", "Lift pins, and publish what the manifests give now", "unpin-request", false),
    ),
    probe(RouteId::Livez, "/livez", gives("livez", "live", "Whether the process answers", &[])),
    probe(
        RouteId::Readyz,
        "/readyz",
        Operation {
            problems: &[503],
            ..gives("readyz", "ready", "Whether there is a snapshot to serve", &[])
        },
    ),
    probe(
        RouteId::Metrics,
        "/metrics",
        Operation {
            answer: Answer::Text(media_type::METRICS),
            ..gives("metrics", "", "What was counted, as Prometheus reads it", &[])
        },
    ),
    probe(
        RouteId::OpenApi,
        "/openapi.json",
        Operation { answer: Answer::Json, ..gives("openapi", "", "This description", &[]) },
    ),
    probe(
        RouteId::Page,
        "/",
        Operation { answer: Answer::Text(media_type::HTML), ..gives("page", "", "The status page", &[]) },
    ),
];

impl Route {
    /// The route that a path belongs to.
    pub(crate) fn find(path: &str) -> Option<&'static Self> {
        ROUTES.iter().find(|route| fits(route.path, path))
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
