//! The sync itself: compile what HEAD holds, apply the guards, commit, and bring the checkout up to date.
//!
//! Invariant: until the branch moves, nothing that anybody can see has changed; and it moves only from the commit that
//! was read.

use std::{collections::BTreeMap, time::Duration};

use jiff::Timestamp;

use super::{
    Draft, Journal, Plan, RemovalToken, Scope, SyncError, Trigger, base,
    checkout::Checkout,
    guard, message,
    prepare::{Prepared, prepare},
    push::{self, Push, Pushed},
};
use crate::{
    compile::Compiler,
    diagnostic::Diagnostic,
    domain::{ModuleName, ObjectId, RepoPath},
    git::{GitErrorKind, Identity, NewCommit, Repository, SyncLock},
    object::{self, Mode, Object},
    registry::{Root, Snapshot, entries_path, entry_path, entry_repo_path, root_path},
};

/// How often a sync starts anew when somebody else moves the branch.
const ATTEMPTS: usize = 10;
/// How long a sync waits for another one in the same repository.
pub(super) const PATIENCE: Duration = Duration::from_secs(5);

/// Is told how many manifests will be read, and returns what is called for each one that is done.
pub type Started<'a> = &'a dyn Fn(usize) -> Box<dyn Fn() + Sync>;

/// What a sync is asked to do.
#[derive(Debug)]
pub struct Request<'a> {
    /// Which entries may change.
    pub scope: Scope,
    /// Whether to stop before writing.
    pub dry_run: bool,
    /// Whether any invalid manifest stops it.
    pub strict: bool,
    /// Allows the removal of one exact set of entries.
    pub allow_removals: Option<RemovalToken>,
    /// Where to push, if at all.
    pub push: Option<Push<'a>>,
    /// What started it.
    pub trigger: Trigger,
    /// When.
    pub now: Timestamp,
}

impl Request<'_> {
    /// Asks for a sync that writes, lets invalid manifests be held, removes no more than the guard allows and is not
    /// pushed.
    pub fn new(scope: Scope, trigger: Trigger, now: Timestamp) -> Self {
        let (dry_run, strict, allow_removals, push) = (false, false, None, None);
        Self { scope, dry_run, strict, allow_removals, push, trigger, now }
    }
}

/// How a sync ended.
#[derive(Debug)]
pub struct Outcome {
    /// The snapshot before.
    pub previous: Snapshot,
    /// The next snapshot, whether it was committed or not.
    pub draft: Draft,
    /// What became of it.
    pub verdict: Verdict,
    /// Warnings about files that only look like manifests.
    pub remarks: Vec<Diagnostic>,
    /// How many manifests had to be read.
    pub read: usize,
    /// What became of the push, where it was asked for and something was there to push.
    pub pushed: Option<Pushed>,
}

/// What became of a draft.
#[derive(Debug)]
pub enum Verdict {
    /// The previous snapshot still says it all.
    Unchanged,
    /// It would have been committed.
    DryRun,
    /// It is on the branch.
    Committed {
        /// The commit.
        commit: ObjectId,
        /// Why the checkout could not be brought up to date, if it could not.
        behind: Option<SyncError>,
        /// Whether git knows no name of the committer.
        is_anonymous: bool,
    },
    /// A guard refused it.
    Refused(Refusal),
}

/// Why a guard refused a draft.
#[derive(Debug)]
pub enum Refusal {
    /// Too many entries would go.
    Removals {
        /// Allows exactly these removals.
        token: RemovalToken,
    },
    /// A token was given, but for another set of removals.
    WrongToken {
        /// Allows exactly these removals.
        token: RemovalToken,
    },
    /// Some manifests are invalid, and none may be.
    Invalid,
}

impl Refusal {
    /// Why this plan is not carried out, in one line.
    pub fn reason(&self, plan: &Plan) -> String {
        let removed = match (plan.removed.len(), plan.entries.is_empty()) {
            (1, true) => "the only entry".to_owned(),
            (count, true) => format!("all {count} entries"),
            (count, false) => format!("{count} of {} entries", count + plan.entries.len()),
        };
        match self {
            Self::Removals { .. } => format!("this would remove {removed}, more than the guard allows"),
            Self::WrongToken { .. } => {
                format!("this would remove {removed}, and the token is for another set")
            }
            Self::Invalid if plan.invalid.len() == 1 => {
                "1 manifest is invalid, and `--strict` allows none".to_owned()
            }
            Self::Invalid => {
                format!("{} manifests are invalid, and `--strict` allows none", plan.invalid.len())
            }
        }
    }
}

