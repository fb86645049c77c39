//! Manifests that name the same module, which cannot be seen in a single manifest.

use std::collections::BTreeMap;

use super::compiler::{Compiled, Compiler, ManifestFile, Registration};
use crate::{
    diagnostic::Diagnostic,
    domain::{ModuleName, RepoPath},
    rules, source,
};

/// Marks every manifest whose path names the same module as another one's as invalid, and reports it at each.
///
/// `others` are the manifests that were not compiled, which have a name too. A manifest's path names its module, whatever
/// the manifest declares. The texts are no longer in memory; `read` returns them again for the few that need a place to
/// point at.
pub fn refuse_duplicates<E>(
    compiler: &Compiler,
    compiled: &mut [Compiled],
    others: &[RepoPath],
    mut read: impl FnMut(&RepoPath) -> Result<ManifestFile, E>,
) -> Result<(), E> {
    let mut by_name: BTreeMap<ModuleName, Vec<RepoPath>> = BTreeMap::new();
    let files = compiled.iter().filter(|module| module.is_file).map(|module| &module.path);
    for path in files.chain(others) {
        if let Ok(name) = path.module_stem().parse() {
            by_name.entry(name).or_default().push(path.clone());
        }
    }
    avoid_taken_names(compiled, &by_name);
    for paths in by_name.values_mut() {
        paths.sort_unstable();
        paths.dedup();
    }
    by_name.retain(|_, paths| paths.len() > 1);
    for module in compiled.iter_mut().filter(|module| module.is_file) {
        if let Some(name) = module.named_by_path()
            && let Some(paths) = by_name.get(&name)
        {
            let file = read(&module.path)?;
            let finding = rules::name_duplicate::check(&name, &module.path, paths);
            let placed = place(compiler, &file, finding);
            module.diagnostics.extend(rules::apply_settings(placed, &compiler.settings));
            module.registration = Registration::Invalid;
        }
    }
    Ok(())
}

/// Takes the names of other manifests out of what the findings on names suggest.
fn avoid_taken_names(compiled: &mut [Compiled], by_name: &BTreeMap<ModuleName, Vec<RepoPath>>) {
    for Compiled { path, declared, diagnostics, .. } in compiled {
        let is_taken = |name: &ModuleName| {
            by_name.get(name).is_some_and(|paths| paths.iter().any(|other| other != path))
        };
        let mismatches = diagnostics.iter_mut().filter(|found| found.rule == &rules::name_mismatch::MISMATCH);
        for mismatch in mismatches {
            mismatch.help = declared.as_ref().map(|name| rules::name_mismatch::help(name, path, &is_taken));
        }
    }
}

/// Finds the place of a finding in a file whose document is no longer in memory.
pub(crate) fn place(
    compiler: &Compiler,
    file: &ManifestFile,
    finding: crate::diagnostic::Finding,
) -> Vec<Diagnostic> {
    let Ok(bytes) = &file.content else { return Vec::new() };
    let parsed = source::parse(&file.path, bytes, &compiler.settings.limits);
    parsed.document.map(|document| document.diagnose(vec![finding])).unwrap_or_default()
}
