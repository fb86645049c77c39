//! The abilities of the place where a report is shown: colours, width, Unicode.

use anstyle::{AnsiColor, Effects};

/// The abilities of the place where a report is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Style {
    /// Whether colours are wanted.
    pub color: bool,
    /// The number of columns of a line.
    pub width: usize,
    /// Whether frames and arrows may be drawn with more than ASCII; text from files stays as it is.
    pub unicode: bool,
    /// The most lines that are shown of one list, or `None` to show all.
    pub max_lines: Option<usize>,
}

impl Style {
    /// The style for files, pipes and logs, which is the same everywhere.
    pub const PLAIN: Self = Self { color: false, width: 100, unicode: true, max_lines: None };

    /// Returns `unicode` where it can be shown, else `ascii`.
    pub(super) fn symbol(self, unicode: &'static str, ascii: &'static str) -> &'static str {
        if self.unicode { unicode } else { ascii }
    }

    /// Returns `text` painted as the word that leads an error.
    pub fn error(self, text: &str) -> String {
        self.paint(Ink::Error, text)
    }

    /// Returns `text` painted as the word that leads a warning.
    pub fn warning(self, text: &str) -> String {
        self.paint(Ink::Warning, text)
    }

    /// Returns `text` painted as the word that leads a help line.
    pub fn help(self, text: &str) -> String {
        self.paint(Ink::Note, text)
    }

    /// Returns `text` in bold.
    pub fn strong(self, text: &str) -> String {
        self.paint(Ink::Strong, text)
    }

    /// Returns `text` in `ink`, where colours are wanted.
    pub(super) fn paint(self, ink: Ink, text: &str) -> String {
        if self.color {
            let style = ink.style();
            format!("{style}{text}{style:#}")
        } else {
            text.to_owned()
        }
    }
}

/// The meaning of a piece of text, from which its colour follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ink {
    Added,
    AddedWord,
    Removed,
    RemovedWord,
    Updated,
    Renamed,
    Error,
    Warning,
    Note,
    Good,
    Strong,
    Plain,
    Faint,
}

impl Ink {
    const fn style(self) -> anstyle::Style {
        match self {
            Self::Added | Self::Good => AnsiColor::Green.on_default(),
            Self::AddedWord => {
                AnsiColor::Green.on_default().effects(Effects::BOLD.insert(Effects::UNDERLINE))
            }
            Self::Removed => AnsiColor::Red.on_default(),
            Self::RemovedWord => {
                AnsiColor::Red.on_default().effects(Effects::BOLD.insert(Effects::UNDERLINE))
            }
            Self::Updated => AnsiColor::Yellow.on_default(),
            Self::Renamed => AnsiColor::Cyan.on_default(),
            Self::Error => AnsiColor::Red.on_default().effects(Effects::BOLD),
            Self::Warning => AnsiColor::Yellow.on_default().effects(Effects::BOLD),
            Self::Note => AnsiColor::Cyan.on_default().effects(Effects::BOLD),
            Self::Strong => anstyle::Style::new().effects(Effects::BOLD),
            Self::Plain => anstyle::Style::new(),
            Self::Faint => anstyle::Style::new().effects(Effects::DIMMED),
        }
    }
}
