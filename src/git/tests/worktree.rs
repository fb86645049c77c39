//! The working tree and the index after a publish.

use super::*;
use crate::git::{Checkout, GitErrorKind};

const ENTRY: &str = "registry/modules/dr/iv/drive.json";
const ROOT: &str = "registry/snapshot.json";

type Files = BTreeMap<RepoPath, ObjectId>;

fn files(files: &[(&str, &str)]) -> Files {
    files.iter().map(|(path, text)| (RepoPath::new(*path), blob_id(text.as_bytes()))).collect()
}

fn check_out(
    repository: &Repository,
    write: &[(&str, &str)],
    remove: &[&str],
) -> Result<(), crate::git::GitError> {
    let remove = remove.iter().map(|path| RepoPath::new(*path)).collect();
    let lock = take_lock(repository);
    repository.check_out(
        &lock,
        &Checkout { directory: &RepoPath::new("registry"), write: &files(write), remove: &remove },
    )
}

fn dirty(repository: &Repository, target: &[(&str, &str)], earlier: &[ObjectId]) -> Vec<String> {
    let head = repository.head().unwrap().commit();
    let dirty = repository.dirty(&RepoPath::new("registry"), head, &files(target), earlier).unwrap();
    dirty.own.into_iter().map(|path| path.to_string()).collect()
}

const V1: [(&str, &str); 2] = [(ENTRY, "drive 1\n"), (ROOT, "v1\n")];
const V2: [(&str, &str); 2] = [("registry/modules/ch/at/chat.json", "chat 2\n"), (ROOT, "v2\n")];

/// Returns a repository at version 1, checked out.
fn at_version_1() -> (Sandbox, Repository) {
    let sandbox = Sandbox::repository();
    let repository = sandbox.open();
    publish(&repository, &V1.map(|(path, text)| (path, Some(text))), "v1\n");
    check_out(&repository, &V1, &[]).unwrap();
    (sandbox, repository)
}

fn publish_version_2(repository: &Repository) -> ObjectId {
    let mut changes: Vec<_> = V2.iter().map(|(path, text)| (*path, Some(*text))).collect();
    changes.push((ENTRY, None));
    publish(repository, &changes, "v2\n")
}

#[test]
fn after_a_publish_git_sees_a_clean_tree() {
    let (sandbox, repository) = at_version_1();
    assert_eq!(sandbox.status(), "");
    publish_version_2(&repository);
    check_out(&repository, &V2, &[ENTRY]).unwrap();
    assert_eq!(sandbox.status(), "");
    assert_eq!(fs::read_to_string(sandbox.path(ROOT)).unwrap(), "v2\n");
    assert!(!sandbox.path("registry/modules/dr").exists(), "empty directories go");
    assert!(sandbox.path("registry/README.md").exists());
    assert_eq!(sandbox.git(&["diff-files", "--name-only"]), "", "the index knows the files' times");
    assert_eq!(sandbox.fsck(), "");
}

#[test]
fn nothing_else_is_touched() {
    let (sandbox, repository) = at_version_1();
    sandbox.file("staged", "staged\n");
    sandbox.git(&["add", "staged"]);
    sandbox.file("modules/drive.yaml", "half staged\n");
    sandbox.git(&["add", "modules/drive.yaml"]);
    sandbox.file("modules/drive.yaml", "and changed\n");
    sandbox.file("registry/README.md", "edited\n");
    sandbox.file("planned", "x");
    sandbox.git(&["add", "-N", "planned"]);
    sandbox.git(&["rm", "-q", "--cached", "run.sh"]);
    sandbox.file("untracked", "x");
    let before = (sandbox.status(), sandbox.git(&["ls-files", "-s", ":!registry"]));
    publish_version_2(&repository);
    check_out(&repository, &V2, &[ENTRY]).unwrap();
    assert_eq!((sandbox.status(), sandbox.git(&["ls-files", "-s", ":!registry"])), before);
    assert!(before.0.contains("MM modules/drive.yaml"), "{}", before.0);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(fs::metadata(sandbox.path("run.sh")).unwrap().permissions().mode() & 0o111, 0o111);
        assert!(fs::symlink_metadata(sandbox.path("link")).unwrap().is_symlink());
    }
}

