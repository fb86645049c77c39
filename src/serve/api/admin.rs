//! The handlers for administrators: sync, status, rollback and unpin.

use std::{collections::BTreeSet, sync::Arc};

use axum::{
    Json,
    body::Body,
    extract::{Extension, Request, State as Extract},
    http::{HeaderMap, HeaderValue, Response, StatusCode, header},
    response::IntoResponse,
};
use serde::{
    Deserialize, Deserializer, Serialize,
    de::{DeserializeOwned, Error as _},
};

use crate::{
    domain::{ModuleName, SnapshotVersion},
    report::json::{StatusReport, Versioned},
    serve::{
        auth::Principal,
        http::{peer::Peer, problem::Problem, query, request_id::RequestId},
        jobs::{
            run_sync::run_sync,
            syncs::{Job, SyncFailure},
        },
        state::State,
    },
    sync::{RegistryStatus, RemovalToken, Rollback, Scope, Trigger},
    webhook,
};

/// The address of the caller, and the id of the request.
type Caller = (Extension<Peer>, Extension<RequestId>);

/// The body of a sync or an unpin.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
struct SyncBody {
    #[serde(deserialize_with = "non_null")]
    modules: Option<Vec<ModuleName>>,
    dry_run: bool,
    #[serde(deserialize_with = "non_null")]
    allow_removals: Option<String>,
}

/// The body of a rollback.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct RollbackBody {
    #[serde(deserialize_with = "whole_version")]
    version: SnapshotVersion,
    #[serde(default, deserialize_with = "non_null")]
    modules: Option<Vec<ModuleName>>,
    reason: String,
    #[serde(default)]
    dry_run: bool,
    #[serde(default, deserialize_with = "non_null")]
    allow_removals: Option<String>,
}

/// Deserializes an optional field that must not be `null`, because the meaning of `null` would be unclear.
fn non_null<'de, T: Deserialize<'de>, D: Deserializer<'de>>(field: D) -> Result<Option<T>, D::Error> {
    T::deserialize(field).map(Some)
}

/// Deserializes a version. `3.0` is accepted like `3`, because both are integers in JSON Schema.
fn whole_version<'de, D: Deserializer<'de>>(field: D) -> Result<SnapshotVersion, D::Error> {
    let number = serde_json::Number::deserialize(field)?;
    let float =
        || number.as_f64().filter(|number| number.fract() == 0.0).map(|number| format!("{number:.0}"));
    let version = number.as_u64().or_else(|| float()?.parse().ok());
    version
        .map(SnapshotVersion::new)
        .ok_or_else(|| D::Error::custom("a version must be a whole number, 0 or more"))
}

/// The body of the response of `…/sync/status`.
#[derive(Serialize)]
struct StatusResponse {
    success: bool,
    status: Versioned<StatusReport>,
}

/// Handles `POST /api/admin/modules/ai/sync`: compiles the manifests at HEAD and publishes the result.
pub(crate) async fn sync(
    Extract(state): Extract<Arc<State>>,
    caller: Caller,
    request: Request,
) -> Result<Response<Body>, Problem> {
    run_job(&state, &caller, request, |SyncBody { modules, dry_run, allow_removals }| {
        let scope = module_names(modules)?.map_or(Scope::All, Scope::Modules);
        Ok(Job { dry_run, allow_removals: removal_token(allow_removals)?, ..Job::new(scope, Trigger::Api) })
    })
    .await
}

/// Handles `POST /api/admin/modules/ai/rollback`: publishes the content of an old version again, and pins it.
pub(crate) async fn rollback(
    Extract(state): Extract<Arc<State>>,
    caller: Caller,
    request: Request,
) -> Result<Response<Body>, Problem> {
    run_job(&state, &caller, request, |body| {
        let RollbackBody { version, modules, reason, dry_run, allow_removals } = body;
        let reason =
            reason.parse().map_err(|error| Problem::bad_request(format!("invalid `reason`: {error}")))?;
        let rollback = Rollback { version, modules: module_names(modules)?.unwrap_or_default(), reason };
        let job = Job::new(Scope::Rollback(rollback), Trigger::Rollback);
        Ok(Job { dry_run, allow_removals: removal_token(allow_removals)?, ..job })
    })
    .await
}

/// Handles `POST /api/admin/modules/ai/unpin`: removes pins, and publishes the current manifests of the modules.
pub(crate) async fn unpin(
    Extract(state): Extract<Arc<State>>,
    caller: Caller,
    request: Request,
) -> Result<Response<Body>, Problem> {
    run_job(&state, &caller, request, |SyncBody { modules, dry_run, allow_removals }| {
        let scope = Scope::Pinned(module_names(modules)?.unwrap_or_default());
        Ok(Job { dry_run, allow_removals: removal_token(allow_removals)?, ..Job::new(scope, Trigger::Api) })
    })
    .await
}

