//! The state that all requests and jobs share.

use std::sync::Arc;

use arc_swap::ArcSwap;
use jiff::Timestamp;
use tokio::sync::Semaphore;

use super::{
    auth::Auth,
    http::{prepared_response::Audience, problem::Problem},
    jobs::syncs::Syncs,
    metrics::Metrics,
    options::Options,
    snapshot::{
        loaded::LoadedSnapshot,
        loader::{Loader, View},
    },
};
use crate::git::Repository;

/// The number of requests that may read from the repository at the same time. Others wait.
const MAX_REPOSITORY_READERS: usize = 4;

/// The state of a server: its options, the snapshot that it serves, and the syncs that can change it.
#[derive(Debug)]
pub struct State {
    /// The options that the server was started with.
    pub options: Options,
    /// The verifiers of tokens.
    pub auth: Auth,
    /// The metrics.
    pub metrics: Metrics,
    /// The syncs, which are the only way to change the registry.
    pub syncs: Syncs,
    /// The time of the next scheduled sync.
    pub next_run: ArcSwap<Option<Timestamp>>,
    /// The reason why the remote cannot be followed, or `None` if it can.
    pub(super) remote_trouble: ArcSwap<Option<String>>,
    view: ArcSwap<View>,
    loader: Loader,
    readers: Arc<Semaphore>,
}

impl State {
    /// Makes the state of a server that has not read its repository yet.
    pub fn new(options: Options, auth: Auth) -> Arc<Self> {
        Arc::new(Self {
            auth,
            metrics: Metrics::new(),
            syncs: Syncs::default(),
            next_run: ArcSwap::default(),
            remote_trouble: ArcSwap::default(),
            view: ArcSwap::default(),
            loader: Loader::default(),
            readers: Arc::new(Semaphore::new(MAX_REPOSITORY_READERS)),
            options,
        })
    }

    /// Returns the current view of the repository.
    pub fn view(&self) -> arc_swap::Guard<Arc<View>> {
        self.view.load()
    }

    /// Reads the repository, and replaces the view if the branch has moved.
    ///
    /// Only one call reads at a time. A call that comes meanwhile waits, and then reads again.
    pub async fn refresh(&self) {
        let before = || self.view.load_full();
        let publish = |view: View| {
            self.metrics.record_view(&view);
            self.view.store(Arc::new(view));
        };
        self.loader.refresh(&self.options.repository, self.audience(), before, publish).await;
    }

    /// Returns the served snapshot, or a problem if none is loaded.
    pub(super) fn snapshot(&self) -> Result<Arc<LoadedSnapshot>, Problem> {
        let view = self.view.load();
        view.snapshot.clone().ok_or_else(|| {
            let reason = view.trouble.as_deref().unwrap_or("the server has just started");
            Problem::unavailable(format!("no snapshot is loaded: {reason}"))
        })
    }

    /// Returns the current trouble with the branch or with following the remote, or `None` if there is none.
    pub(super) fn trouble(&self) -> Option<String> {
        let own = self.view.load().trouble.clone();
        own.or_else(|| (**self.remote_trouble.load()).clone())
    }

    /// Returns the caches that may store what is read.
    pub(super) fn audience(&self) -> Audience {
        self.options.audience()
    }

    /// Reads from the repository in a thread that may block.
    pub(super) async fn read_repository<T: Send + 'static>(
        self: &Arc<Self>,
        read: impl FnOnce(&Repository) -> Result<T, Problem> + Send + 'static,
    ) -> Result<T, Problem> {
        let permit = Arc::clone(&self.readers).acquire_owned().await.map_err(|_| Problem::internal())?;
        let path = self.options.repository.clone();
        let task = tokio::task::spawn_blocking(move || {
            // Reading goes on when the client disconnects, so the permit belongs to the thread and not to the request.
            let _permit = permit;
            let repository = Repository::open(&path).map_err(|error| {
                tracing::error!(error = %crate::sync::SyncError::from(error).with_causes(), "cannot open the repository");
                Problem::internal()
            })?;
            read(&repository)
        });
        task.await.map_err(|_| Problem::internal())?
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{
        atomic::{AtomicBool, Ordering},
        mpsc,
    };

    use super::*;
    use crate::serve::tests::{repository, run_with, state, wait_until_idle};

    #[test]
    fn a_reader_keeps_its_permit_until_the_reading_is_over_even_if_the_client_disconnects() {
        let folder = repository(&[("README.md", "a registry")]);
        // One thread more than there are permits, so that a reader without a permit could run.
        run_with(MAX_REPOSITORY_READERS + 1, async {
            let state = state(folder.path(), || Timestamp::UNIX_EPOCH);
            let (began, begins) = mpsc::channel();
            let (mut tasks, mut ends) = (Vec::new(), Vec::new());
            for _ in 0..MAX_REPOSITORY_READERS {
                let (end, ended) = mpsc::channel::<()>();
                let (state, began) = (Arc::clone(&state), began.clone());
                let read = move |_: &Repository| {
                    began.send(()).unwrap();
                    let _ = ended.recv();
                    Ok(())
                };
                tasks.push(tokio::spawn(async move { state.read_repository(read).await }));
                ends.push(end);
            }
            let has_read = Arc::new(AtomicBool::new(false));
            let one_more = tokio::spawn({
                let (state, has_read) = (Arc::clone(&state), Arc::clone(&has_read));
                async move { state.read_repository(move |_| Ok(has_read.swap(true, Ordering::SeqCst))).await }
            });
            wait_until_idle().await;
            assert_eq!(begins.iter().take(MAX_REPOSITORY_READERS).count(), MAX_REPOSITORY_READERS);
            assert!(!has_read.load(Ordering::SeqCst), "it waits for a permit");
            let disconnected = tasks.remove(0);
            disconnected.abort();
            assert!(disconnected.await.unwrap_err().is_cancelled());
            wait_until_idle().await;
            assert!(!has_read.load(Ordering::SeqCst), "the reading of the disconnected client goes on");
            drop(ends.remove(0));
            assert!(!one_more.await.unwrap().unwrap());
            assert!(has_read.load(Ordering::SeqCst));
        });
    }
}
