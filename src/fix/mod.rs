//! Fixes what is mechanical and safe: the bytes of a manifest in, the same bytes with the smallest possible edits out.
//!
//! A fix is a [`Change`] to the value at a finding's route. It is made by an edit of the text, which keeps comments and
//! layout, and it counts only if the edited text reads as the old value with that change and no other.

mod change;
mod edit;

#[cfg(test)]
mod tests;

pub use change::Change;

use std::collections::BTreeSet;

use crate::{
    compile::{Compiler, ManifestFile},
    diagnostic::Diagnostic,
    domain::{Pointer, RepoPath},
    source::{self, Document},
};

/// The most fixes of one file; who needs more runs it again.
const MAX_FIXES: usize = 500;

/// A manifest after its fixes.
#[derive(Debug)]
pub struct Fixed {
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// The fixes in their order; each with the finding as it was before.
    pub fixes: Vec<Fix>,
}

/// One thing that was fixed.
#[derive(Debug)]
pub struct Fix {
    /// The diagnostic that was fixed.
    pub diagnostic: Diagnostic,
    /// The change that fixed it.
    pub change: Change,
}

/// Fixes what can be fixed. A file that cannot be read without an error is left as it is.
pub fn fix(compiler: &Compiler, path: &RepoPath, bytes: Vec<u8>) -> Fixed {
    let mut fixed = Fixed { bytes, fixes: Vec::new() };
    let mut unfixable = BTreeSet::new();
    while fixed.fixes.len() < MAX_FIXES {
        let Some(next) = next(compiler, path, &fixed.bytes, &mut unfixable) else { break };
        fixed.bytes = next.0;
        // What could not be fixed there may be possible now.
        unfixable.retain(|(_, pointer)| *pointer != next.1.diagnostic.pointer);
        fixed.fixes.push(next.1);
    }
    fixed
}

/// Returns the first fix that works, and the bytes after it. Findings without one are recorded as unfixable.
fn next(
    compiler: &Compiler,
    path: &RepoPath,
    bytes: &[u8],
    unfixable: &mut BTreeSet<(&'static str, Pointer)>,
) -> Option<(Vec<u8>, Fix)> {
    let document = read(compiler, path, bytes)?;
    for diagnostic in diagnostics(compiler, path, bytes) {
        let place = (diagnostic.rule.code, diagnostic.pointer.clone());
        if unfixable.contains(&place) {
            continue;
        }
        for change in Change::candidates(&document, &diagnostic) {
            if let Some(bytes) = apply(compiler, &document, bytes, &diagnostic, &change) {
                return Some((bytes, Fix { diagnostic, change }));
            }
        }
        unfixable.insert(place);
    }
    None
}

/// Returns the bytes with one change made, where that changes nothing else and ends the finding.
fn apply(
    compiler: &Compiler,
    document: &Document,
    bytes: &[u8],
    diagnostic: &Diagnostic,
    change: &Change,
) -> Option<Vec<u8>> {
    let (span, replacement) = edit::edit(document, &diagnostic.pointer, change)?;
    let mut expected = document.root().to_json();
    change.apply(&mut expected, &diagnostic.pointer)?;
    // A byte order mark is not part of the text.
    let start = bytes.len() - document.source().text().len();
    let edited = [&bytes[..start + span.start], replacement.as_bytes(), &bytes[start + span.end..]].concat();
    let path = document.source().path();
    let reread = read(compiler, path, &edited)?;
    let is_still_reported =
        |found: &Diagnostic| found.rule == diagnostic.rule && found.pointer == diagnostic.pointer;
    let ends = match change {
        // The next element of the list takes the place, and may repeat the same one.
        Change::Remove => true,
        Change::RenameKey(_) | Change::SetText(_) => {
            !diagnostics(compiler, path, &edited).iter().any(is_still_reported)
        }
    };
    (ends && reread.root().to_json() == expected).then_some(edited)
}

fn read(compiler: &Compiler, path: &RepoPath, bytes: &[u8]) -> Option<Document> {
    let parsed = source::parse(path, bytes, &compiler.settings.limits);
    parsed.document.filter(|_| parsed.diagnostics.is_empty())
}

fn diagnostics(compiler: &Compiler, path: &RepoPath, bytes: &[u8]) -> Vec<Diagnostic> {
    compiler.compile(ManifestFile { path: path.clone(), content: Ok(bytes.to_vec()) }).diagnostics
}