/// Compiles what HEAD holds and commits the next snapshot, here or, with [`Request::push`], at the remote first.
pub fn sync(
    repository: &Repository,
    request: &Request<'_>,
    started: Started<'_>,
) -> Result<Outcome, SyncError> {
    let lock = repository.lock(PATIENCE, request.now)?;
    let ended = sync_locked(repository, &lock, request, started);
    let is_slip = ended.as_ref().is_err_and(SyncError::is_about_the_request);
    if !request.dry_run && !is_slip {
        let failure = match &ended {
            Ok(Outcome { verdict: Verdict::Refused(refusal), draft, .. }) => {
                Some(format!("refused by a guard: {}", refusal.reason(&draft.plan)))
            }
            Ok(_) => None,
            Err(error) => Some(error.with_causes()),
        };
        // Where it cannot be noted, only the note is lost.
        let _ = Journal::note(repository, &lock, request.now, failure);
    }
    ended
}

fn sync_locked(
    repository: &Repository,
    lock: &SyncLock,
    request: &Request<'_>,
    started: Started<'_>,
) -> Result<Outcome, SyncError> {
    if let Some(push) = request.push.as_ref().filter(|_| !request.dry_run) {
        return push::sync(repository, lock, request, push, started);
    }
    let mut branch = String::new();
    for _ in 0..ATTEMPTS {
        let head = Tip::of(repository, request.dry_run)?;
        let compiler = base::compiler_at(repository, head.commit)?;
        let Prepared { previous, draft, remarks, read } =
            prepare(repository, head.commit, &compiler, &request.scope, started)?;
        let verdict = if let Some(refusal) = refuse(&previous, &draft, &compiler, request) {
            Verdict::Refused(refusal)
        } else if request.dry_run {
            Verdict::DryRun
        } else {
            match commit_draft(repository, lock, &head, &previous, &draft, request) {
                Err(SyncError::Git(error)) if matches!(error.kind(), GitErrorKind::BranchMoved { .. }) => {
                    branch = head.branch;
                    continue;
                }
                verdict => verdict?,
            }
        };
        return Ok(Outcome { previous, draft, verdict, remarks, read, pushed: None });
    }
    Err(SyncError::LostRace { branch, attempts: ATTEMPTS })
}

/// Where a sync starts from.
struct Tip {
    /// The branch that will move; empty where none has to.
    branch: String,
    commit: ObjectId,
}

impl Tip {
    fn of(repository: &Repository, dry_run: bool) -> Result<Self, SyncError> {
        let head = repository.head()?;
        let commit = head.require_commit()?;
        let branch = if dry_run { String::new() } else { head.branch()?.to_owned() };
        Ok(Self { branch, commit })
    }
}

/// Asks the guards.
pub(super) fn refuse(
    previous: &Snapshot,
    draft: &Draft,
    compiler: &Compiler,
    request: &Request<'_>,
) -> Option<Refusal> {
    if request.strict && !draft.plan.invalid.is_empty() {
        return Some(Refusal::Invalid);
    }
    let removed = &draft.plan.removed;
    if !guard::is_exceeded(&compiler.settings.guard, removed.len(), previous.entries.len()) {
        return None;
    }
    let token = RemovalToken::of(removed);
    match &request.allow_removals {
        Some(given) if *given == token => None,
        Some(_) => Some(Refusal::WrongToken { token }),
        None => Some(Refusal::Removals { token }),
    }
}

