//! An entry and the manifest that it becomes are one and the same module.

use std::sync::LazyLock;

use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::{
    compile::{Compiled, Compiler, ManifestFile, Registration},
    domain::ObjectFormat,
    schema::Schemas,
    settings::Settings,
    testing::same_cases_every_time,
};

const PATH: &str = "modules/drive/module.yaml";

/// Texts that YAML readers take for something else, or cannot read where they are not quoted.
const TEXTS: [&str; 62] = [
    "yes",
    "no",
    "on",
    "off",
    "y",
    "n",
    "true",
    "True",
    "null",
    "Null",
    "~",
    "",
    " ",
    "1",
    "1.0",
    "-0",
    "+1",
    "1e3",
    "0x1F",
    "0o7",
    "017",
    "1_000",
    "1:30",
    ".5",
    "5.",
    ".inf",
    ".nan",
    "2026-11-26",
    "2026-11-26T10:00:00Z",
    "<<",
    "=",
    "- a",
    "-",
    "---",
    "...",
    "a: b",
    "a:",
    ": a",
    "a #b",
    "#a",
    "@x",
    "`x`",
    "%TAG",
    "!t",
    "&a",
    "*a",
    "|",
    ">",
    "? a",
    "[a]",
    "{a}",
    "a, b",
    "'a'",
    "\"a\"",
    "a\\n",
    " a",
    "a ",
    "\u{feff}a",
    "quoted",
    "quoted0x0_",
    "::error::x",
    "x ##[group]",
];

/// Texts with line breaks, tabs and characters that are not seen or not on every keyboard.
const LINES: [&str; 22] = [
    "a\nb",
    "a\n",
    "\na",
    "a\n\n",
    "\n",
    " a\nb",
    "a\n  b\n",
    "a \nb",
    "\ta\nb",
    "a\tb",
    "a\n\tb",
    "a\r\nb",
    "a\rb",
    "- a\n- b",
    "# a\nb",
    "\u{85}",
    "a\u{85}b\nc",
    "a\u{2028}b",
    "😀 👨\u{200d}👩",
    "\u{202e}x",
    "\u{7f}\u{1b}[8m",
    "::x\n::y::z",
];

static COMPILER: LazyLock<Compiler> = LazyLock::new(|| Compiler {
    schemas: Schemas::builtin(),
    settings: Settings::default(),
    format: ObjectFormat::Sha1,
});

fn compiled(text: &str) -> Compiled {
    let content = Ok(text.as_bytes().to_vec());
    COMPILER.compile(ManifestFile { path: RepoPath::new(PATH), content })
}

/// The bytes of an entry with these parameters, and with a text as its purpose.
fn entry(purpose: &str, parameters: &Value) -> Vec<u8> {
    let manifest = json!({
        "name": "drive",
        "displayName": purpose,
        "version": "1.0.0",
        "status": "APPROVED",
        "deprecated": {"since": "2026-11-26", "reason": "yes"},
        "aiContext": {
            "keywords": ["files", "007", "~"],
            "purpose": "x",
            "category": "OTHER",
            "queryableData": [{"dataType": "files", "endpoint": "/api/q", "description": "d", "parameters": parameters}],
        },
    });
    let content = Ok(manifest.to_string().into_bytes());
    let compiled = COMPILER.compile(ManifestFile { path: RepoPath::new("modules/drive.json"), content });
    match compiled.registration {
        Registration::Registered(entry) => {
            String::from_utf8(entry.bytes).unwrap().replacen("modules/drive.json", PATH, 1).into_bytes()
        }
        other @ (Registration::Skipped | Registration::Invalid) => {
            panic!("{other:?} {:?}", compiled.diagnostics)
        }
    }
}

/// Writes an entry as a manifest, which must compile to the entry.
fn check(entry: &[u8]) -> String {
    let text = manifest(entry, None).unwrap();
    let compiled = compiled(&text);
    let Registration::Registered(again) = compiled.registration else {
        panic!("{:?}\n{text}", compiled.diagnostics)
    };
    assert_eq!(String::from_utf8_lossy(&again.bytes), String::from_utf8_lossy(entry), "{text}");
    let is_shown = |character: char| character == '\n' || !is_hidden(character, Some('a'));
    assert!(text.chars().all(is_shown), "{text:?}");
    text
}

