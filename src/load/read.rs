//! The bytes of one file, within a limit.

use std::{
    fs::{self, File},
    io::{self, Read},
    path::Path,
};

use super::{LoadFault, classify::whole_file};
use crate::{diagnostic::Diagnostic, domain::RepoPath, source::rules};

/// The error for a file that could not be read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The file is gone since it was listed, or never was there.
    #[error("there is no file `{0}`")]
    Missing(RepoPath),
    /// It is not a regular file; opening a pipe would wait for a writer.
    #[error("`{path}` is not a regular file")]
    NotAFile {
        /// The path.
        path: RepoPath,
        /// The kind of file that it is instead.
        fault: LoadFault,
    },
    /// The system refuses.
    #[error("cannot read `{path}`")]
    Io {
        /// The file.
        path: RepoPath,
        /// The error of the system.
        source: io::Error,
    },
}

/// Reads a regular file of the repository at `root`: all of it, or its first `limit` + 1 bytes where it is longer.
pub fn read(root: &Path, path: &RepoPath, limit: usize) -> Result<Vec<u8>, ReadError> {
    let on_disk = root.join(path.as_str());
    let failed = |source: io::Error| match source.kind() {
        io::ErrorKind::NotFound => ReadError::Missing(path.clone()),
        _ => ReadError::Io { path: path.clone(), source },
    };
    let metadata = fs::symlink_metadata(&on_disk).map_err(failed)?;
    if !metadata.is_file() {
        let fault = if metadata.is_symlink() {
            LoadFault::Symlink
        } else if metadata.is_dir() {
            LoadFault::Directory
        } else {
            LoadFault::Special
        };
        return Err(ReadError::NotAFile { path: path.clone(), fault });
    }
    let expected = usize::try_from(metadata.len()).unwrap_or(limit).min(limit);
    let mut bytes = Vec::with_capacity(expected + 1);
    File::open(&on_disk).and_then(|file| read_into(file, limit, &mut bytes)).map_err(failed)?;
    Ok(bytes)
}

/// Reads a stream to its end, or its first `limit` + 1 bytes where it is longer.
pub fn read_limited(reader: impl Read, limit: usize) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    read_into(reader, limit, &mut bytes)?;
    Ok(bytes)
}

fn read_into(reader: impl Read, limit: usize, bytes: &mut Vec<u8>) -> io::Result<usize> {
    reader.take(u64::try_from(limit).unwrap_or(u64::MAX).saturating_add(1)).read_to_end(bytes)
}

impl ReadError {
    /// Reports it as a finding about the file, so that one unreadable file does not stop the others.
    pub fn diagnostic(&self) -> Diagnostic {
        match self {
            Self::Missing(path) => {
                let help = "run the command again: the file was there when the folder was listed";
                whole_file(
                    path,
                    &rules::UNREADABLE,
                    "the file does not exist any more".to_owned(),
                    Some(help.to_owned()),
                )
            }
            Self::NotAFile { path, fault } => fault.diagnostic(path),
            Self::Io { path, source } => {
                let message = format!("the file cannot be read: {source}");
                let help = "check its permissions and the disk".to_owned();
                whole_file(path, &rules::UNREADABLE, message, Some(help))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn never_reads_more_than_one_byte_past_the_limit() {
        let root = tempfile::tempdir().unwrap();
        fs::write(root.path().join("a.yaml"), "0123456789").unwrap();
        for (limit, length) in [(0, 1), (4, 5), (9, 10), (10, 10), (1 << 20, 10), (usize::MAX - 1, 10)] {
            let bytes = read(root.path(), &RepoPath::new("a.yaml"), limit).unwrap();
            assert_eq!(bytes.len(), length, "limit {limit}");
            assert_eq!(read_limited(b"0123456789".as_slice(), limit).unwrap(), bytes, "limit {limit}");
        }
        assert_eq!(read_limited(io::repeat(b'x'), 100).unwrap().len(), 101);
    }

    #[cfg(unix)]
    #[test]
    fn a_file_that_is_not_regular_is_refused_without_waiting() {
        let root = tempfile::tempdir().unwrap();
        fs::create_dir(root.path().join("d.yaml")).unwrap();
        std::os::unix::fs::symlink("/dev/zero", root.path().join("l.yaml")).unwrap();
        let made = std::process::Command::new("mkfifo").arg(root.path().join("p.yaml")).status().unwrap();
        assert!(made.success());
        for (name, code, message) in [
            ("d.yaml", "source/unreadable", "`d.yaml` is a folder with the name of a manifest"),
            ("l.yaml", "source/symlink", "`l.yaml` is a symbolic link, which is not followed"),
            ("p.yaml", "source/unreadable", "`p.yaml` is a pipe, a socket or a device, not a file"),
            ("none.yaml", "source/unreadable", "the file does not exist any more"),
        ] {
            let found = read(root.path(), &RepoPath::new(name), 10).unwrap_err().diagnostic();
            assert_eq!((found.rule.code, found.message.as_str()), (code, message));
        }
    }
}
