//! Objects: what git wrote is read, and what is written git accepts.

use proptest::prelude::*;

use super::*;
use crate::{
    git::{FileKind, GitErrorKind},
    object::{Object, TreeEntry, empty_tree, tree_of},
    testing::same_cases_every_time,
};

#[test]
fn trees_and_files_are_read_as_git_lists_them() {
    let sandbox = Sandbox::repository();
    sandbox.file("modules/a/b.yaml", "b\n");
    sandbox.file("modules/a-b", "x\n");
    let head = sandbox.commit("more");
    let repository = sandbox.open();
    assert_eq!(repository.tree_at(head, "").unwrap(), Some(sandbox.id("HEAD^{tree}")));
    assert_eq!(repository.tree_at(head, "modules").unwrap(), Some(sandbox.id("HEAD:modules")));
    for absent in ["none", "modules/none", "run.sh", "run.sh/below"] {
        assert_eq!(repository.tree_at(head, absent).unwrap(), None, "{absent}");
    }
    let tree = repository.tree_at(head, "modules").unwrap().unwrap();
    let files = repository.files(tree, &RepoPath::new("modules")).unwrap();
    let paths: Vec<_> = files.iter().map(|file| file.path.as_str()).collect();
    assert_eq!(paths, ["modules/a-b", "modules/a/b.yaml", "modules/drive.yaml"]);
    let all = repository.files(repository.root_tree(head).unwrap(), &RepoPath::new("")).unwrap();
    let kind = |path: &str| all.iter().find(|file| file.path.as_str() == path).map(|file| file.kind);
    assert_eq!(kind("run.sh"), Some(FileKind::Executable));
    assert_eq!(kind("link"), Some(FileKind::Symlink));
    let (id, bytes) = repository.file_at(head, "modules/a/b.yaml").unwrap().unwrap();
    assert_eq!((id, bytes.as_slice()), (blob_id(b"b\n"), b"b\n".as_slice()));
    assert_eq!(repository.blob_size(id).unwrap(), 2);
    assert_eq!(repository.file_at(head, "modules").unwrap(), None);
}

#[test]
fn trees_differ_where_git_says_so() {
    let sandbox = Sandbox::repository();
    sandbox.file("modules/same/a.yaml", "a\n");
    sandbox.file("modules/edited.yaml", "a\n");
    sandbox.file("modules/turned", "file\n");
    let old = sandbox.commit("old");
    sandbox.file("modules/edited.yaml", "b\n");
    sandbox.file("modules/new/b.yaml", "b\n");
    fs::remove_file(sandbox.path("modules/turned")).unwrap();
    sandbox.file("modules/turned/into.yaml", "directory\n");
    sandbox.git(&["update-index", "--chmod=-x", "run.sh"]);
    #[cfg(unix)]
    fs::set_permissions(sandbox.path("run.sh"), std::os::unix::fs::PermissionsExt::from_mode(0o644)).unwrap();
    let new = sandbox.commit("new");
    let repository = sandbox.open();
    let tree = |commit| Some(repository.root_tree(commit).unwrap());
    let paths = |old, new| -> Vec<String> {
        let differences = repository.differences(old, new).unwrap();
        differences.iter().map(|difference| difference.path.to_string()).collect()
    };
    let theirs = |range: &[&str]| -> Vec<String> { sandbox.git(range).lines().map(str::to_owned).collect() };
    let mut expected = theirs(&["diff", "--name-only", "--no-renames", &old.to_string(), &new.to_string()]);
    expected.sort();
    assert_eq!(expected.len(), 5);
    assert_eq!(paths(tree(old), tree(new)), expected);
    assert_eq!(paths(tree(new), tree(old)), expected);
    assert_eq!(paths(tree(new), tree(new)), [""; 0]);
    let all = repository.files(tree(new).unwrap(), &RepoPath::new("")).unwrap();
    assert_eq!(paths(None, tree(new)).len(), all.len());
    assert_eq!(paths(Some(empty_tree(FORMAT)), tree(new)).len(), all.len());
}

