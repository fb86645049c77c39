//! The inputs of a check, besides the manifests to check.

use crate::{
    cli::{context::Context, error::CliError, workspace::Folder},
    compile::Compiler,
    load::LoadError,
    sync::{SyncError, WorkingSources},
};

/// The folder of the manifests, the registry in it, and the settings, schemas and rules to check them with.
#[derive(Clone, Copy)]
pub(super) struct CheckInputs<'a> {
    pub(super) folder: &'a Folder,
    /// The manifests of the registry in that folder, if there is one.
    pub(super) registry: Option<&'a WorkingSources<'a>>,
    pub(super) compiler: &'a Compiler,
    pub(super) context: &'a Context,
}

/// Lists the manifests of the registry in a folder, if there is one.
pub(super) fn registry<'a>(
    folder: &'a Folder,
    compiler: &Compiler,
) -> Result<Option<WorkingSources<'a>>, CliError> {
    let (modules, limit) = (&compiler.settings.modules, compiler.settings.limits.bytes);
    match WorkingSources::list(&folder.root, folder.repository.as_ref(), modules, limit) {
        Ok(sources) => Ok(Some(sources)),
        Err(SyncError::Load(LoadError::Missing(_))) => Ok(None),
        Err(error) => Err(folder.missing_manifests(error)),
    }
}
