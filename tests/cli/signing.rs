//! Commits that are signed as git's settings ask for it.

use std::process::Command;

use crate::harness::{Folder, run};

#[test]
fn a_commit_is_signed_with_the_ssh_key_that_git_names() {
    let folder = Folder::with_modules(&["drive"]);
    let keygen = ["-q", "-t", "ed25519", "-N", "", "-C", "ada@example.org", "-f", ".git/key"];
    assert_eq!(run(Command::new("ssh-keygen").args(keygen), folder.path()).code, 0);
    let public = folder.read(".git/key.pub");
    folder.write(".git/signers", format!("ada@example.org {public}"));
    let signers = folder.path().join(".git/signers");
    let key = folder.path().join(".git/key");
    for (name, value) in [
        ("commit.gpgsign", "true"),
        ("gpg.format", "ssh"),
        ("user.signingkey", &key.display().to_string()),
        ("gpg.ssh.allowedSignersFile", &signers.display().to_string()),
    ] {
        folder.git(&["config", name, value]);
    }
    folder.expect(0, &["sync"]);
    folder.git(&["verify-commit", "HEAD"]);
    assert_eq!(
        folder.git(&["log", "-1", "--format=%an %ae %ad", "--date=raw"]),
        "Ada ada@example.org 1795316400 +0000"
    );
    let signed = folder.git(&["log", "-1", "--format=%B"]);
    assert_eq!(folder.git(&["status", "--porcelain"]), "");
    folder.git(&["reset", "--quiet", "--hard", "HEAD^"]);
    folder.git(&["config", "commit.gpgsign", "false"]);
    folder.expect(0, &["sync"]);
    assert_eq!(folder.git(&["log", "-1", "--format=%B"]), signed, "a signature changes no message");
    assert!(!folder.git(&["cat-file", "commit", "HEAD"]).contains("gpgsig"));
}

#[test]
fn without_the_signature_there_is_no_commit() {
    let folder = Folder::with_modules(&["drive"]);
    let before = folder.git(&["rev-parse", "HEAD"]);
    folder.git(&["config", "commit.gpgsign", "true"]);
    folder.git(&["config", "gpg.program", "false"]);
    let ran = folder.expect(2, &["sync"]);
    assert!(ran.err.contains("could not sign the commit") && ran.err.contains("git config"), "{}", ran.err);
    assert_eq!(folder.git(&["rev-parse", "HEAD"]), before);
    assert_eq!(folder.git(&["status", "--porcelain"]), "");
}

#[test]
fn settings_that_only_the_environment_gives_count_too() {
    let folder = Folder::with_modules(&["drive"]);
    folder.write(".git/settings", "[user]\n\tname = Grace\n\temail = grace@example.org\n");
    let unset = "unset GIT_AUTHOR_NAME GIT_AUTHOR_EMAIL GIT_COMMITTER_NAME GIT_COMMITTER_EMAIL";
    let given =
        "GIT_CONFIG_COUNT=1 GIT_CONFIG_KEY_0=commit.gpgsign GIT_CONFIG_VALUE_0=true GNUPGHOME=/nowhere";
    let ran = folder.shell(&format!("{unset}; GIT_CONFIG_GLOBAL=.git/settings {given} modreg sync"));
    assert_eq!(ran.code, 2, "{}", ran.err);
    ran.says(&["could not sign the commit"]);
    let ran = folder.shell(&format!("{unset}; GIT_CONFIG_GLOBAL=.git/settings modreg sync"));
    assert_eq!(ran.code, 0, "{}", ran.err);
    let who = folder.git(&["log", "-1", "--format=%an %ae %cn %ce"]);
    assert_eq!(who, "Grace grace@example.org Grace grace@example.org");
}
