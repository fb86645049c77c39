//! The next steps after `init`, in order.

use std::{collections::BTreeSet, path::Path};

use super::{files::Ci, install::InstallFrom};
use crate::{
    cli::{context::Context, error::CliError},
    domain::RepoPath,
    git::Repository,
    report::text::visible,
};

/// The facts that the next steps depend on.
pub(super) struct NextSteps<'a> {
    /// The folder that the user named.
    pub(super) dir: Option<&'a Path>,
    pub(super) ci: Ci,
    pub(super) repository: &'a Repository,
    pub(super) context: &'a Context,
    pub(super) source: Option<&'a InstallFrom>,
}

impl NextSteps<'_> {
    /// Prints the steps after a commit: add a remote, and push.
    pub(super) fn print_push_steps(&self) -> Result<(), CliError> {
        self.report_source();
        let head = self.repository.head()?;
        let branch = head.branch()?;
        let branch = branch.strip_prefix("refs/heads/").unwrap_or(branch);
        let branch = visible(branch);
        self.print_cd_step();
        match self.repository.remotes().first() {
            _ if self.repository.has_upstream(&branch) => self.print_step("push it: `git push`"),
            Some(remote) => self.print_step(&format!("push it: `git push -u {} {branch}`", visible(remote))),
            None => {
                self.print_step("add a remote: `git remote add origin URL`");
                self.print_step(&format!("push it: `git push -u origin {branch}`"));
            }
        }
        Ok(())
    }

    /// Prints the steps if nothing was committed: commit these files, and sync.
    pub(super) fn print_commit_steps<'p>(&self, files: impl Iterator<Item = &'p RepoPath>) {
        self.report_source();
        self.print_cd_step();
        let tops: BTreeSet<&str> = files.filter_map(|path| path.as_str().split('/').next()).collect();
        if !tops.is_empty() {
            let tops: Vec<_> = tops.into_iter().collect();
            self.print_step(&format!(
                "commit the files: `git add {} && git commit`",
                visible(&tops.join(" "))
            ));
        }
        self.print_step("publish the first version: `modreg sync`");
    }

    /// Prints from where the workflows install the program.
    fn report_source(&self) {
        if self.ci == Ci::None {
            return;
        }
        if let Some(source) = self.source {
            self.context.print_message(&format!(
                "the workflows install modreg with `{}`; `--install-from` names another source",
                source.command()
            ));
            return;
        }
        let ci = if self.ci == Ci::Gitlab { " --ci gitlab" } else { "" };
        self.context.warn(&format!(
            "the workflows fail, because no source of modreg is configured: name a commit of its repository with \
             `modreg init{ci} --install-from URL#COMMIT`"
        ));
    }

    fn print_cd_step(&self) {
        if let Some(dir) = self.dir.filter(|dir| *dir != Path::new(".")) {
            self.print_step(&format!("`cd {}`", visible(&dir.to_string_lossy())));
        }
    }

    fn print_step(&self, step: &str) {
        self.context.print_message(&format!("next: {step}"));
    }
}
