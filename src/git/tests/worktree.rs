//! The working tree and the index after a publish.

use super::*;
use crate::{
    git::{Checkout, GitErrorKind},
    object::blob_id,
};

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
        &Checkout {
            directory: &RepoPath::new("registry"),
            write: &files(write),
            remove: &remove,
            content: &|_| None,
        },
    )
}

fn dirty(repository: &Repository, target: &[(&str, &str)], earlier: &[ObjectId]) -> Vec<String> {
    let head = repository.head().unwrap().commit();
    let dirty = repository.dirty(&RepoPath::new("registry"), head, &files(target), earlier).unwrap();
    dirty.own.into_iter().map(|path| path.to_string()).collect()
}

const V1: [(&str, &str); 2] = [(ENTRY, "drive 1\n"), (ROOT, "v1\n")];
const V2: [(&str, &str); 2] = [("registry/modules/ch/at/chat.json", "chat 2\n"), (ROOT, "v2\n")];

/// A repository at version 1, checked out.
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
    let left: Vec<_> = fs::read_dir(sandbox.path(".git"))
        .unwrap()
        .map(|file| file.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.starts_with("modreg.") && name != "modreg.lock" || name.starts_with("index."))
        .collect();
    assert_eq!(left, Vec::<String>::new());
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
fn a_file_that_is_already_right_is_not_written_again() {
    let (sandbox, repository) = at_version_1();
    sandbox.file(ROOT, "v2\n");
    let modified = || fs::metadata(sandbox.path(ROOT)).unwrap().modified().unwrap();
    let before = modified();
    publish_version_2(&repository);
    check_out(&repository, &V2, &[ENTRY]).unwrap();
    assert_eq!(modified(), before);
    let index = fs::read(sandbox.path(".git/index")).unwrap();
    check_out(&repository, &V2, &[ENTRY]).unwrap();
    assert_eq!(fs::read(sandbox.path(".git/index")).unwrap(), index);
    assert_eq!(sandbox.status(), "");
}

#[test]
fn a_change_in_the_instant_the_index_was_written_is_not_hidden() {
    let (sandbox, repository) = at_version_1();
    // Without these git would notice by the inode's own time, which no program can set back.
    sandbox.git(&["config", "core.trustctime", "false"]);
    sandbox.git(&["config", "core.checkStat", "minimal"]);
    sandbox.file("racy", "one\n");
    sandbox.git(&["add", "racy"]);
    // Long ago: git compares whole seconds, and the next index must be newer.
    let index_time = fs::metadata(sandbox.path(".git/index")).unwrap().modified().unwrap();
    let index_time = index_time - Duration::from_hours(1);
    let set_time = |path: &str| {
        let file = fs::File::options().write(true).open(sandbox.path(path)).unwrap();
        file.set_modified(index_time).unwrap();
    };
    set_time("racy");
    sandbox.git(&["add", "racy"]);
    sandbox.file("racy", "two\n");
    set_time("racy");
    set_time(".git/index");
    publish_version_2(&repository);
    check_out(&repository, &V2, &[ENTRY]).unwrap();
    assert_eq!(sandbox.status(), "AM racy");
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

    // A power cut took the content of a file whose name was already there.
    sandbox.file("registry/modules/ch/at/chat.json", "");
    assert_eq!(dirty(&repository, &V2, &[before]), Vec::<String>::new());

    // Somebody's own work: edited, staged, untracked in a new file's place, and next to the generated files.
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
fn the_run_after_a_killed_one_heals() {
    let (sandbox, repository) = at_version_1();
    publish_version_2(&repository);
    sandbox.file(".git/index.lock", "modreg\n");
    sandbox.file(".git/modreg.index", "cut o");
    sandbox.file(".git/modreg.index.lock", "");
    sandbox.file(".git/modreg.index-lock", "modreg\n");
    sandbox.file(".git/modreg.file", "cut o");
    check_out(&repository, &V2, &[ENTRY]).unwrap();
    assert_eq!(sandbox.status(), "");
    assert!(!sandbox.path(".git/index.lock").exists());
}

#[test]
fn another_programs_index_lock_is_respected() {
    let (sandbox, repository) = at_version_1();
    publish_version_2(&repository);
    sandbox.file(".git/index.lock", "");
    let error = check_out(&repository, &V2, &[ENTRY]).unwrap_err();
    assert!(matches!(error.kind(), GitErrorKind::IndexLocked { .. }), "{error:?}");
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
}

#[test]
fn line_ends_from_autocrlf_are_no_edit_and_files_are_written_as_they_are() {
    let (sandbox, repository) = at_version_1();
    sandbox.git(&["config", "core.autocrlf", "true"]);
    sandbox.file(ROOT, "v1\r\n");
    assert_eq!(dirty(&repository, &V1, &[]), Vec::<String>::new());
    publish_version_2(&repository);
    check_out(&repository, &V2, &[ENTRY]).unwrap();
    assert_eq!(fs::read_to_string(sandbox.path(ROOT)).unwrap(), "v2\n");
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
fn a_sparse_index_is_refused_with_the_remedy() {
    let (sandbox, _) = at_version_1();
    sandbox.git(&["sparse-checkout", "set", "--cone", "--sparse-index", "modules"]);
    let error = sandbox.open().dirty(&RepoPath::new("registry"), None, &Files::new(), &[]).unwrap_err();
    assert!(
        matches!(error.kind(), GitErrorKind::UnsupportedFormat { reason } if reason.contains("sparse")),
        "{error:?}"
    );
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

#[test]
fn a_tree_that_was_cut_off_ends_the_comparison_with_head() {
    let (sandbox, repository) = at_version_1();
    sandbox.file("modules/drive.yaml", "changed\n");
    let tree = sandbox.git(&["rev-parse", "HEAD:modules"]);
    let object = sandbox.path(&format!(".git/objects/{}/{}", &tree[..2], &tree[2..]));
    let bytes = fs::read(&object).unwrap();
    fs::remove_file(&object).unwrap();
    fs::write(&object, &bytes[..bytes.len() / 2]).unwrap();
    let error = repository.uncommitted(&RepoPath::new("modules")).unwrap_err();
    assert!(matches!(error.kind(), GitErrorKind::DamagedObject { id, .. } if id.to_string() == tree));
}
