//! Watches the local branch and the remote for new commits.

use std::{sync::Arc, time::Duration};

use tokio::time::{MissedTickBehavior, interval};

use crate::{
    git::Repository,
    serve::{
        options::{Options, PushTo},
        state::State,
    },
    sync::{self, Follow, Followed, SyncError},
};

/// The interval for checking whether the local branch has moved.
const BRANCH_CHECK_INTERVAL: Duration = Duration::from_secs(1);

/// Reads the local branch periodically.
pub(crate) async fn watch_branch(state: Arc<State>) {
    let mut ticks = interval(BRANCH_CHECK_INTERVAL);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        state.refresh().await;
    }
}

/// Fetches from the remote periodically. A failure is logged when it begins, and reported as trouble until it ends.
pub(crate) async fn watch_remote(state: Arc<State>, every: Duration) {
    let mut ticks = interval(every);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut last_trouble = None;
    loop {
        ticks.tick().await;
        let trouble = follow_once(&state).await;
        if trouble != last_trouble {
            if let Some(trouble) = &trouble {
                tracing::warn!(%trouble, "cannot follow the remote");
            } else {
                tracing::info!("following the remote again");
            }
        }
        state.remote_trouble.store(Arc::new(trouble.clone()));
        last_trouble = trouble;
        state.refresh().await;
    }
}

/// Fetches once, and returns the reason if that failed. A sync that begins meanwhile waits.
async fn follow_once(state: &Arc<State>) -> Option<String> {
    let branch = state.syncs.lock_branch().await;
    let options = state.options.clone();
    let task = tokio::task::spawn_blocking(move || {
        let followed = follow_remote(&options);
        drop(branch);
        followed
    });
    match task.await {
        Ok(Ok(Followed::UpToDate | Followed::Moved { .. })) => None,
        Ok(Ok(Followed::Diverged)) => Some(
            "the local and the remote branch have diverged: each has commits that the other does not have"
                .to_owned(),
        ),
        Ok(Err(error)) => Some(error.with_causes()),
        Err(_) => Some("following the remote failed because of a bug in modreg; please report it".to_owned()),
    }
}

fn follow_remote(options: &Options) -> Result<Followed, SyncError> {
    let repository = Repository::open(&options.repository)?.silencing_ssh(options.silences_ssh);
    let remote = options.push.as_ref().and_then(PushTo::remote);
    sync::follow(&repository, &Follow { remote, now: (options.clock)() })
}
