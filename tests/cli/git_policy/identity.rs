//! The author, the committer and the dates of a commit are those that git chooses.

use super::registry::{NO_IDENTITY, add, registry};

#[test]
fn the_commit_has_the_identity_that_git_chooses() {
    let office = "[user]\nname = Office\nemail = office@example.org\n";
    for (global, more) in [
        // By the address of a remote.
        (
            "[user]\nname = Home\nemail = home@example.org\n\
             [includeIf \"hasconfig:remote.*.url:https://git.example.com/**\"]\npath = office.inc\n",
            "git remote add origin https://git.example.com/team/registry.git",
        ),
        // By the folder.
        ("[includeIf \"gitdir:**/registry/.git\"]\npath = office.inc\n", "true"),
        // By the branch.
        ("[includeIf \"onbranch:main\"]\npath = office.inc\n", "true"),
        // By the settings of this working tree alone.
        (
            "",
            "git config extensions.worktreeConfig true; git config --worktree user.name Office; \
             git config --worktree user.email office@example.org",
        ),
        // By a role, which comes before the user.
        (
            "[user]\nname = Home\nemail = home@example.org\n[author]\nname = Office\nemail = office@example.org\n",
            "true",
        ),
    ] {
        let folder = registry();
        folder.write(".git/global", global);
        folder.write(".git/office.inc", office);
        let ran = folder.shell(&format!("{NO_IDENTITY}; {more}; modreg sync"));
        assert_eq!(ran.code, 0, "{global}: {}", ran.err);
        assert_eq!(
            folder.git(&["log", "-1", "--format=%an <%ae>"]),
            "Office <office@example.org>",
            "{global}"
        );
    }
}

#[test]
fn without_an_identity_the_commit_is_made_as_modreg_unless_guessing_is_forbidden() {
    let folder = registry();
    folder.write(".git/global", "[user]\nemail = ada@example.org\nuseConfigOnly = true\n");
    let ran = folder.shell(&format!("{NO_IDENTITY}; modreg sync"));
    assert_eq!(ran.code, 2, "{}{}", ran.out, ran.err);
    ran.says(&["git has no name or email address for the commit", "git config user.name"]);
    // Without that setting git guesses a name from the system, if it has one.
    folder.write(".git/global", "");
    let guessed = folder.shell(&format!("{NO_IDENTITY}; git var GIT_AUTHOR_IDENT"));
    let ran = folder.shell(&format!("{NO_IDENTITY}; modreg sync"));
    assert_eq!(ran.code, 0, "{}", ran.err);
    let author = folder.git(&["log", "-1", "--format=%an <%ae>"]);
    if guessed.code == 0 {
        assert!(guessed.out.starts_with(&author), "{} {author}", guessed.out);
    } else {
        assert!(author.contains("modreg"), "{author}");
        ran.says(&["no Git identity found"]);
    }
}

#[test]
fn dates_are_read_as_git_reads_them_and_others_are_refused() {
    let folder = registry();
    for (number, date) in [
        "2005-04-07T22:13:13",
        "2005-04-07 22:13:13 -0500",
        "1112911993",
        "@1112911993 +0130",
        "Thu Apr 7 22:13:13 2005 +0200",
        "Thu Apr  7 22:13:13 UTC 2005",
        "Thu, 07 Apr 2005 22:13:13 +0000",
        "07.04.2005 22:13:13",
        "2005.04.07 22:13:13 EST",
    ]
    .iter()
    .enumerate()
    {
        for role in ["AUTHOR", "COMMITTER"] {
            add(&folder, &format!("m{number}-{}", role.to_lowercase()));
            let format = if role == "AUTHOR" { "%at" } else { "%ct" };
            let set = format!("export TZ=Asia/Tokyo GIT_{role}_DATE='{date}'");
            let theirs = folder.shell(&format!(
                "{set}; git show -s --format={format} $(git commit-tree -m x HEAD^{{tree}})"
            ));
            assert_eq!(theirs.code, 0, "{date}: {}", theirs.err);
            let ran = folder.shell(&format!("{set}; modreg sync"));
            assert_eq!(ran.code, 0, "{date}: {}", ran.err);
            assert_eq!(
                folder.git(&["log", "-1", &format!("--format={format}")]),
                theirs.out.trim(),
                "{date}"
            );
        }
    }
    add(&folder, "last");
    let ran = folder.shell("GIT_AUTHOR_DATE=someday modreg sync");
    assert_eq!(ran.code, 2, "{}", ran.err);
    ran.says(&["invalid date format: someday"]);
}