#[test]
fn a_manifest_is_written_as_an_author_would_write_it() {
    let entry = entry(
        "Drive: yes\nor no\n",
        &json!({"limit": {"type": "integer", "default": 1.5}, "\u{200b}": null}),
    );
    insta::assert_snapshot!(check(&entry), @r#"
    name: drive
    displayName: |
      Drive: yes
      or no
    version: 1.0.0
    status: APPROVED
    deprecated:
      since: "2026-11-26"
      reason: "yes"
    aiContext:
      purpose: x
      category: OTHER
      keywords:
      - files
      - "007"
      - '~'
      patterns: []
      concepts: []
      entities: []
      actions: []
      contextProviders: []
      queryableData:
      - dataType: files
        endpoint: /api/q
        description: d
        parameters:
          limit:
            default: 1.5
            type: integer
          "\u200b": null
    "#);
    let line = manifest(&entry, Some("../../schema/module.schema.json")).unwrap();
    assert!(
        line.starts_with("# yaml-language-server: $schema=../../schema/module.schema.json\nname: drive\n"),
        "{line}"
    );
}

#[test]
fn texts_that_look_like_numbers_or_booleans_stay_texts() {
    for text in TEXTS.into_iter().chain(LINES) {
        check(&entry("x", &json!({"a": text, "list": [text, [text]], "deep": {"deeper": {"text": text}}})));
        if text != "<<" {
            check(&entry("x", &json!({"keys": {text: {text: [text]}}})));
        }
    }
    let long = "a long text with words ".repeat(100);
    check(&entry("x", &json!({long.trim(): long, "a".repeat(2_000): "b".repeat(2_000)})));
}

#[test]
fn texts_that_yaml_1_1_reads_differently_are_quoted() {
    for (text, is_quoted) in [
        ("Yes", true),
        ("on", true),
        ("1:30", true),
        ("1_000", true),
        ("2026-11-26", true),
        ("0x1f", true),
        ("1.0.0", false),
        ("1.0.0-rc.1", false),
        ("yesterday", false),
        ("-", false),
        ("5 files", false),
    ] {
        assert_eq!(is_more_in_yaml_1_1(text), is_quoted, "{text}");
    }
}

/// It would take minutes to search for a mark that is one letter longer than each that the entry contains.
#[test]
fn a_text_that_looks_like_a_placeholder_makes_neither_slow_nor_long_placeholders() {
    let like_marks = (0..1_000).map(|number| format!("quoted{number}x")).collect::<Vec<_>>().concat();
    let long = format!("quoted{}", "x".repeat(1_000_000));
    for text in [like_marks.as_str(), &long, "quoted", "quoted1x", "quoted00x", "quoted+0x", "quotedquoted0x"]
    {
        let entry = json!({"text": text, "words": vec!["yes"; 100]});
        let written = manifest(entry.to_string().as_bytes(), None).unwrap();
        let expected = format!("text: {text}\nwords:\n{}", "- \"yes\"\n".repeat(100));
        assert!(written == expected, "{written:.100}");
    }
    let entry = Map::from_iter([("text".to_owned(), Value::from(long))]);
    assert_eq!(QuotedTexts::beside(&entry).prefix, "quoted0x");
    let entry = Map::from_iter([("text".to_owned(), Value::from(like_marks))]);
    assert_eq!(QuotedTexts::beside(&entry).prefix, "quoted1000x");
}

#[test]
fn an_entry_that_is_not_an_object_has_no_manifest() {
    for bytes in ["", "[]", "{", "\u{feff}{}"] {
        assert_eq!(manifest(bytes.as_bytes(), None), None, "{bytes}");
    }
}

proptest! {
    #![proptest_config(same_cases_every_time(512))]

    #[test]
    fn every_entry_reads_back_the_same(purpose in text(), parameters in free_form()) {
        check(&entry(&purpose, &json!({"p": parameters})));
    }
}

fn text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        prop::sample::select(&TEXTS[..]).prop_map(str::to_owned),
        prop::sample::select(&LINES[..]).prop_map(str::to_owned),
        "\\PC{0,8}",
    ];
    prop::collection::vec(piece, 0..4).prop_map(|pieces| pieces.concat())
}

/// Returns any plain data within the limits of a manifest.
fn free_form() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Into::into),
        (-9_007_199_254_740_991_i64..=9_007_199_254_740_991).prop_map(Into::into),
        (-1e6..1e6_f64).prop_map(Into::into),
        (-300..15_i32).prop_map(|exponent| Value::from(1.5 * 10f64.powi(exponent))),
        text().prop_map(Into::into),
    ];
    leaf.prop_recursive(3, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Into::into),
            prop::collection::btree_map(text().prop_filter("a merge key", |key| key != "<<"), inner, 0..4)
                .prop_map(|map| map.into_iter().collect::<Value>()),
        ]
    })
}
