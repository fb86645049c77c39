//! The results of the previous round for each manifest, so that the next round reads only changed files.

use std::{
    collections::BTreeMap,
    fs, mem,
    path::{Path, PathBuf},
    time::SystemTime,
};

use crate::compile::Compiled;

/// The results of earlier rounds, or `None` if there is only one round.
#[derive(Debug, Default)]
pub(super) struct Cache(Option<BTreeMap<PathBuf, CachedFile>>);

/// The result of compiling a file when it was last read.
#[derive(Debug)]
struct CachedFile {
    stamp: Option<Stamp>,
    compiled: Option<Compiled>,
}

/// The length and time of a file, by which changes are recognised. For a change that alters neither, the watcher reports
/// the path, which is then removed from the cache.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Stamp {
    length: u64,
    modified: Option<SystemTime>,
}

impl Cache {
    /// Returns a cache for several rounds; the default one stores nothing.
    pub(super) fn enabled() -> Self {
        Self(Some(BTreeMap::new()))
    }

    /// Returns the result for a file that has not changed; for any other, notes its length and time before it is read.
    pub(super) fn get_or_note(&mut self, path: &Path) -> Option<Compiled> {
        let known = self.0.as_mut()?;
        let stamp = fs::symlink_metadata(path)
            .ok()
            .map(|file| Stamp { length: file.len(), modified: file.modified().ok() });
        match known.get(path) {
            Some(file) if file.stamp == stamp && stamp.is_some() => file.compiled.clone(),
            Some(_) | None => {
                known.insert(path.to_owned(), CachedFile { stamp, compiled: None });
                None
            }
        }
    }

    /// Stores the result for a file for which [`Cache::get_or_note`] returned `None`.
    pub(super) fn insert(&mut self, path: &Path, compiled: &Compiled) {
        if let Some(file) = self.0.as_mut().and_then(|known| known.get_mut(path)) {
            file.compiled = Some(compiled.clone());
        }
    }

    /// Removes a file, or all files in a folder.
    pub(super) fn remove(&mut self, path: &Path) {
        if let Some(known) = &mut self.0 {
            known.retain(|file, _| !file.starts_with(path));
        }
    }

    /// Removes all files, because the settings, the schemas or the ignored files changed.
    pub(super) fn clear(&mut self) {
        if let Some(known) = &mut self.0 {
            drop(mem::take(known));
        }
    }
}
