//! What is wrong with `modreg.toml`, and where.

use std::{fmt, sync::Arc};

use toml::{Spanned, de::DeValue};

use crate::{
    diagnostic::{Position, SourceText, Span},
    domain::{RepoPath, closest},
};

/// The name of the settings file, at the root of the repository.
pub const FILE_NAME: &str = "modreg.toml";

/// A problem that is not yet placed in lines.
#[derive(Debug)]
pub(super) struct Flaw {
    pub(super) span: Span,
    pub(super) message: String,
    pub(super) help: Option<String>,
}

/// Why a value makes no sense, and what to write instead.
pub(super) type Wrong = (String, String);

/// A did-you-mean where something known is near, else all that is known.
pub(super) fn suggestion(written: &str, known: &[&str], all: &str) -> String {
    match closest(written, known.iter().copied()) {
        Some(nearest) => format!("did you mean `{nearest}`?"),
        None => format!("{all} `{}`", known.join("`, `")),
    }
}

/// That a value is of another type than it must be.
pub(super) fn wrong_type(
    value: &Spanned<DeValue<'_>>,
    key: &str,
    wanted: &str,
    help: Option<String>,
) -> Flaw {
    let found = match value.get_ref() {
        DeValue::String(_) => "a text",
        DeValue::Integer(_) => "a whole number",
        DeValue::Float(_) => "a number with a fraction",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a date or time",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    };
    let message = format!("`{}` must be {wanted}, not {found}", key.escape_debug());
    Flaw { span: value.span(), message, help }
}

/// That the text is no TOML.
pub(super) fn not_toml(text: &str, error: &toml::de::Error) -> Flaw {
    let span = error.span().unwrap_or_default();
    let line_start = text[..text.floor_char_boundary(span.start)].rfind('\n').map_or(0, |end| end + 1);
    let key =
        text[line_start..].lines().next().and_then(|line| line.split_once('=')).map(|(key, _)| key.trim());
    let help = key
        .filter(|key| key.contains('/') && !key.starts_with(['"', '\'']))
        .map(|key| format!("put the code in quotes: `\"{}\"`", key.escape_debug()));
    Flaw { span, message: format!("not valid TOML: {}", error.message().replace('\n', ", ")), help }
}

/// One problem in the settings file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The line, from 1.
    pub line: usize,
    /// The column, from 1, in characters.
    pub column: usize,
    /// The bytes that it is about.
    pub span: Span,
    /// One line, lower case, without a final period.
    pub message: String,
    /// What to do, in the imperative.
    pub help: Option<String>,
}

/// Everything that is wrong with a settings file: at least one problem, in the order of the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SettingsError {
    /// The file as it was read.
    pub source: Arc<SourceText>,
    /// The problems.
    pub problems: Vec<Problem>,
}

impl SettingsError {
    pub(super) fn new(text: &str, mut flaws: Vec<Flaw>) -> Self {
        let source = SourceText::new(RepoPath::new(FILE_NAME), text);
        flaws.sort_by_key(|flaw| (flaw.span.start, flaw.span.end));
        let place = |Flaw { span, message, help }| {
            let Position { line, column } = source.position(span.start);
            Problem { line, column, span, message, help }
        };
        let problems = flaws.into_iter().map(place).collect();
        Self { source: Arc::new(source), problems }
    }
}

impl fmt::Display for SettingsError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, Problem { line, column, span: _, message, help }) in self.problems.iter().enumerate() {
            if index > 0 {
                formatter.write_str("\n")?;
            }
            write!(formatter, "{}:{line}:{column}: {message}", self.source.path())?;
            if let Some(help) = help {
                write!(formatter, "\n  help: {help}")?;
            }
        }
        Ok(())
    }
}

impl std::error::Error for SettingsError {}
