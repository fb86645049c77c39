//! `GET /api/modules/ai/modules` and `…/modules/{name}`: the list, and one entry.

use std::{borrow::Cow, sync::Arc};

use axum::{
    body::Body,
    extract::{Path, State as Extract, rejection::PathRejection},
    http::{HeaderMap, Method, Response, Uri},
};
use serde::Deserialize;

use super::{error::not_above, old_versions};
use crate::{
    domain::{ModuleName, SnapshotVersion, closest},
    serve::{
        http::{prepared_response::Prepared, problem::Problem, query},
        snapshot::{
            json,
            loaded::{Module, Served},
        },
        state::State,
    },
};

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Filter {
    category: Option<String>,
    keyword: Option<String>,
}

impl Filter {
    fn takes(&self, module: &Module) -> bool {
        let Self { category, keyword } = self;
        category.as_ref().is_none_or(|wanted| module.category.eq_ignore_ascii_case(wanted))
            && keyword.as_ref().is_none_or(|wanted| module.keywords.iter().any(|known| **known == **wanted))
    }
}

/// The list of modules, of all or of those of a category and with a keyword; neither minds upper case.
pub(crate) async fn modules(
    Extract(state): Extract<Arc<State>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response<Body>, Problem> {
    let mut filter: Filter = query::query(&uri)?;
    filter.keyword = filter.keyword.map(|keyword| keyword.to_lowercase());
    let served = state.served()?;
    let taken = served.modules.values().filter(|module| filter.takes(module));
    let list = json::list(served.version(), taken.map(|module| Cow::Borrowed(module.listed.as_ref())));
    Ok(Prepared::of(list.bytes, state.audience()).respond(&method, &headers))
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Asked {
    #[serde(default, deserialize_with = "query::optional_whole")]
    version: Option<SnapshotVersion>,
}

/// The entry of a module, now or as `?version=N` had it.
pub(crate) async fn module(
    Extract(state): Extract<Arc<State>>,
    name: Result<Path<String>, PathRejection>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response<Body>, Problem> {
    let Asked { version } = query::query(&uri)?;
    let Ok(Path(name)) = name else {
        return Err(Problem::not_found("the name of the module is not UTF-8"));
    };
    let name: ModuleName = name.parse().map_err(|error| Problem::not_found(format!("{error}")))?;
    let served = state.served()?;
    let Some(version) = version.filter(|version| *version != served.version()) else {
        let module = served.modules.get(name.as_str()).ok_or_else(|| missing(&served, &name))?;
        return Ok(module.entry.respond(&method, &headers));
    };
    not_above(version, served.version())?;
    let bytes = state.archive(move |repository| old_versions::entry(repository, version, &name)).await?;
    Ok(Prepared::of(bytes, state.audience()).respond(&method, &headers))
}

fn missing(served: &Served, name: &ModuleName) -> Problem {
    let problem = Problem::not_found(format!("version {} has no module `{name}`", served.version()));
    match closest(name.as_str(), served.modules.keys().map(AsRef::as_ref)) {
        Some(closest) => problem.with("closest", closest),
        None => problem,
    }
}
