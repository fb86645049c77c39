//! Writes diagnostics for people, each with its snippet, its label and its help. No other file uses miette.

use std::{
    collections::BTreeSet,
    fmt::{self, Display},
    io,
};

use miette::{
    GraphicalReportHandler, GraphicalTheme, LabeledSpan, MietteError, MietteSpanContents, SourceCode,
    SourceSpan, SpanContents, ThemeCharacters,
};

use super::snippet::Snippet;
use crate::{
    diagnostic::{Diagnostic, Severity},
    domain::clip,
    report::{
        Style,
        style::Ink,
        text::{count, visible, wrap},
    },
};

/// The most characters that are shown of a message or a help line; a value quoted in them can be as long as its file.
const MAX_MESSAGE: usize = 600;

/// The most characters that are shown of a label.
const MAX_LABEL: usize = 80;

/// The number of columns that line numbers and frames take.
const FRAME: usize = 10;

/// The fewest columns for text; a narrower terminal wraps the lines itself.
const MIN_WIDTH: usize = 30;

/// Writes every diagnostic, in the order given, with a blank line after each.
pub fn diagnostics(out: &mut dyn io::Write, diagnostics: &[Diagnostic], style: Style) -> io::Result<()> {
    for diagnostic in diagnostics {
        let shown = DisplayedDiagnostic::new(diagnostic, style);
        let ink = match diagnostic.severity {
            Severity::Error => Ink::Error,
            Severity::Warning => Ink::Warning,
            Severity::Note => Ink::Note,
        };
        writeln!(out, "{}", style.paint(ink, &shown.heading))?;
        let mut text = String::new();
        handler(diagnostic.severity, style).render_report(&mut text, &shown).map_err(io::Error::other)?;
        for line in text.lines() {
            writeln!(out, "{}", line.trim_end())?;
        }
        writeln!(out)?;
    }
    Ok(())
}

/// Returns the line above a round of `validate --watch`: when it began, and the files that changed before it.
pub fn round(time: &str, changed: &[String], style: Style) -> String {
    /// The most names on the line; more make it too long to read.
    const MAX_NAMES: usize = 3;
    let rule = style.symbol("────", "----");
    let mut names: Vec<String> =
        changed.iter().take(MAX_NAMES).map(|name| visible(name).into_owned()).collect();
    if changed.len() > MAX_NAMES {
        names.push(format!("{} more", changed.len() - MAX_NAMES));
    }
    let names = if names.is_empty() { String::new() } else { format!("{} {rule}", names.join(", ")) };
    format!("{rule} {time} {rule} {names}").trim_end().to_owned()
}

/// Returns the line below the diagnostics of a run over `manifests` files: `5 errors, 1 warning in 3 of 12 manifests`.
pub fn summary(diagnostics: &[Diagnostic], manifests: usize, style: Style) -> String {
    let files: BTreeSet<_> = diagnostics.iter().map(|diagnostic| diagnostic.source.path()).collect();
    let tally = |severity: Severity, noun: &str, ink: Ink| {
        let number = diagnostics.iter().filter(|diagnostic| diagnostic.severity == severity).count();
        (number > 0).then(|| style.paint(ink, &count(number, noun)))
    };
    let found: Vec<String> = [
        tally(Severity::Error, "error", Ink::Error),
        tally(Severity::Warning, "warning", Ink::Warning),
        tally(Severity::Note, "note", Ink::Note),
    ]
    .into_iter()
    .flatten()
    .collect();
    if found.is_empty() {
        let good = style.paint(Ink::Good, style.symbol("✓", "ok:"));
        return format!("{good} no problems in {}", count(manifests, "manifest"));
    }
    // A file that only looks like a manifest is counted too if it has a diagnostic.
    let manifests = count(manifests.max(files.len()), "manifest");
    format!("{} in {} of {manifests}", found.join(", "), files.len())
}

