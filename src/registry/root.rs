//! The root file `registry/snapshot.json`: which snapshot this is, and what is held or pinned.
//!
//! The root is written by this program alone, so it is read strictly: what is not byte for byte what would be written is
//! an error, never an empty registry.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::domain::{ModuleName, ObjectId, SnapshotVersion};

/// The format of the root and of the entries that this program reads and writes.
pub const FORMAT_VERSION: u64 = 1;

/// The description of one snapshot: its version, its tree, and what is held and pinned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Root {
    /// The snapshot's number.
    pub version: SnapshotVersion,
    /// The git tree of `registry/modules`.
    pub tree: ObjectId,
    /// The git tree of the manifests that were compiled.
    pub source_tree: ObjectId,
    /// The digest of everything else that decides the content.
    pub inputs: Inputs,
    /// The number of entries.
    pub module_count: usize,
    /// The modules whose manifest is invalid now, with the entry at its last good content.
    pub held: BTreeMap<ModuleName, Held>,
    /// The modules that were rolled back on purpose. One that had no entry then has none now.
    pub pinned: BTreeMap<ModuleName, Pin>,
    /// Whether the file calls the number of entries `modules`, as builds before the first release did. Such a root is
    /// read, and keeps its bytes until the next version is published.
    pub is_pre_release: bool,
}

/// A digest over everything but the manifests that decides the content: format, rules, schemas and settings.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Inputs(String);

impl Inputs {
    /// Wraps a SHA-256 digest.
    pub fn from_sha256(digest: &[u8]) -> Self {
        use std::fmt::Write as _;
        let mut text = "sha256:".to_owned();
        for byte in digest {
            let _ = write!(text, "{byte:02x}");
        }
        Self(text)
    }

    fn is_well_formed(&self) -> bool {
        self.0.strip_prefix("sha256:").is_some_and(|digits| {
            digits.len() == 64 && digits.bytes().all(|digit| matches!(digit, b'0'..=b'9' | b'a'..=b'f'))
        })
    }
}

/// The reason why an entry stays at its last good content.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Held {
    /// The version that first held it.
    pub since: SnapshotVersion,
    /// The rule that the manifest breaks.
    pub code: String,
    /// The message of the first error.
    pub message: String,
}

/// The version at which syncs leave an entry alone, and the reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pin {
    /// The version whose content the entry has, or that had no entry.
    pub version: SnapshotVersion,
    /// The operator's reason.
    pub reason: String,
}

/// The error of a root file that cannot be trusted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RootError {
    /// It is not a JSON object of the known shape.
    #[error("it is not a snapshot root: {0}")]
    Malformed(String),
    /// A newer program wrote it.
    #[error("it has format version {found}, and this modreg reads up to {FORMAT_VERSION}")]
    NewerFormat {
        /// The version that it states.
        found: u64,
    },
    /// It was edited: its fields are right, but its bytes are not what this program writes.
    #[error("it was edited by hand: its bytes are not what modreg writes")]
    Edited,
    /// Its fields contradict each other or the entries.
    #[error("it contradicts the registry: {0}")]
    Inconsistent(String),
}

impl Root {
    /// Reads a root file.
    pub fn parse(bytes: &[u8]) -> Result<Self, RootError> {
        let malformed = |error: serde_json::Error| RootError::Malformed(error.to_string());
        let format: FormatOnly = serde_json::from_slice(bytes).map_err(malformed)?;
        if format.format_version > FORMAT_VERSION {
            return Err(RootError::NewerFormat { found: format.format_version });
        }
        let file: RootFile = serde_json::from_slice(bytes).map_err(malformed)?;
        if file.format_version != FORMAT_VERSION || !file.inputs.is_well_formed() {
            return Err(RootError::Malformed(
                "`formatVersion` or `inputs` has an impossible value".to_owned(),
            ));
        }
        let root = Self::from(file);
        if root.version == SnapshotVersion::EMPTY {
            return Err(RootError::Inconsistent(
                "version 0 is the registry that does not exist yet".to_owned(),
            ));
        }
        if root.version >= SnapshotVersion::HIGHEST {
            return Err(RootError::Inconsistent("no version can follow its version".to_owned()));
        }
        let spellings = [false, true].map(|is_pre_release| Self { is_pre_release, ..root.clone() });
        spellings.into_iter().find(|root| root.to_bytes() == bytes).ok_or(RootError::Edited)
    }

    /// Returns the bytes of the root file.
    pub fn to_bytes(&self) -> Vec<u8> {
        let file = RootFile::from(self.clone());
        let mut text = serde_json::to_string_pretty(&file).expect("plain data always serialises");
        if self.is_pre_release {
            // The first match is the key: no value before it can contain the word.
            text = text.replacen("\"moduleCount\"", "\"modules\"", 1);
        }
        text.push('\n');
        text.into_bytes()
    }

    /// Checks the root against the entries beside it.
    pub fn check(&self, entries: &BTreeMap<ModuleName, ObjectId>) -> Result<(), RootError> {
        if self.module_count != entries.len() {
            let (counted, found) = (self.module_count, entries.len());
            return Err(RootError::Inconsistent(format!(
                "it counts {counted} modules, but there are {found}"
            )));
        }
        match self.held.keys().find(|name| !entries.contains_key(*name)) {
            Some(name) => Err(RootError::Inconsistent(format!("`{name}` is held, but has no entry"))),
            None => Ok(()),
        }
    }
}

/// The format of a root, which is read before anything else.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct FormatOnly {
    format_version: u64,
}

