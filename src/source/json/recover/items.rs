//! Items: keys, values and the signs between them.

use super::state::{Expected, Outdented, Recovery};
use crate::{
    diagnostic::Span,
    source::json::{
        errors,
        tokens::{Bracket, Token, is_like_number},
    },
};

impl Recovery<'_> {
    pub(super) fn comma(&mut self, token: &Token) {
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

    pub(super) fn semicolon(&mut self, token: &Token) {
        self.report(errors::semicolon(token.span.clone()));
        if let (Some(_), Expected::Comma) = self.place() {
            self.expect(Expected::Item);
        }
    }

    pub(super) fn colon(&mut self, token: &Token) {
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
    pub(super) fn key_in_list(&mut self, colon: Span, key: Option<Token>) {
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

    pub(super) fn equals(&mut self, token: &Token) {
        if self.place() == (Some(Bracket::Object), Expected::Colon) {
            self.report(errors::equals(token.span.clone()));
            self.expect(Expected::Value);
        } else {
            self.word(token);
        }
    }

    pub(super) fn text(&mut self, token: &Token) {
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

    pub(super) fn key(&mut self, token: &Token) {
        self.is_outdented(token, false);
        if let Some(object) = self.open.last_mut() {
            object.key = token.clone();
            object.expected = Expected::Colon;
        }
    }

    /// Notes the first key with at most the indentation of its object, and the comma that is missing before it.
    pub(super) fn is_outdented(&mut self, key: &Token, without_comma: bool) -> bool {
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

    pub(super) fn word(&mut self, token: &Token) {
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
}
