//! The JSON Schemas of manifests, of the registry's files and of the reports, and validation by them.
//!
//! They are JSON Schema 2020-12 with a regular expression engine of linear time. References stay within the folder
//! `schema/`; nothing here reads files or the network. All of the `jsonschema` crate stays behind this module.
//!
//! Beside the standard keywords two annotations shape messages: `x-expected` describes the form of a value in words.

mod build;
mod canonical;
mod copy;
#[cfg(test)]
mod corpus_tests;
mod error;
mod findings;
mod folder;
mod json_node;
mod keywords;
mod objects;
mod proposals;
mod reach;
pub mod rules;
#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;
mod violation;
mod words;

pub use copy::Origin;
pub use error::{SchemaError, TooFar};
pub use findings::SchemaReport;

use std::{collections::BTreeMap, sync::Arc};

use jsonschema::Validator;
use sha2::{Digest, Sha256};

use crate::{
    diagnostic::{Finding, Part},
    domain::{Pointer, RepoPath},
    source::{Document, Format, Node, Value},
};
use folder::Folder;
use json_node::TreeJson;
use reach::Reach;
use violation::Subject;
use words::Spelling;

/// The schemas in the binary: their names and texts.
pub const BUILTIN: [(&str, &str); 23] = [
    ("ai-context", include_str!("../../schema/ai-context.schema.json")),
    ("compile-report", include_str!("../../schema/compile-report.schema.json")),
    ("diagnostic", include_str!("../../schema/diagnostic.schema.json")),
    ("diff-report", include_str!("../../schema/diff-report.schema.json")),
    ("entry", include_str!("../../schema/entry.schema.json")),
    ("history-report", include_str!("../../schema/history-report.schema.json")),
    ("live", include_str!("../../schema/live.schema.json")),
    ("module", include_str!("../../schema/module.schema.json")),
    ("module-list", include_str!("../../schema/module-list.schema.json")),
    ("new-report", include_str!("../../schema/new-report.schema.json")),
    ("problem", include_str!("../../schema/problem.schema.json")),
    ("ready", include_str!("../../schema/ready.schema.json")),
    ("registry", include_str!("../../schema/registry.schema.json")),
    ("rollback-request", include_str!("../../schema/rollback-request.schema.json")),
    ("snapshot", include_str!("../../schema/snapshot.schema.json")),
    ("status-answer", include_str!("../../schema/status-answer.schema.json")),
    ("status-report", include_str!("../../schema/status-report.schema.json")),
    ("sync-answer", include_str!("../../schema/sync-answer.schema.json")),
    ("sync-report", include_str!("../../schema/sync-report.schema.json")),
    ("sync-request", include_str!("../../schema/sync-request.schema.json")),
    ("unpin-request", include_str!("../../schema/unpin-request.schema.json")),
    ("validate-report", include_str!("../../schema/validate-report.schema.json")),
    ("verify-report", include_str!("../../schema/verify-report.schema.json")),
];

/// The schemas that a registry may replace by its own.
const OVERRIDABLE: [&str; 2] = ["module", "ai-context"];

/// Returns the schemas that a registry may replace, as copies for editors: the path of each in the repository, and its text.
pub fn copies() -> impl Iterator<Item = (RepoPath, String)> {
    let files = BUILTIN.iter().filter(|(name, _)| OVERRIDABLE.contains(name));
    files.map(|(name, text)| (path(&file_name(name)), copy::marked(text)))
}

/// Returns the origin of a registry's file at the path of one of the [`copies`].
pub fn origin(at: &RepoPath, text: &str) -> Option<Origin> {
    let builtin = BUILTIN.iter().find(|(name, _)| path(&file_name(name)) == *at);
    builtin.map(|(_, builtin)| copy::origin(text, builtin))
}

/// Returns the path in the repository of a file of `schema/`.
fn path(file: &str) -> RepoPath {
    RepoPath::new(format!("schema/{file}"))
}

/// The most bytes that the files of a registry's own `schema/` may have together.
const MAX_TEXT: usize = 1 << 20;

/// A schema that is ready to validate documents, with the files that it refers to. Cheap to clone and to share.
#[derive(Debug, Clone)]
pub struct Schemas(Arc<Compiled>);

#[derive(Debug)]
struct Compiled {
    folder: Folder,
    reach: Reach,
    validator: Validator<TreeJson>,
    fingerprint: [u8; 32],
    /// The copies that another version of modreg wrote.
    outdated: Vec<RepoPath>,
}

