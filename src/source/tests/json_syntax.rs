//! The findings on a text that is not JSON: every mistake once, at its place, with what to do.

use super::*;

/// Returns the findings as `line:column message`, in order; each has a remedy.
fn messages(text: &str) -> Vec<String> {
    let parsed = read("a.json", text);
    assert!(parsed.document.is_none(), "{text:?} has a tree");
    let place = |diagnostic: &crate::diagnostic::Diagnostic| {
        let start = diagnostic.start();
        assert!(diagnostic.help.is_some(), "{text:?} has no help: {}", diagnostic.message);
        format!("{}:{} {}", start.line, start.column, diagnostic.message)
    };
    parsed.diagnostics.iter().map(place).collect()
}

#[test]
fn explains_one_mistake() {
    for (text, expected) in [
        ("{\"a\": 1,}", "1:8 a comma precedes the closing bracket"),
        ("{\"a\": [1,\n]}", "1:9 a comma precedes the closing bracket"),
        ("{\"a\": 1 // x\n}", "1:9 JSON has no comments"),
        ("# x\n{}", "1:1 JSON has no comments"),
        ("{/* x\n */}", "1:2 JSON has no comments"),
        ("{'a': 1}", "1:2 `'a'` is not in straight double quotes"),
        ("{\"a\": 'it's'}", "1:7 `'it's'` is not in straight double quotes"),
        ("{\"a\": “b”}", "1:7 `“b”` is not in straight double quotes"),
        ("{\"a\": “b\"}", "1:7 `“b\"` is not in straight double quotes"),
        ("{\"a\": \"b”\n}", "1:7 `\"b”` is not in straight double quotes"),
        ("{\"a\": \"b”, \"c\": 1}", "1:7 `\"b”` is not in straight double quotes"),
        ("{a: 1}", "1:2 the key `a` is not in double quotes"),
        ("{\"a\": True}", "1:7 `True` is not a value of JSON"),
        ("{\"a\": nul}", "1:7 `nul` is not a value of JSON"),
        ("{\"a\": NaN}", "1:7 `NaN` is not a value of JSON"),
        ("{\"a\": lists of things}", "1:7 `lists of things` is not a value of JSON"),
        ("{\"a\": https://example.org/x}", "1:7 `https://example.org/x` is not a value of JSON"),
        ("{\"a\": 10:30}", "1:9 a colon follows a value"),
        ("{\"a\": }", "1:2 the key `a` has no value"),
        ("{\"a\": , \"b\": 1}", "1:2 the key `a` has no value"),
        ("{\"a\":\n \"b\": 1}", "1:2 the key `a` has no value"),
        ("{\"a\" 1}", "1:2 a colon is missing after this key"),
        ("{\"a\" \"b\"}", "1:2 a colon is missing after this key"),
        ("{\"a\" {\"b\": 1}}", "1:2 a colon is missing after this key"),
        ("{\"a\" = 1}", "1:6 a key and its value are joined by a colon"),
        ("{\"a\":: 1}", "1:6 two colons follow each other"),
        ("{: 1}", "1:2 a key is missing before this colon"),
        ("{\"a\", \"b\", \"c\"}", "1:2 `\"a\"` is in an object, but has no colon and no value"),
        ("{\"a\": \"b\"\n \"c\": 1}", "1:7 a comma is missing after this value"),
        ("{\"a\": \"b\" \"c\": 1}", "1:7 a comma is missing after this value"),
        ("{\"a\": {}\n \"c\": 1}", "1:8 a comma is missing after this value"),
        ("[1 2]", "1:2 a comma is missing after this value"),
        ("[\"a\" \"b\"]", "1:2 a comma is missing after this value"),
        ("[\"a\"\"b\"]", "1:2 a comma is missing after this value"),
        ("[{} {}]", "1:3 a comma is missing after this value"),
        ("[1, , 2]", "1:5 two commas follow each other"),
        ("[, 1]", "1:2 no value precedes this comma"),
        ("{\"a\": 1; \"b\": 2}", "1:8 a semicolon separates two values"),
        ("[\"a\": 1, \"b\": 2]", "1:5 a list cannot contain keys"),
        ("{\"a\": [1, 2,\n\"b\": 3}", "1:7 this list is never closed"),
        ("{\"a\": [1, 2\n\"b\": 3}", "1:7 this list is never closed"),
        ("{\"a\": {\"b\": 1,\n\"c\": 3}", "1:7 this object is never closed"),
        ("{\"a\": {\"b\": 1\n\"c\": 3}", "1:7 this object is never closed"),
        ("{\"a\": [1, 2}", "1:12 the wrong bracket closes this list"),
        ("{\"a\": [1, 2}, \"b\": 3}", "1:12 the wrong bracket closes this list"),
        ("{\"a\": 1", "1:1 this object is never closed"),
        ("{\"a\": \"b", "1:7 this text has no closing quote"),
        ("{\"a\": \"b\n}", "1:7 this text has no closing quote"),
        ("{\"a\": \"b,\n \"c\": 1}", "1:7 this text has no closing quote"),
        ("[{\"a\": \"b, \"c\": 1}, {\"d\": 2}]", "1:8 this text has no closing quote"),
        ("{\"a: 1,\n\"b\": 2}", "1:2 this key has no closing quote"),
        ("{\"a: \"b\"}", "1:2 this key has no closing quote"),
        ("{\"a\": \"b\nc d\",\n \"e\": 1}", "1:7 this text has no closing quote on its line"),
        ("{\"a\"\": 1}", "1:2 this text has a quote too many"),
        ("[\"\"a\"]", "1:2 this text has a quote too many"),
        ("{a\": 1}", "1:2 this text has no opening quote"),
        ("{\"a\": lists of things\", \"b\": 1}", "1:7 this text has no opening quote"),
        ("{\"a\": \"say \"b\" to c\", \"d\": 1}", "1:7 this text contains quotes that are not escaped"),
        ("{\"a\": \"5 \" of\",\n \"d\": 1}", "1:7 a comma is missing after this value"),
        ("{\"a\": \"b\tc\"}", "1:9 this text contains a tab"),
        ("{\"a\": \"b\u{1b}c\"}", "1:9 this text contains a control character (U+001B)"),
        ("{\"a\": \"C:\\dir\"}", "1:10 `\\d` is not an escape of JSON"),
        ("{\"a\": \"\\ud83d\"}", "1:8 this `\\u` escape is half of a character"),
        ("{\"a\": 01}", "1:7 `01` is not a number as JSON writes them"),
        ("{\"a\": 1.0.0}", "1:7 `1.0.0` is not a number as JSON writes them"),
        ("{\"a\": 1}}", "1:9 there is more text after the end of the document"),
        ("{\"a\": 1}, \"b\": 2}", "1:9 there is more text after the end of the document"),
        ("\"a\": 1,\n\"b\": 2\n", "1:1 the braces around the members are missing"),
        ("{\n<<<<<<< HEAD\n\"a\": 1", "2:1 this line is a marker of a merge conflict that was not resolved"),
        ("[1\u{2003}, 2]", "1:3 an unusual space (U+2003) is between the values"),
        ("name: a\nversion: 1\n", "1:1 this is YAML in a file named `.json`"),
        ("# c\n---\nname: a\n", "2:1 this is YAML in a file named `.json`"),
        ("- a\n", "1:1 this is YAML in a file named `.json`"),
        (" \n", "1:1 the file is empty"),
    ] {
        assert_eq!(messages(text), [expected], "{text:?}");
    }
}

