//! `modreg init` creates a registry.

mod attributes;
mod editor;
mod files;
mod install;
mod next_steps;

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use attributes::Completed;
use files::{Ci, File, Replaces};
use install::InstallFrom;
use next_steps::NextSteps;

use crate::{
    builtins::BUILTINS,
    cli::{args::Format, context::Context, error::CliError, exit::Exit, publish, workspace},
    domain::{ObjectFormat, RepoPath},
    git::{GitErrorKind, Head, Repository},
    load::{self, LoadError},
    registry::root_path,
    report::text::visible,
    sync::{self, Request, Scope, SyncError, Trigger},
};

/// The branch of a new repository.
const BRANCH: &str = "main";

/// Create a registry with settings, schemas, workflows and built-in modules, and publish its first version
///
/// In a folder that already has manifests, only missing files are added. Existing files are kept, except outdated
/// copies of the built-in schemas and workflows that cannot install modreg yet.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Args {
    /// The folder of the registry; the default is the current directory
    dir: Option<PathBuf>,
    /// The host whose workflows are written
    #[arg(long, value_enum, value_name = "HOST", default_value_t = Ci::Github)]
    ci: Ci,
    /// The source from which the workflows install modreg: `URL#COMMIT` or `./FOLDER`
    ///
    /// `URL#COMMIT` is a Git repository and the full id of a commit; `./FOLDER` is a folder of the registry's repository. The
    /// default is the commit from which this program was built, if that is known. A workflow that an earlier run wrote
    /// without a source is written again.
    #[arg(long, value_name = "SOURCE")]
    install_from: Option<InstallFrom>,
    /// Write the files only, without a commit and a sync
    #[arg(long, conflicts_with = "format")]
    no_commit: bool,
    /// The output format
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

pub(super) fn run(args: &Args, context: &Context) -> Result<Exit, CliError> {
    let folder = match &args.dir {
        Some(dir) => workspace::start_folder(context)?.join(dir),
        None => workspace::start_folder(context)?,
    };
    let (repository, is_new) = open_or_make(&folder, args.dir.is_some())?;
    let repository = repository.silencing_ssh(context.silences_ssh);
    let head = repository.head()?;
    if !args.no_commit {
        head.branch()?;
    }
    let root = repository.require_workdir()?.to_owned();
    let source = args.install_from.clone().or_else(InstallFrom::built_from);
    let files = templates(&root, repository.format(), args.ci, source.as_ref())?;
    let written = write_missing(&root, &files)?;
    for path in &written {
        context.print_message(&format!("wrote {path}"));
    }
    let attributes = attributes::complete(&repository, &root)?;
    let uncommitted = uncommitted(&repository, &root, &files)?;
    report_attributes(&attributes, &uncommitted, args.no_commit, context);
    let next = NextSteps {
        dir: args.dir.as_deref(),
        ci: args.ci,
        repository: &repository,
        context,
        source: source.as_ref(),
    };
    if args.no_commit {
        next.print_commit_steps(uncommitted.keys());
        return Ok(Exit::Done);
    }
    if !is_new {
        context.print_message(&announcement(&repository, &head, &root, uncommitted.len())?);
    }
    if !uncommitted.is_empty() {
        let message = "Make this a module registry\n";
        sync::commit_files(&repository, &uncommitted, message, context.now)?;
    }
    let request = Request::new(Scope::All, Trigger::Init, context.now);
    let exit = publish::run(&repository, &request, args.format, context)?;
    if repository.head()?.commit() != head.commit() {
        next.print_push_steps()?;
    }
    Ok(exit)
}

