//! The handler of each route, and the router that calls it.

use std::sync::Arc;

use axum::{
    Router,
    routing::{MethodRouter, get, post},
};

use super::{admin, probes, read};
use crate::serve::{
    page,
    routes::table::{ROUTES, RouteId},
    state::State,
};

/// Returns the router for all routes. It is called only for paths and methods of the table.
pub(crate) fn router() -> Router<Arc<State>> {
    ROUTES.iter().fold(Router::new(), |router, route| router.route(route.path, handler(route.id)))
}

fn handler(route: RouteId) -> MethodRouter<Arc<State>> {
    match route {
        RouteId::Snapshot => get(read::snapshot),
        RouteId::Modules => get(read::modules),
        RouteId::Module => get(read::module),
        RouteId::Changes => get(read::changes),
        RouteId::History => get(read::history),
        RouteId::Sync => post(admin::sync),
        RouteId::Status => get(admin::status),
        RouteId::Rollback => post(admin::rollback),
        RouteId::Unpin => post(admin::unpin),
        RouteId::Livez => get(probes::livez),
        RouteId::Readyz => get(probes::readyz),
        RouteId::Metrics => get(probes::metrics),
        RouteId::OpenApi => get(probes::openapi),
        RouteId::Page => get(page::page),
    }
}