/// Writes a draft, moves the branch, and brings the checkout up to date.
fn commit_draft(
    repository: &Repository,
    lock: &SyncLock,
    head: &Tip,
    previous: &Snapshot,
    draft: &Draft,
    request: &Request<'_>,
) -> Result<Verdict, SyncError> {
    let checkout = Checkout::of(repository, lock, head.commit)?;
    let Some(root) = &draft.root else {
        checkout.mend()?;
        return Ok(Verdict::Unchanged);
    };
    let objects = objects(repository, head.commit, previous, draft, root)?;
    checkout.make_ready(&objects.files)?;
    let written = write(repository, head.commit, objects, previous, draft, root, request)?;
    written.move_branch(repository, lock, &head.branch, Some(head.commit))?;
    let behind = checkout.bring_to(&written.objects.files, written.commit).err();
    let is_anonymous = written.identity.is_fallback();
    Ok(Verdict::Committed { commit: written.commit, behind, is_anonymous })
}

/// A snapshot in the object database, with its commit. No branch has it yet.
pub(super) struct Written {
    pub(super) commit: ObjectId,
    pub(super) objects: Objects,
    pub(super) identity: Identity,
    reflog: String,
}

impl Written {
    /// Puts the commit on a branch that is at `expected`.
    pub(super) fn move_branch(
        &self,
        repository: &Repository,
        lock: &SyncLock,
        branch: &str,
        expected: Option<ObjectId>,
    ) -> Result<(), SyncError> {
        Ok(repository.move_branch(lock, branch, expected, self.commit, &self.identity, &self.reflog)?)
    }
}

/// Writes the objects of a snapshot and its commit on top of `base`.
pub(super) fn write(
    repository: &Repository,
    base: ObjectId,
    objects: Objects,
    previous: &Snapshot,
    draft: &Draft,
    root: &Root,
    request: &Request<'_>,
) -> Result<Written, SyncError> {
    repository.write(&objects.all)?;
    let message = message::message(root, previous, draft, base, request.trigger);
    let identity = repository.identity()?;
    let commit = repository.commit(&NewCommit {
        parents: &[base],
        tree: objects.root_tree,
        message: &message,
        identity: &identity,
    })?;
    let subject = message.lines().next().unwrap_or_default();
    let reflog = format!("modreg {}: {subject}", request.scope.verb());
    Ok(Written { commit, objects, identity, reflog })
}

/// The objects of a snapshot.
pub(super) struct Objects {
    root_tree: ObjectId,
    all: Vec<Object>,
    /// The files below `registry/`.
    pub(super) files: BTreeMap<RepoPath, ObjectId>,
}

/// All new objects of a snapshot: its entries, its root, and the trees above them.
///
/// What is not new is in the commit `head`, which keeps it from being collected as garbage.
pub(super) fn objects(
    repository: &Repository,
    head: ObjectId,
    previous: &Snapshot,
    draft: &Draft,
    root: &Root,
) -> Result<Objects, SyncError> {
    let format = repository.format();
    let root_file = Object::blob(format, root.to_bytes());
    let entries = &draft.plan.entries;
    let mut files: BTreeMap<RepoPath, ObjectId> =
        entries.iter().map(|(name, id)| (entry_repo_path(name), *id)).collect();
    files.insert(root_path(), root_file.id());
    let mut all: Vec<Object> =
        draft.plan.written.values().map(|entry| Object::blob(format, entry.bytes.as_slice())).collect();
    let mut changes = BTreeMap::from([(root_path(), Some((Mode::Regular, root_file.id())))]);
    if previous.root.is_none() || previous.is_tampered() {
        // Anything may lie there: the whole directory is replaced.
        let directories = object::tree_of(format, entries.iter().map(|(name, id)| (entry_path(name), *id)));
        let tree = Some(directories.root).filter(|tree| !object::is_empty_tree(*tree));
        changes.insert(entries_path(), tree.map(|tree| (Mode::Directory, tree)));
        all.extend(directories.trees.into_values());
    } else {
        let is_new = |(name, id): &(&ModuleName, &ObjectId)| previous.entries.get(*name) != Some(*id);
        let new = entries.iter().filter(is_new);
        changes.extend(new.map(|(name, id)| (entry_repo_path(name), Some((Mode::Regular, *id)))));
        let gone = previous.entries.keys().filter(|name| !entries.contains_key(*name));
        changes.extend(gone.map(|name| (entry_repo_path(name), None)));
    }
    let spliced = repository.splice(Some(repository.root_tree(head)?), &changes)?;
    all.push(root_file);
    all.extend(spliced.objects);
    Ok(Objects { root_tree: spliced.root, all, files })
}
