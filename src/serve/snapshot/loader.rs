//! What the server sees of its repository, and how it looks.
//!
//! Invariant: a view is swapped whole, and one that cannot be read never takes the place of a snapshot that could.

use std::{fmt, path::Path, sync::Arc};

use tokio::sync::Mutex;

use super::loaded::Served;
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
    pub(crate) served: Option<Arc<Served>>,
    /// Why what is served is not what the branch holds, or is not to be trusted.
    pub(crate) trouble: Option<String>,
}

impl View {
    /// The version that is served; 0 where there is none.
    pub(crate) fn version(&self) -> SnapshotVersion {
        self.served.as_ref().map_or(SnapshotVersion::EMPTY, |served| served.version())
    }

    /// The same with a trouble, in which the last good snapshot stays.
    fn troubled(&self, trouble: String) -> Self {
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
    pub(crate) async fn look(
        &self,
        path: &Path,
        audience: Audience,
        before: impl FnOnce() -> Arc<View>,
        show: impl FnOnce(View),
    ) {
        let mut opened = self.0.lock().await;
        let before = before();
        let (kept, path, last) = (opened.take(), path.to_owned(), Arc::clone(&before));
        let task = tokio::task::spawn_blocking(move || {
            let repository = kept.map_or_else(|| Repository::open(&path), Ok)?;
            let view = look(&repository, &last, audience)?;
            Ok::<_, SyncError>((repository, view))
        });
        let view = match task.await {
            Ok(Ok((repository, view))) => {
                // After a swap it is opened anew, for what it has cached of each version is not asked for again.
                *opened = view.is_none().then_some(repository);
                view
            }
            Ok(Err(error)) => Some(before.troubled(error.with_causes())),
            Err(_) => Some(before.troubled("a bug in modreg stopped the look at the repository".to_owned())),
        };
        if let Some(view) = view {
            tell(&before, &view);
            show(view);
        }
    }
}

/// Reads what the branch holds, unless it is where it was and all was well.
fn look(repository: &Repository, before: &View, audience: Audience) -> Result<Option<View>, SyncError> {
    let commit = match repository.head()? {
        Head::Unborn { .. } => {
            let view = View { head: None, ..before.troubled("the branch has no commits".to_owned()) };
            return Ok(Some(view));
        }
        Head::Branch { commit, .. } | Head::Detached { commit } => commit,
    };
    if before.head == Some(commit) && before.trouble.is_none() {
        return Ok(None);
    }
    let (snapshot, edited) = sync::published_at(repository, commit)?;
    let Some(root) = &snapshot.root else {
        let trouble = "the registry has no version; a sync makes the first one".to_owned();
        return Ok(Some(View { head: Some(commit), ..before.troubled(trouble) }));
    };
    let known = before.served.clone().filter(|served| served.says(root));
    let served = match known {
        Some(served) => served,
        None => {
            Arc::new(Served::read(repository, commit, &snapshot, root, before.served.as_deref(), audience)?)
        }
    };
    let trouble = (!edited.is_empty()).then(|| {
        format!("`registry/` was changed by hand in {} files; what was published is served", edited.len())
    });
    Ok(Some(View { head: Some(commit), served: Some(served), trouble }))
}

/// Logs what is new in a view.
fn tell(before: &View, view: &View) {
    let (from, to) = (before.version(), view.version());
    if from != to {
        let modules = view.served.as_ref().map_or(0, |served| served.modules.len());
        tracing::info!(from = from.get(), to = to.get(), modules, "serving another version");
    }
    match (&before.trouble, &view.trouble) {
        (old, Some(new)) if old.as_ref() != Some(new) => tracing::warn!(trouble = %new, "degraded"),
        (Some(_), None) => tracing::info!("all is well again"),
        _ => {}
    }
}
