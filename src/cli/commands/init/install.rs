//! The source from which the workflows of a registry install the program.
//!
//! It is never the program's name in a package registry: the owner of that name could run any code in a job that may push.

use std::str::FromStr;

use crate::domain::{ObjectId, RepoPath};

/// The source that `build.rs` recorded; a release will be named here too.
const BUILT_FROM: Option<&str> = option_env!("MODREG_INSTALL_FROM");

/// The source from which the program is installed. It becomes part of a workflow and of a shell command, so it has only
/// characters without a special meaning there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::cli) enum InstallFrom {
    /// A commit of a repository.
    Commit { url: String, commit: ObjectId },
    /// A folder of the registry's own repository.
    Folder(RepoPath),
}

/// The reason why a text is not a source.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub(in crate::cli) enum InvalidSource {
    #[error("expected `URL#COMMIT` or `./FOLDER`")]
    Form,
    #[error("the address must start with `https://` or `ssh://`")]
    Scheme,
    #[error("the address contains a password or a token, which the workflow would publish")]
    Secret,
    #[error("the character `{0}` is not allowed")]
    Character(char),
    #[error("the commit must be a full id of 40 or 64 digits")]
    Commit,
    #[error("the folder must be inside the repository")]
    Outside,
}

impl FromStr for InstallFrom {
    type Err = InvalidSource;

    fn from_str(text: &str) -> Result<Self, InvalidSource> {
        if let Some(folder) = text.strip_prefix("./") {
            let folder = folder.trim_end_matches('/');
            check_characters(folder, "/._-")?;
            if folder.split('/').any(|part| part.is_empty() || part.starts_with(['.', '-'])) {
                return Err(InvalidSource::Outside);
            }
            return Ok(Self::Folder(RepoPath::new(folder)));
        }
        let (url, commit) = text.rsplit_once('#').ok_or(InvalidSource::Form)?;
        let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("ssh://"));
        let rest = rest.filter(|rest| !rest.is_empty()).ok_or(InvalidSource::Scheme)?;
        check_characters(rest, "/._-~:@+%")?;
        let user = rest.split('/').next().and_then(|host| host.split_once('@')).map(|(user, _)| user);
        if user.is_some_and(|user| url.starts_with("https://") || user.contains(':')) {
            return Err(InvalidSource::Secret);
        }
        // A colon at the end of an address would also start a mapping in YAML.
        let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
        let (host, port) = host.split_once(':').unwrap_or((host, "1"));
        if host.is_empty() {
            return Err(InvalidSource::Scheme);
        }
        if path.contains(':') || port.is_empty() || !port.chars().all(|digit| digit.is_ascii_digit()) {
            return Err(InvalidSource::Character(':'));
        }
        let commit = commit.parse().map_err(|_| InvalidSource::Commit)?;
        Ok(Self::Commit { url: url.to_owned(), commit })
    }
}

fn check_characters(text: &str, signs: &str) -> Result<(), InvalidSource> {
    let is_harmless = |letter: &char| letter.is_ascii_alphanumeric() || signs.contains(*letter);
    match text.chars().find(|letter| !is_harmless(letter)) {
        Some(letter) => Err(InvalidSource::Character(letter)),
        None => Ok(()),
    }
}

impl InstallFrom {
    /// Returns the commit from which this program was built, if it was recorded.
    pub(super) fn built_from() -> Option<Self> {
        BUILT_FROM.and_then(|text| text.parse().ok())
    }

    /// Returns the shell command that installs the program.
    pub(super) fn command(&self) -> String {
        match self {
            Self::Commit { url, commit } => {
                format!("cargo install --locked --git {url} --rev {commit} modreg")
            }
            Self::Folder(folder) => format!("cargo install --locked --path ./{folder}"),
        }
    }

    /// Returns the key of a cache for the built program, if the source never changes.
    fn cache_key(&self) -> Option<String> {
        match self {
            Self::Commit { commit, .. } => Some(format!("modreg-{commit:.12}", commit = commit.to_string())),
            Self::Folder(_) => None,
        }
    }
}

/// The error of an install step without a source: the workflow must fail instead of doing nothing.
const MISSING: &str = "add the source of modreg to this step: \
                       cargo install --locked --git URL --rev COMMIT modreg";

