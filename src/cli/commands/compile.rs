//! `modreg compile`

use crate::{
    cli::{
        Exit,
        args::{CheckFormat, Rendering},
        context::Context,
        error::CliError,
        output, progress,
        workspace::Folder,
    },
    diagnostic::Diagnostic,
    report::{
        findings::{self, Check, Findings},
        json::{self, CompileReport},
        markdown,
        outputs::Outputs,
        overview, step_summary,
        text::visible,
    },
    sync::{Draft, Drift, WorkingTree},
};

/// Compile the working tree into `registry/` without committing
///
/// What lies in `registry/` and is not what the manifests give is overwritten; what lies among the entries and is none is
/// removed, and named.
///
/// Meant for authors who commit the compiled registry in the same pull request: `modreg compile --check` in CI then
/// tells whether they did.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Args {
    /// Write nothing, and exit 1 if `registry/` is not what the manifests give
    #[arg(long)]
    check: bool,
    /// How to report
    #[arg(long, value_enum, default_value_t)]
    format: CheckFormat,
}

/// What was compiled, and what `registry/` lacks of it.
struct Compilation<'a> {
    tree: &'a WorkingTree<'a>,
    draft: &'a Draft,
    drift: &'a Drift,
    diagnostics: &'a [Diagnostic],
}

pub(super) fn run(args: &Args, context: &Context) -> Result<Exit, CliError> {
    let folder = Folder::find(context)?;
    let compiler = folder.compiler()?;
    let tree = WorkingTree::open(&folder.root, folder.repository.as_ref())?;
    let (mut draft, remarks) =
        tree.draft(&compiler, &|total| progress::counter(context, "compiling", total))?;
    tree.name_sources(&mut draft, &compiler)?;
    let drift = tree.drift(&draft)?;
    let diagnostics: Vec<Diagnostic> = remarks.iter().chain(&draft.plan.diagnostics).cloned().collect();
    if !args.check {
        tree.write(&drift)?;
    }
    let compiled = Compilation { tree: &tree, draft: &draft, drift: &drift, diagnostics: &diagnostics };
    let findings = compiled.findings(args.check);
    match args.format.rendering() {
        Rendering::Human if args.check => compiled.show_drift(context)?,
        Rendering::Human => compiled.show(context)?,
        Rendering::Json => output::write(|out| json::write(out, &compiled.report(args.check)))?,
        Rendering::Findings(write) => output::write(|out| write(out, &findings))?,
    }
    let version = tree.previous().version();
    context.tell_workflow(&Outputs::of_draft(version, &draft), || {
        if args.check {
            step_summary::findings(&findings)
        } else {
            markdown::comment(version, &draft.changes, &diagnostics)
        }
    })?;
    Ok(match (args.check && !drift.is_empty(), draft.plan.invalid.is_empty()) {
        (true, _) => Exit::No,
        (false, true) => Exit::Done,
        (false, false) => Exit::SomeInvalid,
    })
}

impl Compilation<'_> {
    fn findings(&self, check: bool) -> Findings {
        let findings = Findings::of_manifests(Check::Compile, self.draft.read.clone(), self.diagnostics);
        if check { findings.with_drift(self.drift) } else { findings }
    }

    fn report(&self, check: bool) -> CompileReport {
        let Self { tree, draft, drift, diagnostics } = self;
        CompileReport::new(tree.previous().version(), draft, drift, diagnostics, check)
    }

    fn show(&self, context: &Context) -> Result<(), CliError> {
        context.talk_diagnostics(self.diagnostics.iter());
        for path in &self.drift.remove {
            context.say(&format!("removed {}", visible(path.as_str())));
        }
        let root = self.draft.root.as_ref().or(self.tree.previous().root.as_ref());
        let version = root.map_or_else(
            || "no registry: there is nothing to register".to_owned(),
            |root| format!("version {}", root.version),
        );
        let files = self.drift.paths().len();
        output::print_line(&format!(
            "{version}: {}, {files} files written",
            overview::counts(&self.draft.plan.summary)
        ))
    }

    fn show_drift(&self, context: &Context) -> Result<(), CliError> {
        context.talk_diagnostics(self.diagnostics.iter());
        if self.drift.is_empty() {
            return output::print_line("registry/ is what the manifests give");
        }
        output::write(|out| {
            self.drift.paths().into_iter().try_for_each(|path| {
                writeln!(out, "{}: {}", visible(path.as_str()), findings::drift_message(path, self.drift))
            })
        })?;
        output::talk("registry/ is not what the manifests give: run `modreg compile` and commit the result");
        Ok(())
    }
}
