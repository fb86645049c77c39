//! Git's settings about commits: who makes them, and whether they are signed.
//!
//! libgit2 reads the files alone. What the environment gives (`GIT_CONFIG_COUNT`, `GIT_CONFIG_GLOBAL`), the `git` program
//! knows, and is asked where there is such a variable.

use std::{collections::BTreeMap, time::Duration};

use super::{
    Repository,
    error::{Context, GitError, GitErrorKind},
    push::gist,
};

/// How long git may take to read its settings.
const TIMEOUT: Duration = Duration::from_secs(30);

/// The settings, as `git config` names them in its answers: in lower case.
const NAMES: [&str; 7] = [
    "user.name",
    "user.email",
    "author.name",
    "author.email",
    "committer.name",
    "committer.email",
    "commit.gpgsign",
];

impl Repository {
    /// Those of the settings that are there.
    pub(super) fn commit_settings(&self) -> Result<BTreeMap<String, String>, GitError> {
        if self.environment.gives_settings { self.ask_git() } else { self.ask_libgit2() }
    }

    fn ask_libgit2(&self) -> Result<BTreeMap<String, String>, GitError> {
        let config = self.git.config().and_then(|mut config| config.snapshot());
        let config = config.context(|| "read git's settings".to_owned())?;
        let found = NAMES.iter().filter_map(|name| Some(((*name).to_owned(), config.get_string(name).ok()?)));
        Ok(found.collect())
    }

    fn ask_git(&self) -> Result<BTreeMap<String, String>, GitError> {
        let pattern = format!("^({})$", NAMES.join("|").replace('.', "\\."));
        let ran = self
            .program("read git's settings", ["config", "--null", "--get-regexp", &pattern], TIMEOUT)
            .run()?;
        // It ends with 1 where none of them is set.
        if matches!(ran.code(), Some(0 | 1)) {
            return Ok(settings(&ran.out));
        }
        let kind = GitErrorKind::InvalidInput { reason: gist(&ran.err) };
        Err(GitError::new("could not read git's settings", kind))
    }
}

/// Reads `name LF value NUL …`; of several the last one counts, and a name without a value says yes.
fn settings(listed: &str) -> BTreeMap<String, String> {
    let lines = listed.split_terminator('\0').map(|line| line.split_once('\n').unwrap_or((line, "true")));
    lines.map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_of_several_counts_and_a_bare_name_says_yes() {
        let found = settings("user.name\nAda\0user.name\nAda\nLovelace\0commit.gpgsign\0");
        let expected = [("commit.gpgsign", "true"), ("user.name", "Ada\nLovelace")];
        assert!(found.iter().map(|(name, value)| (name.as_str(), value.as_str())).eq(expected));
        assert!(settings("").is_empty());
    }
}
