//! The state of a recovery: what is open and expected, and which errors are reported.

use crate::{
    diagnostic::Span,
    source::{
        common_errors::MAX_ERRORS,
        json::{
            errors,
            tokens::{Bracket, Kind, Lexer, Token},
        },
        parse_error::ParseError,
    },
};

/// The token that comes next in a collection or a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Expected {
    /// The first item, or the end.
    First,
    /// An item after a comma.
    Item,
    Colon,
    /// The value of a member, or of the document.
    Value,
    /// A comma, or the end.
    Comma,
    /// Nothing that is worth reading.
    Unknown,
}

/// A collection whose end is still to come.
pub(super) struct Open {
    pub(super) bracket: Bracket,
    pub(super) opening: Token,
    pub(super) expected: Expected,
    /// The key that was read last.
    pub(super) key: Token,
    /// Whether it has items of the other kind of collection, which is reported once.
    pub(super) is_mixed: bool,
    /// Whether its bracket is not written.
    pub(super) is_assumed: bool,
}

/// A key with at most the indentation of the object that it seems to be in.
pub(super) struct Outdented {
    pub(super) opening: Span,
    pub(super) key: Span,
    /// The comma that is missing before it, unless a bracket is.
    pub(super) comma: Option<ParseError>,
}

pub(super) struct Recovery<'a> {
    pub(super) text: &'a str,
    /// The most collections that may be open.
    pub(super) depth: usize,
    pub(super) lexer: Lexer<'a>,
    pub(super) open: Vec<Open>,
    /// The token that comes next outside of all collections.
    pub(super) document: Expected,
    /// The token before, without comments and spaces.
    pub(super) last: Option<Token>,
    pub(super) errors: Vec<ParseError>,
    /// Nothing is reported that starts before this.
    pub(super) skip_until: usize,
    /// Whether each closing bracket had its opening one so far.
    pub(super) brackets_match: bool,
    pub(super) outdented: Option<Outdented>,
}

impl<'a> Recovery<'a> {
    pub(super) fn new(text: &'a str, depth: usize) -> Self {
        Self {
            text,
            depth,
            lexer: Lexer::new(text),
            open: Vec::new(),
            document: Expected::Value,
            last: None,
            errors: Vec::new(),
            skip_until: 0,
            brackets_match: true,
            outdented: None,
        }
    }

    /// Reports what is missing where an item ends too early.
    pub(super) fn report_incomplete(&mut self) {
        let Some(innermost) = self.open.last() else { return };
        match (innermost.expected, &self.last) {
            (Expected::Item, Some(comma)) if comma.kind == Kind::Comma => {
                self.report(errors::trailing_comma(comma.span.clone()));
            }
            (Expected::Colon, _) => {
                self.report_mixed(errors::list_in_braces(self.text, innermost.key.span.clone()));
            }
            (Expected::Value, _) => self.report(errors::value_missing(self.text, innermost.key.span.clone())),
            _ => {}
        }
    }

    pub(super) fn report_missing_colon(&mut self) {
        if let Some(key) = self.open.last().map(|open| open.key.span.clone()) {
            self.report(errors::colon_missing(self.text, key));
        }
    }

    pub(super) fn report_missing_comma(&mut self) {
        if let Some(last) = &self.last {
            self.report(errors::comma_missing(last.span.clone()));
        }
    }

    /// Reports that a comma or an escape is missing after the last value, and nothing else on this line.
    pub(super) fn report_missing_comma_or_escape(&mut self) {
        if let Some(last) = &self.last {
            self.report_and_skip_line(errors::comma_or_escape_missing(last.span.clone()));
        }
    }

    /// Reports something after which the rest of the line means nothing.
    pub(super) fn report_and_skip_line(&mut self, error: ParseError) {
        let from = self.last.as_ref().map_or(0, |last| last.span.end).max(error.span.end);
        if from >= self.skip_until {
            self.report(error);
            self.skip_until = self.text[from..].find('\n').map_or(self.text.len(), |newline| from + newline);
        }
    }

    /// Reports an item of the wrong kind, the first time in its collection.
    pub(super) fn report_mixed(&mut self, error: ParseError) {
        if let Some(innermost) = self.open.last_mut()
            && !std::mem::replace(&mut innermost.is_mixed, true)
            && std::mem::replace(&mut self.brackets_match, false)
        {
            self.report(error);
        }
    }

    pub(super) fn report(&mut self, error: ParseError) {
        if error.span.start >= self.skip_until && self.errors.len() < MAX_ERRORS {
            self.errors.push(error);
        }
    }

    /// Reports the missing comma that could have been a missing bracket, but was not.
    pub(super) fn report_postponed_comma(&mut self) {
        if let Some(comma) = self.outdented.take().and_then(|outdented| outdented.comma) {
            self.report(comma);
        }
    }

    pub(super) fn expects_key(&self) -> bool {
        matches!(self.place(), (Some(Bracket::Object), Expected::First | Expected::Item | Expected::Comma))
    }

    /// Returns the innermost collection, and what comes next in it.
    pub(super) fn place(&self) -> (Option<Bracket>, Expected) {
        self.open.last().map_or((None, self.document), |open| (Some(open.bracket), open.expected))
    }

    pub(super) fn expect(&mut self, expected: Expected) {
        match self.open.last_mut() {
            Some(open) => open.expected = expected,
            None => self.document = expected,
        }
    }

    /// Returns the number of a token's line.
    pub(super) fn line(&self, token: &Token) -> usize {
        self.text[..token.line].bytes().filter(|&byte| byte == b'\n').count() + 1
    }
}
