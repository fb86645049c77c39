//! The working tree's modules folder on disk.

use std::{
    collections::BTreeSet,
    fs::{self, FileType},
    io,
    path::{Path, PathBuf},
};

use walkdir::{DirEntry, WalkDir};

use super::{Class, EntryKind, Listing, LoadFault, classify};
use crate::domain::RepoPath;

/// The error of a modules folder that could not be walked.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// The folder does not exist.
    #[error("there is no folder `{0}`")]
    Missing(RepoPath),
    /// Something else, such as a link, is at the place of this folder.
    #[error("`{0}` is not a folder; symbolic links are not followed")]
    NotADirectory(RepoPath),
    /// It, or a folder in it, cannot be read.
    #[error("cannot read `{}`", path.display())]
    Unreadable {
        /// The folder.
        path: PathBuf,
        /// The error of the system.
        source: io::Error,
    },
}

/// Lists the manifests below `modules`, a folder of the repository at `root`, or below `root` itself where it is `""`.
///
/// `ignored` are the files and folders that git ignores, as paths in the repository: they are left out.
pub fn walk(root: &Path, modules: &RepoPath, ignored: &BTreeSet<RepoPath>) -> Result<Listing, LoadError> {
    let top = checked_folder(root, Path::new(modules.as_str()))?;
    if ignored.iter().any(|path| path.is_at_or_above(modules)) {
        let is_of_interest = looks_like_a_manifest(modules, &top, &top);
        let ignored = is_of_interest.then(|| modules.clone()).into_iter().collect();
        return Ok(Listing { ignored, ..Listing::default() });
    }
    let mut entries = Vec::new();
    let mut left_out = Vec::new();
    let mut unnameable = Vec::new();
    let mut walker = WalkDir::new(&top).min_depth(1).follow_links(false).sort_by_file_name().into_iter();
    while let Some(step) = walker.next() {
        let entry = step.map_err(|error| unreadable(&top, error))?;
        if let Some(repository) = nested_repository(&entry) {
            entries.push((repo_path(modules, &top, repository).0, EntryKind::Repository));
        }
        if is_hidden(&entry) {
            skip_below(&mut walker, &entry);
            continue;
        }
        match repo_path(modules, &top, entry.path()) {
            (path, Name::Utf8) if ignored.contains(&path) => {
                skip_below(&mut walker, &entry);
                if looks_like_a_manifest(modules, &top, entry.path()) {
                    left_out.push(path);
                }
            }
            (path, Name::Utf8) => entries.push((path, kind(entry.file_type()))),
            (path, Name::NotUtf8) => {
                skip_below(&mut walker, &entry);
                unnameable.push((path, kind(entry.file_type())));
            }
        }
    }
    let mut listing = Listing { ignored: left_out, ..Listing::of(modules, entries) };
    for (path, kind) in unnameable {
        let is_about_manifests = matches!(classify(modules, &path, kind), Class::Manifest | Class::Faulty(_));
        if kind == EntryKind::Directory || is_about_manifests {
            listing.report(&path, &LoadFault::NameNotUtf8);
        }
    }
    Ok(listing)
}

/// Returns whether a file, or any file in a folder, has a name like that of a manifest. A folder that cannot be read has none.
fn looks_like_a_manifest(modules: &RepoPath, top: &Path, path: &Path) -> bool {
    WalkDir::new(path).follow_links(false).into_iter().filter_map(Result::ok).any(|entry| {
        let (path, _) = repo_path(modules, top, entry.path());
        let class = classify(modules, &path, kind(entry.file_type()));
        entry.file_type().is_file() && matches!(class, Class::Manifest | Class::Faulty(_))
    })
}

/// Returns a folder on disk, once every step on the way to it is known to be a folder and no link.
pub(super) fn checked_folder(root: &Path, path: &Path) -> Result<PathBuf, LoadError> {
    let mut folder = root.to_owned();
    for part in path {
        folder.push(part);
        match fs::symlink_metadata(&folder) {
            Ok(metadata) if metadata.is_dir() => {}
            Ok(_) => {
                let (step, _) = repo_path(&RepoPath::new(""), root, &folder);
                return Err(LoadError::NotADirectory(step));
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Err(LoadError::Missing(RepoPath::new(path.to_string_lossy())));
            }
            Err(source) => return Err(LoadError::Unreadable { path: folder, source }),
        }
    }
    Ok(folder)
}