#[test]
fn own_edits_are_found_and_leftovers_of_killed_runs_are_not() {
    let (sandbox, repository) = at_version_1();
    let before = sandbox.id("HEAD");
    assert_eq!(dirty(&repository, &V2, &[]), Vec::<String>::new());

    // The branch moved, then the run was killed: the index and the files are those of version 1.
    publish_version_2(&repository);
    assert_eq!(dirty(&repository, &V2, &[before]), Vec::<String>::new());
    assert_eq!(dirty(&repository, &V2, &[]).len(), 3, "without the earlier commit they are anybody's");

    // It got as far as some of the files.
    sandbox.file(ROOT, "v2\n");
    sandbox.file("registry/modules/ch/at/chat.json", "chat 2\n");
    fs::remove_file(sandbox.path(ENTRY)).unwrap();
    assert_eq!(dirty(&repository, &V2, &[before]), Vec::<String>::new());

    // It was killed, or the power went, while a file was written.
    for beginning in ["", "chat"] {
        sandbox.file("registry/modules/ch/at/chat.json", beginning);
        assert_eq!(dirty(&repository, &V2, &[before]), Vec::<String>::new(), "{beginning:?}");
    }

    // Work of a person: edited, staged, untracked in a new file's place, and next to the generated files.
    sandbox.file(ROOT, "mine\n");
    assert_eq!(dirty(&repository, &V2, &[before]), [ROOT]);
    sandbox.git(&["add", ROOT]);
    sandbox.file(ROOT, "v2\n");
    assert_eq!(dirty(&repository, &V2, &[before]), [ROOT]);
    sandbox.file("registry/modules/ch/at/chat.json", "mine\n");
    sandbox.file("registry/README.md", "mine\n");
    let expected = ["registry/README.md", "registry/modules/ch/at/chat.json", ROOT];
    assert_eq!(dirty(&repository, &V2, &[before]), expected);
}

#[test]
fn another_programs_index_lock_is_respected() {
    let (sandbox, repository) = at_version_1();
    publish_version_2(&repository);
    sandbox.file(".git/index.lock", "");
    let error = check_out(&repository, &V2, &[ENTRY]).unwrap_err();
    assert!(matches!(error.kind(), GitErrorKind::Locked { .. }), "{error:?}");
    assert!(matches!(repository.require_unlocked_index().unwrap_err().kind(), GitErrorKind::Locked { .. }));
    assert!(sandbox.path(".git/index.lock").exists());
}

#[cfg(unix)]
#[test]
fn a_link_in_the_way_is_never_written_through() {
    let (sandbox, repository) = at_version_1();
    fs::create_dir(sandbox.path("elsewhere")).unwrap();
    fs::remove_dir_all(sandbox.path("registry/modules")).unwrap();
    std::os::unix::fs::symlink("../elsewhere", sandbox.path("registry/modules")).unwrap();
    sandbox.file("elsewhere/dr/iv/drive.json", "drive 1\n");
    assert_eq!(dirty(&repository, &V1, &[]), [ENTRY]);
    publish_version_2(&repository);
    let error = check_out(&repository, &V2, &[]).unwrap_err();
    assert!(matches!(error.kind(), GitErrorKind::InTheWay { path } if path.as_str() == "registry/modules"));
    check_out(&repository, &[], &[ENTRY]).unwrap();
    assert!(sandbox.path("elsewhere/dr/iv/drive.json").exists());
    for folder in ["elsewhere/dr/iv/folder.json", "elsewhere/ch/at/chat.json"] {
        fs::create_dir_all(sandbox.path(folder)).unwrap();
    }
    check_out(&repository, &[], &["registry/modules/dr/iv/folder.json"]).unwrap();
    check_out(&repository, &V2, &[]).unwrap_err();
    assert!(sandbox.path("elsewhere/dr/iv/folder.json").exists(), "no folder is removed behind a link");
    assert!(sandbox.path("elsewhere/ch/at/chat.json").exists(), "no folder is removed behind a link");
}

