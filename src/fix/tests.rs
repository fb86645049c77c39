//! Manifests before and after their fixes: what is fixed, and what stays the same.

use proptest::prelude::*;
use serde_json::Value;

use super::*;
use crate::{schema::Schemas, settings::Settings, testing::FORMAT};

fn compiler() -> Compiler {
    Compiler { schemas: Schemas::builtin(), settings: Settings::default(), format: FORMAT }
}

fn fixed(path: &str, text: &str) -> Fixed {
    fix(&compiler(), &RepoPath::new(path), text.as_bytes().to_vec())
}

fn check(path: &str, before: &str, after: &str) {
    let fixed = fixed(path, before);
    assert_eq!(String::from_utf8(fixed.bytes).unwrap(), after, "{before}");
}

const HEAD: &str = "name: drive # the name\nversion: 1.0.0\n";

fn yaml(before: &str, after: &str) {
    check("modules/drive.yaml", &format!("{HEAD}{before}"), &format!("{HEAD}{after}"));
}

/// A context in which only `keywords` is still to be written.
const CONTEXT: &str = "aiContext:\n  purpose: Stores\n  category: OTHER\n";

fn keywords(before: &str, after: &str) {
    yaml(&format!("{CONTEXT}  keywords:{before}"), &format!("{CONTEXT}  keywords:{after}"));
}

#[test]
fn the_alias_and_the_case_of_words_are_fixed_and_comments_stay() {
    yaml(
        "status: draft\nai_context: # why\n  purpose: 'Stores '   # what\n  category:   productivity # c\n  keywords: [a]\n",
        "status: DRAFT\naiContext: # why\n  purpose: 'Stores'   # what\n  category:   PRODUCTIVITY # c\n  keywords: [a]\n",
    );
    yaml(
        "\"ai_context\": {purpose: Stores, category: \"Finance\", keywords: [a]}\n",
        "\"aiContext\": {purpose: Stores, category: \"FINANCE\", keywords: [a]}\n",
    );
    yaml(
        "aiContext:\n  purpose: |\n    Stores  \n  category: ' other'\n  keywords: [a]\n",
        "aiContext:\n  purpose: |\n    Stores\n  category: 'OTHER'\n  keywords: [a]\n",
    );
}

#[test]
fn repeated_elements_go_with_their_lines_or_commas() {
    keywords(
        "\n    - a\n    # b\n    - b\n    - a\n    - \"a\"\n    - c\n",
        "\n    - a\n    # b\n    - b\n    - c\n",
    );
    keywords(" [a, b,\n    a, 'b' , c]\n", " [a, b , c]\n");
    keywords("\n    - a\n    - a", "\n    - a\n");
    keywords("\r\n    - a\r\n    - a\r\n", "\r\n    - a\r\n");
    // A comment would be lost, an anchor would be missing, and the text of an alias is elsewhere.
    keywords("\n    - a\n    - a # twice, on purpose\n", "\n    - a\n    - a # twice, on purpose\n");
    keywords("\n    - a\n    - &x a\n  concepts: [*x]\n", "\n    - a\n    - &x a\n  concepts: [*x]\n");
    keywords(" &k [a, a]\n  concepts: *k\n", " &k [a, a]\n  concepts: *k\n");
}

#[test]
fn typographic_quotes_are_removed_in_the_style_of_the_value() {
    keywords(" [“weather”, '“it''s rain”', \"“a \\\" b”\"]\n", " [weather, 'it''s rain', \"a \\\" b\"]\n");
    keywords("\n    - “weather, rain” # why\n", "\n    - \"weather, rain\" # why\n");
    keywords(" [“2024”, “true”]\n", " [\"2024\", \"true\"]\n");
    yaml(
        &format!("status: “active”\n{CONTEXT}  keywords: [a]\n"),
        &format!("status: ACTIVE\n{CONTEXT}  keywords: [a]\n"),
    );
    // Of a block text the quotes are a part.
    keywords("\n    - |\n      “weather”\n", "\n    - |\n      “weather”\n");
    check(
        "modules/drive.json",
        r#"{"name": "drive", "version": "1.0.0", "aiContext": {"purpose": "“Stores”", "category": "OTHER", "keywords": ["a"]}}"#,
        r#"{"name": "drive", "version": "1.0.0", "aiContext": {"purpose": "Stores", "category": "OTHER", "keywords": ["a"]}}"#,
    );
}

