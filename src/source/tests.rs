//! The dialect as a whole: tables of findings, hostile inputs, and properties against `serde_yaml` and `serde_json`.

mod findings;
mod hostile;
mod json_syntax;
mod properties;
mod recovery;

use super::{Parsed, parse};
use crate::{domain::RepoPath, source::limits::Limits};

fn read(path: &str, text: impl AsRef<[u8]>) -> Parsed {
    parse(&RepoPath::new(path), text.as_ref(), &Limits::default())
}

/// Returns the findings as `line:column code` with the text under the label, in order.
fn findings(path: &str, text: impl AsRef<[u8]>) -> Vec<String> {
    let place = |diagnostic: &crate::diagnostic::Diagnostic| {
        let start = diagnostic.start();
        let label = diagnostic.source.slice(&diagnostic.span).lines().next().unwrap_or_default().to_owned();
        format!("{}:{} {} {label:?}", start.line, start.column, diagnostic.rule.code)
    };
    read(path, text).diagnostics.iter().map(place).collect()
}
