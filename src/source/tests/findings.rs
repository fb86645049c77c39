//! The places of findings, and the tree that can be read in spite of them.

use super::*;

const BIG: &str = "9007199254740992";

#[test]
fn findings_in_yaml_have_a_place() {
    for (text, expected) in [
        ("a: 1\nb: 2\na: 3\n", vec!["3:1 source/duplicate-key \"a\""]),
        ("1: x\n\"1\": y\n", vec!["2:1 source/duplicate-key \"\\\"1\\\"\""]),
        ("a: {b: 1, 'b': 2}\n", vec!["1:11 source/duplicate-key \"'b'\""]),
        (
            "- {x: 1, x: 2}\n- a: 1\n  a: 2\n",
            vec!["1:10 source/duplicate-key \"x\"", "3:3 source/duplicate-key \"a\""],
        ),
        ("a: &x {b: 1}\nc:\n  <<: *x\n", vec!["3:3 source/merge-key \"<<\""]),
        ("\"<<\": {}\n", vec!["1:1 source/merge-key \"\\\"<<\\\"\""]),
        (
            "a: .inf\nb: 9007199254740992\n",
            vec!["1:4 source/number \".inf\"", "2:4 source/number \"9007199254740992\""],
        ),
        ("a: 1\n---\nb: 2\n", vec!["2:1 source/multiple-documents \"---\""]),
        ("---\n---\n", vec!["2:1 source/multiple-documents \"---\""]),
        ("a: !!str 1\nb: !x {}\n", vec!["1:4 source/syntax \"!!str\"", "2:4 source/syntax \"!x\""]),
        ("a: *none\nb: *gone\n", vec!["1:4 source/syntax \"*none\"", "2:4 source/syntax \"*gone\""]),
        ("a: &x [*x]\n", vec!["1:8 source/syntax \"*x\""]),
        ("&k a: 1\nb: *k\n", vec!["2:4 source/syntax \"*k\""]),
        ("&a a: 1\n*a : 2\n", vec!["2:1 source/syntax \"*a\""]),
        ("? [a]\n: b\n", vec!["1:3 source/syntax \"[\""]),
        ("a: {{ x }}\n", vec!["1:5 source/syntax \"{\""]),
        ("%YAML 1.2\n---\na: 1\n", vec!["1:1 source/syntax \"%\""]),
        ("a:\n\t- b\n", vec!["2:1 source/syntax \"\\t\""]),
        ("a: >2\n   x\n \t\nc: 1\n", vec!["3:2 source/syntax \"\\t\""]),
        ("a: \"\\ud83d\\ude00\"\n", vec!["1:5 source/syntax \"\\\\ud83d\""]),
        ("a: b: c\n", vec!["1:5 source/syntax \":\""]),
        ("a: @b\n", vec!["1:4 source/syntax \"@\""]),
        ("", vec!["1:1 source/syntax \"\""]),
        ("# nothing\n", vec!["1:1 source/syntax \"\""]),
        ("---\n", vec!["1:1 source/syntax \"\""]),
        ("a: x\0y\n", vec!["1:5 source/syntax \"\\0\""]),
        ("a: 1\n...\nb\n", vec!["3:1 source/multiple-documents \"b\""]),
    ] {
        assert_eq!(findings("a.yaml", text), expected, "{text:?}");
    }
}

