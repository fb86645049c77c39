//! Writing files as a whole: at any time there is either the old file or the new one, even if the disk is full or the program
//! is killed.

use std::{
    fs,
    io::{self, Write as _},
    path::Path,
};

use tempfile::NamedTempFile;

/// Writes a generated file and the folders on the way to it, with the permissions of a new file.
pub fn write_whole(path: &Path, bytes: &[u8]) -> io::Result<()> {
    temporary(path, bytes)?.persist(path).map_err(|error| error.error)?;
    Ok(())
}

/// Replaces a file of the user, whose permissions are kept. If there is none, it is written.
pub fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let file = temporary(path, bytes)?;
    match fs::metadata(path) {
        Ok(metadata) => file.as_file().set_permissions(metadata.permissions())?,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(error),
    }
    file.as_file().sync_all()?;
    file.persist(path).map_err(|error| error.error)?;
    Ok(())
}

/// Writes a file and the folders on the way to it, unless something is at its place; returns whether it was written.
pub fn create(path: &Path, bytes: &[u8]) -> io::Result<bool> {
    if fs::symlink_metadata(path).is_ok() {
        return Ok(false);
    }
    let file = temporary(path, bytes)?;
    file.as_file().sync_all()?;
    match file.persist_noclobber(path) {
        Ok(_) => Ok(true),
        Err(error) if error.error.kind() == io::ErrorKind::AlreadyExists => Ok(false),
        Err(error) => Err(error.error),
    }
}

/// Creates a temporary file with the bytes in the folder of `path`; it is removed unless it is moved to its place.
fn temporary(path: &Path, bytes: &[u8]) -> io::Result<NamedTempFile> {
    let folder = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder)?;
    let mut builder = tempfile::Builder::new();
    builder.prefix(".modreg-");
    // The permissions of a file that a program creates, before the user's mask.
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    let mut file = builder.tempfile_in(folder)?;
    file.write_all(bytes)?;
    Ok(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_created_once() {
        let root = tempfile::tempdir().unwrap();
        let path = root.path().join("a/b/file");
        assert!(create(&path, b"one").unwrap());
        assert!(!create(&path, b"two").unwrap());
        assert_eq!(fs::read(&path).unwrap(), b"one");
        assert_eq!(fs::read_dir(root.path().join("a/b")).unwrap().count(), 1, "nothing else is left");
    }

    #[cfg(unix)]
    #[test]
    fn the_old_file_is_never_changed() {
        use std::os::unix::fs::PermissionsExt as _;
        type Write = fn(&Path, &[u8]) -> io::Result<()>;
        let writes: [(Write, bool); 2] = [(write_whole, false), (replace, true)];
        for (write, keeps_mode) in writes {
            let root = tempfile::tempdir().unwrap();
            let (path, old) = (root.path().join("file"), root.path().join("old"));
            write(&path, b"old").unwrap();
            fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
            fs::hard_link(&path, &old).unwrap();
            write(&path, b"new").unwrap();
            assert_eq!(
                (fs::read(&path).unwrap(), fs::read(&old).unwrap()),
                (b"new".to_vec(), b"old".to_vec())
            );
            let mode = fs::metadata(&path).unwrap().permissions().mode();
            assert_eq!(mode & 0o777 == 0o755, keeps_mode, "{mode:o}");
        }
    }
}
