//! What the last round found out about each manifest, so that the next one reads only what changed since.

use std::{
    collections::BTreeMap,
    fs, mem,
    path::{Path, PathBuf},
    time::SystemTime,
};

use crate::compile::Compiled;

/// The results of earlier rounds, or nothing where there is only one round.
#[derive(Debug, Default)]
pub(super) struct Cache(Option<BTreeMap<PathBuf, CachedFile>>);

/// What a file compiled to when it was last read.
#[derive(Debug)]
struct CachedFile {
    stamp: Option<Stamp>,
    compiled: Option<Compiled>,
}

/// What changes when a file does. A change too quick for it is told by the watcher, and forgotten by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Stamp {
    length: u64,
    modified: Option<SystemTime>,
}

impl Cache {
    /// A cache that remembers.
    pub(super) fn enabled() -> Self {
        Self(Some(BTreeMap::new()))
    }

    /// What is known of a file that has not changed; of any other, notes how it looks before it is read.
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

    /// Remembers what a file compiled to, after [`Cache::get_or_note`] did not know it.
    pub(super) fn insert(&mut self, path: &Path, compiled: &Compiled) {
        if let Some(file) = self.0.as_mut().and_then(|known| known.get_mut(path)) {
            file.compiled = Some(compiled.clone());
        }
    }

    /// Forgets a file, and all below a folder.
    pub(super) fn remove(&mut self, path: &Path) {
        if let Some(known) = &mut self.0 {
            known.retain(|file, _| !file.starts_with(path));
        }
    }

    /// Forgets everything, because what decides about all manifests changed.
    pub(super) fn clear(&mut self) {
        if let Some(known) = &mut self.0 {
            drop(mem::take(known));
        }
    }
}
