//! `modreg init`

mod editor;
mod files;

use std::{
    collections::{BTreeMap, BTreeSet},
    fs, io,
    path::{Path, PathBuf},
};

use files::Ci;

use crate::{
    builtins::BUILTINS,
    cli::{Exit, args::Format, context::Context, error::CliError, outcome, workspace},
    domain::{ObjectFormat, RepoPath},
    git::{GitErrorKind, Repository},
    load::{self, LoadError},
    sync::{self, Request, Scope, SyncError, Trigger},
};

/// The branch of a new repository.
const BRANCH: &str = "main";

/// Make a registry repository with its settings, schemas, workflows and built-in modules, and the first version
///
/// In a folder that has manifests already, only what is missing is added. Nothing existing is overwritten.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Args {
    /// The folder; the default is the current directory
    dir: Option<PathBuf>,
    /// Whose workflows to write
    #[arg(long, value_enum, value_name = "HOST", default_value_t = Ci::Github)]
    ci: Ci,
    /// How to report
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

pub(super) fn run(args: &Args, context: &Context) -> Result<Exit, CliError> {
    let folder = match &args.dir {
        Some(dir) => workspace::start(context)?.join(dir),
        None => workspace::start(context)?,
    };
    let repository = open_or_make(&folder, args.dir.is_some())?.silencing_ssh(context.silences_ssh);
    repository.head()?.branch()?;
    let root = repository.require_workdir()?.to_owned();
    let files = templates(&root, repository.format(), args.ci)?;
    for path in write_missing(&root, &files)? {
        context.say(&format!("wrote {path}"));
    }
    let uncommitted = uncommitted(&repository, &root, &files)?;
    if !uncommitted.is_empty() {
        let message = "Make this a module registry\n";
        sync::commit_files(&repository, &uncommitted, message, context.now)?;
    }
    let request = Request::new(Scope::All, Trigger::Init, context.now);
    outcome::publish(&repository, &request, args.format, context)
}

/// The repository whose top is `folder`, made where there is none.
///
/// One further up belongs to another project; only a folder that was named is made into a repository inside it.
fn open_or_make(folder: &Path, is_named: bool) -> Result<Repository, CliError> {
    match Repository::open(folder) {
        Err(error) => match error.kind() {
            GitErrorKind::NotARepository => {}
            GitErrorKind::InSubfolder { .. } if is_named => {}
            GitErrorKind::InSubfolder { top } => {
                let top = top.display();
                return Err(CliError::cannot_run(format!("this folder is inside the repository `{top}`"))
                    .hint("run `modreg init` at its top to make that a registry")
                    .hint("or name the folder, `modreg init .`, to make a repository of its own in it"));
            }
            _ => return Err(error.into()),
        },
        Ok(repository) => return Ok(repository),
    }
    fs::create_dir_all(folder).map_err(|source| SyncError::Io { path: folder.to_owned(), source })?;
    Ok(Repository::init(folder, BRANCH)?)
}

/// A file of a new registry.
struct Template {
    path: RepoPath,
    text: String,
    /// Whether the registry lacks it. Built-in modules are missing only where there is no manifest at all.
    is_wanted: bool,
}

/// The files of a new registry.
fn templates(root: &Path, format: ObjectFormat, ci: Ci) -> Result<Vec<Template>, CliError> {
    let modules = workspace::compiler(root, format)?.settings.modules;
    let is_empty = match load::walk(root, &modules, &BTreeSet::new()) {
        Ok(listing) => listing.manifests.is_empty() && listing.diagnostics.is_empty(),
        Err(LoadError::Missing(_)) => true,
        Err(error) => return Err(SyncError::from(error).into()),
    };
    let files =
        files::files(ci, &modules).into_iter().map(|(path, text)| Template { path, text, is_wanted: true });
    let built_ins = BUILTINS.iter().map(|(path, text)| Template {
        path: modules.join(path),
        text: (*text).to_owned(),
        is_wanted: is_empty,
    });
    Ok(files.chain(built_ins).collect())
}

/// Writes the files that the registry lacks, and tells which.
fn write_missing<'a>(root: &Path, files: &'a [Template]) -> Result<Vec<&'a RepoPath>, CliError> {
    let mut written = Vec::new();
    for Template { path, text, .. } in files.iter().filter(|file| file.is_wanted) {
        if write_new(&root.join(path.as_str()), text)? {
            written.push(path);
        }
    }
    Ok(written)
}

/// The files that are as `init` writes them and not committed yet: of this run, or of an earlier one that was cut short.
fn uncommitted(
    repository: &Repository,
    root: &Path,
    files: &[Template],
) -> Result<BTreeMap<RepoPath, Vec<u8>>, CliError> {
    let head = repository.head()?.commit();
    let mut uncommitted = BTreeMap::new();
    for Template { path, text, .. } in files {
        let is_committed = match head {
            Some(head) => repository.is_taken(head, path.as_str())?,
            None => false,
        };
        let is_as_written = fs::read(root.join(path.as_str())).is_ok_and(|bytes| bytes == text.as_bytes());
        if is_as_written && !is_committed {
            uncommitted.insert(path.clone(), text.as_bytes().to_vec());
        }
    }
    Ok(uncommitted)
}

/// Writes a file unless there is one, and tells whether it did.
fn write_new(path: &Path, text: &str) -> Result<bool, CliError> {
    let failed = |source| SyncError::Io { path: path.to_owned(), source };
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent).map_err(failed)?;
    }
    match fs::File::create_new(path).and_then(|mut file| io::Write::write_all(&mut file, text.as_bytes())) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(false),
        Err(source) => Err(failed(source).into()),
    }
}
