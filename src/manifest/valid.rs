//! A manifest that was validated.

use semver::Version;

use super::context_key::ContextKey;
use crate::{
    domain::{ModuleName, RepoPath, Status},
    source::{Document, Node},
};

/// A valid manifest.
///
/// Invariant: it was made by [`super::validate()`], so the document keeps to the schemas, and name, version and status are well
/// formed even where a registry's own schema demands less.
#[derive(Debug, Clone)]
pub struct Manifest {
    document: Document,
    head: ManifestHead,
}

/// The fields that every manifest declares, under any schema.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ManifestHead {
    pub(super) name: ModuleName,
    pub(super) version: Version,
    pub(super) status: Status,
    pub(super) context: Option<ContextKey>,
}

impl Manifest {
    /// Pairs a document that was found to be valid with what it declares.
    pub(super) fn new(document: Document, head: ManifestHead) -> Self {
        Self { document, head }
    }

    /// Returns the file.
    pub fn path(&self) -> &RepoPath {
        self.document.source().path()
    }

    /// Returns the parsed file.
    pub fn document(&self) -> &Document {
        &self.document
    }

    /// Returns the name of the module.
    pub fn name(&self) -> &ModuleName {
        &self.head.name
    }

    /// Returns the module's own version.
    pub fn version(&self) -> &Version {
        &self.head.version
    }

    /// Returns the status of the module.
    pub fn status(&self) -> Status {
        self.head.status
    }

    /// Returns the name as people read it.
    pub fn display_name(&self) -> Option<&str> {
        self.document.root().get("displayName").and_then(Node::as_str)
    }

    /// Returns the deprecation: an object with the texts `since` and `reason`, whatever else a registry's own schema allows
    /// there.
    pub fn deprecated(&self) -> Option<Node<'_>> {
        let deprecated = self.document.root().get("deprecated")?;
        let has_text = |key| deprecated.get(key).and_then(Node::as_str).is_some();
        (has_text("since") && has_text("reason")).then_some(deprecated)
    }

    /// Returns how the manifest spells the key of its AI context, if it has one.
    pub fn context_key(&self) -> Option<ContextKey> {
        self.head.context
    }

    /// Returns the AI context, an object, under either spelling of its key.
    pub fn ai_context(&self) -> Option<Node<'_>> {
        self.document.root().get(self.head.context?.as_str())
    }

    /// Returns the module's own schedule in `serve`, if it has one: a cron expression, and a time zone where it names one.
    pub fn schedule(&self) -> Option<(&str, Option<&str>)> {
        let sync = self.document.root().get("sync")?;
        Some((sync.get("schedule")?.as_str()?, sync.get("timezone").and_then(Node::as_str)))
    }

    /// Returns whether the module belongs in the registry: it has an AI context, and its status allows it.
    pub fn is_registrable(&self) -> bool {
        self.head.context.is_some() && self.head.status.is_registrable()
    }
}