fn handler(severity: Severity, style: Style) -> GraphicalReportHandler {
    let mut theme = if style.color { GraphicalTheme::unicode() } else { GraphicalTheme::unicode_nocolor() };
    theme.characters = if style.unicode { ThemeCharacters::unicode() } else { ThemeCharacters::ascii() };
    let ink = match severity {
        Severity::Error => theme.styles.error,
        Severity::Warning => theme.styles.warning,
        Severity::Note => theme.styles.advice,
    };
    if style.color {
        theme.styles.error = theme.styles.error.bold();
        theme.styles.warning = theme.styles.warning.bold();
        theme.styles.highlights = vec![ink.bold()];
        theme.styles.link = theme.styles.help;
    }
    GraphicalReportHandler::new_themed(theme)
        .with_width(style.width)
        .with_wrap_lines(false)
        .with_context_lines(1)
        .without_syntax_highlighting()
        .with_urls(false)
        .without_cause_chain()
}

/// A diagnostic in the form that miette expects: every text is already safe to show and wrapped.
#[derive(Debug)]
struct DisplayedDiagnostic {
    severity: Severity,
    heading: String,
    message: String,
    help: Option<String>,
    label: String,
    excerpt: Option<DisplayedSnippet>,
}

/// A snippet in the form that miette expects.
#[derive(Debug)]
struct DisplayedSnippet {
    path: String,
    snippet: Snippet,
}

impl DisplayedDiagnostic {
    fn new(diagnostic: &Diagnostic, style: Style) -> Self {
        let width = style.width.max(MIN_WIDTH + FRAME) - FRAME;
        let safe = |text: &str| wrap(&clip(&visible(text), MAX_MESSAGE), width);
        let word = match diagnostic.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Note => "note",
        };
        let path = visible(diagnostic.source.path().as_str()).into_owned();
        let snippet = Snippet::new(&diagnostic.source, &diagnostic.span, width);
        let message = match &snippet {
            Some(_) => safe(&diagnostic.message),
            None => safe(&format!("{}: {}", diagnostic.source.path(), diagnostic.message)),
        };
        Self {
            severity: diagnostic.severity,
            heading: format!("{word}[{}]", diagnostic.rule.code),
            message,
            help: diagnostic.help.as_deref().map(safe),
            label: clip(&visible(&diagnostic.label), MAX_LABEL).into_owned(),
            excerpt: snippet.map(|snippet| DisplayedSnippet { path, snippet }),
        }
    }
}

impl Display for DisplayedDiagnostic {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.message)
    }
}

impl std::error::Error for DisplayedDiagnostic {}

impl miette::Diagnostic for DisplayedDiagnostic {
    fn severity(&self) -> Option<miette::Severity> {
        Some(match self.severity {
            Severity::Error => miette::Severity::Error,
            Severity::Warning => miette::Severity::Warning,
            Severity::Note => miette::Severity::Advice,
        })
    }

    fn help<'a>(&'a self) -> Option<Box<dyn Display + 'a>> {
        self.help.as_ref().map(|help| Box::new(help) as Box<dyn Display>)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        self.excerpt.as_ref().map(|excerpt| excerpt as &dyn SourceCode)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let label = &self.excerpt.as_ref()?.snippet.label;
        let text = (!self.label.is_empty()).then(|| self.label.clone());
        Some(Box::new(std::iter::once(LabeledSpan::new_primary_with_span(text, label.clone()))))
    }
}

impl SourceCode for DisplayedSnippet {
    /// Returns the whole snippet. A call that asks for a span without context means that miette is about to print where
    /// the span starts, so that the place in the file is returned.
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        context_lines_before: usize,
        context_lines_after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let Snippet { text, first_line, position, .. } = &self.snippet;
        let (data, span, line, column) = if context_lines_before + context_lines_after == 0 {
            (&text[self.snippet.label.clone()], *span, position.line, position.column)
        } else {
            (text.as_str(), (0..text.len()).into(), *first_line, 1)
        };
        let lines = text.lines().count();
        Ok(Box::new(MietteSpanContents::new_named(
            self.path.clone(),
            data.as_bytes(),
            span,
            line - 1,
            column - 1,
            lines,
        )))
    }
}

#[cfg(test)]
mod tests;
