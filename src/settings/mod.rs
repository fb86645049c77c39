//! Settings: the text of `modreg.toml` in, typed settings with all defaults out.
//!
//! Every key is optional and has a default; an unknown key is an error. Nothing here reads a file or the environment.

mod auth;
mod error;
mod guard;
mod layout;
mod limits;
mod modules;
mod push;
mod schedule;
mod section;
mod serve;
mod severities;
mod size;
mod suppression;
mod template;
#[cfg(test)]
mod tests;
mod webhooks;

pub use auth::{Algorithm, Auth, Issuer, KeySource, PublicKey};
pub use error::{FILE_NAME, SettingsError, SettingsFault};
pub use guard::Guard;
pub use push::Push;
pub use schedule::Scheduling;
pub use serve::Serve;
pub use suppression::{Digest, InvalidDigest, Suppression};
pub use webhooks::{Webhook, WebhookEvent};

use serde::Serialize;
use toml::de::DeTable;

use crate::{
    diagnostic::{Rule, Severity},
    domain::{ModuleName, Pointer, RepoPath},
    source::Limits,
};
use section::Section;
use severities::Severities;

/// The settings of a registry, with the defaults for what its owner did not set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// The folder of the manifests.
    pub modules: RepoPath,
    /// The limits on the size of a manifest.
    pub limits: Limits,
    /// The findings that are suppressed.
    pub suppressions: Vec<Suppression>,
    /// The number of entries that a sync may remove without a confirmation.
    pub guard: Guard,
    /// The settings of `sync --push`.
    pub push: Push,
    /// The settings of `serve`.
    pub serve: Serve,
    /// The clients that may use the admin routes of `serve`.
    pub auth: Auth,
    /// The times at which `serve` syncs by itself.
    pub schedule: Scheduling,
    /// The receivers of messages about syncs.
    pub webhooks: Vec<Webhook>,
    /// The severities that differ from the rules' own; `None` turns a rule off.
    severities: Severities,
}

impl Default for Settings {
    fn default() -> Self {
        Self::read(&mut Section::root(&DeTable::new(), &mut Vec::new()), &[])
    }
}

impl Settings {
    /// Reads the text of `modreg.toml`; `rules` are all the rules that it can name.
    ///
    /// Either the whole text is valid, or every fault that can be placed is returned. If it is not valid TOML, nothing else is
    /// reported: a guess would only add noise.
    pub fn parse(text: &str, rules: &[&'static Rule]) -> Result<Self, SettingsError> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let (root, errors) = DeTable::parse_recoverable(text);
        if !errors.is_empty() {
            let faults = errors.iter().map(|error| error::not_toml(text, error)).collect();
            return Err(SettingsError::new(text, faults));
        }
        let mut faults = Vec::new();
        layout::check(root.get_ref(), &mut faults);
        let settings = Self::read(&mut Section::root(root.get_ref(), &mut faults), rules);
        if faults.is_empty() { Ok(settings) } else { Err(SettingsError::new(text, faults)) }
    }

    /// Reads each section of the file; the default replaces a value that is invalid.
    fn read(root: &mut Section<'_>, rules: &[&'static Rule]) -> Self {
        Self {
            modules: modules::read(root.section("modules")),
            limits: limits::read(root.section("limits")),
            guard: guard::read(root.section("guard")),
            push: push::read(root.section("push")),
            serve: serve::read(root),
            auth: auth::read(root.section("serve").section("auth")),
            schedule: schedule::read(root.section("schedule")),
            webhooks: webhooks::read(root),
            severities: severities::read(root.section("rules"), rules),
            suppressions: suppression::read(root, rules),
        }
    }

    /// Returns the file that `modreg init` writes: every key with its default and what it means.
    pub fn template() -> &'static str {
        template::TEXT
    }

    /// Returns how bad a finding by `rule` is here, or `None` if the rule is turned off.
    pub fn severity(&self, rule: &Rule) -> Option<Severity> {
        self.severities.get(rule.code).copied().unwrap_or(Some(rule.severity))
    }

    /// Returns the bytes of the settings that can change the compiled registry; equal bytes, equal output.
    pub fn output_fingerprint(&self) -> Vec<u8> {
        #[derive(Serialize)]
        struct Fingerprint<'a> {
            modules: &'a RepoPath,
            bytes: usize,
            depth: usize,
            aliases: usize,
            severities: &'a Severities,
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
