//! Characters that a YAML text must not contain, although the parser accepts them.
//!
//! `serde_yaml` refuses them, or reads them as line breaks where YAML 1.2 does not.

use crate::{
    diagnostic::Span,
    source::{parse_error::ParseError, rules},
};

/// Returns the error for the first such character.
pub(super) fn check(text: &str) -> Option<ParseError> {
    let bytes = text.as_bytes();
    let mut from = 0;
    loop {
        let at = from + bytes[from..].iter().position(|&byte| is_suspect(byte))?;
        let character = text.get(at..).and_then(|rest| rest.chars().next())?;
        if is_refused(character) {
            return Some(error(character, at..at + character.len_utf8()));
        }
        from = at + character.len_utf8();
    }
}

/// Returns whether a refused character may start with this byte.
fn is_suspect(byte: u8) -> bool {
    matches!(byte, 0..0x20 | 0x7F | 0xC2 | 0xE2 | 0xEF) && !matches!(byte, b'\t' | b'\n' | b'\r')
}

fn is_refused(character: char) -> bool {
    let is_control = character.is_control() && !matches!(character, '\t' | '\n' | '\r');
    is_control || matches!(character, '\u{2028}' | '\u{2029}' | '\u{FEFF}' | '\u{FFFE}' | '\u{FFFF}')
}

fn error(character: char, span: Span) -> ParseError {
    let code = u32::from(character);
    let name = match character {
        '\u{85}' | '\u{2028}' | '\u{2029}' => "a line break that editors do not show",
        '\u{FEFF}' => "a byte order mark within the text",
        _ => "a control character",
    };
    let message = format!("{name} (U+{code:04X}) is in the file");
    ParseError::new(&rules::SYNTAX, span, message, format!("U+{code:04X}"))
        .help(format!("remove it, or write it as `\\u{code:04X}` in a text in double quotes"))
}

/// Returns the first `\u` escape in a quoted scalar that is half of a character, as JSON writes characters beyond U+FFFF.
///
/// `serde_yaml` refuses them, alone and in pairs.
pub(super) fn surrogate_escape(text: &str, scalar: &Span) -> Option<Span> {
    let written = &text[scalar.clone()];
    if !written.starts_with('"') || !written.contains("\\u") && !written.contains("\\U") {
        return None;
    }
    let bytes = written.as_bytes();
    let mut at = 0;
    while at + 1 < bytes.len() {
        if bytes[at] != b'\\' {
            at += 1;
            continue;
        }
        let digits = match bytes[at + 1] {
            b'u' => 4,
            b'U' => 8,
            _ => 0,
        };
        let code = written.get(at + 2..at + 2 + digits).and_then(|code| u32::from_str_radix(code, 16).ok());
        if code.is_some_and(|code| (0xD800..0xE000).contains(&code)) {
            return Some(scalar.start + at..scalar.start + at + 2 + digits);
        }
        at += 2;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refused_characters_are_found() {
        for (text, place) in [
            ("a: b\t\r\nc: äé–€😀", None),
            ("a: \0", Some(3..4)),
            ("a: \u{7f}", Some(3..4)),
            ("é\u{1b}[8m", Some(2..3)),
            ("ä\u{85}", Some(2..4)),
            ("–\u{2028}", Some(3..6)),
            ("a\u{feff}", Some(1..4)),
            ("\u{ffff}", Some(0..3)),
        ] {
            assert_eq!(check(text).map(|error| error.span), place, "{text:?}");
        }
    }

    #[test]
    fn finds_halves_of_characters() {
        for (text, place) in [
            (r#""\u00e9\\ud83d""#, None),
            (r"'\ud83d'", None),
            (r#""a\ud83d\ude00""#, Some(2..8)),
            (r#""\UD83D""#, None),
            (r#""\U0000DC00""#, Some(1..11)),
        ] {
            assert_eq!(surrogate_escape(text, &(0..text.len())), place, "{text}");
        }
    }
}
