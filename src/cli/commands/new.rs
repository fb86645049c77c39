//! `modreg new`

use std::fs;

use crate::{
    cli::{Exit, context::Context, error::CliError, output, workspace::Folder},
    domain::ModuleName,
    sync::SyncError,
};

/// Write a manifest skeleton: `modules/NAME/module.yaml`
///
/// It is a draft, valid as it is, with a line that makes editors check and complete it. Nothing existing is overwritten.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Args {
    /// The name of the module: words of a-z and 0-9 joined by single hyphens, 2 to 63 characters
    #[arg(value_parser = ModuleName::declared)]
    name: ModuleName,
}

pub(super) fn run(args: &Args, context: &Context) -> Result<Exit, CliError> {
    let folder = Folder::find_files(context)?;
    let modules = folder.compiler()?.settings.modules;
    let path = modules.join(args.name.as_str()).join("module.yaml");
    let on_disk = folder.root.join(path.as_str());
    let failed = |source| CliError::from(SyncError::Io { path: on_disk.clone(), source });
    if let Some(parent) = on_disk.parent() {
        fs::create_dir_all(parent).map_err(failed)?;
    }
    let up = "../".repeat(path.as_str().matches('/').count());
    let has_schema = folder.root.join("schema/module.schema.json").is_file();
    let schema =
        if has_schema { format!("{SCHEMA_LINE}{up}schema/module.schema.json\n") } else { String::new() };
    let text = schema + &skeleton(&args.name);
    let created = fs::File::create_new(&on_disk)
        .and_then(|mut file| std::io::Write::write_all(&mut file, text.as_bytes()));
    match created {
        Ok(()) => {
            output::print_line(&path.to_string())?;
            context.say("fill it in, check it with `modreg validate`, then commit it");
            Ok(Exit::Done)
        }
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {
            Err(CliError::cannot_run(format!("`{path}` exists already"))
                .hint("edit it, or choose another name"))
        }
        Err(error) => Err(failed(error)),
    }
}

/// What the YAML language server of editors reads.
const SCHEMA_LINE: &str = "# yaml-language-server: $schema=";

/// A manifest that says what goes where.
fn skeleton(name: &ModuleName) -> String {
    format!(
        r#"name: {name}
displayName: {name}
version: 0.1.0
# DRAFT and PENDING are not registered yet; APPROVED and ACTIVE are.
status: DRAFT

aiContext:
  # What the module is for, in a sentence or two. An assistant decides by it.
  purpose: What {name} does for people, and when it is the right module.
  # PRODUCTIVITY, COMMUNICATION, ANALYTICS, DEVELOPMENT, ENTERTAINMENT, EDUCATION, FINANCE, HEALTH, BUSINESS or OTHER.
  category: OTHER
  # Words that lead to the module: at least one.
  keywords:
    - {name}
  # Requests that lead to it: regular expressions, case does not matter, a lone * stands for any words.
  patterns: []
  # Ideas that it is about.
  concepts: []
  # What it holds, such as: {{ name: file, pluralName: files, description: A document with its versions. }}
  entities: []
  # What it can do, such as: {{ name: share-file, description: Shares a file., permissions: ["{name}:file:write"] }}
  actions: []
  # Where its live data is, such as: {{ name: recent, endpoint: /api/{name}/ai/context/recent, cacheDuration: 60000 }}
  contextProviders: []
"#
    )
}
