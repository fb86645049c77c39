//! The exit codes of the program.

/// The result of a run. The numbers are part of the program's interface.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// The command is done and found nothing wrong.
    Done,
    /// A check failed: invalid manifests, drift, differences under `--check`, problems found by `verify`.
    CheckFailed,
    /// The command could not run: invalid usage or settings, no repository, an I/O error.
    CannotRun,
    /// The command is done, but some manifests are invalid: their modules are held, or left out if new.
    SomeInvalid,
    /// A guard refused the command, and nothing was written.
    Refused,
    /// Another sync is running, or all retries lost the race for the branch; a later run may succeed.
    Conflict,
    /// The command failed because of a bug in modreg.
    Bug,
}

impl Exit {
    /// Returns the exit code of the process.
    pub const fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::CheckFailed => 1,
            Self::CannotRun => 2,
            Self::SomeInvalid => 3,
            Self::Refused => 4,
            Self::Conflict => 5,
            Self::Bug => 70,
        }
    }
}
