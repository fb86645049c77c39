//! All syntax errors of a text that is meant to be JSON, found in one pass.
//!
//! A parser that accepts nearly everything: it reports what is missing or superfluous, and continues as if the author had not
//! made the mistake. If it cannot know what was meant, it reports nothing up to the end of the line, and of
//! brackets that do not match only the first: an error that another one caused would send the author the wrong way.

mod brackets;
mod items;
mod state;

use super::{
    errors, strings,
    tokens::{Kind, Token},
};
use crate::source::{
    common_errors::{MAX_ERRORS, too_deep},
    parse_error::ParseError,
};
use state::{Expected, Recovery};

/// Returns the findings on a text that no JSON reader takes, in the order of the text but for those on brackets.
pub(super) fn errors(text: &str, depth: usize) -> Vec<ParseError> {
    let mut recovery = Recovery::new(text, depth);
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
}
