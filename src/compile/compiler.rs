//! The compilation of one manifest, and of many in parallel.

use rayon::prelude::*;
use sha2::{Digest as _, Sha256};

use crate::{
    diagnostic::Diagnostic,
    domain::{ModuleName, ObjectFormat, RepoPath},
    manifest::{self, Manifest},
    registry::{Entry, FORMAT_VERSION, Inputs},
    rules,
    schema::Schemas,
    settings::Settings,
    source::{self, Parsed},
};

/// Everything besides the manifest that decides what it compiles to.
#[derive(Debug)]
pub struct Compiler {
    /// The effective schemas.
    pub schemas: Schemas,
    /// The registry's settings.
    pub settings: Settings,
    /// The hash by which the repository names the entries.
    pub format: ObjectFormat,
}

/// The bytes of one manifest, or why they could not be read.
#[derive(Debug)]
pub struct ManifestFile {
    /// Its path in the repository.
    pub path: RepoPath,
    /// The bytes, or the reason why there are none.
    pub content: Result<Vec<u8>, Unreadable>,
}

/// The reason why a manifest cannot be compiled, found without reading its bytes.
#[derive(Debug)]
pub struct Unreadable {
    /// The diagnostic to report.
    pub diagnostic: Box<Diagnostic>,
    /// Whether there is a file at all. A link, a folder or a repository never competes with a manifest for a name.
    pub is_file: bool,
}

/// The result for one manifest.
#[derive(Debug, Clone)]
pub struct Compiled {
    /// The path of the manifest in the repository.
    pub path: RepoPath,
    /// Whether there is a file at its path, see [`Unreadable`].
    pub is_file: bool,
    /// The name that it declares, where one could be read.
    pub declared: Option<ModuleName>,
    /// Whether it becomes an entry.
    pub registration: Registration,
    /// All findings about it.
    pub diagnostics: Vec<Diagnostic>,
}

/// Whether a manifest becomes an entry of the registry.
#[derive(Debug, Clone)]
pub enum Registration {
    /// It belongs in the registry.
    Registered(Entry),
    /// It is valid, but has no AI context, or its status is not registrable.
    Skipped,
    /// It has errors.
    Invalid,
}

impl Compiled {
    /// Returns the module that the path names, where that is a possible name.
    pub fn named_by_path(&self) -> Option<ModuleName> {
        self.path.module_stem().parse().ok()
    }
}

impl Compiler {
    /// Returns the digest over everything but the manifests that decides the content: format, rules, schemas and settings.
    pub fn inputs(&self) -> Inputs {
        let mut digest = Sha256::new();
        for part in [
            FORMAT_VERSION.to_string().as_bytes(),
            rules::REVISION.to_string().as_bytes(),
            self.schemas.fingerprint(),
            &self.settings.output_fingerprint(),
        ] {
            digest.update((part.len() as u64).to_be_bytes());
            digest.update(part);
        }
        Inputs::from_sha256(&digest.finalize())
    }

    /// Returns the findings on the registry's schemas.
    pub fn remarks(&self) -> Vec<Diagnostic> {
        let found = self.schemas.outdated_copies().iter().map(rules::outdated_copy::check);
        rules::apply_settings(found.collect(), &self.settings)
    }

    /// Compiles many manifests in parallel; the result is in the order of the input.
    ///
    /// `done` is called once for each manifest, from any thread.
    pub fn compile_all(&self, files: Vec<ManifestFile>, done: &(dyn Fn() + Sync)) -> Vec<Compiled> {
        let compile = |file: ManifestFile| {
            let compiled = self.compile(file);
            done();
            compiled
        };
        files.into_par_iter().map(compile).collect()
    }

    /// Compiles one manifest.
    pub fn compile(&self, file: ManifestFile) -> Compiled {
        let ManifestFile { path, content } = file;
        let (is_file, CheckedManifest { declared, manifest, diagnostics }) = match content {
            Ok(bytes) => (true, self.check(&path, &bytes)),
            Err(Unreadable { diagnostic, is_file }) => (is_file, CheckedManifest::invalid(vec![*diagnostic])),
        };
        let diagnostics = rules::apply_settings(diagnostics, &self.settings);
        let registration = match manifest {
            Some(manifest) if !diagnostics.iter().any(Diagnostic::is_error) => {
                Entry::compile(&manifest, self.format).map_or(Registration::Skipped, Registration::Registered)
            }
            Some(_) | None => Registration::Invalid,
        };
        Compiled { path, is_file, declared, registration, diagnostics }
    }

    /// Parses, validates and checks one manifest.
    fn check(&self, path: &RepoPath, bytes: &[u8]) -> CheckedManifest {
        let Parsed { document, mut diagnostics } = source::parse(path, bytes, &self.settings.limits);
        let Some(document) = document else { return CheckedManifest::invalid(diagnostics) };
        match manifest::validate(document, &self.schemas) {
            Ok(manifest) => {
                diagnostics.extend(manifest.document().diagnose(rules::check(&manifest)));
                CheckedManifest {
                    declared: Some(manifest.name().clone()),
                    manifest: Some(manifest),
                    diagnostics,
                }
            }
            Err(invalid) => {
                let manifest::Invalid { declared, document, mut findings } = *invalid;
                findings
                    .extend(declared.as_ref().and_then(|name| rules::name_mismatch::mismatch(name, path)));
                findings.extend(rules::check_document(&document));
                diagnostics.extend(document.diagnose(findings));
                CheckedManifest { declared, manifest: None, diagnostics }
            }
        }
    }
}

/// The result of a check, before the settings are applied.
struct CheckedManifest {
    /// The name that it declares, if one could be read.
    declared: Option<ModuleName>,
    /// The manifest, if it is valid by the schemas.
    manifest: Option<Manifest>,
    /// All findings about it, with the severities of the rules.
    diagnostics: Vec<Diagnostic>,
}

impl CheckedManifest {
    fn invalid(diagnostics: Vec<Diagnostic>) -> Self {
        Self { declared: None, manifest: None, diagnostics }
    }
}
