//! What is wrong with `modreg.toml`, and where.

use std::{fmt, sync::Arc};

use crate::{
    domain::RepoPath,
    source::{Position, SourceText, Span},
};

/// A problem that is not yet placed in lines.
#[derive(Debug)]
pub(super) struct Flaw {
    pub(super) span: Span,
    pub(super) message: String,
    pub(super) help: Option<String>,
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
        let source = SourceText::new(RepoPath::new(super::FILE_NAME), text);
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
