//! What is wrong with a text that is no JSON, in an author's words.
//!
//! `serde_json` tells where it stopped and, as text, why. The place is taken from it, the reason mostly from the text
//! around that place.

use serde_json::error::Category;

use crate::source::{Problem, Span, quote, rules};

/// The byte at which the reader stopped: the one it could not take, or the end of the text.
pub(super) fn offset(text: &str, error: &serde_json::Error) -> usize {
    if error.classify() == Category::Eof {
        return text.len();
    }
    let mut newlines = text.bytes().enumerate().filter(|&(_, byte)| byte == b'\n').map(|(at, _)| at + 1);
    let line = match error.line() {
        0 | 1 => 0,
        line => newlines.nth(line - 2).unwrap_or(text.len()),
    };
    text.floor_char_boundary((line + error.column().saturating_sub(1)).min(text.len()))
}

/// The finding on a text that is no JSON beyond the byte `at`.
pub(super) fn explain(text: &str, at: usize, error: &serde_json::Error) -> Problem {
    let place = Place { text, at };
    if text.trim_ascii().is_empty() {
        return syntax(0..0, "the file is empty", "nothing here").help("write an object: `{ … }`");
    }
    if error.classify() == Category::Eof {
        return place.cut_off();
    }
    let said = error.to_string();
    match said.split(" at line ").next().unwrap_or_default() {
        "trailing characters" => place.after_the_end(),
        "control character (\\u0000-\\u001F) found while parsing a string" => place.control_character(),
        "invalid escape" => place.bad_escape(),
        "lone leading surrogate in hex escape"
        | "unexpected end of hex escape"
        | "invalid unicode code point" => {
            syntax(place.here(), "this `\\u` escape is half of a character", "half a character")
                .help("write the character itself; JSON needs two `\\u` escapes for characters above U+FFFF")
        }
        "number out of range" => {
            Problem::new(&rules::NUMBER, place.number(), "this number is too large", "too large")
                .help("put it in quotes if it is a text")
        }
        "invalid number" => place.bad_number(),
        "expected ident" => place.word_start().bad_value(),
        _ => place.unexpected(),
    }
}

fn syntax(span: Span, message: impl Into<String>, label: impl Into<String>) -> Problem {
    Problem::new(&rules::SYNTAX, span, message, label)
}

