//! Properties over made-up and mutated documents.

use proptest::prelude::*;
use serde_json::Value as Json;

use super::*;
use crate::{
    diagnostic::Part,
    domain::Pointer,
    source::tree::node::{Node, Value},
    testing::same_cases_every_time,
};

/// Pieces that YAML and JSON are made of, so that random joins of them mean something now and then.
const PIECES: [&str; 73] = [
    "a",
    "b",
    "key",
    ": ",
    ":",
    "- ",
    "-",
    "\n",
    "\n  ",
    "\n    ",
    "\n- ",
    "\nb: ",
    "? ",
    "{",
    "}",
    "[",
    "]",
    ", ",
    ",",
    "\"",
    "'",
    "|",
    ">",
    "|-",
    ">+",
    "|2",
    "\n\n",
    "#",
    " # c",
    "&x ",
    "*x",
    "&y",
    "*y",
    "<<",
    "!!str ",
    "!t ",
    "%",
    "---",
    "\n---\n",
    "...",
    "\n...\n",
    "~",
    "null",
    "true",
    "False",
    "0",
    "1.0",
    "-1",
    "0x1f",
    "0o7",
    "007",
    "1e3",
    ".5",
    ".inf",
    ".nan",
    "9007199254740993",
    "é",
    "\u{2028}",
    "\u{85}",
    "\u{feff}",
    "\t",
    "\r\n",
    "\r",
    " ",
    "  ",
    "\\",
    "\\n",
    "\\u00e9",
    "\\ud83d",
    "\\\n",
    "``",
    "@",
    "\0",
];

/// Pieces of JSON and of what authors write in its place.
const JSON_PIECES: [&str; 40] = [
    "{", "}", "[", "]", ":", ",", "\"", "\"a\"", "\"b\": ", "\"c d\"", "e", "f g", "true", "null", "1",
    "-0.5e3", "01", "1.0.0", "'", "'h'", "“", "”", "“i”", "`", "//", "/*", "*/", "#", "=", ";", "\n", "\r\n",
    "\t", " ", "\\", "\\u00e9", "\\ud83d", "\u{a0}", "é", "\0",
];

const DOCUMENTS: [&str; 4] = [
    "name: drive\nversion: 1.2.3\naiContext: &x\n  purpose: >-\n    Stores\n    files\n\n  keywords: [file, \"fold: er\", 'it''s']\n  patterns:\n  - show my *\n  - 'a: b'\nother: *x\n",
    "{\"name\": \"drive\", \"list\": [1, 2.5, -3e2, true, null, \"x\\n\\u00e9\"], \"o\": {\"a\": {}, \"b\": []}}",
    "# c\n---\na:\n  - - 1\n    - |\n      text\n       more\n\n  - ? k\n    : v\n  -\n    \"quoted\": \"multi\n     line\"\nb: plain\n  continued # c\n...\n",
    "a: |+\n  keep\n\n\nb: >2\n   x\n  y\n\n  z\nc: {d: , e, ? f : g, \"h\":1}\nd: [a: 1, b]\n",
];

fn joined() -> impl Strategy<Value = String> {
    prop::collection::vec(prop::sample::select(&PIECES[..]), 0..30).prop_map(|pieces| pieces.concat())
}

fn joined_json() -> impl Strategy<Value = String> {
    prop::collection::vec(prop::sample::select(&JSON_PIECES[..]), 0..40).prop_map(|pieces| pieces.concat())
}

fn mutated() -> impl Strategy<Value = String> {
    let edits = prop::collection::vec(
        (any::<prop::sample::Index>(), 0..3usize, prop::sample::select(&PIECES[..])),
        0..6,
    );
    (prop::sample::select(&DOCUMENTS[..]), edits).prop_map(|(document, edits)| {
        let mut text = document.to_owned();
        for (index, removed, piece) in edits {
            let start = text.floor_char_boundary(index.index(text.len() + 1));
            let end = text.ceil_char_boundary((start + removed).min(text.len()));
            text.replace_range(start..end, piece);
        }
        text
    })
}