#[test]
fn line_ends_are_what_the_user_set() {
    let (sandbox, repository) = at_version_1();
    sandbox.git(&["config", "core.autocrlf", "true"]);
    sandbox.file(ROOT, "v1\r\n");
    assert_eq!(dirty(&repository, &V1, &[]), Vec::<String>::new());
    publish_version_2(&repository);
    check_out(&repository, &V2, &[ENTRY]).unwrap();
    assert_eq!(fs::read_to_string(sandbox.path(ROOT)).unwrap(), "v2\r\n");
    assert_eq!(sandbox.status(), "");
}

#[test]
fn a_sparse_checkout_stays_sparse() {
    let (sandbox, _) = at_version_1();
    sandbox.git(&["sparse-checkout", "set", "--no-cone", "/modules/"]);
    let repository = sandbox.open();
    assert!(!sandbox.path(ROOT).exists());
    assert_eq!(dirty(&repository, &V2, &[]), Vec::<String>::new());
    assert_eq!(repository.uncommitted(&RepoPath::new("registry")).unwrap(), []);
    publish_version_2(&repository);
    check_out(&repository, &V2, &[ENTRY]).unwrap();
    assert!(!sandbox.path("registry").exists());
    assert_eq!(sandbox.status(), "");
}

#[test]
fn an_index_of_any_form_is_changed() {
    for commands in [
        vec![vec!["update-index", "--split-index"]],
        vec![vec!["sparse-checkout", "set", "--cone", "--sparse-index", "modules"]],
        vec![vec!["sparse-checkout", "set", "--cone", "--sparse-index", "registry"]],
        vec![vec!["update-index", "--index-version", "4"], vec!["update-index", "--untracked-cache"]],
    ] {
        let (sandbox, _) = at_version_1();
        for command in &commands {
            sandbox.git(command);
        }
        let repository = sandbox.open();
        let is_checked_out = sandbox.path(ROOT).exists();
        assert_eq!(dirty(&repository, &V2, &[]), Vec::<String>::new(), "{commands:?}");
        publish_version_2(&repository);
        check_out(&repository, &V2, &[ENTRY]).unwrap();
        assert_eq!(sandbox.status(), "", "{commands:?}");
        assert_eq!(sandbox.path(ROOT).exists(), is_checked_out, "{commands:?}");
    }
}

#[test]
fn bare_repositories_have_nothing_to_bring_up_to_date() {
    let (sandbox, _) = at_version_1();
    sandbox.git(&["clone", "-q", "--bare", ".", "bare.git"]);
    let bare = Repository::open(&sandbox.path("bare.git")).unwrap();
    check_out(&bare, &V2, &[ENTRY]).unwrap();
    assert_eq!(dirty(&bare, &V2, &[]), Vec::<String>::new());
    assert!(!sandbox.path("bare.git/registry").exists());
}

#[test]
fn a_linked_worktree_has_its_own_index() {
    let (sandbox, _) = at_version_1();
    sandbox.git(&["worktree", "add", "-q", "-b", "side", "side"]);
    let worktree = Repository::open(&sandbox.path("side")).unwrap();
    publish_version_2(&worktree);
    check_out(&worktree, &V2, &[ENTRY]).unwrap();
    assert_eq!(sandbox.git_in("side", &["status", "--porcelain"]), "");
    assert_eq!(sandbox.status(), "?? side/");
}

#[test]
fn a_merge_conflict_in_generated_files_gives_way() {
    let (sandbox, repository) = at_version_1();
    sandbox.git(&["checkout", "-q", "-b", "side"]);
    sandbox.file(ROOT, "side\n");
    sandbox.commit("side");
    sandbox.git(&["checkout", "-q", "main"]);
    sandbox.file(ROOT, "main\n");
    sandbox.commit("main");
    assert!(!run_git(&sandbox.path(""), &["merge", "-q", "side"]).status.success());
    sandbox.file(ROOT, "v2\n");
    let start = sandbox.id(":/start");
    assert_eq!(dirty(&repository, &V2, &[start]), [ROOT], "an unmerged entry is never a leftover");
    publish_version_2(&repository);
    check_out(&repository, &V2, &[ENTRY]).unwrap();
    assert_eq!(sandbox.git(&["ls-files", "-u"]), "");
}

