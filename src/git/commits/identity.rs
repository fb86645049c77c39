//! The author and committer of a commit, as git itself chooses them.

use crate::git::{
    error::{GitError, GitErrorKind},
    program::command::Program,
    repository::Repository,
};

/// The name and the address where git has none.
const FALLBACK: [(&str, &str); 2] = [("user.name", "modreg"), ("user.email", "modreg@localhost")];

/// The author and committer of a commit: git's own choice, or `modreg`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Identity {
    /// Settings that replace what git does not know.
    settings: Vec<String>,
}

impl Identity {
    /// Returns whether git knows no name or no address, so that `modreg` is used.
    pub fn is_fallback(&self) -> bool {
        !self.settings.is_empty()
    }

    /// Has a program act as this person.
    pub(super) fn of(&self, program: Program) -> Program {
        self.settings.iter().fold(program, Program::setting)
    }
}

impl Repository {
    /// Returns the author and committer that git would record: from the environment, its settings, or the system.
    ///
    /// Where git knows no name or no address, `modreg <modreg@localhost>` is used, unless `user.useConfigOnly` is set.
    pub fn identity(&self) -> Result<Identity, GitError> {
        let context = "could not find out who commits, and when";
        let own = Identity::default();
        let Some(message) = self.missing_identity(&own)? else { return Ok(own) };
        if self.config.is_true("user.useconfigonly") {
            return Err(GitError::new(context, GitErrorKind::NoIdentity { message }));
        }
        let missing = FALLBACK.iter().filter(|(name, _)| self.config.get(name).is_none());
        let fallback =
            Identity { settings: missing.map(|(name, value)| format!("{name}={value}")).collect() };
        match self.missing_identity(&fallback)? {
            None => Ok(fallback),
            Some(message) => Err(GitError::new(context, GitErrorKind::Failed { message })),
        }
    }

    /// Returns git's message if it does not know the author or the committer, and `None` if it knows both.
    fn missing_identity(&self, identity: &Identity) -> Result<Option<String>, GitError> {
        for variable in ["GIT_COMMITTER_IDENT", "GIT_AUTHOR_IDENT"] {
            let ran = identity.of(self.git("find out who commits", ["var", variable])).run()?;
            if !ran.is_success() {
                return Ok(Some(ran.message()));
            }
        }
        Ok(None)
    }
}
