//! `modreg schema` prints JSON Schemas and updates their copies.

use crate::{
    cli::{context::Context, error::CliError, exit::Exit, output, workspace::Folder},
    domain::closest,
    load,
    schema::{self, Origin},
    sync::{self, SyncError},
};

/// Print the JSON Schema of a file or report, or update the copies that editors use
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Args {
    /// The name of the schema, such as `module` or `sync-report`; by default all names are listed
    name: Option<String>,
    /// Update the copies in `schema/` with which editors check manifests
    ///
    /// The registry's own schemas are not changed.
    #[arg(long, conflicts_with = "name")]
    update: bool,
}

pub(super) fn run(args: &Args, context: &Context) -> Result<Exit, CliError> {
    match &args.name {
        None if args.update => update(context)?,
        None => output::print(&schema::BUILTIN.map(|(name, _)| format!("{name}\n")).concat())?,
        Some(wanted) => {
            let found = schema::BUILTIN.iter().find(|(name, _)| name == wanted);
            let (_, text) = found.ok_or_else(|| {
                let unknown = CliError::cannot_run(format!("there is no schema `{wanted}`"));
                match closest(wanted, schema::BUILTIN.map(|(name, _)| name)) {
                    Some(name) => unknown.hint(format!("did you mean `{name}`?")),
                    None => unknown.hint("`modreg schema` lists all schemas"),
                }
            })?;
            output::print(text)?;
        }
    }
    Ok(Exit::Done)
}

/// Writes the copies that are missing, outdated or edited.
fn update(context: &Context) -> Result<(), CliError> {
    let folder = Folder::find_without_git(context)?;
    for (path, text) in schema::copies() {
        let found = sync::read_if_there(&folder.root, &path)?;
        let found = found.map(|bytes| sync::text_of(path.clone(), bytes)).transpose()?;
        let result = match found.and_then(|found| schema::origin(&path, &found)) {
            Some(Origin::Own) => "is the registry's own schema, and was not changed",
            Some(Origin::Current) => "is current",
            Some(Origin::Outdated | Origin::Edited) | None => {
                load::check_parents(&folder.root, &path).map_err(SyncError::from)?;
                let on_disk = folder.root.join(path.as_str());
                load::replace(&on_disk, text.as_bytes())
                    .map_err(|source| SyncError::Io { path: on_disk.clone(), source })?;
                "was written"
            }
        };
        output::print_line(&format!("{path} {result}"))?;
    }
    Ok(())
}