#[test]
fn a_fast_forward_that_was_killed_halfway_goes_on() {
    let (sandbox, repository) = at_version_1();
    let from = sandbox.id("HEAD");
    sandbox.git(&["checkout", "-q", "-b", "theirs"]);
    sandbox.file("modules/drive.yaml", "name: drive 2\n");
    sandbox.file("modules/new.yaml", "name: new\n");
    sandbox.git(&["rm", "-q", "run.sh"]);
    let to = sandbox.commit("theirs");
    sandbox.git(&["checkout", "-q", "main"]);
    // What git had written when it died; its index is the old one.
    sandbox.file("modules/drive.yaml", "name: drive 2\n");
    sandbox.file("modules/new.yaml", "name: new\n");
    let lock = take_lock(&repository);
    repository.fast_forward(&lock, from, to).unwrap();
    repository.move_branch(&lock, "refs/heads/main", Some(from), to, &Identity::default(), "x").unwrap();
    assert_eq!(sandbox.status(), "");

    // A change of the user is not one of these.
    sandbox.git(&["reset", "-q", "--hard", &from.to_string()]);
    sandbox.file("modules/drive.yaml", "mine\n");
    repository.fast_forward(&lock, from, to).unwrap_err();
    assert_eq!(fs::read_to_string(sandbox.path("modules/drive.yaml")).unwrap(), "mine\n");
}

#[test]
fn uncommitted_manifests_are_listed() {
    let (sandbox, repository) = at_version_1();
    let modules = RepoPath::new("modules");
    assert_eq!(repository.uncommitted(&modules).unwrap(), []);
    sandbox.file("modules/drive.yaml", "changed\n");
    sandbox.file("modules/new/one.yaml", "x\n");
    sandbox.file("modules/[a]*.yaml", "x\n");
    sandbox.git(&["add", "modules/[a]*.yaml"]);
    sandbox.file("elsewhere.yaml", "x\n");
    let found = repository.uncommitted(&modules).unwrap();
    let expected = ["modules/[a]*.yaml", "modules/drive.yaml", "modules/new/one.yaml"].map(RepoPath::new);
    assert_eq!(found, expected);
}

#[cfg(unix)]
#[test]
fn no_program_of_a_repository_inside_another_is_run() {
    use std::os::unix::fs::PermissionsExt as _;
    for (git_dir, has_content) in [(".git/modules/sub", false), ("elsewhere.git", true)] {
        let sandbox = Sandbox::repository();
        let (path, script) = ("registry/modules/sub", sandbox.path("script"));
        sandbox.file("script", &format!("#!/bin/sh\necho ran >> '{}'\n", sandbox.path("ran").display()));
        fs::set_permissions(&script, fs::Permissions::from_mode(0o755)).unwrap();
        fs::create_dir_all(sandbox.path(git_dir)).unwrap();
        let separate = format!("--separate-git-dir={}", sandbox.path(git_dir).display());
        sandbox.git(&["init", "--quiet", &separate, path]);
        sandbox.file(&format!("{path}/file"), "text");
        sandbox.git_in(path, &["add", "--all"]);
        sandbox.git_in(path, &["commit", "--quiet", "--message", "start"]);
        sandbox.git_in(path, &["config", "core.fsmonitor", script.to_str().unwrap()]);
        let repository = sandbox.open();
        let has = |path: &str| repository.has_content_of_its_own(&RepoPath::new(path));
        assert_eq!(has(path), has_content, "{git_dir}");
        assert!(!sandbox.path("ran").exists(), "{git_dir}");
        sandbox.git_in(path, &["config", "core.worktree", sandbox.path("modules").to_str().unwrap()]);
        assert!(has(path), "{git_dir}: its working tree is elsewhere");
        assert!(!sandbox.path("ran").exists(), "{git_dir}");
    }
}
