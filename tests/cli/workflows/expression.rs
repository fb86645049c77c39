//! The expressions of workflows, as far as ours use them: `&&`, `||`, `!`, `==`, `!=`, brackets, texts, the names of
//! contexts, and the function that asks whether the run was cancelled.

use serde_json::Value;

/// The value of an expression, without its `${{` and `}}`; `contexts` is an object with one member a context.
pub(super) fn value(text: &str, contexts: &Value) -> Value {
    let mut parser = Parser { rest: text.trim(), contexts };
    let value = parser.either();
    assert!(parser.rest.is_empty(), "{text:?}: what is {:?}?", parser.rest);
    value
}

/// A text with every `${{ … }}` replaced by its value.
pub(super) fn filled(text: &str, contexts: &Value) -> String {
    let mut filled = String::new();
    let mut rest = text;
    while let Some((before, expression)) = rest.split_once("${{") {
        let (expression, after) = expression.split_once("}}").expect("an expression is closed");
        filled.push_str(before);
        filled.push_str(&shown(&value(expression, contexts)));
        rest = after;
    }
    filled + rest
}

/// Whether a value counts as true.
pub(super) fn is_true(value: &Value) -> bool {
    !matches!(value, Value::Null | Value::Bool(false)) && value != "" && value != 0
}

/// How a value looks in a text.
pub(super) fn shown(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

struct Parser<'a> {
    rest: &'a str,
    contexts: &'a Value,
}

impl Parser<'_> {
    fn either(&mut self) -> Value {
        let mut left = self.both();
        while self.takes("||") {
            let right = self.both();
            left = if is_true(&left) { left } else { right };
        }
        left
    }

    fn both(&mut self) -> Value {
        let mut left = self.compared();
        while self.takes("&&") {
            let right = self.compared();
            left = if is_true(&left) { right } else { left };
        }
        left
    }

    fn compared(&mut self) -> Value {
        let left = self.single();
        if self.takes("==") {
            return Value::Bool(shown(&left) == shown(&self.single()));
        }
        if self.takes("!=") {
            return Value::Bool(shown(&left) != shown(&self.single()));
        }
        left
    }

    fn single(&mut self) -> Value {
        if self.takes("!") {
            return Value::Bool(!is_true(&self.single()));
        }
        if self.takes("(") {
            let value = self.either();
            assert!(self.takes(")"), "a bracket is open before {:?}", self.rest);
            return value;
        }
        if self.takes("'") {
            let (text, rest) = self.rest.split_once('\'').expect("a text is closed");
            self.rest = rest.trim_start();
            return Value::from(text);
        }
        let end = self.rest.find(|c: char| !c.is_alphanumeric() && !"._-".contains(c));
        let (name, rest) = self.rest.split_at(end.unwrap_or(self.rest.len()));
        self.rest = rest.trim_start();
        if self.takes("(") {
            assert!(name == "cancelled" && self.takes(")"), "the function {name:?} is not known here");
            return Value::Bool(false);
        }
        match name {
            "true" | "false" => Value::Bool(name == "true"),
            _ => name.split('.').fold(self.contexts, |value, part| &value[part]).clone(),
        }
    }

    fn takes(&mut self, token: &str) -> bool {
        let Some(rest) = self.rest.strip_prefix(token) else { return false };
        if token == "!" && rest.starts_with('=') {
            return false;
        }
        self.rest = if token == "'" { rest } else { rest.trim_start() };
        true
    }
}
