//! Bytes to text: the size limit, the byte order mark, and UTF-8.

use std::str;

use super::rules;
use crate::{
    diagnostic::Span,
    source::{limits::Limits, parse_error::ParseError},
};

/// The error for bytes that are not a text, with the text that the error is shown in.
#[derive(Debug)]
pub(super) struct Undecodable {
    /// The valid beginning, with the rest made readable by replacement characters; nothing of a file that is too large.
    pub(super) text: String,
    pub(super) error: Box<ParseError>,
}

/// Returns the text of a file, without its byte order mark.
pub(super) fn decode<'a>(bytes: &'a [u8], limits: &Limits) -> Result<&'a str, Undecodable> {
    if bytes.len() > limits.bytes {
        return Err(Undecodable { text: String::new(), error: Box::new(too_large(limits.bytes)) });
    }
    let content = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    if let Some(name) = wide_encoding(content) {
        let message = format!("the file is saved as {name}, not as UTF-8");
        let error = ParseError::new(&rules::ENCODING, 0..0, message, "not UTF-8")
            .help("save the file as UTF-8; in most editors: Save with Encoding");
        return Err(Undecodable { text: String::new(), error: Box::new(error) });
    }
    str::from_utf8(content).map_err(|error| {
        let valid = error.valid_up_to();
        let text = String::from_utf8_lossy(content).into_owned();
        let span = valid..valid + char::REPLACEMENT_CHARACTER.len_utf8();
        let offset = bytes.len() - content.len() + valid;
        Undecodable { text, error: Box::new(not_utf8(content[valid], offset, span)) }
    })
}

/// Returns the error for a file of more than `limit` bytes.
pub(super) fn too_large(limit: usize) -> ParseError {
    let message = format!("the file is larger than {limit} bytes");
    ParseError::new(&rules::TOO_LARGE, 0..0, message, "too large")
        .help("shorten the file, or raise `manifest_size` under `[limits]` in `modreg.toml`")
}

fn not_utf8(byte: u8, offset: usize, span: Span) -> ParseError {
    let message =
        format!("the file is not UTF-8: byte 0x{byte:02X} at offset {offset} is not part of a character");
    let guess = windows_1252(byte)
        .map(|character| format!("; if `{character}` was meant, the file was saved as Windows-1252"))
        .unwrap_or_default();
    ParseError::new(&rules::ENCODING, span, message, "not UTF-8")
        .help(format!("save the file as UTF-8{guess}"))
}

/// Returns the encoding with two or four bytes a character that the first bytes show.
fn wide_encoding(bytes: &[u8]) -> Option<&'static str> {
    match bytes {
        [0xFF, 0xFE, 0, 0, ..] | [0, 0, 0xFE, 0xFF, ..] => Some("UTF-32"),
        [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..] => Some("UTF-16"),
        [a, 0, b, 0, ..] | [0, a, 0, b, ..] if *a != 0 && *b != 0 => Some("UTF-16"),
        _ => None,
    }
}

/// Returns the character that editors on Windows write as this byte.
fn windows_1252(byte: u8) -> Option<char> {
    let character = match byte {
        0x80 => '€',
        0x85 => '…',
        0x91 => '‘',
        0x92 => '’',
        0x93 => '“',
        0x94 => '”',
        0x96 => '–',
        0x97 => '—',
        0x99 => '™',
        0xAD => return None,
        0xA1.. => char::from(byte),
        _ => return None,
    };
    Some(character)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn utf_8_is_accepted_with_and_without_a_byte_order_mark() {
        let limits = Limits::default();
        assert_eq!(decode(b"a: \xC3\xA4\r\n", &limits).unwrap(), "a: ä\r\n");
        assert_eq!(decode(b"\xEF\xBB\xBFa", &limits).unwrap(), "a");
        assert_eq!(decode(b"", &limits).unwrap(), "");
    }

    #[test]
    fn bytes_that_are_not_utf_8_are_reported() {
        for (bytes, span, message) in [
            (&b"a: caf\xE9\n"[..], 6..9, "byte 0xE9 at offset 6"),
            (b"\xEF\xBB\xBFa: \x92", 3..6, "byte 0x92 at offset 6"),
            (b"a: \xF0\x9F\x98", 3..6, "byte 0xF0 at offset 3"),
            (b"\xFF\xFEa\0:\0", 0..0, "saved as UTF-16"),
            (b"\0{\0\"\0a", 0..0, "saved as UTF-16"),
            (b"{\0\"\0", 0..0, "saved as UTF-16"),
            (b"\xFF\xFE\0\0{\0\0\0", 0..0, "saved as UTF-32"),
        ] {
            let Undecodable { text, error } = decode(bytes, &Limits::default()).unwrap_err();
            assert!(error.message.contains(message), "{bytes:?}: {}", error.message);
            assert_eq!(error.span, span, "{bytes:?}");
            assert!(text.is_empty() || text.get(span).is_some(), "{bytes:?}");
        }
    }

    #[test]
    fn a_file_above_the_limit_is_refused_by_its_size_alone() {
        let limits = Limits { bytes: 3, ..Limits::default() };
        assert_eq!(decode(b"abc", &limits).unwrap(), "abc");
        let refused = decode(b"abc\xFF", &limits).unwrap_err();
        assert_eq!((refused.error.rule, refused.text.as_str()), (&rules::TOO_LARGE, ""));
    }
}
