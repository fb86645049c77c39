//! The form of a tree object: `mode SP name NUL id` for each entry, in git's order.

use std::cmp::Ordering;

use crate::domain::{ObjectFormat, ObjectId};

/// The kind of an entry of a tree, with the mode that Git writes for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Mode {
    /// A file: `100644`.
    Regular,
    /// A file that can be run: `100755`.
    Executable,
    /// A symbolic link: `120000`.
    Symlink,
    /// A directory: `40000`.
    Directory,
    /// A submodule's commit: `160000`.
    Submodule,
    /// A mode that is kept as it is, such as the `100664` of old repositories.
    Other(u32),
}

impl Mode {
    /// Takes the number that git writes in octal.
    pub const fn from_bits(bits: u32) -> Self {
        match bits {
            0o100_644 => Self::Regular,
            0o100_755 => Self::Executable,
            0o120_000 => Self::Symlink,
            0o040_000 => Self::Directory,
            0o160_000 => Self::Submodule,
            other => Self::Other(other),
        }
    }

    /// Returns the number that git writes in octal.
    pub const fn bits(self) -> u32 {
        match self {
            Self::Regular => 0o100_644,
            Self::Executable => 0o100_755,
            Self::Symlink => 0o120_000,
            Self::Directory => 0o040_000,
            Self::Submodule => 0o160_000,
            Self::Other(bits) => bits,
        }
    }
}

/// One entry of a tree. Names are bytes: git does not ask for UTF-8.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TreeEntry {
    /// The kind of the entry.
    pub mode: Mode,
    /// Its name in the directory, without `/`.
    pub name: Vec<u8>,
    /// The object it leads to.
    pub id: ObjectId,
}

/// A tree object that does not have git's form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the tree object is damaged at byte {offset}")]
pub struct DamagedTree {
    /// The offset of the first entry that cannot be read.
    pub offset: usize,
}

/// Writes a tree object; the entries may come in any order.
pub fn encode_tree(mut entries: Vec<TreeEntry>) -> Vec<u8> {
    entries.sort_by(git_order);
    let mut bytes = Vec::with_capacity(
        entries.iter().map(|entry| entry.name.len() + 8 + entry.id.as_bytes().len()).sum(),
    );
    for entry in entries {
        bytes.extend_from_slice(format!("{:o} ", entry.mode.bits()).as_bytes());
        bytes.extend_from_slice(&entry.name);
        bytes.push(0);
        bytes.extend_from_slice(entry.id.as_bytes());
    }
    bytes
}

/// Reads a tree object, whose ids have the format of its repository.
pub fn decode_tree(format: ObjectFormat, bytes: &[u8]) -> Result<Vec<TreeEntry>, DamagedTree> {
    let mut entries = Vec::new();
    let mut rest = bytes;
    while !rest.is_empty() {
        let damaged = DamagedTree { offset: bytes.len() - rest.len() };
        let (entry, after) = decode_entry(format, rest).ok_or(damaged)?;
        entries.push(entry);
        rest = after;
    }
    Ok(entries)
}

fn decode_entry(format: ObjectFormat, bytes: &[u8]) -> Option<(TreeEntry, &[u8])> {
    let (mode, rest) = split_at_byte(bytes, b' ')?;
    let (name, rest) = split_at_byte(rest, 0)?;
    let (id, rest) = rest.split_at_checked(format.id_length())?;
    let mode = u32::from_str_radix(str::from_utf8(mode).ok()?, 8).ok()?;
    let entry = TreeEntry { mode: Mode::from_bits(mode), name: name.to_vec(), id: ObjectId::from_bytes(id)? };
    (!name.is_empty()).then_some((entry, rest))
}

fn split_at_byte(bytes: &[u8], separator: u8) -> Option<(&[u8], &[u8])> {
    let at = bytes.iter().position(|&byte| byte == separator)?;
    Some((&bytes[..at], &bytes[at + 1..]))
}

/// Compares entries by name, where a directory counts as if its name ended in `/`.
fn git_order(a: &TreeEntry, b: &TreeEntry) -> Ordering {
    fn key(entry: &TreeEntry) -> impl Iterator<Item = u8> + '_ {
        let slash = (entry.mode == Mode::Directory).then_some(b'/');
        entry.name.iter().copied().chain(slash)
    }
    key(a).cmp(key(b))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::object::{blob_id, hash::Object};

    const FORMAT: ObjectFormat = ObjectFormat::Sha1;

    fn entry(mode: Mode, name: &str) -> TreeEntry {
        let id = match mode {
            Mode::Directory => Object::tree(FORMAT, Vec::new()).id(),
            _ => blob_id(FORMAT, b"x"),
        };
        TreeEntry { mode, name: name.as_bytes().to_vec(), id }
    }

    #[test]
    fn directories_sort_as_if_they_ended_in_a_slash() {
        let tree = encode_tree(vec![
            entry(Mode::Directory, "a"),
            entry(Mode::Regular, "a0"),
            entry(Mode::Regular, "a.b"),
            entry(Mode::Executable, "a-b"),
        ]);
        let names: Vec<_> = decode_tree(FORMAT, &tree).unwrap().into_iter().map(|entry| entry.name).collect();
        assert_eq!(names, [b"a-b".as_slice(), b"a.b", b"a", b"a0"]);
    }

    #[test]
    fn a_tree_has_the_id_that_git_prints() {
        // `git mktree` on these four lines.
        let tree = Object::tree(
            FORMAT,
            vec![
                entry(Mode::Executable, "run"),
                entry(Mode::Regular, "a.b"),
                entry(Mode::Symlink, "link"),
                entry(Mode::Directory, "a"),
            ],
        );
        assert_eq!(tree.id().to_string(), "134dbd27bd6b92a9dee2964c2699b12837642149");
    }

    #[test]
    fn odd_modes_survive_and_damage_is_placed() {
        let odd =
            TreeEntry { mode: Mode::Other(0o100_664), name: b"f\xff".to_vec(), id: blob_id(FORMAT, b"") };
        let bytes = encode_tree(vec![entry(Mode::Regular, "a"), odd.clone()]);
        assert_eq!(decode_tree(FORMAT, &bytes).unwrap()[1], odd);
        let first = encode_tree(vec![entry(Mode::Regular, "a")]).len();
        for cut in first + 1..bytes.len() {
            assert_eq!(
                decode_tree(FORMAT, &bytes[..cut]),
                Err(DamagedTree { offset: first }),
                "cut at {cut}"
            );
        }
    }
}
