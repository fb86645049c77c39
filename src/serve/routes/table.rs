//! The table of all routes. It is data only: the router, the metrics and `/openapi.json` are made from it.

use axum::http::Method;

use super::operation::{Operation, Parameter, RequestBody, ResponseContent};
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

/// The callers that may use a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Access {
    /// Every caller, whatever the settings.
    Open,
    /// Every caller if the setting `public_read` is on, and otherwise every caller with a valid token.
    Read,
    /// Administrators.
    Admin,
}

/// The placeholder for the name of a module at the end of a path.
const NAME: &str = "{name}";

/// A route. A route for `GET` also accepts `HEAD`.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Route {
    /// The name of the route within the program.
    pub(crate) id: RouteId,
    /// The path. Only its last part can vary, and is then written [`NAME`].
    pub(crate) path: &'static str,
    /// The method that the route accepts.
    pub(crate) method: Method,
    /// The callers that may use the route.
    pub(crate) access: Access,
    /// The description of the route in `/openapi.json`.
    pub(crate) operation: Operation,
}

impl Route {
    /// Returns the route of a path, or `None` if there is none.
    pub(crate) fn find(path: &str) -> Option<&'static Self> {
        ROUTES.iter().find(|route| matches_path(route.path, path))
    }

    /// Returns whether the route accepts a method.
    pub(crate) fn accepts(&self, method: &Method) -> bool {
        *method == self.method || (*method == Method::HEAD && self.method == Method::GET)
    }

    /// Returns the value of the header `Allow`: the methods that the route accepts.
    pub(crate) fn allow(&self) -> &'static str {
        if self.method == Method::GET { "GET, HEAD" } else { "POST" }
    }
}

/// Returns whether a path has the form of a route's path. The placeholder [`NAME`] matches one part of a path.
fn matches_path(form: &str, path: &str) -> bool {
    match form.strip_suffix(NAME) {
        None => form == path,
        Some(start) => path.strip_prefix(start).is_some_and(|rest| !rest.is_empty() && !rest.contains('/')),
    }
}

/// All routes, in the order of `/openapi.json`.
pub(crate) static ROUTES: [Route; 14] = [
    read_route(
        RouteId::Snapshot,
        "/api/modules/ai/snapshot",
        Operation {
            parameters: &[Parameter::Version],
            problems: &[(404, "The registry does not have this version.")],
            ..json_operation(
                "snapshot",
                "Get the whole registry as one document",
                "The registry: its version, its held and pinned modules, and all entries.",
                "registry",
            )
        },
    ),
    read_route(
        RouteId::Modules,
        "/api/modules/ai/modules",
        Operation {
            parameters: &[Parameter::Category, Parameter::Keyword],
            ..json_operation("modules", "List the modules", "The matching modules, by name.", "module-list")
        },
    ),
    read_route(
        RouteId::Module,
        "/api/modules/ai/modules/{name}",
        Operation {
            parameters: &[Parameter::Name, Parameter::Version],
            problems: &[(404, "No such module or version.")],
            ..json_operation("module", "Get the entry of one module", "The module's entry.", "entry")
        },
    ),
    read_route(
        RouteId::Changes,
        "/api/modules/ai/changes",
        Operation {
            parameters: &[Parameter::Since, Parameter::Until],
            problems: &[
                (404, "The registry does not have one of the versions."),
                (409, "`since` is after the latest version or after `until`."),
            ],
            ..json_operation(
                "changes",
                "Compare two versions of the registry",
                "The modules that were added, updated and removed between the two versions.",
                "diff-report",
            )
        },
    ),
    read_route(
        RouteId::History,
        "/api/modules/ai/history",
        Operation {
            parameters: &[Parameter::Module, Parameter::Limit, Parameter::Before],
            problems: &[(404, "The version in `before` does not exist yet.")],
            ..json_operation(
                "history",
                "List the published versions",
                "The versions, newest first. The header `Link` leads to older versions, if there are any.",
                "history-report",
            )
        },
    ),
    admin_route(
        RouteId::Sync,
        Method::POST,
        "/api/admin/modules/ai/sync",
        sync_operation(
            "sync",
            "Compile the manifests at HEAD and publish the result",
            "The result of the sync: what was done for each module, the version and the commit.",
            RequestBody { schema: "sync-request", is_required: false },
        ),
    ),
    admin_route(
        RouteId::Status,
        Method::GET,
        "/api/admin/modules/ai/sync/status",
        json_operation(
            "status",
            "Get the status of the registry",
            "The status of the registry, of its last syncs and of its webhooks.",
            "status-answer",
        ),
    ),
    admin_route(
        RouteId::Rollback,
        Method::POST,
        "/api/admin/modules/ai/rollback",
        sync_operation(
            "rollback",
            "Publish the content of an old version again, and pin it",
            "The result of the rollback: what was done for each module, the version and the commit.",
            RequestBody { schema: "rollback-request", is_required: true },
        ),
    ),
    admin_route(
        RouteId::Unpin,
        Method::POST,
        "/api/admin/modules/ai/unpin",
        sync_operation(
            "unpin",
            "Remove pins, and publish the current manifests of the modules",
            "The result of the unpin: what was done for each module, the version and the commit.",
            RequestBody { schema: "unpin-request", is_required: false },
        ),
    ),
    open_route(
        RouteId::Livez,
        "/livez",
        json_operation("livez", "Check that the process responds", "The process responds.", "live"),
    ),
    open_route(
        RouteId::Readyz,
        "/readyz",
        Operation {
            problems: &[(503, "No snapshot is loaded.")],
            ..json_operation(
                "readyz",
                "Check that a snapshot is loaded",
                "A snapshot is loaded. If its `status` is `degraded`, `trouble` contains the reason.",
                "ready",
            )
        },
    ),
    open_route(
        RouteId::Metrics,
        "/metrics",
        Operation {
            content: ResponseContent::Text(media_type::METRICS),
            ..json_operation("metrics", "Get the metrics", "The metrics in the OpenMetrics text format.", "")
        },
    ),
    open_route(
        RouteId::OpenApi,
        "/openapi.json",
        Operation {
            content: ResponseContent::Json,
            ..json_operation("openapi", "Get this description", "This description.", "")
        },
    ),
    open_route(
        RouteId::Page,
        "/",
        Operation {
            content: ResponseContent::Text(media_type::HTML),
            ..json_operation("page", "Get the status page", "The status page.", "")
        },
    ),
];

