//! The changes that fix a finding, and which rule asks for which.

use std::fmt;

use serde_json::Value;

use crate::{
    diagnostic::{Diagnostic, Rule},
    domain::{Pointer, quoted},
    manifest::ContextKey,
    rules::{alias, smart_quotes, trailing_space},
    schema::rules as schema,
    source::{Document, Node},
};

/// A change to the value at a route.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// The value gets another key.
    RenameKey(String),
    /// The value becomes another text.
    SetText(String),
    /// The element is removed from its list.
    Remove,
}

/// Returns the changes that may fix a finding at a node, the most likely first.
type Propose = fn(Node<'_>) -> Vec<Change>;

/// The rules whose findings can be fixed, and how.
const FIXES: [(&Rule, Propose); 5] = [
    (&alias::AI_CONTEXT, |_| vec![Change::RenameKey(ContextKey::Camel.as_str().to_owned())]),
    (&schema::ENUM, other_cases),
    (&schema::UNIQUE_ITEMS, |_| vec![Change::Remove]),
    (&trailing_space::TRAILING_SPACE, |node| {
        node.as_str().map(|text| Change::SetText(trailing_space::trimmed(text))).into_iter().collect()
    }),
    (&smart_quotes::SMART_QUOTES, |node| {
        let unquoted = node.as_str().and_then(smart_quotes::unquoted);
        unquoted.map(|text| Change::SetText(text.to_owned())).into_iter().collect()
    }),
];

/// Returns the word in capitals and in small letters; the check after the change finds out which of them is allowed.
fn other_cases(node: Node<'_>) -> Vec<Change> {
    let Some(text) = node.as_str() else { return Vec::new() };
    let word = text.trim();
    let cases = [word.to_owned(), word.to_ascii_uppercase(), word.to_ascii_lowercase()];
    cases.into_iter().filter(|case| case != text && !case.is_empty()).map(Change::SetText).collect()
}

impl Change {
    /// Returns the changes that may fix a finding.
    pub(super) fn candidates(document: &Document, diagnostic: &Diagnostic) -> Vec<Self> {
        let node = document.root().at(&diagnostic.pointer);
        let fix = FIXES.iter().find(|(rule, _)| rule.code == diagnostic.rule.code);
        node.zip(fix).map(|(node, (_, propose))| propose(node)).unwrap_or_default()
    }

    /// Makes the change to a value, or `None` if the route leads nowhere.
    pub fn apply(&self, root: &mut Value, route: &Pointer) -> Option<()> {
        let (parent, last) = (route.parent()?, route.last()?);
        let parent = root.pointer_mut(parent.as_str())?;
        match (self, parent) {
            (Self::RenameKey(key), Value::Object(members)) => {
                let value = members.remove(&*last)?;
                members.insert(key.clone(), value).is_none().then_some(())
            }
            (Self::SetText(text), Value::Object(members)) => {
                *members.get_mut(&*last)? = text.clone().into();
                Some(())
            }
            (Self::SetText(text), Value::Array(elements)) => {
                *elements.get_mut(last.parse::<usize>().ok()?)? = text.clone().into();
                Some(())
            }
            (Self::Remove, Value::Array(elements)) => {
                let index = last.parse().ok().filter(|&index: &usize| index < elements.len())?;
                elements.remove(index);
                Some(())
            }
            (Self::RenameKey(_) | Self::SetText(_) | Self::Remove, _) => None,
        }
    }
}

impl fmt::Display for Change {
    /// Writes the change in the past tense.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::RenameKey(key) => write!(formatter, "renamed to {}", quoted(key)),
            Self::SetText(text) => write!(formatter, "now {}", quoted(text)),
            Self::Remove => formatter.write_str("removed"),
        }
    }
}
