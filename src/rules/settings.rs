//! What a registry's settings change about rules: severities, and single places that are excused.

use std::{collections::BTreeMap, fmt::Write as _};

use sha2::{Digest, Sha256};

use super::{find, suggest};
use crate::{
    diagnostic::{Diagnostic, Rule, Severity},
    domain::ModuleName,
    source::Pointer,
};

/// The settings about rules.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RuleSettings {
    /// Severities other than the rules' own, by code.
    pub severities: BTreeMap<&'static str, Severity>,
    /// The places that are excused.
    pub suppressions: Vec<Suppression>,
}

/// One place that is excused from one rule, as long as its text stays as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suppression {
    /// The code of the rule.
    pub rule: &'static str,
    /// The module, by the name that its path gives it.
    pub module: ModuleName,
    /// The node.
    pub pointer: Pointer,
    /// Why it is right as it is.
    pub reason: String,
    /// The digest of the text that was looked at; without one nothing is excused yet, and the finding's help says which.
    pub digest: Option<String>,
}

/// Why a setting about a rule is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SettingError {
    /// There is no such rule.
    #[error("there is no rule `{}`{}", .code.escape_debug(), .meant.map_or_else(String::new, |meant| format!("; did you mean `{meant}`?")))]
    Unknown {
        /// The code in the settings.
        code: String,
        /// The code that was most likely meant.
        meant: Option<&'static str>,
    },
    /// The rule cannot be changed.
    #[error("the rule `{code}` can neither be lowered nor suppressed: no entry can be compiled without it")]
    Fixed {
        /// The code of the rule.
        code: &'static str,
    },
}

/// The rule that a setting may change.
pub fn settable(code: &str) -> Result<&'static Rule, SettingError> {
    match find(code) {
        None => Err(SettingError::Unknown { code: code.to_owned(), meant: suggest(code) }),
        Some(rule) if rule.fixed => Err(SettingError::Fixed { code: rule.code }),
        Some(rule) => Ok(rule),
    }
}

/// Gives the diagnostics the severities of the settings, and drops those that are excused. Fixed rules stay as they are.
pub fn apply(diagnostics: Vec<Diagnostic>, settings: &RuleSettings) -> Vec<Diagnostic> {
    diagnostics.into_iter().filter_map(|diagnostic| settle(diagnostic, settings)).collect()
}

fn settle(mut diagnostic: Diagnostic, settings: &RuleSettings) -> Option<Diagnostic> {
    if diagnostic.rule.fixed {
        return Some(diagnostic);
    }
    if let Some(severity) = settings.severities.get(diagnostic.rule.code) {
        diagnostic.severity = *severity;
    }
    let mut excuses =
        settings.suppressions.iter().filter(|suppression| covers(suppression, &diagnostic)).peekable();
    if excuses.peek().is_none() {
        return Some(diagnostic);
    }
    let digest = digest(diagnostic.source.slice(&diagnostic.span));
    if excuses.any(|suppression| suppression.digest.as_deref() == Some(digest.as_str())) {
        return None;
    }
    let mut help = diagnostic.help.take().map(|help| help + "; ").unwrap_or_default();
    let _ = write!(help, "to suppress the text as it is now, set `digest = \"{digest}\"`");
    diagnostic.help = Some(help);
    Some(diagnostic)
}

fn covers(suppression: &Suppression, diagnostic: &Diagnostic) -> bool {
    suppression.rule == diagnostic.rule.code
        && suppression.module.as_str() == diagnostic.source.path().module_stem()
        && suppression.pointer == diagnostic.pointer
}

/// The digest of a covered text: the first 16 hexadecimal digits of its SHA-256.
pub fn digest(text: &str) -> String {
    Sha256::digest(text).iter().take(8).fold(String::new(), |mut digits, byte| {
        let _ = write!(digits, "{byte:02x}");
        digits
    })
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::{
        domain::RepoPath,
        rules::{name_duplicate::DUPLICATE, version::NOT_BUMPED},
        source::SourceText,
    };

    fn diagnostic(rule: &'static Rule) -> Diagnostic {
        Diagnostic {
            rule,
            severity: rule.severity,
            source: Arc::new(SourceText::new(RepoPath::new("modules/drive.yaml"), "version: 1.0.0\n")),
            pointer: Pointer::new("/version"),
            span: 9..14,
            message: "message".to_owned(),
            label: String::new(),
            help: None,
        }
    }

    fn excused(module: &str, pointer: &str, digest: Option<&str>) -> RuleSettings {
        let suppression = Suppression {
            rule: NOT_BUMPED.code,
            module: module.parse().unwrap(),
            pointer: Pointer::new(pointer),
            reason: "only a typo".to_owned(),
            digest: digest.map(str::to_owned),
        };
        RuleSettings { severities: BTreeMap::new(), suppressions: vec![suppression] }
    }

    #[test]
    fn severities_change_but_those_of_fixed_rules_do_not() {
        let severities =
            BTreeMap::from([(NOT_BUMPED.code, Severity::Error), (DUPLICATE.code, Severity::Note)]);
        let settings = RuleSettings { severities, suppressions: Vec::new() };
        let settled = apply(vec![diagnostic(&NOT_BUMPED), diagnostic(&DUPLICATE)], &settings);
        assert_eq!(
            settled.iter().map(|one| one.severity).collect::<Vec<_>>(),
            [Severity::Error, Severity::Error]
        );
    }

    #[test]
    fn a_place_is_excused_until_its_text_changes() {
        let now = digest("1.0.0");
        for (settings, stands, hinted) in [
            (excused("drive", "/version", Some(&now)), false, false),
            (excused("drive", "/version", Some(&digest("1.0.1"))), true, true),
            (excused("drive", "/version", None), true, true),
            (excused("chat", "/version", Some(&now)), true, false),
            (excused("drive", "/name", Some(&now)), true, false),
        ] {
            let settled = apply(vec![diagnostic(&NOT_BUMPED)], &settings);
            assert_eq!(settled.len(), usize::from(stands), "{settings:?}");
            let help = settled.first().and_then(|one| one.help.as_deref()).unwrap_or_default();
            assert_eq!(help.contains(&now), hinted, "{settings:?}");
        }
        let mut settings = excused("drive", "/version", Some(&now));
        settings.suppressions[0].rule = DUPLICATE.code;
        assert_eq!(apply(vec![diagnostic(&DUPLICATE)], &settings).len(), 1);
    }

    #[test]
    fn digests_are_the_start_of_sha_256() {
        assert_eq!(digest(""), "e3b0c44298fc1c14");
    }

    #[test]
    fn settings_name_rules_that_exist_and_may_change() {
        assert_eq!(settable("version/decreased").unwrap().code, "version/decreased");
        assert_eq!(settable("schema/required"), Err(SettingError::Fixed { code: "schema/required" }));
        assert_eq!(
            settable("version/not-bumpd").unwrap_err().to_string(),
            "there is no rule `version/not-bumpd`; did you mean `version/not-bumped`?"
        );
        assert_eq!(settable("x/y").unwrap_err().to_string(), "there is no rule `x/y`");
    }
}
