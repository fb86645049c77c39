//! How messages show pieces of files: clipped, in quotes, and with every character visible.

use std::borrow::Cow;

/// The most characters of a piece of a file that a message shows.
const MAX_EXCERPT: usize = 61;

/// Returns `text` in the quotes of messages, on one line and clipped: `` `like this` ``.
pub fn quoted(text: &str) -> String {
    in_quotes(&excerpt(text))
}

/// Returns `text` in the quotes of messages, on one line and in full.
pub fn quoted_in_full(text: &str) -> String {
    in_quotes(&escaped(text))
}

/// Returns `text` in the quotes of messages as an author should write it, or `None` if it is too long to be shown whole or
/// contains a character that has to be escaped.
pub fn quoted_verbatim(text: &str) -> Option<String> {
    let is_shown = excerpt(text) == text && !text.contains('`');
    is_shown.then(|| in_quotes(text))
}

/// Returns `text` on one line, with escapes for what cannot be seen, clipped to what a message has room for.
pub fn excerpt(text: &str) -> String {
    escaped(&clip(text, MAX_EXCERPT))
}

/// Returns `text` on one line: what is invisible, combines with its neighbour or steers a terminal is an escape.
///
/// Quotes and backslashes stay, because an author would not find their escaped forms in the file.
fn escaped(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '"' | '\'' | '\\' => shown.push(character),
            _ => shown.extend(character.escape_debug()),
        }
    }
    shown
}

fn in_quotes(text: &str) -> String {
    if text.contains('`') { format!("\"{text}\"") } else { format!("`{text}`") }
}

/// Returns `text` clipped to `limit` characters, the last of which is an ellipsis if something is left out.
pub fn clip(text: &str, limit: usize) -> Cow<'_, str> {
    if text.char_indices().nth(limit).is_none() {
        return Cow::Borrowed(text);
    }
    let end = text.char_indices().nth(limit.saturating_sub(1)).map_or(0, |(end, _)| end);
    Cow::Owned(format!("{}…", &text[..end]))
}

/// Returns whether `character` after `previous` cannot be seen, or changes how others are seen.
///
/// Controls, format characters that reorder or join, blanks that are not spaces, tags, variation selectors (but one after
/// a character to vary, as emoji have it), what Unicode keeps private or calls no character.
pub fn is_hidden(character: char, previous: Option<char>) -> bool {
    match character {
        // Comparisons that skip it would find a `##[` that contains it.
        '\u{fe0e}' | '\u{fe0f}' => {
            previous.is_none_or(|base| base <= ' ' || matches!(base, '#' | ':') || is_hidden(base, None))
        }
        _ => {
            matches!(
                character,
                '\0'..='\u{1f}'
                    | '\u{7f}'..='\u{9f}'
                    | '\u{ad}'
                    | '\u{34f}'
                    | '\u{61c}'
                    | '\u{115f}'..='\u{1160}'
                    | '\u{17b4}'..='\u{17b5}'
                    | '\u{180b}'..='\u{180f}'
                    | '\u{200b}'..='\u{200f}'
                    | '\u{2028}'..='\u{202e}'
                    | '\u{2060}'..='\u{206f}'
                    | '\u{2800}'
                    | '\u{3164}'
                    | '\u{e000}'..='\u{f8ff}'
                    | '\u{fdd0}'..='\u{fdef}'
                    | '\u{fe00}'..='\u{fe0d}'
                    | '\u{feff}'
                    | '\u{ffa0}'
                    | '\u{fff0}'..='\u{fffb}'
                    | '\u{1bca0}'..='\u{1bca3}'
                    | '\u{1d173}'..='\u{1d17a}'
                    | '\u{e0000}'..
            ) || u32::from(character) & 0xfffe == 0xfffe
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_excerpt_is_one_short_line() {
        for (text, shown) in [
            ("plain ä", "plain ä".to_owned()),
            ("a\nb\u{1b}[8m\u{202e}", "a\\nb\\u{1b}[8m\\u{202e}".to_owned()),
            ("it's \"so\" \\d", "it's \"so\" \\d".to_owned()),
            (&"é".repeat(61), "é".repeat(61)),
            (&"é".repeat(62), format!("{}…", "é".repeat(60))),
        ] {
            assert_eq!(excerpt(text), shown, "{text:?}");
        }
    }

    #[test]
    fn text_with_backticks_is_in_double_quotes() {
        for (text, shown) in [("a", "`a`"), ("", "``"), ("a`b", "\"a`b\"")] {
            assert_eq!(quoted(text), shown);
        }
    }

    #[test]
    fn only_short_visible_text_is_quoted_verbatim() {
        for (text, shown) in [("'a'", Some("`'a'`")), ("a\nb", None), ("a`b", None), (&"a".repeat(62), None)]
        {
            assert_eq!(quoted_verbatim(text).as_deref(), shown, "{text:?}");
        }
    }

    #[test]
    fn clipping_counts_characters() {
        for (text, limit, clipped) in [("äöü", 3, "äöü"), ("äöüß", 3, "äö…"), ("", 0, ""), ("ab", 1, "…")]
        {
            assert_eq!(clip(text, limit), clipped, "{text:?}");
        }
    }
}
