//! The targets of a check: the files and folders that the arguments name.

use std::path::{Component, Path, PathBuf};

use super::inputs::CheckInputs;
use crate::{
    cli::{error::CliError, workspace},
    domain::{ModuleName, RepoPath, closest},
    load::{self, Class, EntryKind},
    sync::WorkingSources,
};

/// The manifests that one argument names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Target {
    /// All manifests in a folder.
    Folder(Place),
    /// One file, with any name.
    File(Place),
    /// Standard input.
    Input,
}

/// A file or folder, on disk and in reports.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place {
    /// The folder to which `path` is relative.
    pub(super) base: PathBuf,
    pub(super) path: RepoPath,
    /// The argument of the user; `None` if it is the registry's own folder of modules.
    pub(super) typed: Option<PathBuf>,
}

impl Place {
    /// Returns the path on disk.
    pub(super) fn on_disk(&self) -> PathBuf {
        self.base.join(self.path.as_str())
    }
}

/// Finds the targets that the arguments name. Without arguments, these are all manifests of the registry. An argument is a
/// path, relative to the folder of `-C` if it is set, or the name of a module if the path does not exist.
pub(super) fn find(typed: &[PathBuf], inputs: CheckInputs<'_>) -> Result<Vec<Target>, CliError> {
    let (root, modules) = (&inputs.folder.root, &inputs.compiler.settings.modules);
    let manifests = || inputs.registry.into_iter().flat_map(WorkingSources::files);
    if typed.is_empty() {
        let place = Place { base: root.to_owned(), path: modules.clone(), typed: None };
        return Ok(vec![Target::Folder(place)]);
    }
    let start = workspace::start_folder(inputs.context)?;
    let mut targets = Vec::new();
    for typed in typed {
        if typed == Path::new("-") {
            targets.push(Target::Input);
        } else if start.join(typed).symlink_metadata().is_ok() {
            targets.push(path(typed, &start, root, modules));
        } else {
            let named = manifests().filter(|path| Path::new(path.module_stem()) == typed);
            let place = |path: &RepoPath| Place {
                base: root.clone(),
                path: path.clone(),
                typed: Some(typed.clone()),
            };
            let found: Vec<_> = named.map(|path| Target::File(place(path))).collect();
            if found.is_empty() {
                return Err(missing(typed, manifests()));
            }
            targets.extend(found);
        }
    }
    Ok(targets)
}

/// Returns the target for the path of an existing file or folder.
fn path(typed: &Path, start: &Path, root: &Path, modules: &RepoPath) -> Target {
    let on_disk = without_dots(&start.join(typed));
    let (base, shown) = match inside(&on_disk, root) {
        Some(inside) => (root, inside),
        None => (start, typed),
    };
    let shown = RepoPath::new(shown.to_string_lossy().replace('\\', "/").trim_end_matches('/'));
    let place = |path| Place { base: base.to_owned(), path, typed: Some(typed.to_owned()) };
    let is_named_as_manifest =
        matches!(load::classify(&shown, &shown, EntryKind::Directory), Class::Manifest | Class::Faulty(_));
    if !on_disk.is_dir() || is_named_as_manifest {
        return Target::File(place(shown));
    }
    let has_registry = base == root && shown.is_at_or_above(modules) && root.join(modules.as_str()).is_dir();
    Target::Folder(place(if has_registry { modules.clone() } else { shown }))
}

fn missing<'a>(typed: &Path, manifests: impl Iterator<Item = &'a RepoPath>) -> CliError {
    let text = typed.to_string_lossy();
    if text.parse::<ModuleName>().is_err() {
        return CliError::cannot_run(format!("there is no file `{}`", typed.display()));
    }
    let error = CliError::cannot_run(format!("there is no file, folder or module `{text}`"));
    match closest(&text, manifests.map(RepoPath::module_stem)) {
        Some(name) => error.hint(format!("did you mean the module `{name}`?")),
        None => error,
    }
}

/// Returns the part of a path below `root`. Links to the root are followed, links below it are not.
fn inside<'a>(path: &'a Path, root: &Path) -> Option<&'a Path> {
    let root = root.canonicalize().ok()?;
    let is_root = |above: &&Path| above.canonicalize().is_ok_and(|above| above == root);
    path.strip_prefix(path.ancestors().filter(is_root).last()?).ok()
}

/// Resolves `.` and `..` in the text of a path, without reading the disk.
fn without_dots(path: &Path) -> PathBuf {
    let mut resolved = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => drop(resolved.pop()),
            Component::Prefix(_) | Component::RootDir | Component::Normal(_) => resolved.push(part),
        }
    }
    resolved
}
