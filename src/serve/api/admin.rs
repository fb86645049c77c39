//! What only administrators may do: sync, look how the registry stands, roll back, unpin.

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
    sync::{RemovalToken, Rollback, Scope, Status, Trigger},
    webhook,
};

/// Who calls, and how the request is called in the log.
type Caller = (Extension<Peer>, Extension<RequestId>);

/// The body of a sync, and of an unpin.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
struct SyncBody {
    #[serde(deserialize_with = "non_null")]
    modules: Option<Vec<ModuleName>>,
    dry_run: bool,
    #[serde(deserialize_with = "non_null")]
    allow_removals: Option<String>,
}

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

/// A field that may be left out, but not be `null`: that could mean anything.
fn non_null<'de, T: Deserialize<'de>, D: Deserializer<'de>>(field: D) -> Result<Option<T>, D::Error> {
    T::deserialize(field).map(Some)
}

/// A version. To JSON Schema `3.0` is as whole a number as `3`, and to some clients too.
fn whole_version<'de, D: Deserializer<'de>>(field: D) -> Result<SnapshotVersion, D::Error> {
    let number = serde_json::Number::deserialize(field)?;
    let float =
        || number.as_f64().filter(|number| number.fract() == 0.0).map(|number| format!("{number:.0}"));
    let version = number.as_u64().or_else(|| float()?.parse().ok());
    version.map(SnapshotVersion::new).ok_or_else(|| D::Error::custom("a version is a whole number from 0 on"))
}

/// What `…/sync/status` answers.
#[derive(Serialize)]
struct StatusResponse {
    success: bool,
    status: Versioned<StatusReport>,
}

/// `POST /api/admin/modules/ai/sync`: compiles what HEAD holds, and publishes it.
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

/// `POST /api/admin/modules/ai/rollback`: publishes the content of an old version, and pins it.
pub(crate) async fn rollback(
    Extract(state): Extract<Arc<State>>,
    caller: Caller,
    request: Request,
) -> Result<Response<Body>, Problem> {
    run_job(&state, &caller, request, |body| {
        let RollbackBody { version, modules, reason, dry_run, allow_removals } = body;
        let reason = reason
            .parse()
            .map_err(|error| Problem::bad_request(format!("`reason` does not say why: {error}")))?;
        let rollback = Rollback { version, modules: module_names(modules)?.unwrap_or_default(), reason };
        let job = Job::new(Scope::Rollback(rollback), Trigger::Rollback);
        Ok(Job { dry_run, allow_removals: removal_token(allow_removals)?, ..job })
    })
    .await
}

/// `POST /api/admin/modules/ai/unpin`: lifts pins, and publishes what the manifests give now.
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

/// `GET /api/admin/modules/ai/sync/status`: how the registry stands.
pub(crate) async fn status(
    Extract(state): Extract<Arc<State>>,
    caller: Caller,
    request: Request,
) -> Result<Response<Body>, Problem> {
    authorize(&state, &caller, request.headers()).await?;
    query::reject_query(request.uri())?;
    let read = state.read_repository(|repository| {
        let cannot_report = |reason: String| {
            let detail = format!("the status cannot be told: {reason}");
            Problem::new(StatusCode::INTERNAL_SERVER_ERROR, detail)
        };
        let status = Status::of(repository, &|_| Box::new(|| ()))
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

/// The modules that are named, of which there has to be one where any are.
fn module_names(modules: Option<Vec<ModuleName>>) -> Result<Option<BTreeSet<ModuleName>>, Problem> {
    match modules {
        Some(modules) if modules.is_empty() => {
            Err(Problem::bad_request("`modules` names no module; leave it out to mean all"))
        }
        modules => Ok(modules.map(BTreeSet::from_iter)),
    }
}

fn removal_token(text: Option<String>) -> Result<Option<RemovalToken>, Problem> {
    let parsed = text.map(|text| text.parse()).transpose();
    parsed.map_err(|error| Problem::bad_request(format!("`allowRemovals`: {error}")))
}

/// Does what an administrator asks for; `job` says what a body means.
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

/// Why nothing was published. Only administrators read this.
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
