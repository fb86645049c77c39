//! `[push]`: how `sync --push` pushes.

use std::{ops::RangeInclusive, time::Duration};

use super::{error::MessageAndHelp, section::Section};

pub(super) const KEYS: &[&str] = &["remote", "branch", "attempts", "timeout"];

/// The range of the number of attempts; after more lost races it is better to wait.
const ATTEMPTS: RangeInclusive<usize> = 1..=10;
/// The range of the timeout in seconds; an hour is more than any push needs.
const TIMEOUT: RangeInclusive<usize> = 1..=3600;

/// The settings of `sync --push`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Push {
    /// The remote's name or address; the default is what `git push` would take.
    pub remote: Option<String>,
    /// The branch there, without `refs/heads/`; the default is the upstream branch, or the one of the same name.
    pub branch: Option<String>,
    /// The number of attempts while others push as well.
    pub attempts: usize,
    /// The time that one exchange with the remote may take.
    pub timeout: Duration,
}

impl Default for Push {
    fn default() -> Self {
        Self { remote: None, branch: None, attempts: 10, timeout: Duration::from_mins(5) }
    }
}

pub(super) fn read(mut section: Section<'_>) -> Push {
    let default = Push::default();
    Push {
        remote: section.parsed("remote", remote),
        branch: section.parsed("branch", branch),
        attempts: section.number("attempts", ATTEMPTS).unwrap_or(default.attempts),
        timeout: section.seconds("timeout", TIMEOUT).unwrap_or(default.timeout),
    }
}

/// Returns the name or address of a remote, which must not look like an option of git.
fn remote(text: &str) -> Result<String, MessageAndHelp> {
    let is_usable = !text.is_empty() && !text.starts_with('-') && !text.contains(char::is_control);
    let wrong =
        || ("this is not a remote".to_owned(), "write a name that `git remote` lists, or a URL".to_owned());
    is_usable.then(|| text.to_owned()).ok_or_else(wrong)
}

/// Returns the name of a branch, by the rules of `git check-ref-format`.
fn branch(text: &str) -> Result<String, MessageAndHelp> {
    let name = text.strip_prefix("refs/heads/").unwrap_or(text);
    let is_lock = |part: &str| part.strip_suffix(".lock").is_some();
    let is_bad = |part: &str| part.is_empty() || part.starts_with('.') || is_lock(part);
    let is_usable = !name.starts_with('-')
        && !name.ends_with('.')
        && !["..", "@{"].iter().any(|bad| name.contains(bad))
        && !name.contains(|c: char| c.is_control() || " ~^:?*[\\".contains(c))
        && !name.split('/').any(is_bad);
    let wrong =
        || ("this is not the name of a branch".to_owned(), "write a name such as \"main\"".to_owned());
    is_usable.then(|| name.to_owned()).ok_or_else(wrong)
}