/// Returns the steps of a GitHub workflow that install the program.
pub(super) fn github_steps(from: Option<&InstallFrom>) -> String {
    let Some(from) = from else {
        return format!(
            "      - name: Install modreg\n        run: |\n          echo '::error::{MISSING}'\n          exit 1\n"
        );
    };
    let command = from.command();
    match from.cache_key() {
        None => format!("      - name: Install modreg\n        run: '{command}'\n"),
        Some(key) => format!(
            "      - name: Look for an earlier build of modreg
        id: build
        uses: actions/cache@27d5ce7f107fe9357f9df03efb73ab90386fccae # v5.0.5
        with:
          path: ~/.cargo/bin/modreg
          key: {key}-${{{{ runner.os }}}}-${{{{ runner.arch }}}}
      - name: Install modreg
        if: ${{{{ steps.build.outputs.cache-hit != 'true' }}}}
        run: '{command}'
"
        ),
    }
}

/// Returns the part of a GitLab pipeline that installs the program.
pub(super) fn gitlab_script(from: Option<&InstallFrom>) -> String {
    let Some(from) = from else {
        return format!("before_script:\n  - echo '{}'\n  - exit 1\n", MISSING.replace(": ", " - "));
    };
    let command = from.command();
    match from.cache_key() {
        None => format!("before_script:\n  - '{command}'\n"),
        Some(key) => format!(
            "variables:
  CARGO_INSTALL_ROOT: $CI_PROJECT_DIR/.cargo

# GitLab separates the caches of protected branches from those of other branches.
cache:
  key: {key}
  paths: [.cargo]

before_script:
  - '{command}'
  - export PATH=\"$CARGO_INSTALL_ROOT/bin:$PATH\"
"
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const COMMIT: &str = "0123456789abcdef0123456789abcdef01234567";

    #[test]
    fn a_source_becomes_one_shell_command() {
        for (text, command) in [
            (
                format!("https://example.org/a/modreg.git#{COMMIT}"),
                format!(
                    "cargo install --locked --git https://example.org/a/modreg.git --rev {COMMIT} modreg"
                ),
            ),
            (
                format!("ssh://git@example.org:22/~a/modreg#{COMMIT}"),
                format!(
                    "cargo install --locked --git ssh://git@example.org:22/~a/modreg --rev {COMMIT} modreg"
                ),
            ),
            ("./tools/modreg/".to_owned(), "cargo install --locked --path ./tools/modreg".to_owned()),
        ] {
            assert_eq!(text.parse::<InstallFrom>().unwrap().command(), command);
        }
    }

    #[test]
    fn a_source_that_could_run_something_else_is_refused() {
        for (text, error) in [
            ("modreg".to_owned(), InvalidSource::Form),
            ("modreg@1.0.0".to_owned(), InvalidSource::Form),
            ("cargo install modreg".to_owned(), InvalidSource::Form),
            (format!("http://example.org/modreg#{COMMIT}"), InvalidSource::Scheme),
            (format!("--config#{COMMIT}"), InvalidSource::Scheme),
            (format!("https://#{COMMIT}"), InvalidSource::Scheme),
            (format!("https://example.org/a b#{COMMIT}"), InvalidSource::Character(' ')),
            (format!("https://example.org/$(id)#{COMMIT}"), InvalidSource::Character('$')),
            (format!("https://example.org/a'#{COMMIT}"), InvalidSource::Character('\'')),
            (format!("https://example.org/a\n#{COMMIT}"), InvalidSource::Character('\n')),
            (format!("https://example.org/a:#{COMMIT}"), InvalidSource::Character(':')),
            (format!("https://example.org:/a#{COMMIT}"), InvalidSource::Character(':')),
            (format!("ssh://git@example.org:a/b#{COMMIT}"), InvalidSource::Character(':')),
            (format!("https://:443/a#{COMMIT}"), InvalidSource::Scheme),
            (format!("https://token@example.org/a#{COMMIT}"), InvalidSource::Secret),
            (format!("ssh://git:word@example.org/a#{COMMIT}"), InvalidSource::Secret),
            ("https://example.org/a#main".to_owned(), InvalidSource::Commit),
            ("https://example.org/a#0123456".to_owned(), InvalidSource::Commit),
            ("./../modreg".to_owned(), InvalidSource::Outside),
            ("./".to_owned(), InvalidSource::Outside),
            ("./tools/-x".to_owned(), InvalidSource::Outside),
            ("./tools;id".to_owned(), InvalidSource::Character(';')),
        ] {
            assert_eq!(text.parse::<InstallFrom>(), Err(error), "{text:?}");
        }
    }
}
