//! What all requests share: the snapshot that is served, and what may change it.

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

/// How many requests at once may read old versions from the repository; others wait for their turn.
const MAX_REPOSITORY_READERS: usize = 4;

/// The state of a server.
#[derive(Debug)]
pub struct State {
    /// How it was started.
    pub options: Options,
    /// Who may do what.
    pub auth: Auth,
    /// What is counted.
    pub metrics: Metrics,
    /// The one way to change the registry.
    pub syncs: Syncs,
    /// When the next scheduled sync is due.
    pub next_run: ArcSwap<Option<Timestamp>>,
    /// Why the remote cannot be followed, where it cannot.
    pub(super) remote_trouble: ArcSwap<Option<String>>,
    view: ArcSwap<View>,
    loader: Loader,
    readers: Arc<Semaphore>,
}

impl State {
    /// A server that has not looked at its repository yet.
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

    /// What the server sees now.
    pub fn view(&self) -> arc_swap::Guard<Arc<View>> {
        self.view.load()
    }

    /// Looks at the repository, and where the branch has moved, swaps the whole view.
    ///
    /// One look at a time; whoever comes meanwhile waits, and looks again.
    pub async fn refresh(&self) {
        let before = || self.view.load_full();
        let publish = |view: View| {
            self.metrics.record_view(&view);
            self.view.store(Arc::new(view));
        };
        self.loader.refresh(&self.options.repository, self.audience(), before, publish).await;
    }

    /// The snapshot that is served, or the problem that there is none.
    pub(super) fn snapshot(&self) -> Result<Arc<LoadedSnapshot>, Problem> {
        let view = self.view.load();
        view.snapshot.clone().ok_or_else(|| {
            let reason = view.trouble.as_deref().unwrap_or("the server has just started");
            Problem::unavailable(format!("there is no snapshot yet: {reason}"))
        })
    }

    /// What is wrong with the branch, or with following the remote.
    pub(super) fn trouble(&self) -> Option<String> {
        let own = self.view.load().trouble.clone();
        own.or_else(|| (**self.remote_trouble.load()).clone())
    }

    /// Who may keep what is read.
    pub(super) fn audience(&self) -> Audience {
        self.options.audience()
    }

    /// Reads from the repository in a thread that may wait for the disk.
    pub(super) async fn read_repository<T: Send + 'static>(
        self: &Arc<Self>,
        read: impl FnOnce(&Repository) -> Result<T, Problem> + Send + 'static,
    ) -> Result<T, Problem> {
        let turn = Arc::clone(&self.readers).acquire_owned().await.map_err(|_| Problem::internal())?;
        let path = self.options.repository.clone();
        let task = tokio::task::spawn_blocking(move || {
            // A caller who hangs up does not end the reading: the turn lasts as long as that does.
            let _turn = turn;
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
    use crate::serve::tests::{repository, run_with, settled, state};

    #[test]
    fn readers_take_turns_and_one_who_hangs_up_keeps_its_own_until_the_reading_is_over() {
        let folder = repository(&[("README.md", "a registry")]);
        // One thread more than there are turns: whoever had one too many would use it.
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
            settled().await;
            assert_eq!(begins.iter().take(MAX_REPOSITORY_READERS).count(), MAX_REPOSITORY_READERS);
            assert!(!has_read.load(Ordering::SeqCst), "it waits for its turn");
            let hung_up = tasks.remove(0);
            hung_up.abort();
            assert!(hung_up.await.unwrap_err().is_cancelled());
            settled().await;
            assert!(!has_read.load(Ordering::SeqCst), "the reading of the one who hung up goes on");
            drop(ends.remove(0));
            assert!(!one_more.await.unwrap().unwrap());
            assert!(has_read.load(Ordering::SeqCst));
        });
    }
}
