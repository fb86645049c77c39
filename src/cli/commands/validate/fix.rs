//! The fixes of `modreg validate --fix`. Each file on disk is replaced as a whole.

use std::path::Path;

use super::{
    check,
    inputs::CheckInputs,
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

/// Fixes the manifests on disk, and returns the fixes.
pub(super) fn fix_files(targets: &[Target], inputs: CheckInputs<'_>) -> Result<Vec<Fix>, CliError> {
    let CheckInputs { compiler, context, .. } = inputs;
    let mut fixes = Vec::new();
    for target in targets {
        match target {
            Target::Folder(place) => {
                let sources = check::list_manifests(place, inputs)?;
                for path in sources.files() {
                    fixes.extend(fix_file(&place.base, path, compiler, context)?);
                }
            }
            Target::File(Place { base, path, .. }) => fixes.extend(fix_file(base, path, compiler, context)?),
            Target::Input => {
                return Err(CliError::cannot_run(
                    "`--fix` cannot fix files and standard input in the same run",
                )
                .hint("`modreg validate --fix -` prints the fixed standard input"));
            }
        }
    }
    Ok(fixes)
}

/// Fixes standard input, and returns its bytes and the fixes.
pub(super) fn fix_stdin(compiler: &Compiler) -> Result<(Vec<u8>, Vec<Fix>), CliError> {
    let fixed = fix::fix(compiler, &check::stdin_path(), check::read_stdin(compiler)?);
    Ok((fixed.bytes, fixed.fixes))
}

/// Fixes one file. A file that cannot be read without following a link is skipped; the check reports it.
fn fix_file(
    base: &Path,
    path: &RepoPath,
    compiler: &Compiler,
    context: &Context,
) -> Result<Vec<Fix>, CliError> {
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
        context.warn(&format!("`{path}` changed while it was being fixed, and was not written"));
        return Ok(Vec::new());
    }
    let on_disk = base.join(path.as_str());
    load::replace(&on_disk, &fixed.bytes).map_err(|source| SyncError::Io { path: on_disk, source })?;
    Ok(fixed.fixes)
}
