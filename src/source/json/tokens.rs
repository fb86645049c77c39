//! The pieces of a text that is meant to be JSON, also of one that is not.
//!
//! Valid JSON is cut as RFC 8259 has it. Of everything else the lexer guesses what its author meant, always on one line: where a
//! text ends whose quote is missing, and which quotes were meant to be straight ones. It reports nothing itself.

use crate::diagnostic::Span;

/// The most bytes in which the closing quote of a text without an opening one is searched.
const MAX_WINDOW: usize = 200;

/// The kind of collection that a bracket belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Bracket {
    Object,
    List,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Open(Bracket),
    Close(Bracket),
    Comma,
    Colon,
    /// `=`, or `=>`.
    Equals,
    Semicolon,
    /// A text in straight double quotes, whatever is within it.
    Text,
    /// A text without its closing quote.
    Unclosed,
    /// A text without its opening quote.
    Unopened,
    /// A text that contains double quotes which are not escaped, or has one too many at an end.
    Unescaped,
    /// A text in single, curly or other quotes.
    Quoted,
    /// A piece without quotes: a number, a literal, or several words.
    Word,
    Comment,
    /// A white space that JSON does not know.
    Space,
}

#[derive(Debug, Clone)]
pub(super) struct Token {
    pub(super) kind: Kind,
    pub(super) span: Span,
    /// The offset at which its line starts.
    pub(super) line: usize,
    /// The column of the first token on its line.
    pub(super) indentation: usize,
    /// Whether this is the first token on its line.
    pub(super) is_first: bool,
}

impl Kind {
    /// Returns whether it is a text, as it should be or nearly.
    pub(super) fn is_text(self) -> bool {
        matches!(self, Self::Text | Self::Unclosed | Self::Unopened | Self::Unescaped | Self::Quoted)
    }
}

pub(super) struct Lexer<'a> {
    text: &'a str,
    at: usize,
    line: usize,
    /// The column of the first token on the line, once there is one.
    indentation: Option<usize>,
    /// Whether the next text is a key, if it is one at all.
    pub(super) expects_key: bool,
}

