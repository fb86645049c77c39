//! Files that are made to hurt: each ends fast, with a finding.

use super::*;

fn codes(path: &str, text: impl AsRef<[u8]>) -> Vec<&'static str> {
    read(path, text).diagnostics.iter().map(|diagnostic| diagnostic.rule.code).collect()
}

#[test]
fn deep_nesting_ends_at_the_limit() {
    let many = 100_000;
    for (path, text) in [
        ("a.json", "[".repeat(many)),
        ("a.json", "{\"a\":".repeat(many)),
        ("a.json", format!("{}{}", "[".repeat(many), "]".repeat(many))),
        ("a.yaml", "[".repeat(many)),
        ("a.yaml", "{a: ".repeat(many)),
        ("a.yaml", "- ".repeat(many)),
        ("a.yaml", "? ".repeat(many)),
        ("a.yaml", "a: [".repeat(many)),
        ("a.yaml", (0..1000).map(|level| " ".repeat(level) + "a:\n").collect()),
    ] {
        let beginning = text[..20.min(text.len())].to_owned();
        let found = codes(path, text);
        let expected = if beginning.starts_with('?') { "source/syntax" } else { "source/too-deep" };
        assert_eq!(found, [expected], "{path} {beginning}");
    }
}

#[test]
fn the_limit_itself_is_allowed() {
    for path in ["a.json", "a.yaml"] {
        let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        assert_eq!(codes(path, nested(64)), [""; 0], "{path}");
        assert_eq!(codes(path, nested(65)), ["source/too-deep"], "{path}");
    }
    assert_eq!(codes("a.yaml", format!("a: &x [[]]\nb: {}*x{}\n", "[".repeat(61), "]".repeat(61))), [""; 0]);
    assert_eq!(
        codes("a.yaml", format!("a: &x [[]]\nb: {}*x{}\n", "[".repeat(62), "]".repeat(62))),
        ["source/too-deep"]
    );
}

/// A bracket that is not written counts like one that is.
#[test]
fn an_assumed_bracket_counts_for_the_depth() {
    let many = 100_000;
    let (keys, implied) = (|depth: usize| "{\"a\":".repeat(depth), "\n \"b\": ");
    for (text, expected) in [
        (keys(63) + implied + "1" + &"}".repeat(63), &["source/syntax"][..]),
        (keys(63) + implied + &"[".repeat(many), &["source/syntax", "source/too-deep"]),
        (keys(64) + implied + &"[".repeat(many) + &"}".repeat(many), &["source/syntax", "source/too-deep"]),
    ] {
        assert_eq!(codes("a.json", text), expected);
    }
}

#[test]
fn alias_bombs_end_small() {
    let level = |level: usize| {
        let aliases = vec![format!("*a{}", level - 1); 10].join(", ");
        format!("a{level}: &a{level} [{aliases}]\n")
    };
    let levels = (1..30).map(level).collect::<Vec<_>>();
    let bomb = format!("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n{}", levels.concat());
    assert_eq!(codes("a.yaml", &bomb), ["source/too-many-aliases"]);
    let many = format!("a: &a x\nb: [{}]\n", "*a, ".repeat(10_001));
    assert_eq!(codes("a.yaml", many), ["source/too-many-aliases"]);
}

#[test]
fn odd_bytes_are_findings() {
    for (path, text, expected) in [
        ("a.yaml", &b"a: \0"[..], "source/syntax"),
        ("a.json", b"{\"a\": \"\0\"}", "source/syntax"),
        ("a.json", b"\0\0\0\0", "source/syntax"),
        ("a.yaml", b"a: \xEF\xBB\xBFb\n", "source/syntax"),
        ("a.json", b"{\xEF\xBB\xBF}", "source/syntax"),
        ("a.json", b"{\"a\": \"\\udc00\"}", "source/syntax"),
        ("a.yaml", b"a: \"\\udc00\"", "source/syntax"),
        ("a.yaml", b"a: \xFF", "source/encoding"),
        ("a.json", b"\xFF\xFE{\0}\0", "source/encoding"),
        ("a.yaml", b"%FOO bar\n---\na: 1\n", "source/syntax"),
        ("a.yaml", b"a: 'x", "source/syntax"),
        ("a.yaml", b"a: \"x", "source/syntax"),
        ("a.yaml", b"a: [x", "source/syntax"),
        ("a.json", b"[", "source/syntax"),
        ("a.json", b"\"", "source/syntax"),
        ("a.json", b"{\"a\"", "source/syntax"),
        ("a.json", b"tru", "source/syntax"),
    ] {
        assert_eq!(codes(path, text), [expected], "{path} {:?}", String::from_utf8_lossy(text));
    }
}

#[test]
fn size_is_refused_before_anything_is_read() {
    let limits = Limits { bytes: 10, ..Limits::default() };
    let parsed = parse(&RepoPath::new("a.yaml"), &[0xFF; 11], &limits);
    assert_eq!(parsed.diagnostics[0].rule.code, "source/too-large");
    assert!(parsed.document.is_none());
}