#[test]
fn the_help_contains_the_corrected_text() {
    for (text, expected) in [
        ("{\"a\": 'b \"c\"'}", r#"write `"b \"c\""`"#),
        ("{\"a\": \"b \"c\"\"}", r#"write a quote within a text as `\"`: `"b \"c\""`"#),
        ("{\"a\"\": 1}", r#"write `"a"`"#),
        ("{\"a\" 1}", r#"add a colon after `"a"`"#),
        ("{a: 1}", r#"write `"a"`"#),
        ("{\"a\": b c}", r#"put a text in double quotes: `"b c"`"#),
        ("{\"a\": [1,\n\"b\": 2}", "add the missing `]` before the comma that precedes the key `b`"),
        ("{\"a\": [1\n\"b\": 2}", "add the missing `]` before the key `b`, and a comma after it"),
        ("{\"a\": '\u{202e}'}", "use `\"` on both ends"),
        ("a: 1\n", "rename the file to `a.yaml`, or write it as JSON: `{ \"key\": \"value\" }`"),
    ] {
        let parsed = read("a.json", text);
        assert_eq!(parsed.diagnostics[0].help.as_deref(), Some(expected), "{text:?}");
    }
}

#[test]
fn finds_all_mistakes_in_one_pass() {
    let text = "\
{
  // the tool
  \"name\": 'tasks',
  version: \"1.0.0\",
  \"displayName\": \"Tasks\"
  \"aiContext\": {
    \"purpose\" \"Keeps lists\",
    \"category\": PRODUCTIVITY,
    \"keywords\": [\"task\" \"todo\", \"list\",],
    \"patterns\": [\"show\tall\"], # more
    \"concepts\": [“work”],
    \"actions\": [
      { \"name\": \"add, \"description\": \"Adds a task\" },
      { \"name\": \"drop\", \"description\": \"Says \"done\" to it\" }
      { \"name\": , \"description\": \"none\", },
    ],
  }
}
";
    let expected = [
        "2:3 JSON has no comments",
        "3:11 `'tasks'` is not in straight double quotes",
        "4:3 the key `version` is not in double quotes",
        "5:18 a comma is missing after this value",
        "7:5 a colon is missing after this key",
        "8:17 `PRODUCTIVITY` is not a value of JSON",
        "9:18 a comma is missing after this value",
        "9:39 a comma precedes the closing bracket",
        "10:23 this text contains a tab",
        "10:31 JSON has no comments",
        "11:18 `“work”` is not in straight double quotes",
        "13:17 this text has no closing quote",
        "14:40 this text contains quotes that are not escaped",
        "14:60 a comma is missing after this value",
        "15:9 the key `name` has no value",
        "15:40 a comma precedes the closing bracket",
        "15:43 a comma precedes the closing bracket",
        "16:6 a comma precedes the closing bracket",
    ];
    assert_eq!(messages(text), expected);
}

/// Each sign of a manifest is left out once and doubled once: an error that another one caused would send the author the wrong
/// way.
#[test]
fn one_mistake_is_one_finding_in_a_whole_manifest() {
    let whole = "\
{
  \"name\": \"tasks\",
  \"version\": \"1.0.0\",
  \"aiContext\": {
    \"purpose\": \"Keeps lists, and more\",
    \"category\": \"PRODUCTIVITY\",
    \"keywords\": [\"task\", \"todo\"],
    \"actions\": [
      { \"name\": \"add\", \"description\": \"Adds a task\", \"permissions\": [\"tasks:write\"] },
      {
        \"name\": \"drop\",
        \"description\": \"Drops one\"
      }
    ]
  }
}
";
    assert!(read("a.json", whole).diagnostics.is_empty());
    for (at, character) in whole.char_indices().filter(|(_, character)| "{}[]\",:".contains(*character)) {
        let (before, after) = (&whole[..at], &whole[at + 1..]);
        for text in [format!("{before}{after}"), format!("{before}{character}{character}{after}")] {
            let found = if read("a.json", &text).document.is_some() { Vec::new() } else { messages(&text) };
            assert!(found.len() <= 1, "{character:?} at {at}:\n{text}\n{found:#?}");
        }
    }
}
