//! Tests of concurrent syncs.

use std::pin::pin;

use super::*;
use crate::{
    domain::SnapshotVersion,
    serve::{
        auth::Principal,
        jobs::{
            run_sync::run_sync,
            syncs::{Job, SyncFailure},
        },
    },
    sync::{Scope, Trigger},
};

#[test]
fn a_sync_waits_for_a_fetch_but_not_for_another_sync() {
    let folder = repository(&[("modules/chat.yaml", &manifest("chat"))]);
    let commits = || git(folder.path(), &["rev-list", "--count", "HEAD"]);
    let state = state(folder.path(), || Timestamp::UNIX_EPOCH);
    let sync = || {
        let job = Job::new(Scope::All, Trigger::Api);
        run_sync(&state, job, Principal::this_server(), None)
    };
    run(async {
        let fetch = state.syncs.lock_branch().await;
        let mut first = pin!(sync());
        tokio::select! {
            biased;
            ended = &mut first => panic!("{ended:?}"),
            () = wait_until_idle() => {}
        }
        assert!(state.syncs.is_running());
        assert!(matches!(sync().await, Err(SyncFailure::Busy)));
        assert_eq!(commits(), "1", "the sync waits before it does anything");
        drop(fetch);
        let done = first.await.unwrap();
        assert_eq!((done.answer.version, commits().as_str()), (SnapshotVersion::new(1), "2"));
        assert!(!state.syncs.is_running());
    });
}