#[test]
fn json_keeps_its_layout_and_a_byte_order_mark_stays() {
    check(
        "modules/drive.json",
        "\u{feff}{\"name\": \"drive\",\r\n  \"version\": \"1.0.0\", \"ai_context\": {\"purpose\": \"Stores \",\n\t\"category\": \"other\",\n  \
         \"keywords\": [\n    \"a\",\n    \"b\",\n    \"a\"\n  ]}}",
        "\u{feff}{\"name\": \"drive\",\r\n  \"version\": \"1.0.0\", \"aiContext\": {\"purpose\": \"Stores\",\n\t\"category\": \"OTHER\",\n  \
         \"keywords\": [\n    \"a\",\n    \"b\"\n  ]}}",
    );
}

#[test]
fn mistakes_that_are_not_mechanical_are_not_changed() {
    for text in [
        "aiContext:\n  purpose: Stores\n  category: PRODUCTVITY\n  keywords: [a]\n",
        "aiContext: {}\nai_context: {}\n",
        "aiContext:\n  purpose: Stores\n  category: OTHER\n  keywords: [a]\n  patterns: ['show ']\n",
        "aiContext:\n  purpose: \"Stores files\\x20\"\n  category: OTHER\n  keywords: [a]\n",
        "aiContext:\n  purpose: Stores\n  category: other\n  keywords: [a]\n  keywords: [b]\n",
        "ai_context: [\n",
    ] {
        yaml(text, text);
    }
}

#[test]
fn each_fix_names_the_rule_and_the_change() {
    let fixed = fixed(
        "modules/drive.yaml",
        &format!("{HEAD}ai_context:\n  purpose: 'Stores '\n  category: other\n  keywords: [a, a]\n"),
    );
    let fixes: Vec<_> =
        fixed.fixes.iter().map(|fix| format!("{}: {}", fix.diagnostic.rule.code, fix.change)).collect();
    assert_eq!(
        fixes,
        [
            "schema/enum: now `OTHER`",
            "schema/unique-items: removed",
            "alias/ai-context: renamed to `aiContext`",
            "text/trailing-space: now `Stores`",
        ]
    );
}

fn value(bytes: &[u8]) -> Value {
    read(&compiler(), &RepoPath::new("modules/drive.yaml"), bytes).unwrap().root().to_json()
}

proptest! {
    #[test]
    fn values_differ_only_where_a_fix_says(
        alias in any::<bool>(), category in "(OTHER|other|Finance|'health'|nope)",
        items in proptest::collection::vec("(- a|- 'a'|- \"b \"|- b|- a # c|- [a]|# c)", 1..8), indent in 2usize..5,
    ) {
        let key = if alias { "ai_context" } else { "aiContext" };
        let pad = " ".repeat(indent);
        let lines = format!("{pad}{}\n", items.join(&format!("\n{pad}")));
        let text = format!("{HEAD}{key}:\n  purpose: Stores\n  category: {category}\n  keywords:\n{lines}");
        let fixed = fixed("modules/drive.yaml", &text);
        let mut expected = value(text.as_bytes());
        for fix in &fixed.fixes {
            fix.change.apply(&mut expected, &fix.diagnostic.pointer).unwrap();
        }
        prop_assert_eq!(value(&fixed.bytes), expected);
        let comments = |text: &str| text.matches('#').count();
        prop_assert_eq!(comments(&String::from_utf8(fixed.bytes).unwrap()), comments(&text));
    }
}
