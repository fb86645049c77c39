//! Who commits: whom git itself would name.

use crate::git::{
    error::{GitError, GitErrorKind},
    program::command::Program,
    repository::Repository,
};

/// The name and the address where git has none.
const FALLBACK: [(&str, &str); 2] = [("user.name", "modreg"), ("user.email", "modreg@localhost")];

/// Who is an author and a committer: git's own choice, or `modreg`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Identity {
    /// Settings that replace what git does not know.
    settings: Vec<String>,
}

impl Identity {
    /// Whether git knows no name or no address, so that `modreg` is used.
    pub fn is_fallback(&self) -> bool {
        !self.settings.is_empty()
    }

    /// Has a program act as this person.
    pub(super) fn of(&self, program: Program) -> Program {
        self.settings.iter().fold(program, Program::setting)
    }
}

impl Repository {
    /// Whom git would name as author and committer: by the environment, its settings, or what the system says.
    ///
    /// Where git knows no name or no address, `modreg <modreg@localhost>` is used, unless `user.useConfigOnly` is set.
    pub fn identity(&self) -> Result<Identity, GitError> {
        let context = "could not find out who commits, and when";
        let own = Identity::default();
        let Err(message) = self.is_known(&own)? else { return Ok(own) };
        if self.config.is_true("user.useconfigonly") {
            return Err(GitError::new(context, GitErrorKind::NoIdentity { message }));
        }
        let missing = FALLBACK.iter().filter(|(name, _)| self.config.get(name).is_none());
        let fallback =
            Identity { settings: missing.map(|(name, value)| format!("{name}={value}")).collect() };
        match self.is_known(&fallback)? {
            Ok(()) => Ok(fallback),
            Err(message) => Err(GitError::new(context, GitErrorKind::Failed { message })),
        }
    }

    /// Whether git finds its author and its committer, or what it says of them.
    fn is_known(&self, identity: &Identity) -> Result<Result<(), String>, GitError> {
        for variable in ["GIT_COMMITTER_IDENT", "GIT_AUTHOR_IDENT"] {
            let ran = identity.of(self.git("find out who commits", ["var", variable])).run()?;
            if !ran.is_success() {
                return Ok(Err(ran.message()));
            }
        }
        Ok(Ok(()))
    }
}
