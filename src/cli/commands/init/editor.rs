//! The editor settings that `init` writes, with which editors check and complete manifests.

use serde_json::json;

use crate::domain::RepoPath;

/// The path of the manifests' schema, relative to the root of the workspace.
const SCHEMA: &str = "./schema/module.schema.json";

/// Returns the files by path, for a registry whose manifests are in `modules`.
pub(super) fn files(modules: &RepoPath) -> impl Iterator<Item = (&'static str, String)> {
    [(".vscode/settings.json", settings(modules)), (".vscode/extensions.json", extensions())].into_iter()
}

/// Returns the settings that map manifests to their schema.
fn settings(modules: &RepoPath) -> String {
    text(&json!({
        "json.schemas": [{"fileMatch": [format!("/{modules}/**/*.json")], "url": SCHEMA}],
        "yaml.schemas": {SCHEMA: [format!("{modules}/**/*.yaml"), format!("{modules}/**/*.yml")]},
    }))
}

/// Returns the recommendation of the extension that supports schemas for YAML; the editor itself supports them for JSON.
fn extensions() -> String {
    text(&json!({"recommendations": ["redhat.vscode-yaml"]}))
}

fn text(value: &serde_json::Value) -> String {
    format!("{value:#}\n")
}
