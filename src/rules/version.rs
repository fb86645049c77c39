//! `version/not-bumped` and `version/decreased`: a module's version against that of its entry.

use std::cmp::Ordering;

use semver::Version;

use crate::{
    diagnostic::{Finding, Part, Rule, Severity},
    domain::{Pointer, quoted},
};

/// The rule `version/not-bumped`.
pub static NOT_BUMPED: Rule = Rule {
    code: "version/not-bumped",
    severity: Severity::Warning,
    is_configurable: true,
    summary: "the content of a module changed, but its version did not",
    explanation: "Consumers compare versions to find out whether a module changed. This module changed, and its version is \
        still the registered one. Build metadata (after `+`) does not count.\n\n\
        Raise the patch number for better words, the minor number for new abilities, and the major number where something \
        was removed or changed its meaning.",
};

/// The rule `version/decreased`.
pub static DECREASED: Rule = Rule {
    code: "version/decreased",
    severity: Severity::Warning,
    is_configurable: true,
    summary: "the version of a module is lower than the registered one",
    explanation: "A version that is lower than the registered one usually comes from an old copy of the manifest.\n\n\
        Raise the version above the registered one. To return to an old content, publish it under a higher version, or use \
        `modreg rollback`.",
};

/// Compares the versions of a module whose content changed, by the precedence of Semantic Versioning 2.0.0.
pub fn check(registered: &Version, declared: &Version) -> Option<Finding> {
    let (rule, message, label) = match declared.cmp_precedence(registered) {
        Ordering::Greater => return None,
        Ordering::Equal => {
            (&NOT_BUMPED, "the content changed, but the version did not".to_owned(), "unchanged".to_owned())
        }
        Ordering::Less => {
            let registered = quoted(&registered.to_string());
            let message =
                format!("the version went down from {registered} to {}", quoted(&declared.to_string()));
            (&DECREASED, message, format!("lower than {registered}"))
        }
    };
    Some(Finding {
        rule,
        route: Pointer::ROOT.key("version"),
        part: Part::Value,
        message,
        label,
        help: Some(format!("raise it, for example to {}", quoted(&next(registered).to_string()))),
    })
}

/// Returns the least release above a version.
fn next(version: &Version) -> Version {
    let patch = if version.pre.is_empty() { version.patch.saturating_add(1) } else { version.patch };
    Version::new(version.major, version.minor, patch)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_higher_version_will_do() {
        for (registered, declared, code, help) in [
            ("1.2.3", "1.2.4", "", ""),
            ("1.2.3-rc.1", "1.2.3", "", ""),
            ("1.2.9", "1.2.10", "", ""),
            ("1.2.3", "1.2.3", "version/not-bumped", "raise it, for example to `1.2.4`"),
            ("1.2.3+a", "1.2.3+b", "version/not-bumped", "raise it, for example to `1.2.4`"),
            ("1.2.3-rc.1", "1.2.3-rc.1", "version/not-bumped", "raise it, for example to `1.2.3`"),
            ("1.2.3", "1.2.3-rc.1", "version/decreased", "raise it, for example to `1.2.4`"),
            ("2.0.0", "1.9.9", "version/decreased", "raise it, for example to `2.0.1`"),
        ] {
            let finding = check(&registered.parse().unwrap(), &declared.parse().unwrap());
            let reported =
                finding.as_ref().map(|finding| (finding.rule.code, finding.help.as_deref().unwrap()));
            assert_eq!(reported.unwrap_or_default(), (code, help), "{registered} {declared}");
        }
    }
}
