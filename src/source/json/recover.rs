//! All syntax errors of a text that is meant to be JSON, found in one pass.
//!
//! A parser that takes nearly everything: where something is missing or superfluous it reports that and goes on as if the author
//! had not made the mistake. Where it cannot tell what was meant, it reports nothing up to the end of the line, and of
//! brackets that do not match only the first: an error that another one caused would send the author the wrong way.

use super::{
    errors, strings,
    tokens::{Bracket, Kind, Lexer, Token, is_like_number},
};
use crate::{
    diagnostic::Span,
    source::{
        dialect::{MAX_ERRORS, second_document, too_deep},
        parse_error::ParseError,
    },
};

/// The findings on a text that no JSON reader takes, in the order of the text but for those on brackets.
pub(super) fn errors(text: &str, depth: usize) -> Vec<ParseError> {
    let mut recovery = Recovery {
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
    };
    loop {
        recovery.lexer.expects_key = recovery.expects_key();
        let Some(token) = recovery.lexer.next() else { break };
        if recovery.open.len() >= depth && matches!(token.kind, Kind::Open(_)) {
            recovery.errors.push(too_deep(token.span, depth));
            return recovery.errors;
        }
        recovery.take(token);
        if recovery.errors.len() >= MAX_ERRORS || recovery.document == Expected::Unknown {
            return recovery.errors;
        }
    }
    recovery.end();
    recovery.errors
}

/// What comes next in a collection or a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Expected {
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
struct Open {
    bracket: Bracket,
    opening: Token,
    expected: Expected,
    /// The key that was read last.
    key: Token,
    /// Whether it has items of the other kind of collection, which is reported once.
    is_mixed: bool,
    /// Whether its bracket is not written.
    is_assumed: bool,
}

/// A key with at most the indentation of the object that it seems to be in.
struct Outdented {
    opening: Span,
    key: Span,
    /// The comma that is missing before it, unless a bracket is.
    comma: Option<ParseError>,
}

struct Recovery<'a> {
    text: &'a str,
    /// How many collections may be open.
    depth: usize,
    lexer: Lexer<'a>,
    open: Vec<Open>,
    /// What comes next where no collection is open.
    document: Expected,
    /// The token before, without comments and spaces.
    last: Option<Token>,
    errors: Vec<ParseError>,
    /// Nothing is reported that starts before this.
    skip_until: usize,
    /// Whether each closing bracket had its opening one so far.
    brackets_match: bool,
    outdented: Option<Outdented>,
}

