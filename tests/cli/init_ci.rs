//! `modreg init` in a repository that was there before, the attributes it needs, and the workflows it writes: they install
//! the program from a known commit, or fail and say so.

use std::{fs, process::Command};

use crate::harness::{Folder, Ran, run};

const COMMIT: &str = "0123456789abcdef0123456789abcdef01234567";
const VALIDATE: &str = ".github/workflows/validate.yml";
const LINES: &str = "registry/** -text -filter -ident -working-tree-encoding linguist-generated\n/registry/snapshot.json -merge\n";

/// The output of `init` without the files that it wrote.
fn remarks(ran: &Ran) -> String {
    let lines = ran.err.lines().filter(|line| !line.starts_with("wrote "));
    lines.flat_map(|line| [line, "\n"]).collect()
}

fn source() -> String {
    format!("https://example.org/tools/modreg#{COMMIT}")
}

#[test]
fn init_says_what_it_commits_and_what_to_do_next() {
    let folder = Folder::with_modules(&["chat"]);
    let ran = folder.expect(0, &["init", "--install-from", &source()]);
    let path = folder.path().display();
    let files = folder.git(&["show", "--name-only", "--format=", "HEAD~1"]).lines().count();
    assert_eq!(
        remarks(&ran),
        format!(
            "committing {files} files and the first version to the branch `main` of the repository `{path}`\n\
             the workflows install modreg with `cargo install --locked --git https://example.org/tools/modreg \
             --rev {COMMIT} modreg`; `--install-from` names another source\n\
             next: add a remote: `git remote add origin URL`\n\
             next: push it: `git push -u origin main`\n"
        )
    );
    folder.git(&["remote", "add", "mine", "https://example.org/mine"]);
    let ran = folder.expect(0, &["init"]);
    assert_eq!(
        remarks(&ran),
        format!(
            "committing a new version, if there is one, to the branch `main` of the repository `{path}`\n"
        )
    );
    folder.edit("modules/chat/module.yaml", "second", "third");
    folder.git(&["commit", "--quiet", "--all", "--message", "change"]);
    folder.expect(0, &["init", "--ci", "none"]).says(&["next: push it: `git push -u mine main`"]);
    folder.git(&["config", "branch.main.remote", "mine"]);
    folder.edit("modules/chat/module.yaml", "third", "fourth");
    folder.git(&["commit", "--quiet", "--all", "--message", "change"]);
    folder.expect(0, &["init", "--ci", "none"]).says(&["next: push it: `git push`\n"]);
}

#[test]
fn a_new_repository_needs_no_announcement() {
    let folder = Folder::empty();
    let ran = folder.expect(0, &["init", "--ci", "none", "new"]);
    assert_eq!(
        remarks(&ran),
        "next: `cd new`\nnext: add a remote: `git remote add origin URL`\nnext: push it: `git push -u origin main`\n"
    );
}

#[test]
fn the_workflows_install_a_known_commit() {
    for (ci, file) in
        [("github", VALIDATE), ("github", ".github/workflows/sync.yml"), ("gitlab", ".gitlab-ci.yml")]
    {
        let folder = Folder::empty();
        folder.expect(0, &["init", "--ci", ci, "--install-from", &source()]);
        let text = folder.read(file);
        let command = format!(
            "'cargo install --locked --git https://example.org/tools/modreg --rev {COMMIT} modreg'\n"
        );
        assert!(text.contains(&command), "{text}");
        assert!(text.contains("key: modreg-0123456789ab"), "the cache is that of the commit:\n{text}");
        assert!(!text.contains("install --locked modreg") && !text.contains("--path"), "{text}");
        assert_eq!(folder.exists(".github"), ci == "github");
        assert_eq!(folder.exists(".gitlab-ci.yml"), ci == "gitlab");
    }
}

#[test]
fn a_source_that_could_run_something_else_is_refused_before_anything_is_written() {
    let folder = Folder::with_modules(&["chat"]);
    for (source, reason) in [
        ("modreg@0.1.0", "expected `URL#COMMIT` or `./FOLDER`"),
        ("https://example.org/modreg#main", "the commit must be a full id"),
        (
            "https://example.org/$(id)#0123456789abcdef0123456789abcdef01234567",
            "the character `$` is not allowed",
        ),
    ] {
        folder.refuses(2, &["init", "--install-from", source], &[reason]);
    }
}

/// Where this build does not know where it comes from, as in an unpacked archive.
#[test]
fn workflows_without_a_source_fail_until_one_is_named() {
    let folder = Folder::empty();
    folder.expect(0, &["init", "--install-from", "./tools/modreg"]);
    let text = folder.read(VALIDATE);
    assert!(text.contains("run: 'cargo install --locked --path ./tools/modreg'\n"), "{text}");

    let folder = Folder::empty();
    let ran = folder.expect(0, &["init"]);
    if option_env!("MODREG_INSTALL_FROM").is_some() {
        ran.says(&["the workflows install modreg with `cargo install --locked --git "]);
        return;
    }
    ran.says(&["warning: the workflows fail, because no source of modreg is configured"]);
    let text = folder.read(VALIDATE);
    let step = text.split("- name: Install modreg\n        run: |\n").nth(1).unwrap();
    let script: Vec<_> = step.lines().take(2).map(str::trim).collect();
    let ran = run(Command::new("sh").args(["-ec", &script.join("\n")]), folder.path());
    assert_eq!(ran.code, 1);
    assert_eq!(
        ran.out,
        "::error::add the source of modreg to this step: \
         cargo install --locked --git URL --rev COMMIT modreg\n"
    );
    folder.expect(0, &["init", "--install-from", &source()]).says(&[&format!("wrote {VALIDATE}")]);
    assert!(folder.read(VALIDATE).contains(&format!("--rev {COMMIT} modreg")));
    assert_eq!(folder.git(&["status", "--porcelain"]), "");
    folder.write(VALIDATE, text.replace("Manifests", "Mine"));
    folder.expect(0, &["init", "--install-from", &source()]);
    assert!(folder.read(VALIDATE).contains("Mine"), "what was edited stays");
}