/// The place where reading stopped.
#[derive(Clone, Copy)]
struct Place<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Place<'a> {
    fn rest(self) -> &'a str {
        &self.text[self.at..]
    }

    /// What precedes the place, without white space.
    fn before(self) -> &'a str {
        self.text[..self.at].trim_end()
    }

    /// The character at the place.
    fn here(self) -> Span {
        self.at..self.at + self.rest().chars().next().map_or(0, char::len_utf8)
    }

    /// The bare word at the place, or the one character.
    fn word(self) -> Span {
        let length = self.rest().find(|next: char| !next.is_alphanumeric() && next != '_' && next != '-');
        match length.unwrap_or(self.rest().len()) {
            0 => self.here(),
            length => self.at..self.at + length,
        }
    }

    /// The place where the bare word starts that the place is in.
    fn word_start(self) -> Self {
        let before = &self.text[..self.at];
        Self { at: before.trim_end_matches(|last: char| last.is_alphanumeric()).len(), ..self }
    }

    /// The last character before the place.
    fn previous(self) -> Span {
        let before = self.before();
        before.len() - before.chars().next_back().map_or(0, char::len_utf8)..before.len()
    }

    fn number(self) -> Span {
        let is_part = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.');
        let bytes = self.text.as_bytes();
        let start = bytes[..self.at].iter().rposition(|&byte| !is_part(byte)).map_or(0, |at| at + 1);
        let end =
            bytes[self.at..].iter().position(|&byte| !is_part(byte)).map_or(bytes.len(), |at| self.at + at);
        start..end
    }

    fn cut_off(self) -> Problem {
        let open = open_brackets(self.text);
        if let Some(quote) = open.quote {
            let line = self.text[quote..].lines().next().map_or(0, str::len);
            return syntax(quote..quote + line, "this text has no closing quote", "starts here")
                .help("close it with `\"`");
        }
        match open.last {
            Some(at) => {
                let (name, closing) = collection(self.text.as_bytes()[at]);
                syntax(at..at + 1, format!("this {name} is never closed"), "opened here")
                    .help(format!("add the missing `{closing}`; the file may have been cut off"))
            }
            None => syntax(self.previous(), "the file ends in the middle of a value", "ends here"),
        }
    }

    fn after_the_end(self) -> Problem {
        if self.comment().is_some() {
            return self.unexpected();
        }
        match self.rest().chars().next() {
            Some('{' | '[') => Problem::new(
                &rules::MULTIPLE_DOCUMENTS,
                self.here(),
                "the file holds more than one document",
                "the second one starts here",
            )
            .help("keep one document in the file, and move the others to files of their own"),
            _ => syntax(self.word(), "there is more text after the end of the document", "not part of it")
                .help("remove it, or check for a closing bracket too many before it"),
        }
    }

    fn control_character(self) -> Problem {
        let read = &self.text[..self.here().end];
        let at = read.rfind(|character: char| character < ' ').unwrap_or(self.at);
        Self { at, ..self }.control_character_here()
    }

    fn control_character_here(self) -> Problem {
        match self.rest().chars().next() {
            Some('\n' | '\r') => {
                let quote = open_brackets(&self.text[..self.at]).quote.unwrap_or(self.at);
                syntax(
                    quote..self.at,
                    "this text has no closing quote on its line",
                    "the line ends within it",
                )
                .help("close it with `\"`; write a line break within a text as `\\n`")
            }
            Some('\t') => syntax(self.here(), "a tab stands in a text", "tab").help("write it as `\\t`"),
            character => {
                let code = u32::from(character.unwrap_or_default());
                syntax(
                    self.here(),
                    format!("a control character (U+{code:04X}) stands in a text"),
                    "control character",
                )
                .help(format!("remove it, or write it as `\\u{code:04x}`"))
            }
        }
    }

    fn bad_escape(self) -> Problem {
        let start = self.text[..self.at].rfind('\\').unwrap_or(self.at);
        let span = start..self.here().end;
        syntax(
            span.clone(),
            format!("{} is not an escape of JSON", quote(&self.text[span])),
            "unknown escape",
        )
        .help("write a backslash as `\\\\`")
    }

    fn bad_number(self) -> Problem {
        let span = self.number();
        let written = quote(&self.text[span.clone()]);
        syntax(span, format!("{written} is not a number as JSON writes them"), "not a number")
            .help("write it as `0.5`, `-1` or `10`, without a leading `0` or `+`, or put it in quotes")
    }

    /// Whether a comment starts at the place.
    fn comment(self) -> Option<Problem> {
        let is_comment = ["//", "/*", "#"].iter().any(|start| self.rest().starts_with(start));
        is_comment.then(|| {
            syntax(self.here(), "JSON has no comments", "comment")
                .help("remove the comment, or write the file as YAML, where comments start with `#`")
        })
    }

    fn unexpected(self) -> Problem {
        if let Some(comment) = self.comment() {
            return comment;
        }
        let next = self.rest().chars().next();
        let previous = self.before().chars().next_back();
        let inside = open_brackets(&self.text[..self.at]).last.map(|at| self.text.as_bytes()[at]);
        match (previous, next) {
            (Some(','), Some('}' | ']')) => {
                syntax(self.previous(), "a comma stands before the closing bracket", "no value follows")
                    .help("remove the comma")
            }
            (Some(','), Some(',')) => {
                syntax(self.here(), "two commas follow each other", "no value before it")
                    .help("remove one of them")
            }
            (Some(':'), Some(',' | '}' | ']')) => {
                syntax(self.previous(), "this key has no value", "a value is missing here")
                    .help("write a value after the colon, `null` for none")
            }
            (_, Some('\'' | '‘' | '’' | '“' | '”' | '`')) => {
                syntax(self.here(), "texts and keys need straight double quotes", "another quote")
                    .help("use `\"` on both ends")
            }
            (Some('{' | ','), _) if inside == Some(b'{') && next != Some('"') => {
                let word = self.word();
                let written = quote(&self.text[word.clone()]);
                syntax(word, format!("expected a key in double quotes, found {written}"), "expected a key")
                    .help("write each member as `\"key\": value`")
            }
            (Some(':' | ',' | '[') | None, _) => self.bad_value(),
            (_, Some(':')) if inside == Some(b'[') => {
                syntax(self.here(), "a list cannot hold keys", "a key stands before this")
                    .help("put the member in braces: `{ \"key\": value }`")
            }
            (_, Some('}' | ']'))
                if matches!((inside, next), (Some(b'{'), Some(']')) | (Some(b'['), Some('}'))) =>
            {
                let (name, closing) = collection(inside.unwrap_or(b'['));
                syntax(
                    self.here(),
                    format!("the wrong bracket closes this {name}"),
                    format!("expected `{closing}`"),
                )
                .help("check that each bracket is closed by its counterpart")
            }
            (_, Some('=')) => {
                syntax(self.here(), "a key and its value are joined by a colon", "expected `:`")
                    .help("write `:`")
            }
            _ if self.after_key() => {
                syntax(self.previous(), "a colon is missing after this key", "expected `:` after this")
                    .help("write `\"key\": value`")
            }
            (_, Some(next)) if next.is_whitespace() => {
                let message =
                    format!("an unusual space (U+{:04X}) stands between the values", u32::from(next));
                syntax(self.here(), message, "unusual space").help("replace it by an ordinary space")
            }
            _ => self.missing_comma(),
        }
    }

    fn missing_comma(self) -> Problem {
        let problem =
            syntax(self.previous(), "a comma is missing after this value", "expected `,` after this");
        if self.text[self.previous().end..self.at].contains('\n') {
            return problem.help("add a comma");
        }
        problem.help("add a comma; if the text was meant to go on, write a quote within it as `\\\"`")
    }

    fn bad_value(self) -> Problem {
        let span = self.word();
        let word = &self.text[span.clone()];
        let problem = syntax(span, format!("{} is not a value of JSON", quote(word)), "not a value");
        let instead = match word.to_ascii_lowercase().as_str() {
            "true" | "yes" | "on" => "true",
            "false" | "no" | "off" => "false",
            "none" | "nil" | "null" | "undefined" => "null",
            _ => return problem.help("put a text in double quotes"),
        };
        problem.help(format!("write `{instead}`, or put a text in double quotes"))
    }

    /// Whether the text before the place ends with a key.
    fn after_key(self) -> bool {
        let before = self.before();
        let Some(quoted) = before.strip_suffix('"') else { return false };
        let Some(start) = quoted.rfind('"') else { return false };
        open_brackets(&self.text[..self.at]).last.is_some_and(|at| self.text.as_bytes()[at] == b'{')
            && before[..start].trim_end().ends_with(['{', ','])
    }
}

/// What a collection is called that the bracket opens, and the bracket that closes it.
fn collection(bracket: u8) -> (&'static str, char) {
    if bracket == b'{' { ("object", '}') } else { ("list", ']') }
}

/// What is still open at the end of a text.
struct OpenBrackets {
    /// The innermost bracket.
    last: Option<usize>,
    /// The quote that starts a text.
    quote: Option<usize>,
}

fn open_brackets(text: &str) -> OpenBrackets {
    let (mut open, mut quote, mut escaped) = (Vec::new(), None, false);
    for (at, byte) in text.bytes().enumerate() {
        match (quote, byte) {
            _ if escaped => escaped = false,
            (Some(_), b'\\') => escaped = true,
            (Some(_), b'"') => quote = None,
            (None, b'"') => quote = Some(at),
            (None, b'{' | b'[') => open.push(at),
            (None, b'}' | b']') => _ = open.pop(),
            (Some(_) | None, _) => {}
        }
    }
    OpenBrackets { last: open.last().copied(), quote }
}