#[test]
fn names_that_are_not_utf_8_are_flagged() {
    let sandbox = Sandbox::repository();
    let repository = sandbox.open();
    let blob = Object::blob(FORMAT, "x");
    let entry = TreeEntry { mode: Mode::Regular, name: b"f\xff".to_vec(), id: blob.id() };
    let tree = Object::tree(FORMAT, vec![entry]);
    repository.write(&[blob, tree.clone()]).unwrap();
    let files = repository.files(tree.id(), &RepoPath::new("modules")).unwrap();
    assert_eq!((files[0].path.as_str(), files[0].lossy), ("modules/f\u{fffd}", true));
}

#[test]
fn what_is_not_there_or_not_whole_is_told_apart() {
    let sandbox = Sandbox::repository();
    let repository = sandbox.open();
    let absent = blob_id(b"absent");
    let error = repository.blob(absent).unwrap_err();
    assert!(matches!(error.kind(), GitErrorKind::MissingObject { id } if *id == absent));
    let error = repository.blob(repository.root_tree(sandbox.id("HEAD")).unwrap()).unwrap_err();
    assert!(matches!(error.kind(), GitErrorKind::DamagedObject { .. }), "{error:?}");

    let broken = Object::blob(FORMAT, "broken");
    repository.write(std::slice::from_ref(&broken)).unwrap();
    let text = broken.id().to_string();
    let file = sandbox.path(".git/objects").join(&text[..2]).join(&text[2..]);
    fs::remove_file(&file).unwrap();
    fs::write(&file, "not deflated").unwrap();
    let error = sandbox.open().blob(broken.id()).unwrap_err();
    assert!(matches!(error.kind(), GitErrorKind::DamagedObject { .. }), "{error:?}");
}

/// Publishes `count` files and has git check everything.
fn check_write(count: usize, packs: usize) {
    let sandbox = Sandbox::repository();
    let repository = sandbox.open();
    let blobs: Vec<_> =
        (0..count).map(|number| Object::blob(FORMAT, format!("{number}\n").repeat(number))).collect();
    let mut objects = blobs.clone();
    objects.extend(blobs.iter().cloned());
    repository.write(&objects).unwrap();
    repository.write(&objects).unwrap();
    let trees =
        tree_of(FORMAT, blobs.iter().enumerate().map(|(at, blob)| (format!("{}/{at}", at % 7), blob.id())));
    let tree = trees.root;
    repository.write(&trees.trees.into_values().collect::<Vec<_>>()).unwrap();
    sandbox.git(&["update-ref", "refs/tags/all", &tree.to_string()]);
    assert_eq!(sandbox.fsck(), "");
    assert_eq!(sandbox.git(&["ls-tree", "-r", "--name-only", "all"]).lines().count(), count);
    let count = fs::read_dir(sandbox.path(".git/objects/pack")).unwrap().filter(|file| {
        file.as_ref().unwrap().path().extension().is_some_and(|extension| extension == "pack")
    });
    assert_eq!(count.count(), packs);
}

#[test]
fn a_few_objects_are_loose_and_many_are_one_pack() {
    check_write(100, 0);
    check_write(101, 1);
    check_write(600, 1);
}

#[test]
fn an_old_object_that_is_written_again_is_kept_by_a_collection_of_garbage() {
    for count in [1, 101] {
        let sandbox = Sandbox::repository();
        let repository = sandbox.open();
        let objects: Vec<_> =
            (0..count).map(|number| Object::blob(FORMAT, format!("old {number}\n"))).collect();
        let file = |object: &Object| {
            let name = object.id().to_string();
            sandbox.path(".git/objects").join(&name[..2]).join(&name[2..])
        };
        for object in &objects {
            sandbox.file("old", str::from_utf8(object.bytes()).unwrap());
            sandbox.git(&["hash-object", "-w", "old"]);
            let long_ago = fs::metadata(sandbox.path(".git")).unwrap().modified().unwrap()
                - Duration::from_hours(24 * 30);
            // Git makes its objects read-only, and only their owner may still date them.
            let old = fs::File::open(file(object)).unwrap();
            old.set_modified(long_ago).unwrap();
        }
        repository.write(&objects).unwrap();
        sandbox.git(&["prune", "--expire=1.day.ago"]);
        assert!(objects.iter().all(|object| sandbox.open().contains(object.id())), "{count}");
    }
}

