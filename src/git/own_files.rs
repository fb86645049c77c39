//! The files that modreg itself keeps below the git directory, readable and writable for whom git's files are.

use std::{
    fs::{self, File},
    io::{self, Write as _},
    path::{Path, PathBuf},
};

/// A folder of modreg's own files; it need not be there yet.
#[derive(Debug, Clone)]
pub struct OwnFolder {
    path: PathBuf,
    /// The permission bits that `core.sharedRepository` adds for others.
    shared: u32,
}

impl OwnFolder {
    /// Returns the folder at `path` in a repository with this value of `core.sharedRepository`.
    pub fn new(path: PathBuf, shared_repository: Option<&str>) -> Self {
        Self { path, shared: shared_repository.map_or(0, shared_bits) }
    }

    /// Returns a folder in this one.
    #[must_use]
    pub fn folder(&self, name: &str) -> Self {
        Self { path: self.path.join(name), shared: self.shared }
    }

    /// Returns the path of a file in it.
    pub fn path(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }

    /// Makes the folder, and those above it, where they are missing.
    pub fn make(&self) -> io::Result<()> {
        if self.path.is_dir() {
            return Ok(());
        }
        if let Some(parent) = self.path.parent().filter(|parent| !parent.is_dir()) {
            Self { path: parent.to_owned(), shared: self.shared }.make()?;
        }
        match fs::create_dir(&self.path) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
            made => made.and_then(|()| share(&self.path, self.shared, true)),
        }
    }

    /// Opens a file to be locked, which is made where it is missing.
    pub fn lock_file(&self, name: &str) -> io::Result<File> {
        self.make()?;
        let path = self.path(name);
        let open = |options: &mut fs::OpenOptions| options.read(true).write(true).open(&path);
        match open(File::options().create_new(true)) {
            Ok(file) => share(&path, self.shared, false).map(|()| file),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => open(&mut File::options()),
            Err(error) => Err(error),
        }
    }

    /// Writes a file, flushed to the disk: at any time it is the old or the new one.
    pub fn write(&self, name: &str, bytes: &[u8]) -> io::Result<()> {
        self.make()?;
        let mut file = with_usual_permissions(&mut tempfile::Builder::new()).tempfile_in(&self.path)?;
        file.write_all(bytes)?;
        file.as_file().sync_all()?;
        share(file.path(), self.shared, false)?;
        file.persist(self.path(name))?;
        Ok(())
    }
}

/// Makes temporary files with the permissions that the user's mask leaves, not for the user alone.
#[cfg(unix)]
fn with_usual_permissions<'a, 'b, 'c>(
    builder: &'c mut tempfile::Builder<'a, 'b>,
) -> &'c mut tempfile::Builder<'a, 'b> {
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666))
}

#[cfg(not(unix))]
fn with_usual_permissions<'a, 'b, 'c>(
    builder: &'c mut tempfile::Builder<'a, 'b>,
) -> &'c mut tempfile::Builder<'a, 'b> {
    builder
}

/// Adds permissions for others; in a shared folder new files belong to its group.
#[cfg(unix)]
fn share(path: &Path, bits: u32, is_folder: bool) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    if bits == 0 {
        return Ok(());
    }
    let execute = (bits & 0o444) >> 2;
    let bits = if is_folder { bits | execute | 0o2000 } else { bits };
    let mode = fs::metadata(path)?.permissions().mode();
    if mode & bits == bits {
        Ok(())
    } else {
        fs::set_permissions(path, fs::Permissions::from_mode(mode | bits))
    }
}

#[cfg(not(unix))]
fn share(_path: &Path, _bits: u32, _is_folder: bool) -> io::Result<()> {
    Ok(())
}

/// Returns the permissions that `core.sharedRepository` adds for others (`git help config`).
fn shared_bits(value: &str) -> u32 {
    match value {
        "group" | "true" | "1" => 0o060,
        "all" | "world" | "everybody" | "2" => 0o064,
        octal => u32::from_str_radix(octal, 8).map_or(0, |bits| bits & 0o666),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shared_repositories_give_to_others_what_git_gives() {
        for (value, bits) in [
            ("umask", 0),
            ("false", 0),
            ("0", 0),
            ("group", 0o060),
            ("true", 0o060),
            ("1", 0o060),
            ("everybody", 0o064),
            ("2", 0o064),
            ("0640", 0o640),
            ("0770", 0o660),
        ] {
            assert_eq!(shared_bits(value), bits, "{value}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn what_is_made_is_shared_whatever_the_mask_says() {
        use std::os::unix::fs::PermissionsExt as _;
        let top = tempfile::tempdir().unwrap();
        let folder = OwnFolder::new(top.path().join("modreg"), Some("group")).folder("inner");
        folder.write("file", b"text").unwrap();
        drop(folder.lock_file("lock").unwrap());
        let mode = |path: PathBuf| fs::metadata(path).unwrap().permissions().mode();
        for path in [top.path().join("modreg"), top.path().join("modreg/inner")] {
            assert_eq!(mode(path) & 0o2070, 0o2070);
        }
        for name in ["file", "lock"] {
            assert_eq!(mode(folder.path(name)) & 0o060, 0o060, "{name}");
        }
        assert_eq!(fs::read(folder.path("file")).unwrap(), b"text");
    }
}
