//! One name, one module: what no manifest can know by itself.

use std::collections::BTreeMap;

use super::{Compiled, Compiler, ManifestFile, Outcome};
use crate::{
    diagnostic::Diagnostic,
    domain::{ModuleName, RepoPath},
    rules, source,
};

/// Marks every manifest that stands for the same module as another one as invalid, and says so at each.
///
/// A manifest's path tells its module, whatever it declares. The texts are gone by now; `read` gives them again for the
/// few that need a place to point at.
pub fn refuse_duplicates<E>(
    compiler: &Compiler,
    compiled: &mut [Compiled],
    mut read: impl FnMut(&RepoPath) -> Result<ManifestFile, E>,
) -> Result<(), E> {
    let mut by_name: BTreeMap<ModuleName, Vec<usize>> = BTreeMap::new();
    for (index, module) in compiled.iter().enumerate() {
        if let Some(name) = module.named_by_path() {
            by_name.entry(name).or_default().push(index);
        }
    }
    for (name, indices) in by_name.into_iter().filter(|(_, indices)| indices.len() > 1) {
        let paths: Vec<RepoPath> = indices.iter().map(|&index| compiled[index].path.clone()).collect();
        for index in indices {
            let module = &mut compiled[index];
            let file = read(&module.path)?;
            let others = paths.iter().filter(|path| **path != module.path);
            let finding = rules::name_duplicate::check(&name, others);
            let placed = place(compiler, &file, finding);
            module.diagnostics.extend(rules::settle(placed, &compiler.settings));
            module.outcome = Outcome::Invalid;
        }
    }
    Ok(())
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
