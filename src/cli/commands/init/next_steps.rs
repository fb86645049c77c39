//! What is left to do after `init`, in the order in which to do it.

use std::{collections::BTreeSet, path::Path};

use super::{files::Ci, install::InstallFrom};
use crate::{
    cli::{context::Context, error::CliError},
    domain::RepoPath,
    git::Repository,
    report::text::visible,
};

/// What the next steps depend on.
pub(super) struct Next<'a> {
    /// The folder that was named.
    pub(super) dir: Option<&'a Path>,
    pub(super) ci: Ci,
    pub(super) repository: &'a Repository,
    pub(super) context: &'a Context,
    pub(super) source: Option<&'a InstallFrom>,
}

impl Next<'_> {
    /// After everything was committed: add a remote, and push.
    pub(super) fn after_publishing(&self) -> Result<(), CliError> {
        self.report_source();
        let head = self.repository.head()?;
        let branch = head.branch()?;
        let branch = branch.strip_prefix("refs/heads/").unwrap_or(branch);
        let branch = visible(branch);
        self.go_there();
        match self.repository.remotes().first() {
            _ if self.repository.has_upstream(&branch) => self.say("push it: `git push`"),
            Some(remote) => self.say(&format!("push it: `git push -u {} {branch}`", visible(remote))),
            None => {
                self.say("add a remote: `git remote add origin URL`");
                self.say(&format!("push it: `git push -u origin {branch}`"));
            }
        }
        Ok(())
    }

    /// Where nothing was committed: these files have to be.
    pub(super) fn to_commit<'p>(&self, files: impl Iterator<Item = &'p RepoPath>) {
        self.report_source();
        self.go_there();
        let tops: BTreeSet<&str> = files.filter_map(|path| path.as_str().split('/').next()).collect();
        if !tops.is_empty() {
            let tops: Vec<_> = tops.into_iter().collect();
            self.say(&format!("commit the files: `git add {} && git commit`", visible(&tops.join(" "))));
        }
        self.say("publish the first version: `modreg sync`");
    }

    /// Says where the workflows install the program from.
    fn report_source(&self) {
        if self.ci == Ci::None {
            return;
        }
        if let Some(source) = self.source {
            self.context.say(&format!(
                "the workflows install modreg with `{}`; `--install-from` names another source",
                source.command()
            ));
            return;
        }
        let ci = if self.ci == Ci::Gitlab { " --ci gitlab" } else { "" };
        self.context.warn(&format!(
            "the workflows do not know where to install modreg from, and fail until they do; name a commit of its \
             repository: `modreg init{ci} --install-from URL#COMMIT`"
        ));
    }

    fn go_there(&self) {
        if let Some(dir) = self.dir.filter(|dir| *dir != Path::new(".")) {
            self.say(&format!("`cd {}`", visible(&dir.to_string_lossy())));
        }
    }

    fn say(&self, step: &str) {
        self.context.say(&format!("next: {step}"));
    }
}
