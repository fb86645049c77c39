//! Writes a file of the user as a whole: at any time it has either the old or the new content.

use std::{
    fs::Permissions,
    io::{self, Write as _},
    path::Path,
};

/// Replaces the file at `path`, or creates it. Without `permissions` it has those of any new file.
pub(super) fn write(path: &Path, permissions: Option<Permissions>, bytes: &[u8]) -> io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let mut builder = tempfile::Builder::new();
    let mut file = with_usual_permissions(builder.prefix(".modreg-")).tempfile_in(folder)?;
    file.write_all(bytes)?;
    if let Some(permissions) = permissions {
        file.as_file().set_permissions(permissions)?;
    }
    file.as_file().sync_all()?;
    file.persist(path).map_err(|error| error.error)?;
    Ok(())
}

/// Has the temporary file created with the permissions of any new file: those that the user's mask leaves.
#[cfg(unix)]
fn with_usual_permissions<'a, 'b, 'c>(
    builder: &'c mut tempfile::Builder<'a, 'b>,
) -> &'c mut tempfile::Builder<'a, 'b> {
    use std::os::unix::fs::PermissionsExt as _;
    builder.permissions(Permissions::from_mode(0o666))
}

#[cfg(not(unix))]
fn with_usual_permissions<'a, 'b, 'c>(
    builder: &'c mut tempfile::Builder<'a, 'b>,
) -> &'c mut tempfile::Builder<'a, 'b> {
    builder
}