/// Handles `GET /api/admin/modules/ai/sync/status`: reports the status of the registry.
pub(crate) async fn status(
    Extract(state): Extract<Arc<State>>,
    caller: Caller,
    request: Request,
) -> Result<Response<Body>, Problem> {
    authorize(&state, &caller, request.headers()).await?;
    query::reject_query(request.uri())?;
    let read = state.read_repository(|repository| {
        let cannot_report = |reason: String| {
            let detail = format!("cannot read the status: {reason}");
            Problem::new(StatusCode::INTERNAL_SERVER_ERROR, detail)
        };
        let status = RegistryStatus::of(repository, &|_| Box::new(|| ()))
            .map_err(|error| cannot_report(error.with_causes()))?;
        let webhooks =
            webhook::report(&repository.own_files()).map_err(|error| cannot_report(error.to_string()))?;
        Ok(StatusReport { webhooks, ..StatusReport::from(&status) })
    });
    let mut report = read.await?;
    report.running |= state.syncs.is_running();
    report.next_run = **state.next_run.load();
    report.last_error = report.last_error.or_else(|| state.trouble());
    Ok(json_response(StatusCode::OK, &StatusResponse { success: true, status: Versioned::new(report) }))
}

async fn authorize(state: &State, caller: &Caller, headers: &HeaderMap) -> Result<Principal, Problem> {
    let (Extension(Peer(peer)), _) = caller;
    state.auth.authorize_admin(headers, *peer).await.map_err(Problem::from)
}

/// Converts the list of modules to a set, and refuses an empty list.
fn module_names(modules: Option<Vec<ModuleName>>) -> Result<Option<BTreeSet<ModuleName>>, Problem> {
    match modules {
        Some(modules) if modules.is_empty() => {
            Err(Problem::bad_request("`modules` is empty; omit it to select all modules"))
        }
        modules => Ok(modules.map(BTreeSet::from_iter)),
    }
}

fn removal_token(text: Option<String>) -> Result<Option<RemovalToken>, Problem> {
    let parsed = text.map(|text| text.parse()).transpose();
    parsed.map_err(|error| Problem::bad_request(format!("`allowRemovals`: {error}")))
}

/// Runs the job of an administrator. The function `job` makes it from the body of the request.
async fn run_job<B: DeserializeOwned>(
    state: &Arc<State>,
    caller: &Caller,
    request: Request,
    job: impl FnOnce(B) -> Result<Job, Problem>,
) -> Result<Response<Body>, Problem> {
    let principal = authorize(state, caller, request.headers()).await?;
    query::reject_query(request.uri())?;
    let settings = &state.options.settings;
    let (parts, body) = request.into_parts();
    let body = query::json_body(&parts.headers, body, settings.body, settings.request_timeout).await?;
    let (_, Extension(id)) = caller;
    match run_sync(state, job(body)?, principal, Some(id.as_str())).await {
        Ok(done) => Ok(json_response(StatusCode::OK, &done.answer)),
        Err(refused) => Err(sync_problem(refused)),
    }
}

/// Converts the failure of a sync to a problem. Only administrators can read it.
fn sync_problem(refused: SyncFailure) -> Problem {
    match refused {
        SyncFailure::Busy => Problem::new(StatusCode::CONFLICT, "another sync is running; try again later")
            .kind("urn:modreg:problem:sync-running")
            .retry_after(5),
        SyncFailure::Conflict(reason) => {
            Problem::new(StatusCode::CONFLICT, reason).kind("urn:modreg:problem:conflict").retry_after(5)
        }
        SyncFailure::Guard(refusal) => {
            let removals: Vec<&str> = refusal.removals.iter().map(ModuleName::as_str).collect();
            let detail = format!("{}; nothing was written", refusal.reason);
            let problem = Problem::new(StatusCode::CONFLICT, detail)
                .kind("urn:modreg:problem:refused-by-guard")
                .with("removals", removals);
            match refusal.token {
                Some(token) => problem.with("token", token),
                None => problem,
            }
        }
        SyncFailure::Unknown(reason) => Problem::not_found(reason),
        SyncFailure::Remote(reason) => Problem::new(StatusCode::BAD_GATEWAY, reason),
        SyncFailure::Failed(reason) => Problem::new(StatusCode::INTERNAL_SERVER_ERROR, reason),
    }
}

fn json_response(status: StatusCode, body: &impl Serialize) -> Response<Body> {
    let mut response = (status, Json(body)).into_response();
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