impl Recovery<'_> {
    fn take(&mut self, token: Token) {
        let span = token.span.clone();
        match token.kind {
            Kind::Comment => return self.report(errors::comment(span)),
            Kind::Space => return self.report(errors::unusual_space(self.text, span)),
            Kind::Open(bracket) => self.open(bracket, &token),
            Kind::Close(bracket) => self.close(bracket, &token),
            Kind::Comma => self.comma(&token),
            Kind::Semicolon => self.semicolon(&token),
            Kind::Colon => self.colon(&token),
            Kind::Equals => self.equals(&token),
            Kind::Word => self.word(&token),
            Kind::Text | Kind::Unclosed | Kind::Unopened | Kind::Unescaped | Kind::Quoted => {
                self.text(&token);
            }
        }
        match token.kind {
            Kind::Text => {
                for error in strings::errors(self.text, &span) {
                    self.report(error);
                    if self.errors.len() >= MAX_ERRORS {
                        break;
                    }
                }
            }
            Kind::Unclosed => self.report(errors::unclosed(self.text, span)),
            Kind::Unopened => self.report(errors::unopened(self.text, span)),
            Kind::Unescaped => self.report(errors::unescaped(self.text, span)),
            Kind::Quoted => self.report(errors::other_quotes(self.text, span)),
            _ => {}
        }
        self.last = Some(token);
    }

    fn open(&mut self, bracket: Bracket, token: &Token) {
        match self.place() {
            (Some(Bracket::Object), Expected::First | Expected::Item) => {
                self.report_mixed(errors::value_without_key(token.span.clone(), self.text));
            }
            (Some(Bracket::Object), Expected::Colon) => self.report_missing_colon(),
            (Some(_), Expected::Comma) => self.report_missing_comma(),
            (None, Expected::Comma) => {
                self.report(second_document(token.span.clone()));
                self.document = Expected::Unknown;
                return;
            }
            _ => {}
        }
        self.expect(Expected::Comma);
        self.open.push(Open {
            bracket,
            opening: token.clone(),
            expected: Expected::First,
            key: token.clone(),
            is_mixed: false,
            is_assumed: false,
        });
    }

    fn close(&mut self, bracket: Bracket, token: &Token) {
        self.report_incomplete();
        let Some(innermost) = self.open.last() else {
            if std::mem::replace(&mut self.brackets_match, false) {
                self.report(errors::after_the_end(token.span.clone()));
            }
            return;
        };
        if innermost.bracket == bracket {
            self.open.pop();
            return;
        }
        let (open, opening) = (innermost.bracket, innermost.opening.clone());
        let outer = self.open.iter().rposition(|open| open.bracket == bracket);
        let outer = outer.filter(|_| {
            token.is_first && opening.line != token.line && opening.indentation > token.indentation
        });
        // A bracket in the middle of a line hardly closes what was opened on another one.
        let closes = token.is_first || opening.line == token.line && !self.lexer.is_before_closing(open);
        if std::mem::replace(&mut self.brackets_match, false) {
            let span = token.span.clone();
            self.report(match outer {
                Some(_) => {
                    let before = format!("the `{}` on line {}", &self.text[span], self.line(token));
                    errors::unclosed_before(opening.span, open, &before)
                }
                None if closes => errors::wrong_bracket(span, open),
                None => errors::unopened_bracket(self.text, span, bracket),
            });
        }
        match outer {
            Some(outer) => self.open.truncate(outer),
            None if closes => _ = self.open.pop(),
            None => {}
        }
    }

    fn comma(&mut self, token: &Token) {
        let span = token.span.clone();
        match self.place() {
            (None, Expected::Value) | (Some(_), Expected::First) => self.report(errors::early_comma(span)),
            (Some(_), Expected::Item) => self.report(errors::two_commas(span)),
            (None, _) => self.reopen(span),
            (Some(_), _) => {
                self.report_incomplete();
                self.expect(Expected::Item);
            }
        }
    }

    fn semicolon(&mut self, token: &Token) {
        self.report(errors::semicolon(token.span.clone()));
        if let (Some(_), Expected::Comma) = self.place() {
            self.expect(Expected::Item);
        }
    }

    fn colon(&mut self, token: &Token) {
        let span = token.span.clone();
        let after_text = self.last.clone().filter(|last| last.kind.is_text());
        match self.place() {
            (Some(Bracket::Object), Expected::Colon) => {}
            (Some(Bracket::Object), Expected::Value) => return self.report(errors::two_colons(span)),
            (Some(Bracket::Object), Expected::First | Expected::Item) => {
                self.report(errors::key_missing(span));
            }
            (Some(Bracket::Object), _) => match (after_text, self.open.last_mut()) {
                // The text before was not the value, but the next key.
                (Some(text), Some(object)) => {
                    let key = object.key.clone();
                    if text.is_first && text.line != key.line && text.indentation > key.indentation {
                        self.report(errors::brace_missing(self.text, key.span.clone()));
                        self.assume_bracket(Bracket::Object, key);
                    } else {
                        self.report(errors::value_missing(self.text, key.span));
                    }
                    self.key(&text);
                }
                _ => return self.report_and_skip_line(errors::colon_after_value(span)),
            },
            (Some(Bracket::List), expected) => {
                return self.key_in_list(span, after_text.filter(|_| expected == Expected::Comma));
            }
            (None, Expected::Value) => return self.report(errors::key_missing(span)),
            (None, _) => match after_text {
                Some(key) => {
                    self.report(errors::no_braces(key.span.clone()));
                    self.assume_bracket(Bracket::Object, key);
                }
                None => return self.report_and_skip_line(errors::after_the_end(span)),
            },
        }
        self.expect(Expected::Value);
    }

    /// Takes a colon in a list, after a text or something else.
    fn key_in_list(&mut self, colon: Span, key: Option<Token>) {
        let outer = self.open.len().checked_sub(2).map(|outer| self.open[outer].bracket);
        let Some(list) = self.open.last_mut() else { return };
        match key {
            // The key of another line belongs to the object around a list that was never closed.
            Some(key)
                if outer == Some(Bracket::Object)
                    && key.line != list.opening.line
                    && !list.is_mixed
                    && key.indentation <= list.opening.indentation =>
            {
                let opening = list.opening.span.clone();
                self.report(errors::unclosed_before_key(self.text, opening, Bracket::List, &key.span));
                self.open.pop();
                self.key(&key);
                self.expect(Expected::Value);
            }
            _ => {
                list.expected = Expected::Item;
                self.report_mixed(errors::key_in_list(colon));
            }
        }
    }

    fn equals(&mut self, token: &Token) {
        if self.place() == (Some(Bracket::Object), Expected::Colon) {
            self.report(errors::equals(token.span.clone()));
            self.expect(Expected::Value);
        } else {
            self.word(token);
        }
    }

    fn text(&mut self, token: &Token) {
        let is_key = self.lexer.is_before_colon();
        match self.place() {
            (Some(Bracket::Object), Expected::First | Expected::Item) => return self.key(token),
            (Some(Bracket::Object), Expected::Comma) if is_key || token.is_first => {
                if !self.is_outdented(token, true) {
                    self.report_missing_comma();
                }
                return self.key(token);
            }
            (Some(Bracket::Object), Expected::Comma) => return self.report_missing_comma_or_escape(),
            (Some(Bracket::Object), Expected::Colon) => self.report_missing_colon(),
            // A key on a line of its own comes after a list that was never closed.
            (Some(Bracket::List), Expected::Comma) if token.is_first && is_key => {}
            (Some(Bracket::List), Expected::Comma) => self.report_missing_comma(),
            (None, Expected::Comma) => {
                return self.report_and_skip_line(errors::after_the_end(token.span.clone()));
            }
            _ => {}
        }
        self.expect(Expected::Comma);
    }

    fn key(&mut self, token: &Token) {
        self.is_outdented(token, false);
        if let Some(object) = self.open.last_mut() {
            object.key = token.clone();
            object.expected = Expected::Colon;
        }
    }

    /// Notes the first key with at most the indentation of its object, and the comma that is missing before it.
    fn is_outdented(&mut self, key: &Token, without_comma: bool) -> bool {
        let Some(object) = self.open.last() else { return false };
        let is_outdented = self.outdented.is_none()
            && key.is_first
            && self.open.len() > 1
            && key.line != object.opening.line
            && key.indentation <= object.opening.indentation;
        if is_outdented {
            let comma = self
                .last
                .as_ref()
                .filter(|_| without_comma)
                .map(|last| errors::comma_missing(last.span.clone()));
            self.outdented =
                Some(Outdented { opening: object.opening.span.clone(), key: key.span.clone(), comma });
        }
        is_outdented
    }

    fn word(&mut self, token: &Token) {
        let span = token.span.clone();
        let is_value =
            errors::bad_value(self.text, span.clone()).is_none() || is_like_number(&self.text[span.clone()]);
        match self.place() {
            (Some(Bracket::Object), expected @ (Expected::First | Expected::Item | Expected::Comma))
                if self.lexer.is_before_colon() =>
            {
                if expected == Expected::Comma {
                    self.report_missing_comma();
                }
                self.report(errors::unquoted_key(self.text, span));
                return self.key(token);
            }
            (Some(Bracket::Object), Expected::First | Expected::Item) => {
                self.report_mixed(errors::no_key(self.text, span));
                return self.expect(Expected::Comma);
            }
            (Some(Bracket::Object), Expected::Comma) => return self.report_missing_comma_or_escape(),
            (Some(Bracket::List), Expected::Comma) if !is_value => {
                return self.report_missing_comma_or_escape();
            }
            (Some(Bracket::List), Expected::Comma) => self.report_missing_comma(),
            (Some(Bracket::Object), Expected::Colon) => self.report_missing_colon(),
            (None, Expected::Comma) => return self.report_and_skip_line(errors::after_the_end(span)),
            _ => {}
        }
        if let Some(error) = errors::bad_value(self.text, span) {
            self.report(error);
        }
        self.expect(Expected::Comma);
    }

    /// Reports what is missing where an item ends too early.
    fn report_incomplete(&mut self) {
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

    fn report_missing_colon(&mut self) {
        if let Some(key) = self.open.last().map(|open| open.key.span.clone()) {
            self.report(errors::colon_missing(self.text, key));
        }
    }

    fn report_missing_comma(&mut self) {
        if let Some(last) = &self.last {
            self.report(errors::comma_missing(last.span.clone()));
        }
    }

    /// Reports that a comma or an escape is missing after the last value, and nothing else on this line.
    fn report_missing_comma_or_escape(&mut self) {
        if let Some(last) = &self.last {
            self.report_and_skip_line(errors::comma_or_escape_missing(last.span.clone()));
        }
    }

    /// Reports something after which the rest of the line means nothing.
    fn report_and_skip_line(&mut self, error: ParseError) {
        let from = self.last.as_ref().map_or(0, |last| last.span.end).max(error.span.end);
        if from >= self.skip_until {
            self.report(error);
            self.skip_until = self.text[from..].find('\n').map_or(self.text.len(), |newline| from + newline);
        }
    }

    /// Reports an item of the wrong kind, the first time in its collection.
    fn report_mixed(&mut self, error: ParseError) {
        if let Some(innermost) = self.open.last_mut()
            && !std::mem::replace(&mut innermost.is_mixed, true)
            && std::mem::replace(&mut self.brackets_match, false)
        {
            self.report(error);
        }
    }

    fn report(&mut self, error: ParseError) {
        if error.span.start >= self.skip_until && self.errors.len() < MAX_ERRORS {
            self.errors.push(error);
        }
    }

    /// Goes on in the collection that a bracket too many closed.
    fn reopen(&mut self, comma: Span) {
        if std::mem::replace(&mut self.brackets_match, false) {
            self.report(errors::after_the_end(comma));
        }
        match self.last.clone() {
            Some(Token { kind: Kind::Close(bracket), .. }) if self.document == Expected::Comma => {
                if let Some(last) = self.last.clone() {
                    self.assume_bracket(bracket, last);
                }
                self.expect(Expected::Item);
            }
            _ => self.document = Expected::Unknown,
        }
    }

    /// Goes on as if a bracket had been there, or ends where it would be one too many.
    fn assume_bracket(&mut self, bracket: Bracket, opening: Token) {
        self.brackets_match = false;
        if self.open.len() >= self.depth {
            self.errors.push(too_deep(opening.span, self.depth));
            self.document = Expected::Unknown;
            return;
        }
        let (key, expected) = (opening.clone(), Expected::Comma);
        self.open.push(Open { bracket, opening, expected, key, is_mixed: false, is_assumed: true });
    }

    fn end(&mut self) {
        let Some(innermost) = self.open.last() else {
            if self.document == Expected::Value {
                self.report(errors::empty(self.text));
            }
            return self.report_postponed_comma();
        };
        let last_is_cut_off = self.last.as_ref().is_some_and(|last| last.kind == Kind::Unclosed);
        if innermost.is_assumed || last_is_cut_off || !self.brackets_match {
            return self.report_postponed_comma();
        }
        let error = match &self.outdented {
            None => errors::unclosed_at_end(innermost.opening.span.clone(), innermost.bracket),
            Some(Outdented { opening, key, .. }) => {
                errors::unclosed_before_key(self.text, opening.clone(), Bracket::Object, key)
            }
        };
        self.report(error);
    }

    /// Reports the missing comma that could have been a missing bracket, but was not.
    fn report_postponed_comma(&mut self) {
        if let Some(comma) = self.outdented.take().and_then(|outdented| outdented.comma) {
            self.report(comma);
        }
    }

    fn expects_key(&self) -> bool {
        matches!(self.place(), (Some(Bracket::Object), Expected::First | Expected::Item | Expected::Comma))
    }

    /// The innermost collection, and what comes next in it.
    fn place(&self) -> (Option<Bracket>, Expected) {
        self.open.last().map_or((None, self.document), |open| (Some(open.bracket), open.expected))
    }

    fn expect(&mut self, expected: Expected) {
        match self.open.last_mut() {
            Some(open) => open.expected = expected,
            None => self.document = expected,
        }
    }

    /// The number of a token's line.
    fn line(&self, token: &Token) -> usize {
        self.text[..token.line].bytes().filter(|&byte| byte == b'\n').count() + 1
    }
}
