//! An error of the validator, with the schema whose keyword was broken.

use jsonschema::error::ValidationErrorKind as Kind;

use super::{folder::Folder, words::Spelling};
use crate::{
    domain::Pointer,
    source::{Format, Node},
};

/// The document that the findings are about, with its schemas.
pub(super) struct Subject<'a> {
    /// The root of the document.
    pub(super) root: Node<'a>,
    /// The schemas.
    pub(super) folder: &'a Folder,
    /// The function that returns how the author wrote a value.
    pub(super) spelling: &'a Spelling<'a>,
    /// The format of the document.
    pub(super) format: Format,
}

/// An error, where it is, and the schema object whose keyword it breaks.
pub(super) struct Violation<'a> {
    /// The kind of the error, with its details.
    pub(super) kind: &'a Kind,
    /// The node that breaks the keyword.
    pub(super) route: Pointer,
    /// The schema object with the keyword, if it can be found.
    pub(super) schema: Option<&'a serde_json::Map<String, serde_json::Value>>,
}

impl<'a> Violation<'a> {
    /// Returns the field that is missing, if the error is about one.
    pub(super) fn missing_field(&self) -> Option<&'a str> {
        match self.kind {
            Kind::Required { property } => property.as_str(),
            _ => None,
        }
    }

    /// Returns the form of value that the schema's author put in words.
    pub(super) fn expected(&self) -> Option<&str> {
        self.schema?.get("x-expected")?.as_str()
    }
}
