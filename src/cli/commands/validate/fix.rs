//! `modreg validate --fix`: fixes files on disk, each at once and as a whole.

use std::path::Path;

use super::{
    check,
    surroundings::Surroundings,
    targets::{Place, Target},
};
use crate::{
    cli::{context::Context, error::CliError},
    compile::Compiler,
    domain::RepoPath,
    fix::{self, Fix},
    load,
    sync::SyncError,
};

/// Fixes what can be fixed in the manifests on disk, and tells what that was.
pub(super) fn files(targets: &[Target], around: Surroundings<'_>) -> Result<Vec<Fix>, CliError> {
    let Surroundings { compiler, context, .. } = around;
    let mut fixes = Vec::new();
    for target in targets {
        match target {
            Target::Folder(place) => {
                let sources = check::sources(place, around)?;
                for path in sources.files() {
                    fixes.extend(file(&place.base, path, compiler, context)?);
                }
            }
            Target::File(Place { base, path, .. }) => fixes.extend(file(base, path, compiler, context)?),
            Target::Input => {
                return Err(CliError::cannot_run("`--fix` takes files or standard input, not both")
                    .hint("`modreg validate --fix -` alone prints the fixed manifest"));
            }
        }
    }
    Ok(fixes)
}

/// Standard input, fixed.
pub(super) fn input(compiler: &Compiler) -> Result<(Vec<u8>, Vec<Fix>), CliError> {
    let fixed = fix::fix(compiler, &check::input(), check::read_input(compiler)?);
    Ok((fixed.bytes, fixed.fixes))
}

/// Fixes one file. One that cannot be read, or not without following a link, is left to the check.
fn file(base: &Path, path: &RepoPath, compiler: &Compiler, context: &Context) -> Result<Vec<Fix>, CliError> {
    let limit = compiler.settings.limits.bytes;
    if load::check_parents(base, path).is_err() {
        return Ok(Vec::new());
    }
    let Ok(before) = load::read(base, path, limit) else { return Ok(Vec::new()) };
    let fixed = fix::fix(compiler, path, before.clone());
    if fixed.fixes.is_empty() {
        return Ok(Vec::new());
    }
    if load::read(base, path, limit).ok().as_ref() != Some(&before) {
        context.warn(&format!("`{path}` changed while it was being fixed, and stays as it is now"));
        return Ok(Vec::new());
    }
    let on_disk = base.join(path.as_str());
    load::replace(&on_disk, &fixed.bytes).map_err(|source| SyncError::Io { path: on_disk, source })?;
    Ok(fixed.fixes)
}