const fn read_route(id: RouteId, path: &'static str, operation: Operation) -> Route {
    Route { id, path, method: Method::GET, access: Access::Read, operation }
}

const fn open_route(id: RouteId, path: &'static str, operation: Operation) -> Route {
    Route { id, path, method: Method::GET, access: Access::Open, operation }
}

const fn admin_route(id: RouteId, method: Method, path: &'static str, operation: Operation) -> Route {
    Route { id, path, method, access: Access::Admin, operation }
}

/// Describes an operation without parameters that returns a document of a schema.
const fn json_operation(
    id: &'static str,
    summary: &'static str,
    success: &'static str,
    schema: &'static str,
) -> Operation {
    let content = ResponseContent::Schema(schema);
    Operation { id, summary, parameters: &[], body: None, success, content, problems: &[] }
}

/// Describes an operation that changes the registry. All of them fail in the same ways.
const fn sync_operation(
    id: &'static str,
    summary: &'static str,
    success: &'static str,
    body: RequestBody,
) -> Operation {
    Operation {
        id,
        summary,
        parameters: &[],
        body: Some(body),
        success,
        content: ResponseContent::Schema("sync-answer"),
        problems: &[
            (404, "A module, a version or a pin in the request does not exist."),
            (408, "The body did not arrive in time."),
            (409, "Another sync is running, the branch changed meanwhile, or a guard refused the result."),
            (413, "The body is larger than the server accepts."),
            (415, "The body is not JSON."),
            (502, "The remote could not be reached, or did not accept the push."),
        ],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_belongs_to_at_most_one_route() {
        for (path, expected) in [
            ("/", Some(RouteId::Page)),
            ("/api/modules/ai/modules", Some(RouteId::Modules)),
            ("/api/modules/ai/modules/chat", Some(RouteId::Module)),
            ("/api/modules/ai/modules/", None),
            ("/api/modules/ai/modules/chat/", None),
            ("/api/modules/ai/modules/chat/more", None),
            ("/openapi.json/", None),
        ] {
            assert_eq!(Route::find(path).map(|route| route.id), expected, "{path}");
            assert!(ROUTES.iter().filter(|route| matches_path(route.path, path)).count() < 2, "{path}");
        }
    }
}
