//! `GET /api/modules/ai/modules` and `…/modules/{name}`: the list of modules, and one entry.

use std::{borrow::Cow, sync::Arc};

use axum::{
    body::Body,
    extract::{Path, State as Extract, rejection::PathRejection},
    http::{HeaderMap, Method, Response, Uri},
};
use serde::Deserialize;

use super::{error::check_version_exists, old_versions};
use crate::{
    domain::{ModuleName, SnapshotVersion, closest},
    serve::{
        http::{prepared_response::PreparedResponse, problem::Problem, query},
        snapshot::{
            json,
            loaded::{LoadedSnapshot, Module},
        },
        state::State,
    },
};

/// The parameters of the query for the list.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct ModuleFilter {
    category: Option<String>,
    keyword: Option<String>,
}

impl ModuleFilter {
    fn matches(&self, module: &Module) -> bool {
        let Self { category, keyword } = self;
        category.as_ref().is_none_or(|wanted| module.category.eq_ignore_ascii_case(wanted))
            && keyword.as_ref().is_none_or(|wanted| module.keywords.iter().any(|known| **known == **wanted))
    }
}

/// Returns the list of modules. The query can select a category and a keyword, in which case does not matter.
pub(crate) async fn modules(
    Extract(state): Extract<Arc<State>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response<Body>, Problem> {
    let mut filter: ModuleFilter = query::parse(&uri)?;
    filter.keyword = filter.keyword.map(|keyword| keyword.to_lowercase());
    let snapshot = state.snapshot()?;
    let matching = snapshot.modules.values().filter(|module| filter.matches(module));
    let list =
        json::list(snapshot.version(), matching.map(|module| Cow::Borrowed(module.list_item.as_ref())));
    Ok(PreparedResponse::from_body(list.bytes, state.audience()).respond(&method, &headers))
}

/// The parameters of the query for one entry.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct ModuleQuery {
    #[serde(default, deserialize_with = "query::optional_whole_number")]
    version: Option<SnapshotVersion>,
}

/// Returns the entry of a module in the latest version or in `?version=N`.
pub(crate) async fn module(
    Extract(state): Extract<Arc<State>>,
    name: Result<Path<String>, PathRejection>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response<Body>, Problem> {
    let ModuleQuery { version } = query::parse(&uri)?;
    let Ok(Path(name)) = name else {
        return Err(Problem::not_found("the name of the module is not UTF-8"));
    };
    let name: ModuleName = name.parse().map_err(|error| Problem::not_found(format!("{error}")))?;
    let snapshot = state.snapshot()?;
    let Some(version) = version.filter(|version| *version != snapshot.version()) else {
        let module = snapshot.modules.get(name.as_str()).ok_or_else(|| unknown_module(&snapshot, &name))?;
        return Ok(module.entry.respond(&method, &headers));
    };
    check_version_exists(version, snapshot.version())?;
    let bytes =
        state.read_repository(move |repository| old_versions::entry(repository, version, &name)).await?;
    Ok(PreparedResponse::from_body(bytes, state.audience()).respond(&method, &headers))
}

fn unknown_module(snapshot: &LoadedSnapshot, name: &ModuleName) -> Problem {
    let problem =
        Problem::not_found(format!("version {} does not contain the module `{name}`", snapshot.version()));
    match closest(name.as_str(), snapshot.modules.keys().map(AsRef::as_ref)) {
        Some(closest) => problem.with("closest", closest),
        None => problem,
    }
}
