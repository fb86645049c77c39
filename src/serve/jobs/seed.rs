//! Adds the built-in modules to an empty registry.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs, io,
    sync::Arc,
};

use super::{run_sync::run_sync, syncs::Job};
use crate::{
    builtins::BUILTINS,
    domain::RepoPath,
    git::{Head, Repository},
    load::{self, LoadError},
    serve::{State, auth::Principal},
    settings::Settings,
    sync::{self, Scope, SyncError, Trigger},
};

/// Commits and publishes the built-in modules if the registry has neither a version nor a manifest, and the options allow it.
pub(crate) async fn add_built_in_modules(state: &Arc<State>) -> Result<(), SyncError> {
    if !state.options.built_ins {
        return Ok(());
    }
    let options = state.options.clone();
    let task = tokio::task::spawn_blocking(move || {
        let repository = Repository::open(&options.repository)?.silencing_ssh(options.silences_ssh);
        let Some(files) = files_to_add(&repository)? else { return Ok(false) };
        write(&repository, &files)?;
        let message = "Add the built-in modules\n";
        sync::commit_files(&repository, &files, message, (options.clock)())?;
        Ok::<_, SyncError>(true)
    });
    let is_new = match task.await {
        Ok(found) => found?,
        Err(_) => false,
    };
    if is_new {
        tracing::info!(modules = BUILTINS.len(), "the registry is empty; committed the built-in modules");
        let job = Job::new(Scope::All, Trigger::Init);
        if let Err(failure) = run_sync(state, job, Principal::this_server(), None).await {
            tracing::warn!(reason = %failure, "cannot publish the built-in modules");
        }
    }
    Ok(())
}

/// Returns the manifests to add, or `None` if the registry already has a version or a manifest, committed or not.
fn files_to_add(repository: &Repository) -> Result<Option<BTreeMap<RepoPath, Vec<u8>>>, SyncError> {
    let head = match repository.head()? {
        Head::Unborn { .. } => None,
        Head::Branch { commit, .. } => Some(commit),
        Head::Detached { .. } => return Ok(None),
    };
    let modules = match head {
        None => Settings::default().modules,
        Some(head) => {
            let modules = sync::compiler_at(repository, head)?.settings.modules;
            let has_version = sync::snapshot_at(repository, head)?.root.is_some();
            if has_version || repository.is_taken(head, modules.as_str())? {
                return Ok(None);
            }
            modules
        }
    };
    if let Some(root) = repository.workdir() {
        match load::walk(root, &modules, &BTreeSet::new()) {
            Ok(listing) if listing.manifests.is_empty() && listing.diagnostics.is_empty() => {}
            Err(LoadError::Missing(_)) => {}
            Ok(_) => return Ok(None),
            Err(error) => return Err(error.into()),
        }
    }
    let files = BUILTINS.iter().map(|(path, text)| (modules.join(path), text.as_bytes().to_vec()));
    Ok(Some(files.collect()))
}

/// Writes the files into the working tree, if there is one. Existing files are not overwritten.
fn write(repository: &Repository, files: &BTreeMap<RepoPath, Vec<u8>>) -> Result<(), SyncError> {
    let Some(root) = repository.workdir() else { return Ok(()) };
    for (path, bytes) in files {
        let path = root.join(path.as_str());
        let failed = |source| SyncError::Io { path: path.clone(), source };
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent).map_err(failed)?;
        }
        let mut file = fs::File::create_new(&path).map_err(failed)?;
        io::Write::write_all(&mut file, bytes).map_err(failed)?;
    }
    Ok(())
}