impl Schemas {
    /// Returns the schema of manifests that is in the binary.
    pub fn builtin() -> Self {
        Self::load(&BTreeMap::new()).expect("the schemas in the binary are tested")
    }

    /// Returns the schema of manifests with a registry's own files: file names inside `schema/`, `/` between their parts, and
    /// texts.
    ///
    /// `module.schema.json` and `ai-context.schema.json` replace the built-in ones unless they are copies of these; other
    /// files count where these refer to them.
    pub fn load(overrides: &BTreeMap<String, String>) -> Result<Self, SchemaError> {
        Self::compile("module", overrides)
    }

    /// Returns the schema `name`, one of [`BUILTIN`], with a registry's own files as in [`Schemas::load`].
    pub fn compile(name: &str, overrides: &BTreeMap<String, String>) -> Result<Self, SchemaError> {
        let root = file_name(name);
        let replaceable = |file: &str| {
            OVERRIDABLE.iter().any(|name| file_name(name) == file)
                || BUILTIN.iter().all(|(name, _)| file_name(name) != file)
        };
        let builtin: Vec<_> = BUILTIN.iter().map(|(name, text)| (file_name(name), *text)).collect();
        let mut texts: BTreeMap<_, _> = builtin.iter().map(|(file, text)| (file.as_str(), *text)).collect();
        let mut outdated = Vec::new();
        for (file, text) in overrides.iter().filter(|(file, _)| replaceable(file)) {
            match origin(&path(file), text) {
                Some(Origin::Current) => {}
                Some(Origin::Outdated) => outdated.push(path(file)),
                Some(Origin::Edited) => return Err(SchemaError::EditedCopy { file: file.clone() }),
                Some(Origin::Own) | None => drop(texts.insert(file.as_str(), text.as_str())),
            }
        }
        if overrides.values().map(String::len).sum::<usize>() > MAX_TEXT {
            return Err(SchemaError::TooLarge { limit: MAX_TEXT });
        }
        let folder = Folder::read(&root, &texts)?;
        let reach = Reach::of(&folder)?;
        let validator = build::validator(&folder)?;
        let fingerprint = Sha256::digest(folder.fingerprint_text()).into();
        Ok(Self(Arc::new(Compiled { folder, reach, validator, fingerprint, outdated })))
    }

    /// Returns the SHA-256 of the content of the effective schema files; layout and the order of keys do not count.
    pub fn fingerprint(&self) -> &[u8; 32] {
        &self.0.fingerprint
    }

    /// Returns the copies of built-in schemas that another version of modreg wrote.
    pub fn outdated_copies(&self) -> &[RepoPath] {
        &self.0.outdated
    }

    /// Returns everything in a document that breaks the schema, in reading order.
    pub fn check(&self, document: &Document) -> Vec<Finding> {
        self.report(document).findings
    }

    /// Returns everything in a document that breaks the schema, and which fields are missing.
    pub fn report(&self, document: &Document) -> SchemaReport {
        let spelling =
            |route: &Pointer| Some(document.source().slice(&document.locate(route, Part::Value)).to_owned());
        self.report_root(document.root(), &spelling, document.format())
    }

    fn report_root(&self, root: Node<'_>, spelling: &Spelling<'_>, format: Format) -> SchemaReport {
        let Compiled { folder, reach, validator, .. } = &*self.0;
        if validator.is_valid(root) {
            return SchemaReport::default();
        }
        if !reach.can_list_errors(levels(root)) {
            return SchemaReport { findings: vec![findings::unlisted()], ..SchemaReport::default() };
        }
        findings::report(&Subject { root, folder, spelling, format }, validator.iter_errors(root))
    }

    /// Returns everything that breaks the schema in a tree without a text.
    #[cfg(test)]
    pub(crate) fn report_tree(&self, tree: &crate::source::Tree) -> SchemaReport {
        self.report_root(tree.root(), &|_| None, Format::Yaml)
    }
}

/// Returns the name of the file of a built-in schema.
fn file_name(name: &str) -> String {
    format!("{name}.schema.json")
}

/// Returns how many collections are nested, at most; the depth of a document is limited when it is read.
fn levels(node: Node<'_>) -> u32 {
    let deepest = match node.value() {
        Value::Array(elements) => elements.map(levels).max(),
        Value::Object(members) => members.map(|(_, member)| levels(member)).max(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => return 0,
    };
    1 + deepest.unwrap_or_default()
}
