//! The exit codes of the program.

/// How a run ended. The numbers are part of the program's interface.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// Done, nothing wrong.
    Done,
    /// The answer is no: invalid manifests, drift, differences under `--check`, a failed `verify`.
    No,
    /// It could not run: usage, settings, not a repository, I/O.
    CannotRun,
    /// Done, but some modules are invalid: held, or left out if new.
    SomeInvalid,
    /// Refused by a guard, nothing written.
    Refused,
    /// Another sync runs, or the race was lost after all retries: try again later.
    Conflict,
    /// A bug in modreg.
    Bug,
}

impl Exit {
    /// The exit code of the process.
    pub const fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::No => 1,
            Self::CannotRun => 2,
            Self::SomeInvalid => 3,
            Self::Refused => 4,
            Self::Conflict => 5,
            Self::Bug => 70,
        }
    }
}
