//! Tables of documents and the findings on them, and of schemas that cannot be used.

mod builtin;
mod manifests;
mod own_schemas;
mod proposals;

use serde_json::{Value, json};

use super::{testing::tree, *};
use crate::domain::{InvalidModuleName, ModuleName};

fn manifest(change: impl FnOnce(&mut Value)) -> Value {
    let mut manifest = json!({
        "name": "drive",
        "version": "1.0.0",
        "aiContext": {
            "purpose": "Stores files",
            "category": "PRODUCTIVITY",
            "keywords": ["file"],
            "actions": [{"name": "share", "description": "Shares a file", "permissions": []}],
            "contextProviders": [{"name": "recent", "endpoint": "/api/recent", "cacheDuration": 0}],
        },
    });
    change(&mut manifest);
    manifest
}

fn findings(schemas: &Schemas, document: &Value) -> Vec<String> {
    let tree = tree(document);
    let spelling = |route: &Pointer| (route.as_str() == "/version").then(|| "1.10".to_owned());
    let findings = schemas.report_root(tree.root(), &spelling, Format::Yaml).findings;
    let line = |finding: &Finding| {
        let Finding { rule, route, part, message, label: _, help } = finding;
        format!("{} {route} {part:?}: {message} | {}", rule.code, help.as_deref().unwrap_or_default())
    };
    findings.iter().map(line).collect()
}

/// Changes the valid manifest and compares the findings on it.
fn check(change: impl FnOnce(&mut Value), expected: &[&str]) {
    let manifest = manifest(change);
    assert_eq!(findings(&Schemas::builtin(), &manifest), expected, "{manifest}");
}

/// Compiles the schema of manifests with these files of a registry.
fn own(files: &[(&str, Value)]) -> Result<Schemas, SchemaError> {
    Schemas::load(&files.iter().map(|(name, value)| ((*name).to_owned(), value.to_string())).collect())
}
