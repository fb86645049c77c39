//! Brackets: what they open and close, and which one is missing or superfluous.

use super::state::{Expected, Open, Outdented, Recovery};
use crate::{
    diagnostic::Span,
    source::{
        common_errors::{second_document, too_deep},
        json::{
            errors,
            tokens::{Bracket, Kind, Token},
        },
    },
};

impl Recovery<'_> {
    pub(super) fn open(&mut self, bracket: Bracket, token: &Token) {
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

    pub(super) fn close(&mut self, bracket: Bracket, token: &Token) {
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

    /// Continues in the collection that a superfluous bracket closed.
    pub(super) fn reopen(&mut self, comma: Span) {
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

    /// Continues as if there were a bracket, or ends if that would exceed the depth.
    pub(super) fn assume_bracket(&mut self, bracket: Bracket, opening: Token) {
        self.brackets_match = false;
        if self.open.len() >= self.depth {
            self.errors.push(too_deep(opening.span, self.depth));
            self.document = Expected::Unknown;
            return;
        }
        let (key, expected) = (opening.clone(), Expected::Comma);
        self.open.push(Open { bracket, opening, expected, key, is_mixed: false, is_assumed: true });
    }

    pub(super) fn end(&mut self) {
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
}
