//! What the server sees of its repository, and how it looks.
//!
//! Invariant: a view is swapped whole, and one that cannot be read never takes the place of a snapshot that could.

use std::{fmt, path::Path, sync::Arc};

use tokio::sync::Mutex;

use super::loaded::LoadedSnapshot;
use crate::{
    domain::{ObjectId, SnapshotVersion},
    git::{Head, Repository},
    serve::http::prepared_response::Audience,
    sync::{self, SyncError},
};

/// What the server sees of its repository.
#[derive(Debug, Default, Clone)]
pub struct View {
    /// The commit that was looked at.
    pub(crate) head: Option<ObjectId>,
    /// The last snapshot that could be read.
    pub(crate) snapshot: Option<Arc<LoadedSnapshot>>,
    /// Why what is snapshot is not what the branch holds, or is not to be trusted.
    pub(crate) trouble: Option<String>,
}

impl View {
    /// The version that is snapshot; 0 where there is none.
    pub(crate) fn version(&self) -> SnapshotVersion {
        self.snapshot.as_ref().map_or(SnapshotVersion::EMPTY, |snapshot| snapshot.version())
    }

    /// The same with a trouble, in which the last good snapshot stays.
    fn with_trouble(&self, trouble: String) -> Self {
        Self { trouble: Some(trouble), ..self.clone() }
    }
}

/// Looks at the repository, one look at a time. It stays open while nothing changes.
#[derive(Default)]
pub(crate) struct Loader(Mutex<Option<Repository>>);

impl fmt::Debug for Loader {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Loader")
    }
}

impl Loader {
    /// Looks, and where there is something new, shows it before anybody looks again. `before` is what was seen last.
    pub(crate) async fn refresh(
        &self,
        path: &Path,
        audience: Audience,
        before: impl FnOnce() -> Arc<View>,
        show: impl FnOnce(View),
    ) {
        let mut opened = self.0.lock().await;
        let before = before();
        let (open, path, last) = (opened.take(), path.to_owned(), Arc::clone(&before));
        let task = tokio::task::spawn_blocking(move || {
            let repository = open.map_or_else(|| Repository::open(&path), Ok)?;
            let view = load(&repository, &last, audience)?;
            Ok::<_, SyncError>((repository, view))
        });
        let view = match task.await {
            Ok(Ok((repository, view))) => {
                // After a swap it is opened anew, for what it has cached of each version is not asked for again.
                *opened = view.is_none().then_some(repository);
                view
            }
            Ok(Err(error)) => Some(before.with_trouble(error.with_causes())),
            Err(_) => {
                Some(before.with_trouble("a bug in modreg stopped the look at the repository".to_owned()))
            }
        };
        if let Some(view) = view {
            log_changes(&before, &view);
            show(view);
        }
    }
}

/// Reads what the branch holds, unless it is where it was and all was well.
fn load(repository: &Repository, before: &View, audience: Audience) -> Result<Option<View>, SyncError> {
    let commit = match repository.head()? {
        Head::Unborn { .. } => {
            let view = View { head: None, ..before.with_trouble("the branch has no commits".to_owned()) };
            return Ok(Some(view));
        }
        Head::Branch { commit, .. } | Head::Detached { commit } => commit,
    };
    if before.head == Some(commit) && before.trouble.is_none() {
        return Ok(None);
    }
    let (published, edited) = sync::published_at(repository, commit)?;
    let Some(root) = &published.root else {
        let trouble = "the registry has no version; a sync makes the first one".to_owned();
        return Ok(Some(View { head: Some(commit), ..before.with_trouble(trouble) }));
    };
    let known = before.snapshot.clone().filter(|snapshot| snapshot.has_root(root));
    let snapshot = match known {
        Some(snapshot) => snapshot,
        None => Arc::new(LoadedSnapshot::read(
            repository,
            commit,
            &published,
            root,
            before.snapshot.as_deref(),
            audience,
        )?),
    };
    let trouble = (!edited.is_empty()).then(|| {
        format!("`registry/` was changed by hand in {} files; what was published is served", edited.len())
    });
    Ok(Some(View { head: Some(commit), snapshot: Some(snapshot), trouble }))
}

/// Logs what is new in a view.
fn log_changes(before: &View, view: &View) {
    let (from, to) = (before.version(), view.version());
    if from != to {
        let modules = view.snapshot.as_ref().map_or(0, |snapshot| snapshot.modules.len());
        tracing::info!(from = from.get(), to = to.get(), modules, "serving another version");
    }
    match (&before.trouble, &view.trouble) {
        (old, Some(new)) if old.as_ref() != Some(new) => tracing::warn!(trouble = %new, "degraded"),
        (Some(_), None) => tracing::info!("all is well again"),
        _ => {}
    }
}
