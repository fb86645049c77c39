//! From what the program knows to the machine-readable reports.

use super::json::{
    ChangesReport, HistoryRecord, HistoryReport, Refusal, StatusReport, VerifyProblem, VerifyReport, changes,
    diagnostics,
};
use crate::{
    diff::Changes,
    domain::SnapshotVersion,
    registry::Snapshot,
    sync::{self, Conclusion, History, Outcome, Plan, Status, Summary, Verification},
};

impl From<&Outcome> for ChangesReport {
    fn from(outcome: &Outcome) -> Self {
        let Outcome { previous, draft, conclusion, remarks, log_remarks: _, read: _, pushed: _ } = outcome;
        let from = previous.version();
        let next = draft.root.as_ref().map_or(from, |root| root.version);
        let (version, commit, refused) = match conclusion {
            Conclusion::Unchanged | Conclusion::DryRun => (from, None, None),
            Conclusion::Committed { commit, .. } => (next, Some(*commit), None),
            Conclusion::Refused(refusal) => (from, None, Some(Refusal::new(refusal, &draft.plan))),
        };
        let found: Vec<_> = remarks.iter().chain(&draft.plan.diagnostics).cloned().collect();
        Self {
            from,
            to: Some(next),
            version,
            commit,
            summary: draft.plan.summary,
            changes: changes(&draft.changes),
            repaired: draft.repaired.keys().cloned().collect(),
            diagnostics: diagnostics(&found),
            refused,
        }
    }
}

impl ChangesReport {
    /// Tells of the changes between two snapshots; `version` is the one that the registry has now.
    pub fn between(old: &Snapshot, new: &Snapshot, version: SnapshotVersion, found: &Changes) -> Self {
        Self {
            from: old.version(),
            to: Some(new.version()),
            version,
            commit: None,
            summary: Summary::between(new, found),
            changes: changes(found),
            repaired: Vec::new(),
            diagnostics: Vec::new(),
            refused: None,
        }
    }
}

impl Refusal {
    /// Says why a guard refused, and what it refused.
    pub fn new(refusal: &sync::Refusal, plan: &Plan) -> Self {
        let refused = refusal.removals();
        let removals = refused.map(|refused| refused.entries.keys().cloned().collect()).unwrap_or_default();
        let token = refused.map(|refused| refused.token.to_string());
        Self { reason: refusal.reason(plan), removals, token }
    }
}

impl From<&Status> for StatusReport {
    fn from(status: &Status) -> Self {
        let last_change = status.last_change.map(crate::object::Moment::timestamp);
        let last_success = status.journal.last_success.or(last_change);
        Self {
            total_modules: status.total(),
            registered_modules: status.registered,
            unregistered_modules: status.unregistered,
            orphaned_entries: status.orphaned.len(),
            skipped_modules: status.skipped,
            held_modules: status.held.len(),
            pinned_modules: status.pinned.len(),
            version: status.version,
            tree: status.tree,
            last_sync: last_success,
            last_attempt: status.journal.last_attempt.or(last_change),
            last_success,
            last_change,
            last_error: status.journal.last_error.clone(),
            running: status.is_running,
            stale: status.is_stale,
            drift: status.has_drift,
            next_run: None,
            invalid: diagnostics(&status.invalid),
            held: status.held.clone(),
            pinned: status.pinned.clone(),
            webhooks: None,
        }
    }
}

impl From<&History> for HistoryReport {
    fn from(history: &History) -> Self {
        let record = |record: &sync::Record| HistoryRecord {
            version: record.version,
            commit: record.commit,
            time: record.time.timestamp(),
            author: record.author.clone(),
            trigger: record.trigger.clone(),
            source_commit: record.source_commit,
            added: record.counts.map(|counts| counts.added),
            updated: record.counts.map(|counts| counts.updated),
            removed: record.counts.map(|counts| counts.removed),
            pinned: record.pinned.clone(),
            unpinned: record.unpinned.clone(),
            held: record.held.clone(),
            released: record.released.clone(),
        };
        Self { history: history.records.iter().map(record).collect() }
    }
}

impl From<&Verification> for VerifyReport {
    fn from(found: &Verification) -> Self {
        let problem = |problem: &sync::Discrepancy| VerifyProblem {
            code: problem.rule.code.to_owned(),
            path: problem.path.clone(),
            message: problem.message.clone(),
            commit: problem.commit,
        };
        Self {
            verified: found.discrepancies.is_empty(),
            version: found.version,
            tree: found.tree,
            versions: found.versions,
            problems: found.discrepancies.iter().map(problem).collect(),
            repaired: found.repaired.iter().map(problem).collect(),
            unverifiable: found.unverifiable.clone(),
        }
    }
}
