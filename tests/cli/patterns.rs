//! What the README, the schema and `explain` say about patterns: the same words, and true ones.

use std::fs;

use regex::Regex;

use crate::harness::Folder;

/// Reads a pattern by the letter of the paragraph: each sentence of it is a line here.
fn compile(pattern: &str) -> Regex {
    let words: Vec<_> = pattern.split(' ').collect();
    let mut regex = "(?i)".to_owned();
    for (index, word) in words.iter().enumerate() {
        match (*word, index) {
            ("*", 0) => regex.push_str(r"(?:\S+\s+)*"),
            ("*", _) => regex.push_str(r"(?:\s+\S+)*"),
            (word, 0) => regex.push_str(word),
            (word, 1) if words[0] == "*" => regex.push_str(word),
            (word, _) => regex.extend([r"\s+", word]),
        }
    }
    Regex::new(&regex).unwrap()
}

#[test]
fn the_examples_of_the_paragraph_are_true() {
    let paragraph = paragraph();
    let examples = paragraph.split_once("Examples: ").unwrap().1;
    let mut checked = 0;
    for example in examples.split("; ") {
        let pattern = example.split('`').nth(1).unwrap();
        let (matching, other) = example.split_once(", but not ").unwrap_or((example, ""));
        for (text, is_match) in [(matching, true), (other, false)] {
            for request in text.split('“').skip(1).filter_map(|rest| rest.split('”').next()) {
                assert_eq!(compile(pattern).is_match(request), is_match, "`{pattern}` and {request:?}");
                checked += 1;
            }
        }
    }
    assert!(checked >= 9, "{checked} requests in {examples:?}");
}

#[test]
fn it_is_the_same_everywhere() {
    let paragraph = paragraph();
    let readme = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/README.md")).unwrap();
    assert!(words(&readme).contains(&paragraph), "the README has another paragraph than:\n{paragraph}");
    let schema = Folder::empty().expect(0, &["schema", "ai-context"]).out;
    let schema: serde_json::Value = serde_json::from_str(&schema).unwrap();
    assert_eq!(words(schema["properties"]["patterns"]["description"].as_str().unwrap()), paragraph);
}

/// What `explain` prints, on one line.
fn paragraph() -> String {
    let printed = Folder::empty().expect(0, &["explain", "patterns"]).out;
    words(printed.split_once("\n\n").unwrap().1)
}

fn words(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