fn unreadable(top: &Path, error: walkdir::Error) -> LoadError {
    let path = error.path().unwrap_or(top).to_owned();
    let source = error.into_io_error().unwrap_or_else(|| io::Error::other("the folder contains itself"));
    LoadError::Unreadable { path, source }
}

/// Returns the folder that `entry` makes a repository of its own: a `.git`, folder or file, is the mark of one.
fn nested_repository(entry: &DirEntry) -> Option<&Path> {
    (entry.file_name() == ".git").then(|| entry.path().parent()).flatten()
}

fn is_hidden(entry: &DirEntry) -> bool {
    entry.file_name().as_encoded_bytes().starts_with(b".")
}

fn skip_below(walker: &mut walkdir::IntoIter, entry: &DirEntry) {
    if entry.file_type().is_dir() {
        walker.skip_current_dir();
    }
}

fn kind(file_type: FileType) -> EntryKind {
    if file_type.is_file() {
        EntryKind::File
    } else if file_type.is_dir() {
        EntryKind::Directory
    } else if file_type.is_symlink() {
        EntryKind::Symlink
    } else {
        EntryKind::Special
    }
}

enum Name {
    Utf8,
    NotUtf8,
}

/// Returns the path in the repository; where a name is not UTF-8, the nearest text.
fn repo_path(modules: &RepoPath, top: &Path, path: &Path) -> (RepoPath, Name) {
    let mut name = Name::Utf8;
    let mut text = modules.as_str().to_owned();
    for part in path.strip_prefix(top).unwrap_or(path) {
        let part = part.to_str().map_or_else(
            || {
                name = Name::NotUtf8;
                part.to_string_lossy()
            },
            Into::into,
        );
        if !text.is_empty() {
            text.push('/');
        }
        text.push_str(&part);
    }
    (RepoPath::new(text), name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(files: &[&str]) -> tempfile::TempDir {
        let root = tempfile::tempdir().unwrap();
        for file in files {
            let path = root.path().join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "").unwrap();
        }
        root
    }

    fn outcome(root: &Path) -> (Vec<String>, Vec<(String, &'static str)>) {
        let listing = walk(root, &RepoPath::new("modules"), &BTreeSet::new()).unwrap();
        let found = |diagnostic: &crate::diagnostic::Diagnostic| {
            (diagnostic.source.path().to_string(), diagnostic.rule.code)
        };
        (
            listing.manifests.iter().map(ToString::to_string).collect(),
            listing.diagnostics.iter().map(found).collect(),
        )
    }

    #[test]
    fn lists_manifests_and_near_misses_in_order() {
        let root = folder(&[
            "modules/b.yaml",
            "modules/b/module.json",
            "modules/a/deep/er/x.yml",
            "modules/README.md",
            "modules/c.YAML",
            "modules/.hidden/y.yaml",
            "modules/d.yaml/module.yaml",
            "elsewhere/z.yaml",
        ]);
        let (manifests, found) = outcome(root.path());
        assert_eq!(
            manifests,
            [
                "modules/a/deep/er/x.yml",
                "modules/b.yaml",
                "modules/b/module.json",
                "modules/d.yaml/module.yaml"
            ]
        );
        assert_eq!(
            found,
            [
                ("modules/c.YAML".to_owned(), "source/not-a-manifest"),
                ("modules/d.yaml".to_owned(), "source/unreadable"),
            ]
        );
    }

    #[test]
    fn leaves_ignored_paths_out_and_names_those_that_look_like_manifests() {
        let root = folder(&[
            "modules/a.yaml",
            "modules/build/deep/b.yaml",
            "modules/cache/c.bin",
            "modules/d.yaml",
            "modules/e.txt",
            "modules/f.YAML",
        ]);
        let ignored = ["build", "cache", "d.yaml", "e.txt", "f.YAML"];
        let ignored = ignored.map(|path| RepoPath::new(format!("modules/{path}"))).into();
        let listing = walk(root.path(), &RepoPath::new("modules"), &ignored).unwrap();
        let paths = |paths: &[RepoPath]| paths.iter().map(ToString::to_string).collect::<Vec<_>>();
        assert_eq!(paths(&listing.manifests), ["modules/a.yaml"]);
        assert_eq!(paths(&listing.ignored), ["modules/build", "modules/d.yaml", "modules/f.YAML"]);
        assert!(listing.others.is_empty() && listing.diagnostics.is_empty(), "{listing:?}");
        // The folder itself may be ignored, or one that it is in.
        for (folder, above) in [("modules", "modules"), ("modules/build", "modules")] {
            let listing = walk(root.path(), &RepoPath::new(folder), &[RepoPath::new(above)].into()).unwrap();
            let expected = Listing { ignored: vec![RepoPath::new(folder)], ..Listing::default() };
            assert_eq!(listing, expected);
        }
    }

    #[test]
    fn leaves_repositories_within_alone() {
        let root =
            folder(&["modules/+v/.git/HEAD", "modules/+v/+a.yaml", "modules/+v/z.yaml", "modules/z.yaml"]);
        let (manifests, found) = outcome(root.path());
        assert_eq!(manifests, ["modules/z.yaml"]);
        assert_eq!(found, [("modules/+v".to_owned(), "source/unreadable")]);
    }

    #[cfg(unix)]
    #[test]
    fn links_are_not_followed() {
        use std::os::unix::fs::symlink;

        let root = folder(&["modules/a.yaml"]);
        let modules = root.path().join("modules");
        symlink(&modules, modules.join("loop")).unwrap();
        symlink("nowhere", modules.join("b.yaml")).unwrap();
        symlink("a.yaml", modules.join(".c.yaml")).unwrap();
        let (manifests, found) = outcome(root.path());
        assert_eq!(manifests, ["modules/a.yaml"]);
        assert_eq!(
            found,
            [("modules/b.yaml".to_owned(), "source/symlink"), ("modules/loop".to_owned(), "source/symlink"),]
        );
        symlink(&modules, root.path().join("link")).unwrap();
        let error = walk(root.path(), &RepoPath::new("link"), &BTreeSet::new()).unwrap_err();
        assert!(matches!(error, LoadError::NotADirectory(_)), "{error}");
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn reports_names_that_are_not_utf_8() {
        use std::{ffi::OsStr, os::unix::ffi::OsStrExt};

        let root = folder(&["modules/a.yaml"]);
        let modules = root.path().join("modules");
        for name in [b"b\xff.yaml".as_slice(), b"b\xff.md"] {
            fs::write(modules.join(OsStr::from_bytes(name)), "").unwrap();
        }
        let unnamed = modules.join(OsStr::from_bytes(b"c\xff"));
        fs::create_dir(&unnamed).unwrap();
        fs::write(unnamed.join("d.yaml"), "").unwrap();
        let (manifests, found) = outcome(root.path());
        assert_eq!(manifests, ["modules/a.yaml"]);
        assert_eq!(
            found,
            [
                ("modules/b\u{fffd}.yaml".to_owned(), "source/unreadable"),
                ("modules/c\u{fffd}".to_owned(), "source/unreadable"),
            ]
        );
    }

    #[test]
    fn a_folder_that_the_system_refuses_is_named() {
        let root = folder(&[]);
        let name = "x".repeat(10_000);
        let error = walk(root.path(), &RepoPath::new(name.as_str()), &BTreeSet::new()).unwrap_err();
        assert!(matches!(&error, LoadError::Unreadable { path, .. } if path.ends_with(&name)), "{error:?}");
    }

    #[test]
    fn a_missing_folder_is_named() {
        let root = folder(&["file"]);
        for (path, message) in [
            ("modules", "there is no folder `modules`"),
            ("file", "`file` is not a folder; symbolic links are not followed"),
            ("file/modules", "`file` is not a folder; symbolic links are not followed"),
        ] {
            let error = walk(root.path(), &RepoPath::new(path), &BTreeSet::new()).unwrap_err();
            assert_eq!(error.to_string(), message);
        }
    }
}
