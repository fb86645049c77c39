//! Applies a registry's settings to diagnostics: other severities, rules turned off, single places suppressed.

use crate::{
    diagnostic::Diagnostic,
    settings::{Digest, Settings},
};

/// Returns the diagnostics with the severities of the settings, without those that are turned off or suppressed.
pub fn apply_settings(diagnostics: Vec<Diagnostic>, settings: &Settings) -> Vec<Diagnostic> {
    diagnostics.into_iter().filter_map(|diagnostic| apply_to_one(diagnostic, settings)).collect()
}

fn apply_to_one(mut diagnostic: Diagnostic, settings: &Settings) -> Option<Diagnostic> {
    diagnostic.severity = settings.severity(diagnostic.rule)?;
    let mut suppressions = settings
        .suppressions
        .iter()
        .filter(|one| {
            one.rule.code == diagnostic.rule.code
                && one.module.as_str() == diagnostic.source.path().module_stem()
                && one.pointer == diagnostic.pointer
        })
        .peekable();
    if suppressions.peek().is_none() {
        return Some(diagnostic);
    }
    let digest = Digest::of(diagnostic.source.slice(&diagnostic.span).as_bytes());
    if suppressions.any(|one| one.digest.as_ref() == Some(&digest)) {
        return None;
    }
    let hint = format!("to suppress it as the text is now, set `digest = \"{digest}\"` in modreg.toml");
    diagnostic.help = Some(match diagnostic.help.take() {
        Some(help) => format!("{help}; {hint}"),
        None => hint,
    });
    Some(diagnostic)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::{
        diagnostic::{Rule, Severity, SourceText},
        domain::{Pointer, RepoPath},
        rules::{RULES, name_duplicate::DUPLICATE, version::NOT_BUMPED},
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

    fn settings(text: &str) -> Settings {
        Settings::parse(text, &RULES).unwrap_or_else(|error| panic!("{error}"))
    }

    #[test]
    fn settings_change_severities_and_turn_rules_off() {
        for (value, expected) in [
            ("error", Some(Severity::Error)),
            ("warning", Some(Severity::Warning)),
            ("note", Some(Severity::Note)),
            ("off", None),
        ] {
            let settings = settings(&format!("[rules]\n\"version/not-bumped\" = \"{value}\"\n"));
            let remaining = apply_settings(vec![diagnostic(&NOT_BUMPED), diagnostic(&DUPLICATE)], &settings);
            let severity =
                |rule: &Rule| remaining.iter().find(|one| one.rule == rule).map(|one| one.severity);
            assert_eq!((severity(&NOT_BUMPED), severity(&DUPLICATE)), (expected, Some(Severity::Error)));
        }
    }

    #[test]
    fn a_finding_is_suppressed_until_its_text_changes() {
        let (now, later) = (Digest::of(b"1.0.0"), Digest::of(b"1.0.1"));
        for (module, pointer, digest, is_reported, has_hint) in [
            ("drive", "/version", Some(&now), false, false),
            ("drive", "/version", Some(&later), true, true),
            ("drive", "/version", None, true, true),
            ("chat", "/version", Some(&now), true, false),
            ("drive", "/name", Some(&now), true, false),
        ] {
            let digest = digest.map_or_else(String::new, |digest| format!("digest = \"{digest}\"\n"));
            let settings = settings(&format!(
                "[[suppress]]\nrule = \"version/not-bumped\"\nmodule = \"{module}\"\npointer = \"{pointer}\"\n\
                 reason = \"only a typo\"\n{digest}"
            ));
            let remaining = apply_settings(vec![diagnostic(&NOT_BUMPED)], &settings);
            assert_eq!(remaining.len(), usize::from(is_reported), "{module} {pointer} {digest}");
            let help = remaining.first().and_then(|one| one.help.as_deref()).unwrap_or_default();
            assert_eq!(help.contains(&now.to_string()), has_hint, "{module} {pointer} {digest}");
        }
    }
}
