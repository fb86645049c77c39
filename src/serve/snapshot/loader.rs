//! The loader, which reads the repository and replaces the view when the branch has moved.
//!
//! Invariant: a view is replaced as a whole, and a snapshot that cannot be loaded never replaces one that is loaded.

use std::{fmt, path::Path, sync::Arc};

use tokio::sync::Mutex;

use super::loaded::LoadedSnapshot;
use crate::{
    domain::{ObjectId, SnapshotVersion},
    git::{Head, Repository},
    serve::http::prepared_response::Audience,
    sync::{self, SyncError},
};

/// The state of the repository as the server last read it.
#[derive(Debug, Default, Clone)]
pub struct View {
    /// The commit at HEAD, or `None` if there is no commit.
    pub(crate) head: Option<ObjectId>,
    /// The last snapshot that could be loaded.
    pub(crate) snapshot: Option<Arc<LoadedSnapshot>>,
    /// The reason why the snapshot may differ from the branch, or `None` if it does not.
    pub(crate) trouble: Option<String>,
}

impl View {
    /// Returns the version of the snapshot, or 0 if none is loaded.
    pub(crate) fn version(&self) -> SnapshotVersion {
        self.snapshot.as_ref().map_or(SnapshotVersion::EMPTY, |snapshot| snapshot.version())
    }

    /// Returns a view with a trouble and the same snapshot.
    fn with_trouble(&self, trouble: String) -> Self {
        Self { trouble: Some(trouble), ..self.clone() }
    }
}

/// The loader of views. It keeps the repository open as long as nothing changes.
#[derive(Default)]
pub(crate) struct Loader(Mutex<Option<Repository>>);

impl fmt::Debug for Loader {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Loader")
    }
}

impl Loader {
    /// Reads the repository, and passes a new view to `show` if something has changed.
    ///
    /// `before` returns the current view. It is called when no other call is reading any more.
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
                // After a change the repository is opened again, because its caches of old versions are no longer useful.
                *opened = view.is_none().then_some(repository);
                view
            }
            Ok(Err(error)) => Some(before.with_trouble(error.with_causes())),
            Err(_) => Some(before.with_trouble(
                "reading the repository failed because of a bug in modreg; please report it".to_owned(),
            )),
        };
        if let Some(view) = view {
            log_changes(&before, &view);
            show(view);
        }
    }
}

/// Loads what HEAD contains, or returns `None` if HEAD has not moved and there was no trouble.
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
        let trouble = "the registry has no version yet; `modreg sync` publishes the first one".to_owned();
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
        format!(
            "{} in `registry/` edited by hand; the published entries are served instead",
            match edited.len() {
                1 => "1 file was".to_owned(),
                count => format!("{count} files were"),
            }
        )
    });
    Ok(Some(View { head: Some(commit), snapshot: Some(snapshot), trouble }))
}

/// Logs how a view differs from the one before.
fn log_changes(before: &View, view: &View) {
    let (from, to) = (before.version(), view.version());
    if from != to {
        let modules = view.snapshot.as_ref().map_or(0, |snapshot| snapshot.modules.len());
        tracing::info!(from = from.get(), to = to.get(), modules, "serving another version");
    }
    match (&before.trouble, &view.trouble) {
        (old, Some(new)) if old.as_ref() != Some(new) => tracing::warn!(trouble = %new, "degraded"),
        (Some(_), None) => tracing::info!("no longer degraded"),
        _ => {}
    }
}