#[test]
fn long_keys_and_lines_are_read_or_placed() {
    let long = "k".repeat(5000);
    assert_eq!(codes("a.json", format!("{{\"{long}\": \"{long}\"}}")), [""; 0]);
    assert_eq!(codes("a.yaml", format!("a: {}\n", "w ".repeat(100_000))), [""; 0]);
    assert_eq!(codes("a.yaml", format!("{long}: 1\n")), ["source/syntax"]);
}

#[test]
fn many_findings_are_cut_off() {
    for (path, text) in [
        ("a.yaml", "a: 1\n".repeat(100_000)),
        ("a.yaml", format!("[{}]", "1e99,".repeat(100_000))),
        ("a.yaml", "- *a\n".repeat(100_000)),
        ("a.json", format!("[{}0]", "1e99,".repeat(100_000))),
        ("a.json", format!("[{}0]", "'a',".repeat(100_000))),
        ("a.json", format!("{{{}\"a\":0}}", "\"a\":0,".repeat(100_000))),
        ("a.json", format!("{{\"a\": \"{}\"}}", "\\q".repeat(400_000))),
    ] {
        assert_eq!(codes(path, text).len(), 100, "{path}");
    }
}

/// Each of them would take minutes if a mistake were looked at with a walk over the whole text or line.
#[test]
fn long_lines_of_json_mistakes_end_fast() {
    let many = 50_000;
    for piece in [
        "\"",
        "'",
        "“",
        "”",
        "`",
        "\\",
        "\"\\",
        "/*",
        "//",
        "#",
        "a",
        "a,",
        "a b ",
        "1 ",
        "{",
        "}",
        "[",
        "]",
        "[]",
        "{}",
        ":",
        ",",
        "=",
        ";",
        "-",
        "\"a\"",
        "\"a\" ",
        "\"a\"b",
        "\"a,\"b\",",
        "\"a:\"b\"",
        "\"\"\"",
        "'a'b",
        "“a” b",
        "a\"",
        "a'",
        "\"a\":",
        "\"a\" \"b\":1 ",
        "a:",
        "a\":",
        "\u{a0}",
        "\0",
        "\t",
        "{}\n",
        "\"\n",
        "\"}",
        "\"a\n b",
        "a: {",
        "\"a\": 1\n",
        "\\u",
        "é",
        "[\"a\":1,",
    ] {
        for start in ["", "{", "{\"a\": ", "[1,"] {
            let text = format!("{start}{}", piece.repeat(many / piece.len()));
            check_json(&text);
        }
    }
    check_json(&format!("[{}{}", "+".repeat(400_000), " a".repeat(200_000)));
}

/// Together they would take minutes if each mistake were a walk over the whole line.
#[test]
fn long_lines_of_yaml_mistakes_end_fast() {
    let many = 20_000;
    for piece in
        ["*x,", "*x ,", "!x a,", "!x 'a',", "!x ,", "a: !x b,", "1e99,", "<<: 1,", "\"\\ud800\",", "a,"]
    {
        // Where a file has a tab, the spaces before each node are looked at.
        for (start, end) in
            [("[", "]"), ("{", "}"), ("a: [", "]"), ("a: {", "}"), ("- - [", "]"), ("#\t\na: {", "}")]
        {
            let line = format!("{start}{}", piece.repeat(many / piece.len()));
            assert!(!codes("a.yaml", &line).is_empty(), "{start} {piece}");
            let found = codes("a.yaml", format!("{line}{end}"));
            assert!(found.len() <= 100 && (piece == "a," || !found.is_empty()), "{start} {piece}");
        }
    }
}

fn check_json(text: &str) {
    let found = read("a.json", text).diagnostics;
    assert!(!found.is_empty() || text.starts_with('"'), "{:?}", &text[..text.floor_char_boundary(20)]);
    for diagnostic in found {
        assert!(text.get(diagnostic.span.clone()).is_some(), "{:?}", diagnostic.message);
    }
}

#[test]
fn an_anchor_may_be_defined_again() {
    let parsed = read("a.yaml", "a: &x 1\nb: *x\nc: &x 2\nd: *x\ne: &x\nf: *x\n");
    let expected = serde_json::json!({"a": 1, "b": 1, "c": 2, "d": 2, "e": null, "f": null});
    assert_eq!(parsed.document.unwrap().root().to_json(), expected);
}

#[test]
fn control_characters_of_a_file_never_reach_a_message() {
    for (path, text) in [
        ("a.json", "{\"a\u{1b}[8m\": 1}"),
        ("a.json", "{\u{1b}[8m: 1}"),
        ("a.json", "{\"a\": \u{9b}}"),
        ("a.json", "{\"\\u001b\": 1, \"\\u001b\": 2}"),
        ("a.yaml", "\"\\e\": 1\n\"\\e\": 2\n"),
        ("a.yaml", "a: *b\u{202e}c\n"),
        ("a.yaml", "a: !\u{202e}c d\n"),
    ] {
        for diagnostic in read(path, text).diagnostics {
            let words = [&diagnostic.message, &diagnostic.label, diagnostic.help.as_ref().unwrap()];
            let raw = words.iter().any(|text| text.contains(|c: char| c.is_control() || c == '\u{202e}'));
            assert!(!raw, "{text:?}: {:?}", diagnostic.message);
        }
    }
}