fn routes(node: Node<'_>, at: &Pointer, out: &mut Vec<Pointer>) {
    out.push(at.clone());
    match node.value() {
        Value::Array(elements) => {
            elements.enumerate().for_each(|(index, node)| routes(node, &at.index(index), out));
        }
        Value::Object(members) => members.for_each(|(key, node)| routes(node, &at.key(key), out)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// Checks what is true for every input: there are findings if there is no document, and spans are within the text.
fn check_parsed(parsed: &Parsed) {
    assert!(parsed.document.is_some() || !parsed.diagnostics.is_empty());
    for diagnostic in &parsed.diagnostics {
        assert!(diagnostic.source.text().get(diagnostic.span.clone()).is_some(), "{diagnostic:?}");
        assert!(diagnostic.is_error());
    }
    let Some(document) = &parsed.document else { return };
    let mut all = Vec::new();
    routes(document.root(), &Pointer::ROOT, &mut all);
    for pointer in all {
        for part in [Part::Key, Part::Value] {
            let span = document.locate(&pointer, part);
            assert!(document.source().text().get(span.clone()).is_some(), "{pointer} {span:?}");
        }
    }
}

/// Numbers are equal if they are the same number, however they are held.
fn same(ours: &Json, theirs: &Json) -> bool {
    match (ours, theirs) {
        (Json::Number(ours), Json::Number(theirs)) => ours.as_f64() == theirs.as_f64(),
        (Json::Array(ours), Json::Array(theirs)) => {
            ours.len() == theirs.len() && ours.iter().zip(theirs).all(|(ours, theirs)| same(ours, theirs))
        }
        (Json::Object(ours), Json::Object(theirs)) => {
            ours.len() == theirs.len()
                && ours.iter().zip(theirs).all(|((a, ours), (b, theirs))| a == b && same(ours, theirs))
        }
        _ => ours == theirs,
    }
}

/// Checks that `serde_yaml` accepts, with an equal value, every text that is accepted without findings.
fn agrees_with_serde_yaml(text: &str) {
    let parsed = read("a.yaml", text);
    check_parsed(&parsed);
    if let (Some(document), []) = (&parsed.document, &parsed.diagnostics[..]) {
        let ours = document.root().to_json();
        match serde_yaml::from_str::<Json>(text.strip_prefix('\u{feff}').unwrap_or(text)) {
            Ok(theirs) => assert!(same(&ours, &theirs), "{text:?}: {ours} and {theirs}"),
            Err(error) => panic!("{text:?}: accepted as {ours}, but {error}"),
        }
    }
}

fn agrees_with_serde_json(text: &str) {
    let parsed = read("a.json", text);
    check_parsed(&parsed);
    // Every reason to refuse a text has words of its own.
    let unknown = parsed.diagnostics.iter().find(|diagnostic| diagnostic.message == "this is not valid JSON");
    assert!(unknown.is_none(), "{text:?}: {unknown:?}");
    let theirs = serde_json::from_str::<Json>(text.strip_prefix('\u{feff}').unwrap_or(text));
    if let (Some(document), []) = (&parsed.document, &parsed.diagnostics[..]) {
        assert!(same(&document.root().to_json(), &theirs.unwrap()), "{text:?}");
    } else if let Ok(theirs) = theirs {
        assert!(parsed.document.is_some(), "{text:?} is refused, but is {theirs}");
    }
}

#[test]
fn the_mutated_documents_are_read_before_they_are_mutated() {
    for document in DOCUMENTS {
        assert_eq!(findings("a.yaml", document), [""; 0]);
        agrees_with_serde_yaml(document);
    }
}

proptest! {
    #![proptest_config(same_cases_every_time(512))]

    #[test]
    fn any_bytes_result_in_a_document_or_findings(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        check_parsed(&read("a.yaml", &bytes));
        check_parsed(&read("a.json", &bytes));
    }

    #[test]
    fn joined_pieces_agree_with_the_references(text in joined()) {
        agrees_with_serde_yaml(&text);
        agrees_with_serde_json(&text);
    }

    #[test]
    fn joined_pieces_of_json_agree_with_the_reference(text in joined_json(), before in joined_json()) {
        agrees_with_serde_json(&text);
        agrees_with_serde_json(&format!("{{{before}\n{text}}}"));
    }

    #[test]
    fn mutated_documents_agree_with_the_references(text in mutated()) {
        agrees_with_serde_yaml(&text);
        agrees_with_serde_json(&text);
    }

    #[test]
    fn output_of_serde_json_is_read_in_both_formats(text in "\\PC{0,20}", number in -9_007_199_254_740_991_i64..=9_007_199_254_740_991, float in -1e15..1e15) {
        let value = serde_json::json!({ "text": text, &text: [number, float, { "": null }] });
        let written = serde_json::to_string_pretty(&value).unwrap();
        for path in ["a.json", "a.yaml"] {
            let parsed = read(path, &written);
            if parsed.diagnostics.is_empty() {
                assert!(same(&parsed.document.unwrap().root().to_json(), &value), "{path}: {written}");
            } else {
                assert!(text == "text" || text == "<<" || path == "a.yaml", "{path}: {:?}", parsed.diagnostics);
            }
        }
    }
}