/// Returns the message that announces the commits to an existing repository.
fn announcement(repository: &Repository, head: &Head, root: &Path, files: usize) -> Result<String, CliError> {
    let branch = match head {
        Head::Unborn { branch } => branch,
        Head::Branch { .. } | Head::Detached { .. } => head.branch()?,
    };
    let has_registry = match head.commit() {
        Some(commit) => repository.is_taken(commit, root_path().as_str())?,
        None => false,
    };
    let version = if has_registry { "a new version, if there is one," } else { "the first version" };
    let what = match files {
        0 => version.to_owned(),
        1 => format!("1 file and {version}"),
        count => format!("{count} files and {version}"),
    };
    Ok(format!(
        "committing {what} to the branch `{}` of the repository `{}`",
        visible(branch.strip_prefix("refs/heads/").unwrap_or(branch)),
        visible(&root.to_string_lossy())
    ))
}

fn report_attributes(
    completed: &Completed,
    uncommitted: &BTreeMap<RepoPath, Vec<u8>>,
    no_commit: bool,
    context: &Context,
) {
    match completed {
        Completed::NothingToAdd => {}
        Completed::Added => {
            context.print_message(
                "added lines to `.gitattributes`, so that Git does not change the bytes of generated files",
            );
            if !no_commit && !uncommitted.contains_key(&attributes::path()) {
                context.warn(
                    "`.gitattributes` has uncommitted changes and was not committed: commit it yourself",
                );
            }
        }
        Completed::Overruled => context.warn(
            "Git may change the bytes of generated files, because another file overrides `.gitattributes`; \
             `git check-attr -a registry/snapshot.json` shows the attributes",
        ),
    }
}

/// Opens the repository whose top is `folder`, or creates it; returns whether it was created.
///
/// A repository further up belongs to another project; a repository inside it is created only in a folder that was named.
fn open_or_make(folder: &Path, is_named: bool) -> Result<(Repository, bool), CliError> {
    match Repository::open(folder) {
        Err(error) => match error.kind() {
            GitErrorKind::NotARepository => {}
            GitErrorKind::InSubfolder { .. } if is_named => {}
            GitErrorKind::InSubfolder { top } => {
                let top = top.display();
                return Err(CliError::cannot_run(format!("this folder is inside the repository `{top}`"))
                    .hint("run `modreg init` in that folder to make that repository a registry")
                    .hint("or name this folder, `modreg init .`, to create another repository in it"));
            }
            _ => return Err(error.into()),
        },
        Ok(repository) => return Ok((repository, false)),
    }
    fs::create_dir_all(folder).map_err(|source| SyncError::Io { path: folder.to_owned(), source })?;
    Ok((Repository::init(folder, BRANCH)?, true))
}

/// A file of a new registry, and whether it is to be written.
struct Template {
    file: File,
    /// Whether the file belongs to this registry: built-in modules are added only if there are no manifests.
    is_wanted: bool,
}

/// Returns the files of a new registry.
fn templates(
    root: &Path,
    format: ObjectFormat,
    ci: Ci,
    source: Option<&InstallFrom>,
) -> Result<Vec<Template>, CliError> {
    let modules = workspace::compiler(root, format, &BTreeSet::new())?.settings.modules;
    let is_empty = match load::walk(root, &modules, &BTreeSet::new()) {
        Ok(listing) => listing.manifests.is_empty() && listing.diagnostics.is_empty(),
        Err(LoadError::Missing(_)) => true,
        Err(error) => return Err(SyncError::from(error).into()),
    };
    let files = files::files(ci, &modules, source).into_iter();
    let files = files.map(|file| Template { file, is_wanted: true });
    let built_ins = BUILTINS.iter().map(|(path, text)| Template {
        file: File { path: modules.join(path), text: (*text).to_owned(), replaces: Replaces::Nothing },
        is_wanted: is_empty,
    });
    Ok(files.chain(built_ins).collect())
}

