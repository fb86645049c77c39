//! The schedules of single modules, from their manifests at HEAD.

use std::collections::BTreeMap;

use super::plan::{Schedules, Target};
use crate::{
    compile::{Compiler, ManifestFile},
    domain::{ModuleName, ObjectId, Schedule},
    git::Repository,
    manifest, source,
    sync::{CommittedSources, Sources as _, SyncError, compiler_at},
};

/// A reader of module schedules, which reads each manifest again only after it has changed.
#[derive(Debug, Default)]
pub(super) struct ModuleSchedules {
    /// The schedule in each manifest that was read, by its blob, or `None` if it contains none.
    known: BTreeMap<ObjectId, Option<ModuleSchedule>>,
    seen: Option<ObjectId>,
}

/// A module's schedule as it is written in its manifest.
#[derive(Debug, Clone, PartialEq, Eq)]
struct ModuleSchedule {
    module: ModuleName,
    expression: String,
    zone: Option<String>,
}

impl ModuleSchedules {
    /// Returns the schedules of the registry and of modules at HEAD, or `None` if HEAD has not moved since the last call.
    pub(super) fn read(&mut self, repository: &Repository) -> Result<Option<Schedules>, SyncError> {
        let commit = repository.head()?.require_commit()?;
        if self.seen == Some(commit) {
            return Ok(None);
        }
        let compiler = compiler_at(repository, commit)?;
        let settings = &compiler.settings.schedule;
        let mut schedules = Schedules::new();
        if settings.is_enabled {
            schedules.insert(Target::Registry, settings.registry.clone());
            for module_schedule in self.module_schedules(repository, commit, &compiler)? {
                let zone = module_schedule.zone.as_deref().unwrap_or(settings.registry.zone());
                match Schedule::parse(&module_schedule.expression, zone) {
                    Ok(schedule) => {
                        schedules.insert(Target::Module(module_schedule.module), schedule);
                    }
                    Err(error) => {
                        tracing::warn!(module = %module_schedule.module, %error, "ignoring the schedule of a module");
                    }
                }
            }
        }
        self.seen = Some(commit);
        Ok(Some(schedules))
    }

    fn module_schedules(
        &mut self,
        repository: &Repository,
        commit: ObjectId,
        compiler: &Compiler,
    ) -> Result<Vec<ModuleSchedule>, SyncError> {
        let modules = &compiler.settings.modules;
        let tree = repository.tree_at(commit, modules.as_str())?;
        let sources = CommittedSources::list(repository, tree, modules, compiler.settings.limits.bytes)?;
        let mut before = std::mem::take(&mut self.known);
        for (path, blob) in sources.manifests().iter().filter_map(|(path, blob)| Some((path, blob.as_ref()?)))
        {
            let module_schedule = match before.remove(blob) {
                Some(module_schedule) => module_schedule,
                None => sources
                    .read(std::slice::from_ref(path))?
                    .pop()
                    .and_then(|file| module_schedule(file, compiler)),
            };
            self.known.insert(*blob, module_schedule);
        }
        Ok(self.known.values().flatten().cloned().collect())
    }
}

/// Returns the schedule in a manifest, or `None` if the manifest is invalid or contains none.
fn module_schedule(file: ManifestFile, compiler: &Compiler) -> Option<ModuleSchedule> {
    let bytes = file.content.ok()?;
    // Most manifests do not contain the word and need not be parsed. Only an escape could hide it.
    let mentions = |word: &[u8]| bytes.windows(word.len()).any(|found| found == word);
    if !mentions(b"schedule") && !mentions(b"\\") {
        return None;
    }
    let document = source::parse(&file.path, &bytes, &compiler.settings.limits).document?;
    let manifest = manifest::validate(document, &compiler.schemas).ok()?;
    let (expression, zone) = manifest.schedule()?;
    let (module, expression) = (manifest.name().clone(), expression.to_owned());
    Some(ModuleSchedule { module, expression, zone: zone.map(str::to_owned) })
}
