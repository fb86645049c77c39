//! From what stands in the file to settings that make sense.

use std::{ops::RangeInclusive, time::Duration};

use toml::Spanned;

use super::{
    Guard, Push, Settings, Suppression, modules_path,
    problem::Flaw,
    read::{Amount, RawSuppression, Unvalidated, suggestion},
    size,
};
use crate::{
    diagnostic::{Rule, Severity},
    source::{Limits, Pointer},
};

/// The bounds of `[guard] removals`: a registry larger than that has other troubles.
const REMOVALS: RangeInclusive<usize> = 0..=1_000_000;
/// The bounds of `[push] attempts`: who loses more races than that should wait.
const ATTEMPTS: RangeInclusive<usize> = 1..=10;
/// The bounds of `[push] timeout`, in seconds: an hour is more than any push needs.
const TIMEOUT: RangeInclusive<usize> = 1..=3600;

impl Unvalidated {
    /// Turns each value into what it means; where that fails, the default stands in and the flaw is reported.
    pub(super) fn validate(self, rules: &[&'static Rule], flaws: &mut Vec<Flaw>) -> Settings {
        let defaults = Settings::default();
        let mut settings = Settings {
            modules: self
                .modules_path
                .and_then(|path| noted(&path, modules_path::parse(path.get_ref()), flaws))
                .unwrap_or(defaults.modules),
            limits: Limits {
                bytes: self
                    .manifest_size
                    .and_then(|amount| bytes(&amount, flaws))
                    .unwrap_or(defaults.limits.bytes),
                depth: within(self.depth, 1..=Limits::MAX_DEPTH, flaws).unwrap_or(defaults.limits.depth),
                aliases: within(self.aliases, 0..=Limits::MAX_ALIASES, flaws)
                    .unwrap_or(defaults.limits.aliases),
            },
            guard: Guard {
                removals: within(self.removals, REMOVALS, flaws).unwrap_or(defaults.guard.removals),
                percent: within(self.percent, 0..=100, flaws).unwrap_or(defaults.guard.percent),
            },
            push: Push {
                remote: self.remote.and_then(|name| noted(&name, remote(name.get_ref()), flaws)),
                branch: self.branch.and_then(|name| noted(&name, branch(name.get_ref()), flaws)),
                attempts: within(self.attempts, ATTEMPTS, flaws).unwrap_or(defaults.push.attempts),
                timeout: within(self.timeout, TIMEOUT, flaws)
                    .map_or(defaults.push.timeout, |seconds| Duration::from_secs(seconds as u64)),
            },
            suppressions: Vec::new(),
            severities: defaults.severities,
        };
        for (code, severity) in &self.rules {
            set_severity(&mut settings, code, severity, rules, flaws);
        }
        for raw in &self.suppressions {
            add_suppression(&mut settings, raw, rules, flaws);
        }
        settings
    }
}

/// Why a value makes no sense, and what to write instead.
pub(super) type Wrong = (String, String);

fn noted<T, V>(value: &Spanned<V>, outcome: Result<T, Wrong>, flaws: &mut Vec<Flaw>) -> Option<T> {
    outcome.map_err(|(message, help)| flaws.push(Flaw { span: value.span(), message, help: Some(help) })).ok()
}

/// A remote's name or address, which must not look like an option of git.
fn remote(text: &str) -> Result<String, Wrong> {
    let is_usable = !text.is_empty() && !text.starts_with('-') && !text.contains(char::is_control);
    let wrong =
        || ("this is no remote".to_owned(), "write a name that `git remote` lists, or a URL".to_owned());
    is_usable.then(|| text.to_owned()).ok_or_else(wrong)
}

/// The name of a branch, by the rules of `git check-ref-format`.
fn branch(text: &str) -> Result<String, Wrong> {
    let name = text.strip_prefix("refs/heads/").unwrap_or(text);
    let is_lock = |part: &str| part.strip_suffix(".lock").is_some();
    let is_bad = |part: &str| part.is_empty() || part.starts_with('.') || is_lock(part);
    let is_usable = !name.starts_with('-')
        && !name.ends_with('.')
        && !["..", "@{"].iter().any(|bad| name.contains(bad))
        && !name.contains(|c: char| c.is_control() || " ~^:?*[\\".contains(c))
        && !name.split('/').any(is_bad);
    let wrong = || ("this is no name of a branch".to_owned(), "write a name such as \"main\"".to_owned());
    is_usable.then(|| name.to_owned()).ok_or_else(wrong)
}

fn within(
    number: Option<Spanned<i64>>,
    range: RangeInclusive<usize>,
    flaws: &mut Vec<Flaw>,
) -> Option<usize> {
    let number = number?;
    let in_range = usize::try_from(*number.get_ref()).ok().filter(|number| range.contains(number));
    noted(&number, in_range.ok_or_else(|| out_of_range(&range)), flaws)
}

fn out_of_range(range: &RangeInclusive<usize>) -> Wrong {
    (
        "the number is out of range".to_owned(),
        format!("write a number from {} to {}", range.start(), range.end()),
    )
}

fn bytes(amount: &Spanned<Amount>, flaws: &mut Vec<Flaw>) -> Option<usize> {
    let bytes = match amount.get_ref() {
        Amount::Bytes(bytes) => Ok(usize::try_from(*bytes).unwrap_or(0)),
        Amount::Text(text) => size::parse(text),
    };
    let range = 1..=Limits::MAX_BYTES;
    let in_range =
        bytes.and_then(|bytes| range.contains(&bytes).then_some(bytes).ok_or_else(|| out_of_range(&range)));
    noted(amount, in_range, flaws)
}

fn changeable_rule(
    code: &Spanned<String>,
    rules: &[&'static Rule],
    flaws: &mut Vec<Flaw>,
) -> Option<&'static Rule> {
    let written = code.get_ref();
    let outcome = match rules.iter().find(|rule| rule.code == written) {
        Some(rule) if rule.fixed => Err((
            format!("`{written}` can be neither changed nor suppressed: without it no entry can be compiled"),
            format!("fix the manifest instead; `modreg explain {written}` says how"),
        )),
        Some(rule) => Ok(*rule),
        None => {
            let codes: Vec<_> = rules.iter().filter(|rule| !rule.fixed).map(|rule| rule.code).collect();
            let help = suggestion(written, &codes, "the rules that can be changed are");
            Err((format!("there is no rule `{}`", written.escape_debug()), help))
        }
    };
    noted(code, outcome, flaws)
}

fn set_severity(
    settings: &mut Settings,
    code: &Spanned<String>,
    severity: &Spanned<String>,
    rules: &[&'static Rule],
    flaws: &mut Vec<Flaw>,
) {
    let rule = changeable_rule(code, rules, flaws);
    let severity = noted(severity, parse_severity(severity.get_ref()), flaws);
    if let (Some(rule), Some(severity)) = (rule, severity)
        && severity != Some(rule.severity)
    {
        settings.severities.insert(rule.code, severity);
    }
}

fn parse_severity(text: &str) -> Result<Option<Severity>, Wrong> {
    match text {
        "error" => Ok(Some(Severity::Error)),
        "warning" => Ok(Some(Severity::Warning)),
        "note" => Ok(Some(Severity::Note)),
        "off" => Ok(None),
        other => Err((
            format!("`{}` is not a severity", other.escape_debug()),
            suggestion(other, &["error", "warning", "note", "off"], "the severities are"),
        )),
    }
}

fn add_suppression(
    settings: &mut Settings,
    raw: &Spanned<RawSuppression>,
    rules: &[&'static Rule],
    flaws: &mut Vec<Flaw>,
) {
    let RawSuppression { rule, module, pointer, reason, digest } = raw.get_ref();
    let rule = rule.as_ref().and_then(|code| changeable_rule(code, rules, flaws));
    let module = module.as_ref().and_then(|name| {
        let parsed = name.get_ref().parse();
        noted(name, parsed.map_err(|error| wrong(&error, "write the `name` of the module")), flaws)
    });
    let pointer = pointer.as_ref().and_then(|text| noted(text, parse_pointer(text.get_ref()), flaws));
    let reason = reason.as_ref().and_then(|text| noted(text, parse_reason(text.get_ref()), flaws));
    let digest = digest.as_ref().map(|text| {
        let parsed = text.get_ref().parse();
        noted(text, parsed.map_err(|error| wrong(&error, "copy the digest that the finding shows")), flaws)
    });
    let (Some(rule), Some(module), Some(pointer), Some(reason)) = (rule, module, pointer, reason) else {
        return;
    };
    let suppression = Suppression { rule, module, pointer, reason, digest: digest.flatten() };
    if settings.suppressions.iter().any(|earlier| earlier.is_for_same_place(&suppression)) {
        let message = format!("`{}` is suppressed here twice", rule.code);
        flaws.push(Flaw { span: raw.span(), message, help: Some("remove one of the two".to_owned()) });
    }
    settings.suppressions.push(suppression);
}

fn wrong(error: &impl ToString, help: &str) -> Wrong {
    (error.to_string(), help.to_owned())
}

fn parse_pointer(text: &str) -> Result<Pointer, Wrong> {
    let escapes_well = text.split('~').skip(1).all(|rest| rest.starts_with(['0', '1']));
    if (text.is_empty() || text.starts_with('/')) && escapes_well {
        return Ok(Pointer::new(text));
    }
    Err((
        format!("`{}` is not a JSON Pointer", text.escape_debug()),
        "write the way to the field as in `/aiContext/keywords/0`".to_owned(),
    ))
}

fn parse_reason(text: &str) -> Result<String, Wrong> {
    if text.trim().is_empty() {
        return Err(("the reason is blank".to_owned(), "say why this finding does no harm".to_owned()));
    }
    Ok(text.to_owned())
}
