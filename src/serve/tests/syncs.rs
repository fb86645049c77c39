//! Who waits for whom.

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
fn a_sync_waits_for_a_look_at_the_remote_and_for_no_other_sync() {
    let folder = repository(&[("modules/chat.yaml", &manifest("chat"))]);
    let commits = || git(folder.path(), &["rev-list", "--count", "HEAD"]);
    let state = state(folder.path(), || Timestamp::UNIX_EPOCH);
    let sync = || {
        let job = Job::new(Scope::All, Trigger::Api);
        run_sync(&state, job, Principal::this_server(), None)
    };
    run(async {
        let look = state.syncs.lock_branch().await;
        let mut first = pin!(sync());
        tokio::select! {
            biased;
            ended = &mut first => panic!("{ended:?}"),
            () = settled() => {}
        }
        assert!(state.syncs.is_running());
        assert!(matches!(sync().await, Err(SyncFailure::Busy)));
        assert_eq!(commits(), "1", "it waits before it does anything");
        drop(look);
        let done = first.await.unwrap();
        assert_eq!((done.answer.version, commits().as_str()), (SnapshotVersion::new(1), "2"));
        assert!(!state.syncs.is_running());
    });
}
