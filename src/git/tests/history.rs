//! Walks over commits.

use super::*;
use crate::git::Range;

const ROOT: &str = "registry/snapshot.json";

/// Returns a repository whose main line merged a side line; both changed the root. Each commit by its name.
fn merged(resolution: &str) -> (Sandbox, BTreeMap<&'static str, ObjectId>) {
    let sandbox = Sandbox::repository();
    let mut commits = BTreeMap::new();
    sandbox.file(ROOT, "1\n");
    commits.insert("base", sandbox.commit("base"));
    sandbox.git(&["checkout", "-q", "-b", "side"]);
    sandbox.file(ROOT, "2\n");
    commits.insert("side", sandbox.commit("side"));
    sandbox.file("other", "side");
    commits.insert("tip", sandbox.commit("tip"));
    sandbox.git(&["checkout", "-q", "main"]);
    sandbox.file(ROOT, "3\n");
    commits.insert("main", sandbox.commit("main"));
    let _ = run_git(&sandbox.path(""), &["merge", "-q", "--no-ff", "side", "-m", "merge"]);
    sandbox.file(ROOT, resolution);
    commits.insert("merge", sandbox.commit("merge"));
    (sandbox, commits)
}

#[test]
fn the_main_line_and_the_changes_on_all_lines_are_told_apart() {
    // On the main line a merge changes the root where its first parent has another one.
    for (resolution, is_main_change) in [("3\n", false), ("2\n", true), ("4\n", true)] {
        let (sandbox, commits) = merged(resolution);
        let repository = sandbox.open();
        let from = [commits["merge"]];
        let range = Range { from: &from, except: None };
        let line = repository.main_line(range).unwrap();
        assert_eq!(line[0].commit, commits["merge"]);
        assert_eq!(line[0].parents, [commits["main"], commits["tip"]]);
        assert_eq!(line[1].commit, commits["main"]);
        let path = RepoPath::new(ROOT);
        let main: Vec<_> = ["base", "main"].iter().map(|name| commits[name]).collect();
        let mut expected: std::collections::BTreeSet<_> = main.iter().copied().collect();
        expected.extend(is_main_change.then_some(commits["merge"]));
        assert_eq!(repository.main_line_changes(range, &path).unwrap(), expected, "{resolution}");
        let newest = if is_main_change { commits["merge"] } else { commits["main"] };
        assert_eq!(repository.newest_main_line_change(range, &path).unwrap(), Some(newest), "{resolution}");
        let changes = repository.changes(range, &path).unwrap();
        expected.extend([commits["side"], commits["merge"]]);
        assert_eq!(
            changes.iter().copied().collect::<std::collections::BTreeSet<_>>(),
            expected,
            "{resolution}"
        );
        assert_eq!(changes.last(), Some(&commits["base"]), "ancestors come last");
        let rest = Range { from: &from, except: Some(commits["main"]) };
        assert_eq!(repository.main_line(rest).unwrap().len(), 1);
        assert_eq!(repository.commits(rest).unwrap(), [commits["merge"], commits["tip"], commits["side"]]);
    }
}

#[test]
fn a_commit_says_who_made_it_when_and_with_which_trailers() {
    let sandbox = Sandbox::repository();
    let repository = sandbox.open();
    let commit =
        publish(&repository, &[(ROOT, Some("1\n"))], "registry: v1\n\nRegistry-Version: 1\nTrigger: init\n");
    let info = repository.commit_info(commit).unwrap();
    assert_eq!((info.author.as_str(), info.subject()), ("Ada <ada@example.org>", "registry: v1"));
    let time = sandbox.git(&["show", "-s", "--format=%ct", &commit.to_string()]);
    assert_eq!(info.time.seconds.to_string(), time);
    let trailers =
        [("Registry-Version", "1"), ("Trigger", "init")].map(|(k, v)| (k.to_owned(), v.to_owned()));
    assert_eq!(info.trailers, BTreeMap::from(trailers));
}

#[test]
fn a_merge_in_progress_and_revisions_are_found() {
    let (sandbox, commits) = merged("3\n");
    let repository = sandbox.open();
    assert_eq!(repository.merge_heads().unwrap(), []);
    assert_eq!(repository.resolve("main~1").unwrap(), Some(commits["main"]));
    for nothing in ["nothing", "--all", "HEAD:registry"] {
        assert_eq!(repository.resolve(nothing).unwrap(), None, "{nothing}");
    }
    sandbox.git(&["reset", "-q", "--hard", "main~1"]);
    let _ = run_git(&sandbox.path(""), &["merge", "-q", "--no-ff", "side", "-m", "merge"]);
    assert_eq!(repository.merge_heads().unwrap(), [commits["tip"]]);
}

#[test]
fn a_shallow_clone_ends_where_it_was_cut() {
    let sandbox = Sandbox::repository();
    publish(&sandbox.open(), &[(ROOT, Some("1\n"))], "v1\n");
    publish(&sandbox.open(), &[(ROOT, Some("2\n"))], "v2\n");
    sandbox.git(&["checkout", "-q", "-f", "main"]);
    let url = format!("file://{}", sandbox.path("").display());
    let clone = Sandbox::empty();
    clone.git(&["clone", "-q", "--depth", "1", &url, "clone"]);
    let repository = Repository::open(&clone.path("clone")).unwrap();
    assert!(repository.is_shallow());
    let head = repository.head().unwrap().require_commit().unwrap();
    let line = repository.main_line(Range { from: &[head], except: None }).unwrap();
    assert_eq!((line.len(), line[0].parents.len()), (1, 0));
    let target = repository.push_target(Some("refs/heads/main"), None, None).unwrap();
    repository.deepen(&target, Duration::from_mins(1)).unwrap();
    assert!(!repository.is_shallow());
    assert_eq!(repository.main_line(Range { from: &[head], except: None }).unwrap().len(), 3);
}
