//! Records where this very program can be installed from, for the workflows that `modreg init` writes.
//!
//! That is the project's repository, and the commit that is being built. The address is `repository` of Cargo.toml, or, where
//! there is none, the `https` address that the checkout was cloned from. Nothing is recorded
//! without an address, outside of a Git repository, in a checkout with changes, and at a commit that was not pushed; the
//! program then asks for `init --install-from`.

#![expect(clippy::disallowed_methods, reason = "a build script gets everything from its environment")]

use std::process::Command;

fn main() {
    // A change makes the checkout another one than the commit.
    for path in
        ["build.rs", "Cargo.toml", "Cargo.lock", "src", "schema", "modules", ".github", ".gitlab-ci.yml"]
    {
        println!("cargo:rerun-if-changed={path}");
    }
    let repository = std::env::var("CARGO_PKG_REPOSITORY").ok().filter(|url| !url.is_empty());
    let Some(url) = repository.or_else(|| git(&["remote", "get-url", "origin"]).filter(|url| is_public(url)))
    else {
        return;
    };
    // In another repository the commit would be that one's.
    if git(&["rev-parse", "--show-prefix"]).as_deref() != Some("") {
        return;
    }
    for file in ["HEAD", "logs/HEAD"] {
        if let Some(path) = git(&["rev-parse", "--git-path", file]) {
            println!("cargo:rerun-if-changed={path}");
        }
    }
    let is_unchanged = git(&["status", "--porcelain", "--untracked-files=no"]).as_deref() == Some("");
    // Others cannot install a commit that was never pushed.
    let is_pushed =
        git(&["branch", "--remotes", "--contains", "HEAD"]).is_some_and(|found| !found.is_empty());
    if let Some(commit) = git(&["rev-parse", "--verify", "HEAD"]).filter(|_| is_unchanged && is_pushed) {
        println!("cargo:rustc-env=MODREG_INSTALL_FROM={url}#{commit}");
    }
}

/// Whether others can clone from this address without a secret that is in it.
fn is_public(url: &str) -> bool {
    url.starts_with("https://") && !url.contains('@')
}

/// What git prints, if it succeeds.
fn git(args: &[&str]) -> Option<String> {
    let output = Command::new("git").args(args).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    output.status.success().then(|| text.trim_end().to_owned())
}
