//! What git and the file system say of one path: a line of `git status`, and what is there.

use crate::{
    domain::{ObjectId, RepoPath},
    git::objects::read::FileKind,
};

/// The thing at a path, in the index or in the working tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PathState {
    /// There is no such path.
    Absent,
    File(FileKind, ObjectId),
    /// The beginning of a file that git was writing when it was killed, or that a power cut left. It is not the work of a person.
    Truncated,
    /// A directory, an unmerged entry, a link that is not committed: nothing that a sync could have left there.
    Other,
}

impl PathState {
    pub(super) fn of(file: Option<&(FileKind, ObjectId)>) -> Self {
        file.map_or(Self::Absent, |(kind, id)| Self::File(*kind, *id))
    }

    pub(super) fn regular(id: Option<&ObjectId>) -> Self {
        id.map_or(Self::Absent, |id| Self::File(FileKind::Regular, *id))
    }

    /// Returns whether it is something that no sync writes.
    pub(super) const fn is_odd(self) -> bool {
        matches!(self, Self::File(FileKind::Symlink | FileKind::Submodule, _))
    }

    /// Returns the same without the executable bit, because a change of that bit loses no work.
    pub(super) fn content(self) -> Self {
        match self {
            Self::File(FileKind::Executable, id) => Self::File(FileKind::Regular, id),
            other => other,
        }
    }
}

/// A line of `git status --porcelain=v2`.
pub(super) struct StatusLine {
    pub(super) path: RepoPath,
    /// The thing that the index has.
    pub(super) staged: PathState,
    /// The kind of the file in the working tree, as far as git reports it.
    pub(super) kind: Option<FileKind>,
    /// Whether the file is, or may be, not what the index has.
    pub(super) is_file_changed: bool,
}

/// Reads a line of `git status --porcelain=v2 -z` (`git help status`, "Porcelain Format Version 2").
pub(super) fn parse_line(text: &str) -> Option<StatusLine> {
    let mut fields = text.splitn(2, ' ');
    let (kind, rest) = (fields.next()?, fields.next()?);
    let fields = |count: usize| rest.splitn(count, ' ').collect::<Vec<_>>();
    let line = |path: &str, staged, kind, is_file_changed| StatusLine {
        path: RepoPath::new(path),
        staged,
        kind,
        is_file_changed,
    };
    match kind {
        // XY sub mH mI mW hH hI path
        "1" => {
            let [states, _, _, mode, on_disk, _, id, path] = fields(8).try_into().ok()?;
            let (in_index, in_worktree) = states.split_at_checked(1)?;
            let staged = match (in_index, kind_of(mode), id.parse()) {
                ("D", _, _) => PathState::Absent,
                (_, Some(kind), Ok(id)) => PathState::File(kind, id),
                (_, _, _) => PathState::Other,
            };
            // Git reports nothing here for a file that is not in the index.
            Some(line(path, staged, kind_of(on_disk), in_worktree != "." || in_index == "D"))
        }
        // XY sub m1 m2 m3 mW h1 h2 h3 path
        "u" => fields(10).last().map(|path| line(path, PathState::Other, None, true)),
        "?" => Some(line(rest, PathState::Absent, None, true)),
        _ => None,
    }
}

/// Returns what git writes this mode for.
fn kind_of(mode: &str) -> Option<FileKind> {
    match mode {
        "100644" => Some(FileKind::Regular),
        "100755" => Some(FileKind::Executable),
        "120000" => Some(FileKind::Symlink),
        "160000" => Some(FileKind::Submodule),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_the_status_are_read() {
        let id = "ce013625030ba8dba906f756967f9e9ca394464a";
        let file = PathState::File(FileKind::Regular, id.parse().unwrap());
        let link = PathState::File(FileKind::Symlink, id.parse().unwrap());
        for (text, expected) in [
            (format!("1 .M N... 100644 100644 100644 {id} {id} a b"), Some(("a b", file, true))),
            (format!("1 A. N... 000000 100644 100644 {id} {id} a"), Some(("a", file, false))),
            (format!("1 D. N... 100644 000000 000000 {id} {id} a"), Some(("a", PathState::Absent, true))),
            (format!("1 T. N... 100644 120000 120000 {id} {id} a"), Some(("a", link, false))),
            (
                format!("u UU N... 100644 100644 100644 100644 {id} {id} {id} a b"),
                Some(("a b", PathState::Other, true)),
            ),
            ("? new file".to_owned(), Some(("new file", PathState::Absent, true))),
            ("# branch.oid x".to_owned(), None),
        ] {
            let read = parse_line(&text);
            let read = read.as_ref().map(|line| (line.path.as_str(), line.staged, line.is_file_changed));
            assert_eq!(read, expected, "{text}");
        }
    }
}