impl<'a> Lexer<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self { text, at: 0, line: 0, indentation: None, expects_key: false }
    }

    /// Returns whether a colon comes next.
    pub(super) fn is_before_colon(&self) -> bool {
        self.text[self.at..].trim_start().starts_with([':', '='])
    }

    /// Returns whether a closing bracket comes next.
    pub(super) fn is_before_closing(&self, bracket: Bracket) -> bool {
        self.text[self.at..].trim_start().starts_with(match bracket {
            Bracket::Object => '}',
            Bracket::List => ']',
        })
    }

    fn cut(&mut self, kind: Kind, end: usize) -> Token {
        let span = self.at..end;
        let column = span.start - self.line;
        let is_first = self.indentation.is_none();
        let token = Token {
            kind,
            span,
            line: self.line,
            indentation: *self.indentation.get_or_insert(column),
            is_first,
        };
        if let Some(newline) = self.text[self.at..end].rfind('\n') {
            self.line = self.at + newline + 1;
        }
        self.at = end;
        token
    }

    /// Returns where a text ends that starts with a double quote at the place, and what is wrong with its ends.
    fn text(&self) -> (Kind, usize) {
        let quote = self.closing_quote();
        let key =
            self.text[self.at + 1..].find(|next: char| !is_of_key(next)).map_or(0, |end| self.at + 1 + end);
        // `"name: "tasks"` and `"actions: [`: the colon was meant to follow the key.
        let has_colon = self.expects_key && key > self.at + 1 && self.text[key..].starts_with(':');
        if has_colon && !quote.is_ok_and(|quote| self.text[quote + 1..].trim_start().starts_with(':')) {
            return (Kind::Unclosed, key);
        }
        let quote = match quote {
            Ok(quote) => quote,
            Err(line_end) => return self.unclosed(line_end),
        };
        let rest = &self.text[quote + 1..];
        if rest.strip_prefix('"').is_some_and(is_end_of_text) {
            return (Kind::Unescaped, quote + 2);
        }
        if rest.starts_with(char::is_alphanumeric) { self.misaligned(quote) } else { (Kind::Text, quote + 1) }
    }

    /// Returns the next quote on the line that is not escaped, or the end of the line.
    fn closing_quote(&self) -> Result<usize, usize> {
        let bytes = self.text.as_bytes();
        let mut at = self.at + 1;
        loop {
            match bytes.get(at) {
                None | Some(b'\n') => return Err(at.min(bytes.len())),
                Some(b'\r') if bytes.get(at + 1) == Some(&b'\n') => return Err(at),
                Some(b'\\') if bytes.get(at + 1).is_some_and(|&next| next != b'\n') => at += 2,
                Some(b'"') => return Ok(at),
                Some(_) => at += 1,
            }
        }
    }

    /// Returns where a text ends whose quote at `quote` is followed by a letter or a digit.
    fn misaligned(&self, quote: usize) -> (Kind, usize) {
        let rest = &self.text[quote + 1..];
        let content = self.text[self.at + 1..quote].trim_end();
        // `"name: "tasks",` and `"add, "description": …`: the quote opens the next text.
        let next = rest.find(['"', '\n']).map_or("", |next| &rest[next..]);
        if content.ends_with([',', ':']) && next.strip_prefix('"').is_some_and(is_end_of_text) {
            let end = self.at + 1 + content[..content.len() - 1].trim_end().len();
            return (self.ending(end), end);
        }
        let mut quotes = rest.char_indices().take_while(|&(_, next)| next != '\n');
        let end = quotes.find(|&(at, next)| next == '"' && is_end_of_text(&rest[at + 1..]));
        let end = end.map_or_else(
            || self.without_punctuation(self.at + 1, self.line_end(quote)),
            |(at, _)| quote + at + 2,
        );
        (Kind::Unescaped, end)
    }

    /// Returns where a text ends that has no closing quote up to `line_end`.
    fn unclosed(&self, line_end: usize) -> (Kind, usize) {
        if let Some(end) = self.continuation(line_end) {
            return (Kind::Unclosed, end);
        }
        let end = self.without_punctuation(self.at + 1, line_end);
        (self.ending(end), end)
    }

    /// Returns the end of a text that continues on the lines after `line_end`, up to a closing quote.
    fn continuation(&self, line_end: usize) -> Option<usize> {
        let mut at = line_end + self.text[line_end..].find('\n')? + 1;
        for line in self.text[at..].split_inclusive('\n') {
            let written = line.trim_start();
            if written.is_empty() || written.starts_with(['"', '{', '}', '[', ']', ',']) {
                return None;
            }
            if let Some(quote) = line.find('"') {
                return is_end_of_text(&line[quote + 1..]).then_some(at + quote + 1);
            }
            at += line.len();
        }
        None
    }

    /// Returns the kind of a text that ends at `end` without a straight closing quote.
    fn ending(&self, end: usize) -> Kind {
        let content = &self.text[self.at + 1..end];
        if content.ends_with(['“', '”', '„', '’', '‘']) { Kind::Quoted } else { Kind::Unclosed }
    }

    /// Returns the end of the text that starts at `start`, without commas and closing brackets at the end of its line, which
    /// hardly belong to it.
    fn without_punctuation(&self, start: usize, line_end: usize) -> usize {
        let content = &self.text[start..line_end];
        let (has_brace, has_bracket) = (content.contains('{'), content.contains('['));
        let is_punctuation = |last: char| {
            last == ','
                || last == '}' && !has_brace
                || last == ']' && !has_bracket
                || matches!(last, ' ' | '\t' | '\r')
        };
        start + content.trim_end_matches(is_punctuation).len()
    }

    /// Returns the end of a text that starts with another quote than `"`.
    fn quoted(&self, opening: char) -> usize {
        let start = self.at + opening.len_utf8();
        let content = &self.text[start..];
        let closes = |next: char| match opening {
            '\'' | '‘' | '’' | '‚' | '`' => matches!(next, '\'' | '’' | '‘' | '`'),
            _ => matches!(next, '“' | '”' | '„' | '‟' | '«' | '»' | '"'),
        };
        let ends = content.char_indices().take_while(|&(_, next)| next != '\n');
        let mut ends = ends.filter(|&(_, next)| closes(next)).map(|(at, next)| at + next.len_utf8());
        match ends.find(|&end| is_end_of_text(&content[end..])) {
            Some(end) => start + end,
            None => self.without_punctuation(start, self.line_end(start)),
        }
    }

    /// Returns the end of what is written without quotes, and whether a closing quote follows at once.
    fn word(&self) -> (Kind, usize) {
        let mut end = self.word_end(self.at);
        // What comes first decides, so that a long word is not looked at again with each one that follows it.
        let is_value = is_value(&self.text[self.at..end]);
        loop {
            let space = self.text[end..].len() - self.text[end..].trim_start_matches([' ', '\t']).len();
            let next = self.word_end(end + space);
            if is_value || next == end + space || is_comment(&self.text[end + space..]) {
                break;
            }
            end = next;
        }
        let rest = &self.text[end..];
        if rest.strip_prefix('"').is_some_and(is_end_of_text) {
            return (Kind::Unopened, end + 1);
        }
        if self.expects_key || is_value {
            return (Kind::Word, end);
        }
        // A text may go on after a comma: `Keeps lists, and more",`.
        let window = &rest[..rest.floor_char_boundary(MAX_WINDOW)];
        let quote = window.find(['"', '\n', '[', ']', '{', '}']).filter(|&at| window[at..].starts_with('"'));
        match quote.filter(|&at| is_end_of_text(&rest[at + 1..])) {
            Some(quote) => (Kind::Unopened, end + quote + 1),
            None => (Kind::Word, end),
        }
    }

    fn word_end(&self, start: usize) -> usize {
        let rest = &self.text[start..];
        let ends = |&(at, next): &(usize, char)| match next {
            '{' | '}' | '[' | ']' | ',' | '"' | ';' | '=' => true,
            // Addresses are written without quotes now and then.
            ':' => !rest[at..].starts_with("://"),
            next => is_space(next) || next.is_ascii_whitespace(),
        };
        start + rest.char_indices().find(ends).map_or(rest.len(), |(at, _)| at)
    }

    fn comment(&self) -> usize {
        let rest = &self.text[self.at..];
        if rest.starts_with("/*") {
            // One that is never closed takes the rest of the file.
            return rest.find("*/").map_or(self.text.len(), |end| self.at + end + 2);
        }
        self.line_end(self.at)
    }

    fn line_end(&self, from: usize) -> usize {
        let rest = &self.text[from..];
        let line = &rest[..rest.find('\n').unwrap_or(rest.len())];
        from + line.strip_suffix('\r').unwrap_or(line).len()
    }
}

