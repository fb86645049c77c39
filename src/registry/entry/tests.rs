//! Entries against the canonical form that the contract describes.

use proptest::prelude::*;

use super::*;
use crate::{
    domain::RepoPath,
    schema::Schemas,
    source::{self, Limits},
    testing::FORMAT,
};

fn compile(path: &str, text: &str) -> Option<Entry> {
    let parsed = source::parse(&RepoPath::new(path), text.as_bytes(), &Limits::default());
    assert_eq!(parsed.diagnostics, []);
    let document = parsed.document.expect("no diagnostics");
    let manifest = crate::manifest::validate(document, &Schemas::builtin());
    let manifest = manifest.unwrap_or_else(|invalid| panic!("{:?}", invalid.findings));
    Entry::compile(&manifest, FORMAT)
}

fn text(entry: &Entry) -> &str {
    str::from_utf8(&entry.bytes).unwrap()
}

const FULL: &str = r#"
aiContext:
  relationships:
  - {type: integrates, description: d, module: chat}
  queryableData:
  - {description: d, endpoint: /api/q, dataType: files, parameters: {z: 1, a: {y: [3, {c: 1, b: 2}], x: null}}}
  contextProviders:
  - {description: d, cacheDuration: 1.0, endpoint: /api/p, name: recent}
  actions:
  - {permissions: ["drive:write"], description: d, name: share}
  entities:
  - {description: d, name: file, pluralName: files}
  keywords: [zebra, apple]
  category: OTHER
  purpose: "Stores “files”."
description: not registered
version: 1.0.0
name: drive
"#;

#[test]
fn examples_and_the_deprecation_are_published_and_the_tests_are_not() {
    let head = "name: drive\nversion: 1.0.0\n";
    let fields = "purpose: p, category: OTHER, keywords: [k], concepts: [c]";
    let deprecated = "deprecated: {replacedBy: team-chat, reason: r, since: 2026-11-25}";
    let tests = "tests: [{say: b}, {say: [x], expect: not}]";
    let [plain, empty, more] = [
        format!("{head}aiContext: {{{fields}}}"),
        format!("{head}aiContext: {{{fields}, examples: []}}"),
        format!("{head}aiContext: {{{fields}, examples: [b, a]}}\n{deprecated}\n{tests}"),
    ]
    .map(|manifest| compile("modules/drive.yaml", &manifest).unwrap());
    assert_eq!(text(&plain), text(&empty));
    let added =
        similar::TextDiff::from_lines(text(&plain), text(&more)).unified_diff().context_radius(1).to_string();
    insta::assert_snapshot!(added, @r#"
    @@ -5,2 +5,7 @@
       "source": "modules/drive.yaml",
    +  "deprecated": {
    +    "since": "2026-11-25",
    +    "reason": "r",
    +    "replacedBy": "team-chat"
    +  },
       "aiContext": {
    @@ -15,2 +20,6 @@
         ],
    +    "examples": [
    +      "b",
    +      "a"
    +    ],
         "entities": [],
    "#);
}

#[test]
fn an_entry_is_canonical() {
    let entry = compile("modules/drive/module.yaml", FULL).unwrap();
    insta::assert_snapshot!(text(&entry), @r#"
    {
      "name": "drive",
      "version": "1.0.0",
      "status": "ACTIVE",
      "source": "modules/drive/module.yaml",
      "aiContext": {
        "purpose": "Stores “files”.",
        "category": "OTHER",
        "keywords": [
          "zebra",
          "apple"
        ],
        "patterns": [],
        "concepts": [],
        "entities": [
          {
            "name": "file",
            "pluralName": "files",
            "description": "d"
          }
        ],
        "actions": [
          {
            "name": "share",
            "description": "d",
            "permissions": [
              "drive:write"
            ]
          }
        ],
        "contextProviders": [
          {
            "name": "recent",
            "endpoint": "/api/p",
            "cacheDuration": 1,
            "description": "d"
          }
        ],
        "queryableData": [
          {
            "dataType": "files",
            "endpoint": "/api/q",
            "description": "d",
            "parameters": {
              "a": {
                "x": null,
                "y": [
                  3,
                  {
                    "b": 2,
                    "c": 1
                  }
                ]
              },
              "z": 1
            }
          }
        ],
        "relationships": [
          {
            "module": "chat",
            "type": "integrates",
            "description": "d"
          }
        ]
      }
    }
    "#);
    assert!(text(&entry).ends_with("}\n"));
    assert_eq!(entry.id, object::blob_id(FORMAT, &entry.bytes));
}

#[test]
fn layout_comments_key_order_and_format_do_not_change_the_entry() {
    let yaml = compile("modules/drive.yaml", FULL).unwrap();
    let value: serde_json::Value = serde_yaml::from_str(FULL).unwrap();
    let commented = format!("# a comment\n{}", FULL.replace('\n', "\r\n"));
    let commented = compile("modules/drive.yaml", &commented).unwrap();
    assert_eq!(text(&commented), text(&yaml));
    let json = compile("modules/drive.json", &value.to_string()).unwrap();
    assert_eq!(text(&json), text(&yaml).replace("drive.yaml", "drive.json"));
}

#[test]
fn the_alias_compiles_to_the_same_entry() {
    let alias = FULL.replace("aiContext", "ai_context");
    assert_eq!(compile("modules/drive.yaml", &alias), compile("modules/drive.yaml", FULL));
}

#[test]
fn a_manifest_outside_the_registry_has_no_entry() {
    for head in ["status: DRAFT", "status: SUSPENDED"] {
        assert_eq!(compile("modules/drive.yaml", &format!("{head}\n{FULL}")), None, "{head}");
    }
    assert_eq!(compile("modules/drive.yaml", "name: drive\nversion: 1.0.0\n"), None);
    assert!(compile("modules/drive.yaml", &format!("status: APPROVED\n{FULL}")).is_some());
}

proptest! {
    /// The aiContext of an entry, put back into a manifest, compiles to the same entry.
    #[test]
    fn the_canonical_form_is_a_fixed_point(parameters in free_form(), purpose in "[a-z\u{e9}\"\\\\]{1,20}") {
        let value = serde_json::json!({
            "name": "drive",
            "version": "1.0.0",
            "aiContext": {
                "keywords": ["files"],
                "purpose": purpose,
                "category": "OTHER",
                "queryableData": [
                    {"dataType": "files", "endpoint": "/api/q", "description": "d", "parameters": {"p": parameters}},
                ],
            },
        });
        let once = compile("modules/drive.json", &value.to_string()).unwrap();
        let mut again: serde_json::Value = serde_json::from_slice(&once.bytes).unwrap();
        again.as_object_mut().unwrap().remove("source");
        prop_assert_eq!(compile("modules/drive.json", &again.to_string()).unwrap(), once);
    }
}

/// Generates any plain data within the limits of a manifest.
fn free_form() -> impl Strategy<Value = serde_json::Value> {
    let leaf = prop_oneof![
        Just(serde_json::Value::Null),
        any::<bool>().prop_map(Into::into),
        (-9_007_199_254_740_991_i64..=9_007_199_254_740_991).prop_map(Into::into),
        (-1e6..1e6_f64).prop_map(Into::into),
        "\\PC{0,8}".prop_map(Into::into),
    ];
    leaf.prop_recursive(3, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Into::into),
            prop::collection::btree_map("[a-z~/]{1,4}", inner, 0..4)
                .prop_map(|map| map.into_iter().collect::<serde_json::Value>()),
        ]
    })
}
