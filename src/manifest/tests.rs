//! From the text of a file to the findings on it and their places.

use super::*;
use crate::{
    domain::RepoPath,
    rules,
    schema::Schemas,
    source::{Document, Limits, Node, parse},
};

const FIVE_MISTAKES: &str = "name: drive
version: 1.10
aiContext:
  purpos: Stores files
  category: PRODUCTVITY
  keywords: [file, 'file']
  actions:
    - name: share
      permissions: []
";

fn document(path: &str, text: &str) -> Document {
    let parsed = parse(&RepoPath::new(path), text.as_bytes(), &Limits::default());
    assert_eq!(parsed.diagnostics, []);
    parsed.document.unwrap()
}

#[test]
fn five_mistakes_are_five_findings_at_five_places_with_five_remedies() {
    let invalid = validate(document("modules/drive.yaml", FIVE_MISTAKES), &Schemas::builtin()).unwrap_err();
    assert_eq!(invalid.declared.unwrap().as_str(), "drive");
    let reported: Vec<_> = invalid
        .document
        .diagnose(invalid.findings)
        .into_iter()
        .map(|one| (one.rule.code, one.source.slice(&one.span).to_owned(), one.help.unwrap_or_default()))
        .collect();
    let reported: Vec<_> =
        reported.iter().map(|(code, text, help)| (*code, text.as_str(), help.as_str())).collect();
    assert_eq!(
        reported,
        [
            ("schema/type", "1.10", "write `version: \"1.10.0\"`"),
            ("schema/unknown-field", "purpos", "did you mean `purpose`?"),
            (
                "schema/enum",
                "PRODUCTVITY",
                "did you mean `PRODUCTIVITY`? Allowed are `PRODUCTIVITY`, `COMMUNICATION`, `ANALYTICS`, `DEVELOPMENT`, \
                 `ENTERTAINMENT`, `EDUCATION`, `FINANCE`, `HEALTH`, `BUSINESS` or `OTHER`"
            ),
            ("schema/unique-items", "'file'", "remove one of the two"),
            (
                "schema/required",
                "name: share\n      permissions: []",
                "add `description`: what the action does"
            ),
        ]
    );
}

#[test]
fn a_valid_manifest_has_its_declared_values_and_is_checked_by_the_rules() {
    let text = r#"{"name": "chat", "version": "2.0.0", "status": "DRAFT", "displayName": "Chat",
        "ai_context": {"purpose": "Talks", "category": "COMMUNICATION", "keywords": ["chat"],
        "actions": [{"name": "a", "description": "d", "permissions": []}, {"name": "a", "description": "e", "permissions": []}]}}"#;
    let manifest = validate(document("modules/talk.json", text), &Schemas::builtin()).unwrap();
    assert_eq!((manifest.name().as_str(), manifest.version().major), ("chat", 2));
    assert_eq!((manifest.display_name(), manifest.is_registrable()), (Some("Chat"), false));
    assert_eq!(manifest.ai_context().unwrap().get("purpose").and_then(Node::as_str), Some("Talks"));
    let codes: Vec<_> = rules::check(&manifest).into_iter().map(|finding| finding.rule.code).collect();
    assert_eq!(codes, ["name/mismatch", "status/unregistrable", "alias/ai-context", "schema/unique-names"]);
}