/// The root as format 1 writes it.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct RootFile {
    format_version: u64,
    version: SnapshotVersion,
    tree: ObjectId,
    source: SourceField,
    inputs: Inputs,
    #[serde(alias = "modules")]
    module_count: usize,
    held: BTreeMap<ModuleName, Held>,
    pinned: BTreeMap<ModuleName, Pin>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct SourceField {
    tree: ObjectId,
}

impl From<RootFile> for Root {
    fn from(file: RootFile) -> Self {
        let RootFile { format_version: _, version, tree, source, inputs, module_count, held, pinned } = file;
        let source_tree = source.tree;
        Self { version, tree, source_tree, inputs, module_count, held, pinned, is_pre_release: false }
    }
}

impl From<Root> for RootFile {
    fn from(root: Root) -> Self {
        let Root { version, tree, source_tree, inputs, module_count, held, pinned, is_pre_release: _ } = root;
        let source = SourceField { tree: source_tree };
        Self { format_version: FORMAT_VERSION, version, tree, source, inputs, module_count, held, pinned }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn root() -> Root {
        let id: ObjectId = "4b825dc642cb6eb9a060e54bf8d69288fbee4904".parse().unwrap();
        let held = Held {
            since: SnapshotVersion::new(41),
            code: "schema/required".to_owned(),
            message: "`purpose` is missing".to_owned(),
        };
        let pin = Pin { version: SnapshotVersion::new(40), reason: "regression".to_owned() };
        Root {
            version: SnapshotVersion::new(42),
            tree: id,
            source_tree: id,
            inputs: Inputs::from_sha256(&[7; 32]),
            module_count: 2,
            held: BTreeMap::from([("chat".parse().unwrap(), held)]),
            pinned: BTreeMap::from([("drive".parse().unwrap(), pin)]),
            is_pre_release: false,
        }
    }

    #[test]
    fn writing_and_reading_are_inverse() {
        let bytes = root().to_bytes();
        assert_eq!(Root::parse(&bytes), Ok(root()));
        assert!(bytes.starts_with(b"{\n  \"formatVersion\": 1,\n  \"version\": 42,\n  \"tree\": \"4b825"));
        assert!(bytes.ends_with(b"\n}\n"));
    }

    #[test]
    fn only_roots_that_modreg_writes_are_read() {
        let good = String::from_utf8(root().to_bytes()).unwrap();
        let edit = |from: &str, to: &str| good.replacen(from, to, 1);
        for (text, expected) in [
            (String::new(), "not a snapshot root"),
            (good[..good.len() / 2].to_owned(), "not a snapshot root"),
            (edit("\"moduleCount\": 2", "\"moduleCount\": -1"), "not a snapshot root"),
            (edit("  \"moduleCount\": 2,\n", ""), "missing field `moduleCount`"),
            (edit("\"moduleCount\": 2", "\"moduleCount\": 2,\n  \"modules\": 2"), "duplicate field"),
            (edit("\"version\": 42", "\"version\": 42,\n  \"version\": 43"), "not a snapshot root"),
            (edit("\"version\": 42", "\"version\": 42,\n  \"extra\": 1"), "not a snapshot root"),
            (edit("\"version\": 42", "\"version\": 0"), "version 0"),
            (edit("\"version\": 42", &format!("\"version\": {}", u64::MAX)), "no version can follow"),
            (edit("\"version\": 42", "\"version\": 9007199254740991"), "no version can follow"),
            (edit("sha256:07", "sha1:07"), "impossible value"),
            (edit("\"formatVersion\": 1", "\"formatVersion\": 2"), "format version 2"),
            (edit("{\n  \"formatVersion\": 1,", "{ \"formatVersion\": 2, \"new\": [],"), "format version 2"),
            (edit("\"version\": 42", "\"version\":42"), "edited by hand"),
            (format!("{good}\n"), "edited by hand"),
        ] {
            let error = Root::parse(text.as_bytes()).expect_err(&text).to_string();
            assert!(error.contains(expected), "{error:?} should say {expected:?}");
        }
    }

    #[test]
    fn a_root_from_before_the_first_release_is_read_and_keeps_its_bytes() {
        let new = String::from_utf8(root().to_bytes()).unwrap();
        let old = new.replacen("\"moduleCount\"", "\"modules\"", 1);
        let parsed = Root::parse(old.as_bytes()).unwrap();
        assert_eq!(parsed, Root { is_pre_release: true, ..root() });
        assert_eq!(parsed.to_bytes(), old.as_bytes());
    }

    #[test]
    fn every_flipped_byte_is_noticed_or_changes_a_value() {
        let good = root().to_bytes();
        for index in 0..good.len() {
            let mut bytes = good.clone();
            bytes[index] ^= 1;
            if let Ok(other) = Root::parse(&bytes) {
                assert_ne!(other, root(), "byte {index}");
            }
        }
    }

    #[test]
    fn a_root_must_agree_with_its_entries() {
        let id = root().tree;
        let entries = |names: &[&str]| {
            names.iter().map(|name| (name.parse().unwrap(), id)).collect::<BTreeMap<ModuleName, _>>()
        };
        assert_eq!(root().check(&entries(&["chat", "drive"])), Ok(()));
        assert!(root().check(&entries(&["chat"])).is_err());
        assert_eq!(root().check(&entries(&["chat", "other"])), Ok(()), "a pinned module may have no entry");
        assert!(root().check(&entries(&["drive", "other"])).is_err(), "a held one has one");
    }
}
