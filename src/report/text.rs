//! Makes untrusted text safe to show, and fits it into lines.
//!
//! Characters that move the cursor, reorder or hide text are written as escapes, and the result cannot start a command
//! of a build server: those read `::command::` at the start of a line and `##[command]` or `##vso[command]` anywhere in
//! one.

use std::{borrow::Cow, fmt::Write};

use crate::domain::{RepoPath, is_hidden};

/// Returns `text` on one line, with an escape for every character that is not what it seems to be.
pub fn visible(text: &str) -> Cow<'_, str> {
    let is_safe = |byte: u8| matches!(byte, b' '..=b'~') && byte != b':' && byte != b'#';
    if text.bytes().all(is_safe) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 8);
    let mut previous = None;
    for (offset, character) in text.char_indices() {
        push_visible(&mut shown, character, previous, &text[offset..]);
        previous = Some(character);
    }
    Cow::Owned(shown)
}

/// Writes `character`, the first of `rest`, as [`visible`] does.
pub(super) fn push_visible(shown: &mut String, character: char, previous: Option<char>, rest: &str) {
    match character {
        '\n' => shown.push_str("\\n"),
        '\r' => shown.push_str("\\r"),
        '\t' => shown.push_str("\\t"),
        character if is_hidden(character, previous) || starts_command(character, previous, rest) => {
            write!(shown, "\\u{{{:x}}}", u32::from(character)).expect("a string takes all text");
        }
        character => shown.push(character),
    }
}

/// Returns whether `character` must be escaped to keep a build server from reading a command: it is the second colon of
/// a `::` that starts a word, or the second `#` of `##[` or `##vso[`.
pub(super) fn starts_command(character: char, previous: Option<char>, rest: &str) -> bool {
    match (previous, character) {
        (before, ':') if before.is_none_or(char::is_whitespace) => rest.starts_with("::"),
        (Some('#'), '#') => {
            rest[1..].trim_start_matches(|letter: char| letter.is_ascii_alphabetic()).starts_with('[')
        }
        _ => false,
    }
}

/// Returns `text` in lines of at most `width` characters, broken only at spaces: a longer word makes a longer line.
pub fn wrap(text: &str, width: usize) -> String {
    let mut wrapped = String::with_capacity(text.len());
    let mut column = 0;
    for word in text.split(' ') {
        let length = word.chars().count();
        if column > 0 {
            let fits = column + 1 + length <= width;
            wrapped.push(if fits { ' ' } else { '\n' });
            column = if fits { column + 1 } else { 0 };
        }
        wrapped.push_str(word);
        column += length;
    }
    wrapped
}

/// Returns the first three of some paths in the quotes of messages, and how many more there are.
pub fn first_paths<'a>(paths: impl IntoIterator<Item = &'a RepoPath>) -> String {
    const SHOWN: usize = 3;
    let mut paths = paths.into_iter();
    let shown: Vec<_> =
        paths.by_ref().take(SHOWN).map(|path| format!("`{}`", visible(path.as_str()))).collect();
    match paths.count() {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}

/// Returns a number with its noun: `1 module`, `2 modules`.
pub(super) fn count(number: usize, noun: &str) -> String {
    format!("{number} {noun}{}", if number == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hidden_characters_are_escaped_and_visible_ones_kept() {
        for (text, shown) in [
            ("plain ASCII # : \\ `", "plain ASCII # : \\ `"),
            ("Prüfung 文件 \u{1f468}\u{1f3fd}", "Prüfung 文件 \u{1f468}\u{1f3fd}"),
            ("a\nb\tc\r", "a\\nb\\tc\\r"),
            ("\u{1b}[8m\u{9b}\u{85}\u{7f}\0", "\\u{1b}[8m\\u{9b}\\u{85}\\u{7f}\\u{0}"),
            ("Prints. \u{202e};yxorp", "Prints. \\u{202e};yxorp"),
            ("su\u{200b}do \u{2028}", "su\\u{200b}do \\u{2028}"),
            (
                "\u{e0069}\u{e007f}\u{10ffff}\u{e000}\u{fdd0}\u{1fffe}",
                "\\u{e0069}\\u{e007f}\\u{10ffff}\\u{e000}\\u{fdd0}\\u{1fffe}",
            ),
            ("1\u{fe0f}\u{20e3} \u{2764}\u{fe0f}", "1\u{fe0f}\u{20e3} \u{2764}\u{fe0f}"),
            ("a\u{fe0f}\u{fe0f} \u{fe0f}\u{e0101}", "a\u{fe0f}\\u{fe0f} \\u{fe0f}\\u{e0101}"),
        ] {
            assert_eq!(visible(text), shown, "{text:?}");
        }
    }

    #[test]
    fn commands_of_build_servers_are_escaped() {
        for (text, shown) in [
            ("x ##[error]forged", "x #\\u{23}[error]forged"),
            ("###[error]", "##\\u{23}[error]"),
            ("##vso[task.setvariable]x", "#\\u{23}vso[task.setvariable]x"),
            ("::error file=a::owned", "\\u{3a}:error file=a::owned"),
            (" ::add-mask::a", " \\u{3a}:add-mask::a"),
            ("\u{a0}::error::a", "\u{a0}\\u{3a}:error::a"),
            ("#\u{fe0f}#[error]a", "#\\u{fe0f}#[error]a"),
            (":::error::a", "\\u{3a}::error::a"),
            ("drive::read ## a [b]", "drive::read ## a [b]"),
            ("%0A::notice::x", "%0A::notice::x"),
        ] {
            assert_eq!(visible(text), shown, "{text:?}");
        }
    }

    #[test]
    fn text_is_wrapped_only_at_spaces() {
        for (text, wrapped) in [
            ("one two three", "one two\nthree"),
            ("one  two", "one  two"),
            ("averyverylongword is", "averyverylongword\nis"),
            ("well-known ::x", "well-known\n::x"),
            ("", ""),
        ] {
            assert_eq!(wrap(text, 8), wrapped, "{text:?}");
        }
    }
}
