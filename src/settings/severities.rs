//! `[rules]`: how bad the findings of each rule are.

use std::collections::BTreeMap;

use toml::Spanned;

use super::{
    error::{MessageAndHelp, suggestion},
    section::Section,
};
use crate::{
    diagnostic::{Rule, Severity},
    domain::quoted,
};

/// The severities that differ from the rules' own; `None` turns a rule off.
pub(super) type Severities = BTreeMap<&'static str, Option<Severity>>;

pub(super) fn read(mut section: Section<'_>, rules: &[&'static Rule]) -> Severities {
    let mut severities = Severities::new();
    let help = "write the whole code in quotes: `\"namespace/name\" = \"warning\"`";
    for (code, severity) in section.texts_by_key(help) {
        let rule = configurable_rule(&mut section, &code, rules);
        let severity = section.value_or_report(severity.span(), parse(severity.get_ref()));
        if let (Some(rule), Some(severity)) = (rule, severity)
            && severity != Some(rule.severity)
        {
            severities.insert(rule.code, severity);
        }
    }
    severities
}

/// Returns the rule with this code, unless there is none or its findings are beyond any setting.
pub(super) fn configurable_rule(
    section: &mut Section<'_>,
    code: &Spanned<String>,
    rules: &[&'static Rule],
) -> Option<&'static Rule> {
    let written = code.get_ref();
    let result = match rules.iter().find(|rule| rule.code == written) {
        Some(rule) if !rule.is_configurable => Err((
            format!("`{written}` cannot be changed or suppressed"),
            format!("`modreg explain {written}` describes how to fix what it reports"),
        )),
        Some(rule) => Ok(*rule),
        None => {
            let codes: Vec<_> =
                rules.iter().filter(|rule| rule.is_configurable).map(|rule| rule.code).collect();
            let help = suggestion(written, &codes, "the rules that can be changed are");
            Err((format!("there is no rule {}", quoted(written)), help))
        }
    };
    section.value_or_report(code.span(), result)
}

fn parse(text: &str) -> Result<Option<Severity>, MessageAndHelp> {
    match text {
        "error" => Ok(Some(Severity::Error)),
        "warning" => Ok(Some(Severity::Warning)),
        "note" => Ok(Some(Severity::Note)),
        "off" => Ok(None),
        other => Err((
            format!("{} is not a severity", quoted(other)),
            suggestion(other, &["error", "warning", "note", "off"], "the severities are"),
        )),
    }
}
