//! The faults of `modreg.toml`, with their places.

use std::{fmt, sync::Arc};

use toml::{Spanned, de::DeValue};

use crate::{
    diagnostic::{Position, SourceText, Span},
    domain::{RepoPath, closest, quoted},
};

/// The name of the settings file, at the root of the repository.
pub const FILE_NAME: &str = "modreg.toml";

/// A message and a help line: what is wrong with a value, and what to write instead.
pub(super) type MessageAndHelp = (String, String);

/// Returns a help that names the closest known word, or all of them if none is close.
pub(super) fn suggestion(written: &str, known: &[&str], all: &str) -> String {
    match closest(written, known.iter().copied()) {
        Some(nearest) => format!("did you mean `{nearest}`?"),
        None => format!("{all} `{}`", known.join("`, `")),
    }
}

/// Returns the fault of a value of the wrong type.
pub(super) fn wrong_type(
    value: &Spanned<DeValue<'_>>,
    key: &str,
    wanted: &str,
    help: Option<String>,
) -> SettingsFault {
    let found = match value.get_ref() {
        DeValue::String(_) => "a text",
        DeValue::Integer(_) => "a whole number",
        DeValue::Float(_) => "a number with a fraction",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a date or time",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    };
    let message = format!("{} must be {wanted}, not {found}", quoted(key));
    SettingsFault { span: value.span(), message, help }
}

/// Returns the fault of a text that is not valid TOML.
pub(super) fn not_toml(text: &str, error: &toml::de::Error) -> SettingsFault {
    let span = error.span().unwrap_or_default();
    let line_start = text[..text.floor_char_boundary(span.start)].rfind('\n').map_or(0, |end| end + 1);
    let key =
        text[line_start..].lines().next().and_then(|line| line.split_once('=')).map(|(key, _)| key.trim());
    let help = key
        .filter(|key| key.contains('/') && !key.starts_with(['"', '\'']))
        .map(|key| format!("put the code in quotes: `\"{}\"`", key.escape_debug()));
    SettingsFault { span, message: format!("not valid TOML: {}", error.message().replace('\n', ", ")), help }
}

/// One thing that is wrong in the settings file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SettingsFault {
    /// The bytes of the file that it is about.
    pub span: Span,
    /// One line in lower case, without a final period.
    pub message: String,
    /// The help: what to do, in the imperative.
    pub help: Option<String>,
}

/// Everything that is wrong with a settings file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SettingsError {
    /// The file as it was read.
    pub source: Arc<SourceText>,
    /// The faults, at least one, in the order of the text.
    pub faults: Vec<SettingsFault>,
}

impl SettingsError {
    pub(super) fn new(text: &str, mut faults: Vec<SettingsFault>) -> Self {
        faults.sort_by_key(|fault| (fault.span.start, fault.span.end));
        Self { source: Arc::new(SourceText::new(RepoPath::new(FILE_NAME), text)), faults }
    }
}

impl fmt::Display for SettingsError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, SettingsFault { span, message, help }) in self.faults.iter().enumerate() {
            if index > 0 {
                formatter.write_str("\n")?;
            }
            let Position { line, column } = self.source.position(span.start);
            write!(formatter, "{}:{line}:{column}: {message}", self.source.path())?;
            if let Some(help) = help {
                write!(formatter, "\n  help: {help}")?;
            }
        }
        Ok(())
    }
}

impl std::error::Error for SettingsError {}
