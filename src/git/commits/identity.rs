//! Who commits: whom git itself would name.

use crate::git::{
    error::{GitError, GitErrorKind},
    program::Program,
    repository::Repository,
};

/// Who commits where git knows nobody.
const FALLBACK: [(&str, &str); 2] = [("user.name", "modreg"), ("user.email", "modreg@localhost")];

/// Who is an author and a committer: git's own choice, or `modreg`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Identity {
    /// Settings that stand in for what git does not know.
    settings: Vec<String>,
}

impl Identity {
    /// Whether git knows nobody, and the commit is made as `modreg`.
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
    /// Where it knows no name or no address, `modreg <modreg@localhost>` stands in, unless `user.useConfigOnly` is set.
    pub fn identity(&self) -> Result<Identity, GitError> {
        let own = Identity::default();
        if self.is_known(&own)?.is_ok() {
            return Ok(own);
        }
        let is_missing = |(name, _): &&(&str, &str)| self.config.get(name).is_none();
        let missing = FALLBACK.iter().filter(is_missing);
        let fallback =
            Identity { settings: missing.map(|(name, value)| format!("{name}={value}")).collect() };
        let must_be_told = self.config.is_true("user.useconfigonly");
        match self.is_known(if must_be_told { &own } else { &fallback })? {
            Ok(()) => Ok(fallback),
            Err(said) => {
                let kind = if must_be_told {
                    GitErrorKind::NoIdentity { said }
                } else {
                    GitErrorKind::Failed { said }
                };
                Err(GitError::new("could not find out who commits, and when", kind))
            }
        }
    }

    /// Whether git finds its author and its committer, or what it says of them.
    fn is_known(&self, identity: &Identity) -> Result<Result<(), String>, GitError> {
        for variable in ["GIT_COMMITTER_IDENT", "GIT_AUTHOR_IDENT"] {
            let ran = identity.of(self.git("find out who commits", ["var", variable])).run()?;
            if !ran.is_success() {
                return Ok(Err(ran.said()));
            }
        }
        Ok(Ok(()))
    }
}