#[test]
fn a_splice_keeps_every_other_entry() {
    let sandbox = Sandbox::repository();
    let repository = sandbox.open();
    let before = sandbox.git(&["ls-tree", "-r", "HEAD"]);
    let commit = publish(
        &repository,
        &[("registry/snapshot.json", Some("{}\n")), ("registry/modules/dr/iv/drive.json", Some("1\n"))],
        "registry: v1\n",
    );
    let after = sandbox.git(&["ls-tree", "-r", &commit.to_string()]);
    let kept: Vec<_> = after.lines().filter(|line| !line.contains(".json")).collect();
    assert_eq!(kept, before.lines().collect::<Vec<_>>());
    assert_eq!(after.lines().count(), kept.len() + 2);
    assert_eq!(sandbox.fsck(), "");

    let error = repository
        .splice(
            Some(repository.root_tree(commit).unwrap()),
            &BTreeMap::from([(RepoPath::new("run.sh/x"), Some((Mode::Regular, commit)))]),
        )
        .unwrap_err();
    assert!(matches!(error.kind(), GitErrorKind::InTheWay { path } if path.as_str() == "run.sh"));
}

#[test]
fn a_commit_says_who_and_what() {
    let sandbox = Sandbox::repository();
    let commit = stage(&sandbox.open(), Some(sandbox.id("HEAD")), &[("a", Some("x"))], "subject\n\nbody\n");
    let shown = sandbox.git(&["show", "-s", "--format=%an <%ae> %cn %T%n%B", &commit.to_string()]);
    let tree = sandbox.git(&["rev-parse", &format!("{commit}^{{tree}}")]);
    assert_eq!(shown, format!("Ada <ada@example.org> Ada {tree}\nsubject\n\nbody"));
    let identity = Identity::default();
    let absent = blob_id(b"absent");
    let bad = NewCommit { parents: &[], tree: absent, message: "x\n", identity: &identity };
    let error = sandbox.open().commit(&bad).unwrap_err();
    assert!(matches!(error.kind(), GitErrorKind::MissingObject { id } if *id == absent), "{error:?}");
}

#[cfg(unix)]
#[test]
fn a_repository_that_cannot_be_written_to_is_named_as_such() {
    use std::os::unix::fs::PermissionsExt;
    let sandbox = Sandbox::repository();
    let objects = sandbox.path(".git/objects");
    fs::set_permissions(&objects, fs::Permissions::from_mode(0o555)).unwrap();
    if tempfile::tempfile_in(&objects).is_ok() {
        println!("skipped: this user may write everywhere");
    } else {
        let error = sandbox.open().write(&[Object::blob(FORMAT, "never seen before")]).unwrap_err();
        assert!(matches!(error.kind(), GitErrorKind::ReadOnly { .. }), "{error:?}");
    }
    fs::set_permissions(&objects, fs::Permissions::from_mode(0o755)).unwrap();
}

proptest! {
    #![proptest_config(same_cases_every_time(48))]

    #[test]
    fn trees_have_the_ids_that_libgit2_gives_them(
        paths in prop::collection::btree_set("[a-c.-]{1,3}(/[a-c.-]{1,3}){0,2}", 0..12)
    ) {
        let names_a_place = |path: &&String| path.split('/').all(|part| part != "." && part != "..");
        let files: Vec<_> = paths.iter().filter(names_a_place).collect();
        let is_directory = |path: &str| files.iter().any(|other| other.starts_with(&format!("{path}/")));
        let files: Vec<_> = files.iter().filter(|path| !is_directory(path)).copied().collect();
        let folder = tempfile::tempdir().unwrap();
        let git = git2::Repository::init_bare(folder.path()).unwrap();
        let blob = git.blob(b"x").unwrap();
        let empty = git.find_tree(git.treebuilder(None).unwrap().write().unwrap()).unwrap();
        let mut update = git2::build::TreeUpdateBuilder::new();
        for path in &files {
            update.upsert(path.as_str(), blob, git2::FileMode::Blob);
        }
        let theirs = update.create_updated(&git, &empty).unwrap();
        let ours = tree_of(FORMAT, files.iter().map(|path| (path.as_str(), blob_id(b"x"))));
        prop_assert_eq!(ours.root.to_string(), theirs.to_string());
    }
}