#[test]
fn findings_in_json_have_a_place() {
    for (text, expected) in [
        (r#"{"a": 1, "b": {}, "a": 2}"#.to_owned(), vec![r#"1:19 source/duplicate-key "\"a\"""#]),
        (r#"[{"a": 1, "\u0061": 2}]"#.to_owned(), vec![r#"1:11 source/duplicate-key "\"\\u0061\"""#]),
        (r#"{"a": {"<<": 1}}"#.to_owned(), vec![r#"1:8 source/merge-key "\"<<\"""#]),
        (
            format!("[1, {BIG}, -{BIG}, 1e300]"),
            vec![
                r#"1:5 source/number "9007199254740992""#,
                r#"1:23 source/number "-9007199254740992""#,
                r#"1:42 source/number "1e300""#,
            ],
        ),
        ("[1e999]".to_owned(), vec![r#"1:2 source/number "1e999""#]),
        (r#"{"a":1}{"b":2}"#.to_owned(), vec![r#"1:8 source/multiple-documents "{""#]),
        (
            r#"{"a":1,"a":2,}"#.to_owned(),
            vec![r#"1:8 source/duplicate-key "\"a\"""#, r#"1:13 source/syntax ",""#],
        ),
        (String::new(), vec![r#"1:1 source/syntax """#]),
    ] {
        assert_eq!(findings("a.json", &text), expected, "{text}");
    }
}

#[test]
fn a_tree_comes_with_its_findings() {
    for (path, text, json) in [
        ("a.yaml", "a: 1\na: 2\nb: .inf\nc: *x\n", r#"{"a":1,"b":9007199254740991,"c":null}"#),
        ("a.json", r#"{"a": 1, "b": -1e300}"#, r#"{"a":1,"b":-9007199254740991}"#),
    ] {
        let parsed = read(path, text);
        assert!(parsed.diagnostics.iter().all(crate::diagnostic::Diagnostic::is_error));
        assert!(!parsed.diagnostics.is_empty(), "{text}");
        let root = parsed.document.as_ref().unwrap().root();
        let expected = serde_json::from_str::<serde_json::Value>(json).unwrap();
        for (key, value) in expected.as_object().unwrap() {
            assert_eq!(&root.get(key).unwrap().to_json(), value, "{text}");
        }
    }
}

#[test]
fn findings_carry_the_route_of_their_node() {
    let parsed = read("a.yaml", "a:\n  - b: 1\n    b: .nan\n");
    let routes = parsed.diagnostics.iter().map(|diagnostic| diagnostic.pointer.as_str()).collect::<Vec<_>>();
    assert_eq!(routes, ["/a/0/b", "/a/0/b"]);
}

#[test]
fn a_duplicate_names_the_line_of_the_first() {
    let parsed = read("a.json", "{\n  \"a\": 1,\n  \"a\": 2\n}");
    assert_eq!(parsed.diagnostics[0].message, "the key `a` appears twice in one object, first on line 2");
}

#[test]
fn explains_yaml_in_an_authors_words() {
    for (text, place, message) in [
        ("a: b: c\n", "1:5", "the unquoted text of `a` contains `: `"),
        ("a: \"b\n", "1:4", "the text of `a` has no closing quote"),
        ("a: 'it's'\n", "1:7", "there is more text after the closing quote of `a`"),
        ("a: \"C:\\dir\"\n", "1:7", "`\\d` is not an escape that YAML knows"),
        ("a: [1, 2\nb: 3\n", "1:4", "this `[` is never closed"),
        ("a: {b: 1\n", "1:4", "this `{` is never closed"),
        ("a: [1}\n", "1:4", "`[` is closed by `}`"),
        ("a:\n\tb: 1\n", "2:1", "this line is indented with a tab, below the key `a`"),
        ("a: `b`\n", "1:4", "a text cannot start with \"`\""),
        ("a: %b\n", "1:4", "a text cannot start with `%`"),
        ("a: 1\n b: 2\n", "2:2", "`b` is indented by 1 space, but the other keys of the file are not"),
        ("a:\n  b: 1\n c: 2\n", "3:2", "`c` is indented by 1 space, but the other keys of `a` by 2"),
        (
            "<<<<<<< HEAD\na: 1\n=======\na: 2\n>>>>>>> x\n",
            "",
            "this line is a marker of a merge conflict that was not resolved",
        ),
        ("a: *\n", "1:4", "a text cannot start with `*` and a space"),
        ("a\nb: 1\n", "1:1", "a colon is missing after the key `a`"),
        ("a: - b\n", "1:4", "a text cannot start with `-` and a space"),
        ("a: | x\n", "1:4", "a text cannot start with `|` and a space"),
    ] {
        let parsed = read("a.yaml", text);
        let [diagnostic] = &parsed.diagnostics[..] else { panic!("{text:?}: {:?}", parsed.diagnostics) };
        let start = diagnostic.start();
        let found = (format!("{}:{}", start.line, start.column), diagnostic.message.as_str());
        assert!(
            found.0.starts_with(place) && (message.is_empty() || found.1 == message),
            "{text:?}: {found:?}"
        );
        assert!(diagnostic.help.is_some(), "{text:?} has no help: {}", diagnostic.message);
    }
}

#[test]
fn every_rule_explains_itself() {
    for rule in super::super::rules::ALL {
        assert!(rule.code.starts_with("source/") && !rule.summary.is_empty(), "{}", rule.code);
        assert!(rule.explanation.contains("\n\n") && !rule.explanation.contains("  \\"), "{}", rule.code);
        assert!(!rule.summary.ends_with('.'), "{}", rule.code);
    }
}
