//! The settings and the schemas of a commit.

use std::collections::BTreeMap;

use crate::{
    compile::Compiler,
    domain::{ObjectFormat, ObjectId, RepoPath},
    git::{FileKind, Repository},
    rules,
    schema::Schemas,
    settings::{self, Settings},
    sync::SyncError,
};

/// The directory of a registry's own schemas.
pub const SCHEMAS: &str = "schema";

/// Reads the settings and schemas of a commit.
pub fn compiler_at(repository: &Repository, commit: ObjectId) -> Result<Compiler, SyncError> {
    let settings = settings_at(repository, commit)?;
    let schemas = Schemas::load(&schemas_at(repository, commit)?)?;
    Ok(Compiler { schemas, settings, format: repository.format() })
}

/// Reads the settings of a commit.
pub(in crate::sync) fn settings_at(repository: &Repository, commit: ObjectId) -> Result<Settings, SyncError> {
    let path = RepoPath::new(settings::FILE_NAME);
    match repository.file_at(commit, path.as_str())? {
        Some((_, bytes)) => Ok(Settings::parse(&text_of(path, bytes)?, &rules::RULES)?),
        None if repository.is_taken(commit, path.as_str())? => Err(SyncError::NotAFile(path)),
        None => Ok(Settings::default()),
    }
}

/// Returns the texts of a commit's own schemas.
pub(in crate::sync) fn schemas_at(
    repository: &Repository,
    commit: ObjectId,
) -> Result<BTreeMap<String, String>, SyncError> {
    let mut schemas = BTreeMap::new();
    if let Some(tree) = repository.tree_at(commit, SCHEMAS)? {
        for file in repository.files(tree, &RepoPath::new(""))? {
            if is_schema(&file.path) && matches!(file.kind, FileKind::Regular | FileKind::Executable) {
                let path = RepoPath::new(SCHEMAS).join(file.path.as_str());
                let text = text_of(path, repository.blob(file.id)?)?;
                schemas.insert(file.path.as_str().to_owned(), text);
            }
        }
    }
    Ok(schemas)
}

/// Makes a compiler of the texts of the settings and of the schema folder.
pub fn compiler(
    settings: Option<&str>,
    schemas: &BTreeMap<String, String>,
    format: ObjectFormat,
) -> Result<Compiler, SyncError> {
    let settings = match settings {
        Some(text) => Settings::parse(text, &rules::RULES)?,
        None => Settings::default(),
    };
    Ok(Compiler { schemas: Schemas::load(schemas)?, settings, format })
}

/// Returns whether a file of the folder of schemas is one; others, such as a README, are ignored.
pub fn is_schema(path: &RepoPath) -> bool {
    path.extension() == "json"
}

/// Takes a file for text.
pub fn text_of(path: RepoPath, bytes: Vec<u8>) -> Result<String, SyncError> {
    String::from_utf8(bytes).map_err(|_| SyncError::NotText(path))
}
