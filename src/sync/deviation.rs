//! How a path below `registry/` is not what a sync writes there, in words.

use crate::object::Mode;

/// How a path below `registry/` is not what a sync writes there: regular files of mode 100644, in folders.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deviation {
    /// A file with another content.
    Edited,
    /// A file that is missing.
    Missing,
    /// A file that no sync writes.
    Unexpected,
    /// A symbolic link.
    Symlink,
    /// A submodule, or a repository inside this one.
    Submodule,
    /// A folder at the place of a file.
    Folder,
    /// A file at the place of a folder.
    File,
    /// A file that can be run.
    Executable,
    /// A file with a mode that git no longer writes.
    Mode(u32),
}

impl Deviation {
    /// Returns what is odd about an entry of a tree by its mode alone, or `None` if it is a regular file.
    pub const fn of_mode(mode: Mode) -> Option<Self> {
        match mode {
            Mode::Regular => None,
            Mode::Executable => Some(Self::Executable),
            Mode::Symlink => Some(Self::Symlink),
            Mode::Directory => Some(Self::Folder),
            Mode::Submodule => Some(Self::Submodule),
            Mode::Other(bits) => Some(Self::Mode(bits)),
        }
    }

    /// Returns the same for the place of a folder: `None` if it is one.
    pub const fn of_folder_mode(mode: Mode) -> Option<Self> {
        match mode {
            Mode::Directory => None,
            Mode::Symlink => Some(Self::Symlink),
            Mode::Submodule => Some(Self::Submodule),
            Mode::Regular | Mode::Executable | Mode::Other(_) => Some(Self::File),
        }
    }

    /// Returns whether the path is something else than a file at the place of a file, apart from what it contains.
    pub const fn is_odd(self) -> bool {
        !matches!(self, Self::Edited | Self::Missing | Self::Unexpected)
    }

    /// Returns the past tense: `it was a symbolic link`.
    pub fn past(self) -> String {
        match self {
            Self::Edited => "it was edited by hand".to_owned(),
            Self::Missing => "it was missing".to_owned(),
            Self::Unexpected => "no entry belongs there".to_owned(),
            Self::Mode(bits) => format!("its mode was {bits:o}"),
            odd => format!("it was {}", odd.noun()),
        }
    }

    /// Returns the present tense, without a subject: `is a symbolic link`.
    pub fn present(self) -> String {
        match self {
            Self::Edited => "was edited by hand".to_owned(),
            Self::Missing => "is missing".to_owned(),
            Self::Unexpected => "does not belong there".to_owned(),
            Self::Mode(bits) => format!("has the mode {bits:o}"),
            odd => format!("is {}", odd.noun()),
        }
    }

    const fn noun(self) -> &'static str {
        match self {
            Self::Symlink => "a symbolic link",
            Self::Submodule => "a submodule",
            Self::Folder => "a folder",
            Self::File => "a file",
            Self::Executable => "executable",
            Self::Edited | Self::Missing | Self::Unexpected | Self::Mode(_) => "different",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_at_a_place_is_named_in_words() {
        for (mode, past, at_a_folder) in [
            (Mode::Regular, None, Some("is a file")),
            (Mode::Executable, Some("it was executable"), Some("is a file")),
            (Mode::Symlink, Some("it was a symbolic link"), Some("is a symbolic link")),
            (Mode::Directory, Some("it was a folder"), None),
            (Mode::Submodule, Some("it was a submodule"), Some("is a submodule")),
            (Mode::Other(0o100_664), Some("its mode was 100664"), Some("is a file")),
        ] {
            assert_eq!(Deviation::of_mode(mode).map(Deviation::past).as_deref(), past);
            let found = Deviation::of_folder_mode(mode).map(Deviation::present);
            assert_eq!(found.as_deref(), at_a_folder);
        }
    }
}
