//! The record of earlier compilations, so that a sync reads only what changed.
//!
//! It is kept in git's own directory and is never committed: what other programs write about their sources proves nothing.
//! Where it is missing or damaged, everything is compiled.

use std::{collections::BTreeSet, fs};

use serde::{Deserialize, Serialize};

use super::next_snapshot::Plan;
use crate::{
    domain::{ModuleName, ObjectId},
    git::Repository,
    registry::Inputs,
};

/// The file, in the folder of modreg's own files. Another format has another name.
const NAME: &str = "record-1.json";
/// The number of records that are kept, because worktrees may have different branches.
const MAX_RECORDS: usize = 4;

/// The result of compiling one source tree.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Record {
    /// The tree of the manifests.
    pub source: ObjectId,
    /// The digest of everything else that decides the content, such as the schemas.
    pub inputs: Inputs,
    /// The tree of the entries.
    pub entries: ObjectId,
    /// The modules whose entries differ from what their manifests compile to, because they were held, pinned, or not part of
    /// that run.
    pub others: BTreeSet<ModuleName>,
}

impl Record {
    /// Returns the record to start from: that of the same source tree, else the newest one with the same inputs.
    pub fn find(records: &[Self], source: ObjectId, inputs: &Inputs) -> Option<Self> {
        let fitting = || records.iter().filter(|record| record.inputs == *inputs);
        fitting().find(|record| record.source == source).or_else(|| fitting().next()).cloned()
    }

    /// Returns what was recorded in a repository, newest first.
    pub fn read(repository: &Repository) -> Vec<Self> {
        let bytes = fs::read(repository.own_files().path(NAME)).unwrap_or_default();
        serde_json::from_slice(&bytes).unwrap_or_default()
    }

    /// Records what a plan compiled, whose entries are the tree `entries` of the repository.
    ///
    /// If it cannot be recorded, the next run reads more.
    pub fn save(repository: &Repository, source: ObjectId, inputs: Inputs, entries: ObjectId, plan: &Plan) {
        let is_other = |name: &&ModuleName| !plan.compiled.contains(*name);
        let others = plan.entries.keys().filter(is_other).cloned().collect();
        let record = Self { source, inputs, entries, others };
        let mut records = Self::read(repository);
        if records.first() == Some(&record) {
            return;
        }
        records.retain(|known| known.source != record.source || known.inputs != record.inputs);
        records.insert(0, record);
        records.truncate(MAX_RECORDS);
        if let Ok(bytes) = serde_json::to_vec(&records) {
            let _ = repository.own_files().write(NAME, &bytes);
        }
    }
}