#[test]
fn files_can_be_written_and_not_committed() {
    let folder = Folder::with_modules(&["chat"]);
    let head = folder.git(&["rev-parse", "HEAD"]);
    let ran = folder.expect(0, &["init", "--ci", "none", "--no-commit"]);
    assert_eq!(ran.out, "");
    assert_eq!(
        remarks(&ran),
        "next: commit the files: `git add .gitattributes .pre-commit-config.yaml .vscode modreg.toml schema \
         && git commit`\nnext: publish the first version: `modreg sync`\n"
    );
    assert_eq!(folder.git(&["rev-parse", "HEAD"]), head);
    assert!(folder.exists("modreg.toml") && !folder.exists("registry"));
    folder.git(&["checkout", "--quiet", "--detach"]);
    folder.expect(0, &["init", "--ci", "none", "--no-commit"]);
}

#[test]
fn attributes_are_added_to_a_file_that_exists() {
    for (before, expected) in [
        (
            "*.png binary\n",
            format!(
                "*.png binary\n\n# Git does not change the bytes of the files that modreg generates.\n{LINES}"
            ),
        ),
        (
            "* text=auto",
            format!(
                "* text=auto\n\n# Git does not change the bytes of the files that modreg generates.\n{LINES}"
            ),
        ),
        // These do not keep a filter of the user away.
        (
            "registry/** -text linguist-generated\n/registry/snapshot.json -merge\n",
            format!(
                "registry/** -text linguist-generated\n/registry/snapshot.json -merge\n\n\
                 # Git does not change the bytes of the files that modreg generates.\n{LINES}"
            ),
        ),
        // What is set already needs no second line.
        (LINES, LINES.to_owned()),
    ] {
        let folder = Folder::with_modules(&["chat"]);
        folder.write(".gitattributes", before);
        folder.commit("attributes");
        let ran = folder.expect(0, &["init", "--ci", "none"]);
        let is_said = ran.err.contains(
            "added lines to `.gitattributes`, so that Git does not change the bytes of generated files\n",
        );
        assert_eq!(is_said, expected != before, "{}", ran.err);
        assert_eq!(folder.read(".gitattributes"), expected);
        assert_eq!(folder.git(&["status", "--porcelain"]), "");
        folder.expect(0, &["init", "--ci", "none"]);
        assert_eq!(folder.read(".gitattributes"), expected, "once is enough");
    }
}

#[test]
fn a_clone_that_converts_line_ends_has_no_drift() {
    for attributes in ["*.png binary\n", "* text=auto eol=crlf\n", "registry/** filter=lfs\n"] {
        let folder = Folder::with_modules(&["chat"]);
        folder.write(".gitattributes", attributes);
        folder.commit("attributes");
        folder.expect(0, &["init", "--ci", "none"]);
        let clone = Folder::empty();
        let url = folder.path().to_str().unwrap();
        clone.git(&["clone", "--quiet", "--config", "core.autocrlf=true", url, "."]);
        assert_eq!(clone.git(&["status", "--porcelain"]), "");
        assert!(!clone.read("registry/snapshot.json").contains('\r'), "{attributes}");
        clone.expect(0, &["compile", "--check"]);
    }
}

#[test]
fn attributes_with_work_in_them_are_not_committed() {
    let folder = Folder::with_modules(&["chat"]);
    folder.write(".gitattributes", "*.png binary\n");
    folder.commit("attributes");
    folder.write(".gitattributes", "*.png binary\n*.gif binary\n");
    let ran = folder.expect(0, &["init", "--ci", "none"]);
    ran.says(&[
        "warning: `.gitattributes` has uncommitted changes and was not committed: commit it yourself\n",
    ]);
    assert_eq!(folder.git(&["status", "--porcelain"]), " M .gitattributes");
    assert!(folder.read(".gitattributes").starts_with("*.png binary\n*.gif binary\n\n# Git does not change"));
}

#[test]
fn attributes_that_another_file_overrules_are_reported() {
    let folder = Folder::with_modules(&["chat"]);
    fs::create_dir_all(folder.path().join(".git/info")).unwrap();
    folder.write(".git/info/attributes", "*.json text\n");
    let ran = folder.expect(0, &["init", "--ci", "none"]);
    ran.says(&[
        "warning: Git may change the bytes of generated files, because another file overrides `.gitattributes`",
    ]);
    assert_eq!(folder.read(".gitattributes"), LINES);
}
