//! The files of a new registry, except its modules.
//!
//! The workflows are those of this project's own repository, which is also a registry; only the step that installs the
//! program differs.

use clap::ValueEnum;

use super::{
    attributes, editor,
    install::{self, InstallFrom},
};
use crate::{
    domain::RepoPath,
    schema::{self, Origin},
    settings::{self, Settings},
};

/// The configuration of pre-commit, which checks manifests before a commit.
const PRE_COMMIT: &str = "\
repos:
  - repo: local
    hooks:
      - id: modreg-validate
        name: validate module manifests
        language: system
        entry: modreg validate
        files: ^modules/.*\\.(ya?ml|json)$
";

/// The steps with which this project's own workflows and its GitLab pipeline install the program.
const OWN_STEP: &str = "      - name: Install modreg\n        run: cargo install --locked --path .\n";
const OWN_SCRIPT: &str = "before_script:\n  - cargo install --locked --path .\n";

/// The workflows of this project, by their path in a registry.
const WORKFLOWS: [(&str, &str); 3] = [
    (".github/workflows/validate.yml", include_str!("../../../../.github/workflows/validate.yml")),
    (".github/workflows/sync.yml", include_str!("../../../../.github/workflows/sync.yml")),
    (".github/workflows/nightly.yml", include_str!("../../../../.github/workflows/nightly.yml")),
];
const PIPELINE: (&str, &str) = (".gitlab-ci.yml", include_str!("../../../../.gitlab-ci.yml"));

/// The host whose continuous integration the registry uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum Ci {
    /// Workflows for GitHub Actions
    Github,
    /// A pipeline for GitLab
    Gitlab,
    /// No workflows
    None,
}

/// A file that `init` writes.
pub(super) struct File {
    pub(super) path: RepoPath,
    pub(super) text: String,
    pub(super) replaces: Replaces,
}

/// The existing content that a file of `init` replaces.
pub(super) enum Replaces {
    Nothing,
    /// This text, which a run without an install source wrote.
    Text(String),
    /// A copy of the schema from another version of modreg.
    OutdatedCopy,
}

impl File {
    /// Returns whether a file with this content is written again.
    pub(super) fn replaces(&self, content: &[u8]) -> bool {
        match &self.replaces {
            Replaces::Nothing => false,
            Replaces::Text(old) => content == old.as_bytes() && *old != self.text,
            Replaces::OutdatedCopy => str::from_utf8(content)
                .is_ok_and(|content| schema::origin(&self.path, content) == Some(Origin::Outdated)),
        }
    }
}

/// Returns the files of a new registry, except its modules.
pub(super) fn files(ci: Ci, modules: &RepoPath, from: Option<&InstallFrom>) -> Vec<File> {
    let file = |path: &str, text: &str| File {
        path: RepoPath::new(path),
        text: text.to_owned(),
        replaces: Replaces::Nothing,
    };
    let mut files = vec![
        file(settings::FILE_NAME, Settings::template()),
        file(attributes::FILE_NAME, attributes::LINES),
        file(".pre-commit-config.yaml", PRE_COMMIT),
    ];
    let copies = schema::copies();
    files.extend(copies.map(|(path, text)| File { path, text, replaces: Replaces::OutdatedCopy }));
    files.extend(editor::files(modules).map(|(path, text)| file(path, &text)));
    let installing = |path: &str, template: &str, own: &str, part: fn(Option<&InstallFrom>) -> String| File {
        path: RepoPath::new(path),
        text: template.replace(own, &part(from)),
        replaces: Replaces::Text(template.replace(own, &part(None))),
    };
    match ci {
        Ci::Github => files
            .extend(WORKFLOWS.map(|(path, text)| installing(path, text, OWN_STEP, install::github_steps))),
        Ci::Gitlab => files.push(installing(PIPELINE.0, PIPELINE.1, OWN_SCRIPT, install::gitlab_script)),
        Ci::None => {}
    }
    files
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOURCE: &str = "https://example.org/modreg#0123456789abcdef0123456789abcdef01234567";

    #[test]
    fn every_workflow_that_runs_the_program_installs_it_from_the_source() {
        let source: InstallFrom = SOURCE.parse().unwrap();
        for (from, command) in [(Some(&source), source.command()), (None, "exit 1".to_owned())] {
            for (ci, count) in [(Ci::Github, 2), (Ci::Gitlab, 1), (Ci::None, 0)] {
                let files = files(ci, &RepoPath::new("modules"), from);
                let names = ["validate.yml", "sync.yml", ".gitlab-ci.yml"];
                let is_running = |file: &&File| names.iter().any(|name| file.path.as_str().ends_with(name));
                let running: Vec<_> = files.iter().filter(is_running).collect();
                assert_eq!(running.len(), count, "{ci:?}");
                for File { path, text, .. } in running {
                    assert!(text.contains(&command), "{path}:\n{text}");
                    assert!(!text.contains("--path ."), "{path}:\n{text}");
                    assert!(!text.contains("install --locked modreg"), "{path}:\n{text}");
                }
            }
        }
    }

    #[test]
    fn a_pipeline_for_gitlab_has_no_files_of_github() {
        let files = files(Ci::Gitlab, &RepoPath::new("modules"), None);
        assert!(files.iter().all(|file| !file.path.as_str().starts_with(".github")));
    }
}