impl Iterator for Lexer<'_> {
    type Item = Token;

    fn next(&mut self) -> Option<Token> {
        let bytes = self.text.as_bytes();
        while let Some(byte) = bytes.get(self.at).filter(|byte| matches!(byte, b' ' | b'\t' | b'\r' | b'\n'))
        {
            self.at += 1;
            if *byte == b'\n' {
                (self.line, self.indentation) = (self.at, None);
            }
        }
        let rest = &self.text[self.at..];
        let first = rest.chars().next()?;
        let (kind, end) = match first {
            '{' => (Kind::Open(Bracket::Object), self.at + 1),
            '[' => (Kind::Open(Bracket::List), self.at + 1),
            '}' => (Kind::Close(Bracket::Object), self.at + 1),
            ']' => (Kind::Close(Bracket::List), self.at + 1),
            ',' => (Kind::Comma, self.at + 1),
            ':' => (Kind::Colon, self.at + 1),
            ';' => (Kind::Semicolon, self.at + 1),
            '=' => (Kind::Equals, self.at + 1 + usize::from(rest.starts_with("=>"))),
            '"' => self.text(),
            '\'' | '`' | '“' | '”' | '„' | '‟' | '‘' | '’' | '‚' | '«' | '»' => {
                (Kind::Quoted, self.quoted(first))
            }
            _ if is_comment(rest) => (Kind::Comment, self.comment()),
            _ if is_space(first) => {
                (Kind::Space, self.at + rest.find(|next| !is_space(next)).unwrap_or(rest.len()))
            }
            _ => self.word(),
        };
        Some(self.cut(kind, end))
    }
}

/// Returns whether the character is one of those that keys of manifests consist of.
fn is_of_key(character: char) -> bool {
    character.is_alphanumeric() || matches!(character, '_' | '-')
}

/// Returns whether a comment starts the text, in the syntax of any language.
fn is_comment(text: &str) -> bool {
    text.starts_with("//") || text.starts_with("/*") || text.starts_with('#')
}

/// Returns whether the character is white space that JSON does not know, or does not show.
fn is_space(character: char) -> bool {
    character.is_whitespace() && !character.is_ascii_whitespace()
        || matches!(character, '\u{b}' | '\u{c}' | '\u{200b}' | '\u{feff}')
}

/// Returns whether a text can have ended before this one.
fn is_end_of_text(rest: &str) -> bool {
    let rest = rest.trim_start_matches([' ', '\t']);
    rest.is_empty() || rest.starts_with([',', ':', '}', ']', '\r', '\n'])
}

/// Returns whether a word is a value by itself: a literal or something like a number.
fn is_value(word: &str) -> bool {
    matches!(word, "true" | "false" | "null") || is_like_number(word)
}

/// Returns whether a word starts as a number does.
pub(super) fn is_like_number(word: &str) -> bool {
    word.trim_start_matches(['+', '-'])
        .trim_start_matches('.')
        .starts_with(|first: char| first.is_ascii_digit())
}

/// Returns whether a word is a number by RFC 8259, section 6.
pub(super) fn is_number(word: &str) -> bool {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let word = word.strip_prefix('-').unwrap_or(word);
    let (mantissa, exponent) = match word.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, exponent.strip_prefix(['+', '-']).unwrap_or(exponent)),
        None => (word, "0"),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, "0"));
    let has_leading_zero = whole.len() > 1 && whole.starts_with('0');
    digits(whole) && digits(fraction) && digits(exponent) && !has_leading_zero
}
