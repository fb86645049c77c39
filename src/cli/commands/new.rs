//! `modreg new` writes the skeleton of a manifest.

use crate::{
    cli::{args::Format, context::Context, error::CliError, exit::Exit, output, workspace::Folder},
    domain::{ModuleName, RepoPath, Status},
    load::{self, LoadError},
    report::json::{self, NewReport},
    sync::{SyncError, WorkingSources},
};

/// Write a manifest skeleton: `modules/NAME/module.yaml`
///
/// The manifest is a valid draft. Its first line names the JSON Schema, so that editors check and complete it. No existing
/// file is overwritten, and a name that another manifest has is refused.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Args {
    /// The name of the module: words of a-z and 0-9 joined by single hyphens, 2 to 63 characters
    name: String,
    /// The output format
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

pub(super) fn run(args: &Args, context: &Context) -> Result<Exit, CliError> {
    let folder = Folder::find_without_git(context)?;
    let compiler = folder.compiler(context)?;
    let modules = &compiler.settings.modules;
    let limit = compiler.settings.limits.bytes;
    let manifests = match WorkingSources::list(&folder.root, folder.repository.as_ref(), modules, limit) {
        Ok(sources) => sources.files().cloned().collect(),
        Err(SyncError::Load(LoadError::Missing(_))) => Vec::new(),
        Err(error) => return Err(error.into()),
    };
    let taken = |name: &ModuleName| manifests.iter().find(|path| path.module_stem() == name.as_str());
    let name = ModuleName::declared(&args.name).map_err(|error| {
        let refused = CliError::cannot_run(error.to_string());
        match ModuleName::nearest(&args.name).map(|name| (taken(&name), name)) {
            Some((None, name)) => refused.hint(format!("did you mean `{name}`?")),
            Some((Some(path), name)) => refused
                .hint(format!("`{name}` is a valid name, but it is taken by `{path}`: choose another one")),
            None => refused,
        }
    })?;
    let path = modules.join(name.as_str()).join("module.yaml");
    if let Some(other) = taken(&name).filter(|other| **other != path) {
        return Err(CliError::cannot_run(format!("the name `{name}` is taken: `{other}` is its manifest"))
            .hint("edit that one, or choose another name"));
    }
    write(&folder, &path, &name)?;
    match args.format {
        Format::Json => {
            let (display_name, status) = (name.title(), Status::Draft.as_str());
            let report = NewReport { name, display_name, status, path };
            output::write(|out| json::write(out, &report))?;
        }
        Format::Human => {
            output::print_line(&path.to_string())?;
            context.print_message("next: fill it in, check it with `modreg validate`, then commit it");
        }
    }
    Ok(Exit::Done)
}

/// Writes the skeleton, unless there is a file already. No link is followed.
fn write(folder: &Folder, path: &RepoPath, name: &ModuleName) -> Result<(), CliError> {
    load::check_parents(&folder.root, path).map_err(SyncError::from)?;
    let on_disk = folder.root.join(path.as_str());
    let failed = |source| CliError::from(SyncError::Io { path: on_disk.clone(), source });
    let up = "../".repeat(path.as_str().matches('/').count());
    let has_schema = folder.root.join("schema/module.schema.json").is_file();
    let schema =
        if has_schema { format!("{SCHEMA_LINE}{up}schema/module.schema.json\n") } else { String::new() };
    let text = schema + &skeleton(name);
    if load::create(&on_disk, text.as_bytes()).map_err(failed)? {
        return Ok(());
    }
    Err(CliError::cannot_run(format!("`{path}` exists already")).hint("edit it, or choose another name"))
}

/// The comment by which the YAML language server of editors finds the schema.
const SCHEMA_LINE: &str = "# yaml-language-server: $schema=";

/// Returns a manifest whose comments explain each field.
fn skeleton(name: &ModuleName) -> String {
    let title = name.title();
    format!(
        r#"name: {name}
displayName: {title}
version: 0.1.0
# DRAFT and PENDING are not registered yet; APPROVED and ACTIVE are.
status: DRAFT

aiContext:
  # What the module is for, in one or two sentences. Assistants use it to choose a module.
  purpose: What {name} does for people, and when it is the right module.
  # PRODUCTIVITY, COMMUNICATION, ANALYTICS, DEVELOPMENT, ENTERTAINMENT, EDUCATION, FINANCE, HEALTH, BUSINESS or OTHER.
  category: OTHER
  # Words that users say when they need the module: at least one.
  keywords:
    - {name}
  # Requests that the module answers: regular expressions; case is ignored, and a * between spaces matches any words.
  patterns: []
  # Topics that the module is about.
  concepts: []
  # The things that it manages, such as: {{ name: file, pluralName: files, description: A document with its versions. }}
  entities: []
  # What users can do with it, such as: {{ name: share-file, description: Shares a file., permissions: ["{name}:file:write"] }}
  actions: []
  # The endpoints of its live data, such as: {{ name: recent, endpoint: /api/{name}/ai/context/recent, cacheDuration: 60000 }}
  contextProviders: []
"#
    )
}
