//! Publishing to the branch of this repository.

use super::{
    attempt::{Run, Start, outcome},
    checkout::Checkout,
    local_head::LocalHead,
};
use crate::{
    git::GitErrorKind,
    sync::{Conclusion, Outcome, SyncError},
};

/// The number of attempts when another program moves the branch.
const ATTEMPTS: usize = 10;

/// Compiles HEAD and moves its branch; where another program moved it meanwhile, starts again from there.
pub(super) fn publish(run: &Run<'_>) -> Result<Outcome, SyncError> {
    let mut lost = String::new();
    for _ in 0..ATTEMPTS {
        let head = run.repository.head()?;
        let (commit, branch) = (head.require_commit()?, head.branch()?);
        let local = LocalHead { branch: Some(branch.to_owned()), commit };
        let attempt = run.attempt(Start { local, base: commit, dropped: Vec::new() })?;
        if let Some(refusal) = attempt.refusal.clone() {
            return Ok(outcome(attempt.prepared, Conclusion::Refused(refusal), None));
        }
        let checkout = Checkout::of(run.repository, run.lock, commit)?;
        let Some(written) = &attempt.written else {
            checkout.catch_up_if_free()?;
            return Ok(outcome(attempt.prepared, Conclusion::Unchanged, None));
        };
        match written.move_branch(run.repository, run.lock, branch, Some(commit)) {
            Err(SyncError::Git(error)) if matches!(error.kind(), GitErrorKind::BranchMoved { .. }) => {
                branch.clone_into(&mut lost);
                continue;
            }
            moved => moved?,
        }
        let behind = checkout.bring_to(&written.files, written.commit).err();
        let conclusion = attempt.conclusion(behind);
        return Ok(outcome(attempt.prepared, conclusion, None));
    }
    Err(SyncError::LostRace { branch: lost, attempts: ATTEMPTS })
}