/// Writes the missing files, and those of an earlier run that are written again; returns their paths.
///
/// If a folder above any of the files is a symbolic link, nothing is written.
fn write_missing<'a>(root: &Path, files: &'a [Template]) -> Result<Vec<&'a RepoPath>, CliError> {
    let wanted: Vec<_> = files.iter().filter(|file| file.is_wanted).map(|wanted| &wanted.file).collect();
    for file in &wanted {
        load::check_parents(root, &file.path).map_err(SyncError::from)?;
    }
    let mut written = Vec::new();
    for file in wanted {
        let on_disk = root.join(file.path.as_str());
        let failed = |source| SyncError::Io { path: on_disk.clone(), source };
        if load::create(&on_disk, file.text.as_bytes()).map_err(failed)? {
            written.push(&file.path);
        } else if content(root, &file.path).is_some_and(|content| file.replaces(&content)) {
            load::replace(&on_disk, file.text.as_bytes()).map_err(failed)?;
            written.push(&file.path);
        }
    }
    Ok(written)
}

/// Returns the content of a regular file, if it can be read without following a link.
fn content(root: &Path, path: &RepoPath) -> Option<Vec<u8>> {
    load::check_parents(root, path).ok()?;
    sync::read_if_there(root, path).ok().flatten()
}

/// Returns the files that `init` wrote in this run or an interrupted one, and that are not committed yet.
fn uncommitted(
    repository: &Repository,
    root: &Path,
    files: &[Template],
) -> Result<BTreeMap<RepoPath, Vec<u8>>, CliError> {
    let head = repository.head()?.commit();
    let committed = |path: &RepoPath| match head {
        Some(head) if repository.is_taken(head, path.as_str())? => {
            Ok::<_, CliError>(Some(repository.file_at(head, path.as_str())?.map(|(_, bytes)| bytes)))
        }
        Some(_) | None => Ok(None),
    };
    let mut uncommitted = BTreeMap::new();
    for Template { file, .. } in files {
        let is_ours = match committed(&file.path)? {
            None => true,
            Some(old) => old.is_some_and(|old| file.replaces(&old)),
        };
        let on_disk = content(root, &file.path);
        if is_ours && on_disk.is_some_and(|content| content == file.text.as_bytes()) {
            uncommitted.insert(file.path.clone(), file.text.as_bytes().to_vec());
        }
    }
    let path = attributes::path();
    if let Some(Some(old)) = committed(&path)? {
        let completed = attributes::with_lines(&old);
        if content(root, &path).is_some_and(|bytes| bytes == completed) {
            uncommitted.insert(path, completed);
        }
    }
    Ok(uncommitted)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOURCE: &str = "https://example.org/modreg#0123456789abcdef0123456789abcdef01234567";

    const MISSING: &str = "add the source of modreg to this step";

    /// Uses the functions, because a program that was built from a known commit always has a source.
    #[test]
    fn workflows_without_a_source_fail_and_are_written_again_with_one() {
        for (ci, path, count) in
            [(Ci::Github, ".github/workflows/sync.yml", 2), (Ci::Gitlab, ".gitlab-ci.yml", 1)]
        {
            let folder = tempfile::tempdir().unwrap();
            let write = |source: Option<&InstallFrom>| {
                let files = files::files(ci, &RepoPath::new("modules"), source).into_iter();
                let files: Vec<_> = files.map(|file| Template { file, is_wanted: true }).collect();
                write_missing(folder.path(), &files).unwrap().len()
            };
            let text = || fs::read_to_string(folder.path().join(path)).unwrap();
            let source: InstallFrom = SOURCE.parse().unwrap();
            write(None);
            assert!(text().contains(MISSING), "{}", text());
            assert!(text().contains("exit 1\n"), "{}", text());
            assert_eq!(write(None), 0, "{path}: nothing has changed");
            fs::write(folder.path().join(path), text().replace("exit 1\n", "exit 2\n")).unwrap();
            assert_eq!(write(Some(&source)), count - 1, "{path}: an edited workflow stays");
            assert!(text().contains("exit 2\n"), "{}", text());
            fs::remove_file(folder.path().join(path)).unwrap();
            write(None);
            assert_eq!(write(Some(&source)), 1, "{path}: an unedited workflow is written again");
            assert!(text().contains(&source.command()) && !text().contains(MISSING), "{}", text());
        }
    }
}
