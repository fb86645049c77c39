//! What editors need to check and complete manifests as they are typed: the settings that `init` writes.

use serde_json::json;

use crate::domain::RepoPath;

/// The schema of manifests, from the workspace's root.
const SCHEMA: &str = "./schema/module.schema.json";

/// The files, by path, for a registry whose manifests lie below `modules`.
pub(super) fn files(modules: &RepoPath) -> impl Iterator<Item = (&'static str, String)> {
    [(".vscode/settings.json", settings(modules)), (".vscode/extensions.json", extensions())].into_iter()
}

/// The settings that map manifests to their schema.
fn settings(modules: &RepoPath) -> String {
    text(&json!({
        "json.schemas": [{"fileMatch": [format!("/{modules}/**/*.json")], "url": SCHEMA}],
        "yaml.schemas": {SCHEMA: [format!("{modules}/**/*.yaml"), format!("{modules}/**/*.yml")]},
    }))
}

/// The recommendation of the extension that knows schemas of YAML; for JSON the editor itself does.
fn extensions() -> String {
    text(&json!({"recommendations": ["redhat.vscode-yaml"]}))
}

fn text(value: &serde_json::Value) -> String {
    format!("{value:#}\n")
}
