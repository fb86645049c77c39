//! Settings: the text of `modreg.toml` in, what the registry's owner decided out.
//!
//! Every key is optional and has a default; an unknown key is an error. Nothing here reads a file or the environment.

mod modules_path;
mod problem;
mod read;
mod size;
mod suppression;
mod template;
#[cfg(test)]
mod tests;
mod validate;

pub use problem::{Problem, SettingsError};
pub use suppression::{Digest, InvalidDigest, Suppression};

use std::{collections::BTreeMap, time::Duration};

use serde::Serialize;

use crate::{
    diagnostic::{Rule, Severity},
    domain::{ModuleName, RepoPath},
    source::{Limits, Pointer},
};

/// The name of the settings file, at the root of the repository.
pub const FILE_NAME: &str = "modreg.toml";

/// What the owner of a registry decided, or the default.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// The folder of the manifests.
    pub modules: RepoPath,
    /// How large a manifest may be.
    pub limits: Limits,
    /// Which findings are excused.
    pub suppressions: Vec<Suppression>,
    /// How many entries a sync may remove without being told to.
    pub guard: Guard,
    /// How `sync --push` pushes.
    pub push: Push,
    /// The severities that differ from the rules' own; `None` turns a rule off.
    severities: BTreeMap<&'static str, Option<Severity>>,
}

/// How many entries a sync may remove without being told to: the larger of both.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Guard {
    /// That many entries.
    pub removals: usize,
    /// That share of all entries, 0 to 100.
    pub percent: usize,
}

/// How `sync --push` pushes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Push {
    /// The remote's name or address; the default is what `git push` would take.
    pub remote: Option<String>,
    /// The branch there, without `refs/heads/`; the default is the upstream branch, or the one of the same name.
    pub branch: Option<String>,
    /// How often it is tried while others push as well.
    pub attempts: usize,
    /// How long one exchange with the remote may take.
    pub timeout: Duration,
}

impl Default for Push {
    fn default() -> Self {
        Self { remote: None, branch: None, attempts: 10, timeout: Duration::from_mins(5) }
    }
}

impl Default for Guard {
    fn default() -> Self {
        Self { removals: 3, percent: 20 }
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            modules: RepoPath::new("modules"),
            limits: Limits::default(),
            suppressions: Vec::new(),
            guard: Guard::default(),
            push: Push::default(),
            severities: BTreeMap::new(),
        }
    }
}

impl Settings {
    /// Reads the text of `modreg.toml`; `rules` are all the rules that it can speak of.
    ///
    /// Either the text is right as a whole, or every problem that can be placed is returned.
    pub fn parse(text: &str, rules: &[&'static Rule]) -> Result<Self, SettingsError> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let mut flaws = Vec::new();
        let settings = read::read(text, &mut flaws).validate(rules, &mut flaws);
        if flaws.is_empty() { Ok(settings) } else { Err(SettingsError::new(text, flaws)) }
    }

    /// The file that `modreg init` writes: every key with its default and what it means.
    pub fn template() -> &'static str {
        template::TEXT
    }

    /// How bad a finding by `rule` is here, or `None` where the rule is turned off.
    pub fn severity(&self, rule: &Rule) -> Option<Severity> {
        self.severities.get(rule.code).copied().unwrap_or(Some(rule.severity))
    }

    /// The bytes of the settings that can change the compiled registry; equal bytes, equal output.
    pub fn output_fingerprint(&self) -> Vec<u8> {
        #[derive(Serialize)]
        struct Fingerprint<'a> {
            modules: &'a RepoPath,
            bytes: usize,
            depth: usize,
            aliases: usize,
            severities: &'a BTreeMap<&'static str, Option<Severity>>,
            suppressed: Vec<(&'a str, &'a ModuleName, &'a Pointer, Option<&'a Digest>)>,
        }
        let mut suppressed: Vec<_> = self
            .suppressions
            .iter()
            .map(|one| (one.rule.code, &one.module, &one.pointer, one.digest.as_ref()))
            .collect();
        suppressed.sort_unstable();
        let fingerprint = Fingerprint {
            modules: &self.modules,
            bytes: self.limits.bytes,
            depth: self.limits.depth,
            aliases: self.limits.aliases,
            severities: &self.severities,
            suppressed,
        };
        serde_json::to_vec(&fingerprint).expect("texts, numbers and maps with text keys are always JSON")
    }
}
