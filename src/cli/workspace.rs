//! The registry that a command works on: a repository, or a plain folder if the command does not need Git.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
};

use super::{context::Context, error::CliError};
use crate::{
    compile::Compiler,
    domain::{ObjectFormat, RepoPath},
    git::{GitError, GitErrorKind, Repository},
    load::{self, LoadError},
    registry::root_path,
    settings,
    sync::{self, SCHEMAS, SyncError},
};

/// Returns the folder from which the registry is searched: the one that the user named, or the current directory.
pub(super) fn start_folder(context: &Context) -> Result<PathBuf, CliError> {
    let start = context.start_folder();
    match &context.repo {
        Some(named) if !start.is_dir() => {
            Err(CliError::cannot_run(format!("there is no folder `{}`", named.display()))
                .hint("`-C` needs the top folder of the registry's repository"))
        }
        Some(_) | None => Ok(start),
    }
}

/// Opens the repository of the folder that the user named, or of the current directory.
pub(super) fn repository(context: &Context) -> Result<Repository, CliError> {
    Ok(open(&start_folder(context)?, context)?)
}

fn open(start: &Path, context: &Context) -> Result<Repository, GitError> {
    Ok(Repository::open(start)?.silencing_ssh(context.silences_ssh))
}

/// Returns the name of a registry: the name of its folder.
pub(super) fn name(repository: &Repository) -> String {
    let name = repository.top().file_name().unwrap_or_default().to_string_lossy();
    name.strip_suffix(".git").filter(|name| !name.is_empty()).unwrap_or(&name).to_owned()
}

/// A registry's files on disk, in a repository or not.
pub(super) struct Folder {
    /// The folder that contains `modules/` and `registry/`.
    pub(super) root: PathBuf,
    /// The repository of the folder, if it is in one.
    pub(super) repository: Option<Repository>,
}

impl Folder {
    /// Finds the folder: the top of the working tree, or outside a repository the nearest folder upward that has settings
    /// or manifests.
    pub(super) fn find(context: &Context) -> Result<Self, CliError> {
        Self::find_unless(context, |error| matches!(error, GitErrorKind::NotARepository))
    }

    /// Finds the folder like [`Folder::find`], also without a `git` program.
    pub(super) fn find_without_git(context: &Context) -> Result<Self, CliError> {
        Self::find_unless(context, |error| {
            matches!(error, GitErrorKind::NotARepository | GitErrorKind::NoGit)
        })
    }

    fn find_unless(context: &Context, is_outside: impl Fn(&GitErrorKind) -> bool) -> Result<Self, CliError> {
        let start = start_folder(context)?;
        match open(&start, context) {
            Ok(repository) => {
                let root = repository.require_workdir()?.to_owned();
                Ok(Self { root, repository: Some(repository) })
            }
            Err(error) if is_outside(error.kind()) => {
                let holds_registry = |folder: &&Path| {
                    folder.join(settings::FILE_NAME).is_file() || folder.join("modules").is_dir()
                };
                let root = start.ancestors().find(holds_registry).unwrap_or(&start).to_owned();
                Ok(Self { root, repository: None })
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Converts an error; for a missing folder of manifests, the help is to create a registry or to restore the folder.
    pub(super) fn missing_manifests(&self, error: SyncError) -> CliError {
        let SyncError::Load(LoadError::Missing(path)) = &error else { return error.into() };
        let head = || {
            let repository = self.repository.as_ref()?;
            Some((repository, repository.head().ok()?.commit()?))
        };
        let is_in_head = |path: &str| {
            head().is_some_and(|(repository, head)| repository.is_taken(head, path).unwrap_or(false))
        };
        let root = root_path();
        if is_in_head(path.as_str()) {
            CliError::cannot_run(error.to_string()).hint(format!("`git restore {path}` restores it"))
        } else if is_in_head(root.as_str()) || self.root.join(root.as_str()).exists() {
            CliError::cannot_run(error.to_string()).hint(format!(
                "the registry has a version, so the folder existed: `git log -- {path}` shows the commits that changed it"
            ))
        } else {
            error.into()
        }
    }

    /// Reads the settings and schemas on disk, without those that Git ignores, because no commit contains them.
    pub(super) fn compiler(&self, context: &Context) -> Result<Compiler, CliError> {
        let Some(repository) = &self.repository else {
            return compiler(&self.root, sync::format_on_disk(&self.root)?, &BTreeSet::new());
        };
        let mut ignored = BTreeSet::new();
        for path in [settings::FILE_NAME, SCHEMAS] {
            if self.root.join(path).exists() {
                ignored.extend(repository.ignored(&RepoPath::new(path))?);
            }
        }
        context.print_ignored(&ignored);
        if repository.is_sparse() {
            context.warn("this checkout is sparse: manifests outside of it are not read");
        }
        compiler(&self.root, repository.format(), &ignored)
    }
}

/// Reads the settings and schemas on disk of the registry at `root`, except the files and folders in `without`.
pub(super) fn compiler(
    root: &Path,
    format: ObjectFormat,
    without: &BTreeSet<RepoPath>,
) -> Result<Compiler, CliError> {
    let is_read = |path: &RepoPath| !without.iter().any(|left_out| left_out.is_at_or_above(path));
    let settings = Some(RepoPath::new(settings::FILE_NAME)).filter(is_read);
    let settings = settings.map(|path| read_text(root, path)).transpose()?.flatten();
    let mut schemas = BTreeMap::new();
    let prefix = format!("{SCHEMAS}/");
    let files = load::files(root, SCHEMAS).map_err(SyncError::from)?;
    for path in files.into_iter().filter(|path| sync::is_schema(path) && is_read(path)) {
        let name = path.as_str().strip_prefix(&prefix).unwrap_or(path.as_str()).to_owned();
        if let Some(text) = read_text(root, path)? {
            schemas.insert(name, text);
        }
    }
    Ok(sync::compiler(settings.as_deref(), &schemas, format)?)
}

/// Reads a text file, or returns `None` if it does not exist.
fn read_text(root: &Path, path: RepoPath) -> Result<Option<String>, SyncError> {
    sync::read_if_there(root, &path)?.map(|bytes| sync::text_of(path, bytes)).transpose()
}
