//! YAML with several syntax errors: each is found, at its own line, and none is the consequence of another.

use super::*;

/// A text with one line for each mistake, which replaces the line before it.
const MISTAKES: [(&str, &str); 16] = [
    ("name: tasks", "name tasks"),
    ("version: 1.0.0", "version:1.0.0"),
    ("title: Tasks", "title: Chat: the beginning"),
    ("other: x", " other: x"),
    ("  purpose: Keeps tasks", "  purpose: \"Keeps tasks"),
    ("  category: OTHER", "   category: OTHER"),
    ("  second: OTHER", " second: OTHER"),
    ("  third: OTHER", "\tthird: OTHER"),
    ("    - todo", "    -todo"),
    ("    - task", "   - task"),
    ("  patterns: [a, b]", "  patterns: [a, b"),
    ("  concepts: [\"c\", \"d\"]", "  concepts: [\"c\" \"d\"]"),
    ("      description: Shares", "     description: Shares"),
    ("    Stores files", "  Stores files"),
    ("  fourth: x", "  fourth: @x"),
    ("  fifth: 'x'", "  fifth: 'it's'"),
];

const VALID: &str = "name: tasks
version: 1.0.0
title: Tasks
other: x
aiContext:
  purpose: Keeps tasks
  category: OTHER
  second: OTHER
  third: OTHER
  keywords:
    - a
    - todo
    - task
    - b
  patterns: [a, b]
  concepts: [\"c\", \"d\"]
  actions:
    - name: share
      description: Shares
      more: x
  text: |
    Stores files
  fourth: x
  fifth: 'x'
last: x
";

fn lines_found(text: &str) -> Vec<usize> {
    read("a.yaml", text).diagnostics.iter().map(|diagnostic| diagnostic.start().line).collect()
}

/// Returns the text with some of the mistakes, and their lines.
fn with(mistakes: &[(&str, &str)]) -> (String, Vec<usize>) {
    let mut text = VALID.to_owned();
    let mut lines = Vec::new();
    for (right, wrong) in mistakes {
        let right = format!("\n{right}\n");
        let at = format!("\n{VALID}").find(&right).unwrap();
        lines.push(VALID[..at].matches('\n').count() + 1);
        text = format!("\n{text}").replacen(&right, &format!("\n{wrong}\n"), 1)[1..].to_owned();
    }
    lines.sort_unstable();
    (text, lines)
}

#[test]
fn every_mistake_is_one_finding_on_its_line() {
    assert_eq!(lines_found(VALID), [0; 0]);
    for mistake in MISTAKES {
        let (text, lines) = with(&[mistake]);
        assert_eq!(lines_found(&text), lines, "{text}");
    }
}

#[test]
fn any_two_mistakes_are_two_findings() {
    for (index, first) in MISTAKES.iter().enumerate() {
        for second in &MISTAKES[index + 1..] {
            let (text, lines) = with(&[*first, *second]);
            let found = lines_found(&text);
            // Neighbouring lines with the same wrong indentation are one mistake.
            assert!(
                found == lines || lines[1] == lines[0] + 1 && found == lines[..1],
                "{found:?} {lines:?}\n{text}"
            );
        }
    }
}

#[test]
fn all_mistakes_are_found_together() {
    let apart: Vec<_> = MISTAKES.iter().step_by(2).copied().collect();
    let (text, lines) = with(&apart);
    assert_eq!(lines_found(&text), lines, "{text}");
}

#[test]
fn wrong_indentations_name_the_keys_around_them() {
    for (text, place, message, help) in [
        (
            "a:\n  b: x\n   c: x\n",
            "3:4",
            "`c` is indented by 3 spaces, but the other keys of `a` by 2",
            "indent `c` by 2 spaces",
        ),
        (
            "a:\n  b: x\n  c: x\n d: x\n e: x\n",
            "4:2",
            "`d` is indented by 1 space, but the other keys of `a` by 2",
            "indent the keys of lines 4 to 5 by 2 spaces",
        ),
        (
            "a:\n  b: x\n c:\n  - x\n",
            "3:2",
            "`c` is indented by 1 space, but the other keys of `a` by 2",
            "indent `c` by 2 spaces, and the lines below with it",
        ),
        (
            "a:\n  b: x\n c:\n    - x\n",
            "3:2",
            "`c` is indented by 1 space, but the other keys of `a` by 2",
            "indent `c` by 2 spaces, and the lines below with it",
        ),
        (
            "a:\n   b: x\n  c: x\n  d: x\n",
            "2:4",
            "`b` is indented by 3 spaces, but the other keys of `a` by 2",
            "indent `b` by 2 spaces",
        ),
        (
            "a:\n    - x\n   - y\n",
            "3:4",
            "this list item is indented by 3 spaces, but the other items of `a` by 4",
            "indent the item by 4 spaces",
        ),
        (
            "a:\n  - b: x\n   c: y\n",
            "3:4",
            "`c` is indented by 3 spaces, but the other keys of its list item by 4",
            "indent `c` by 4 spaces",
        ),
        (
            "a:\n  - b: x\n  c: y\n",
            "3:3",
            "`c` is indented by 2 spaces, but the other keys of its list item by 4",
            "indent `c` by 4 spaces",
        ),
        (
            "a: x\n b: y\n",
            "2:2",
            "`b` is indented by 1 space, but the other keys of the file are not",
            "remove the spaces before `b`",
        ),
        (
            "a:\n  b: |\n  Some text\n",
            "3:3",
            "the text of `b` is not indented further than its key",
            "indent all lines of the text by 4 spaces",
        ),
        (
            "a:\n  b:\n  Some text\n",
            "3:3",
            "the text of `b` is not indented further than its key",
            "indent it by 4 spaces, or write it after the colon",
        ),
        (
            "a:\n  b: x\n\tc: y\n",
            "3:1",
            "this line is indented with a tab, below the key `a`",
            "indent it with 2 spaces",
        ),
        (
            "a:\n\tb:\n\t\t- c\n",
            "2:1",
            "this line is indented with a tab, below the key `a`",
            "replace each tab at the start of lines 2 to 3 by 2 spaces",
        ),
    ] {
        let parsed = read("a.yaml", text);
        let [diagnostic] = &parsed.diagnostics[..] else { panic!("{text:?}: {:?}", parsed.diagnostics) };
        let start = diagnostic.start();
        let found =
            (format!("{}:{}", start.line, start.column), &*diagnostic.message, diagnostic.help.as_deref());
        assert_eq!(found, (place.to_owned(), message, Some(help)), "{text:?}");
    }
}

#[test]
fn the_help_shows_the_corrected_line() {
    for (text, help) in [
        ("a: Chat: b\n", "write `a: \"Chat: b\"`"),
        ("a: Chat: b # c\n", "write `a: \"Chat: b\"`"),
        ("a: Chat: b\n  goes on\n", "put the whole text in quotes"),
        ("a: \"say \"x\" now\"\n", "write `a: 'say \"x\" now'`"),
        ("a: \"x\" now\n", "write `a: '\"x\" now'`"),
        ("a: 'it's'\n", "write `a: \"it's\"`"),
        ("a: 'it's\n", "write `a: \"it's\"`"),
        ("a: \"x\nb: y\n", "write `a: \"x\"`"),
        ("a: \"x\n  goes on\nb: y\n", "add `\"` at the end of the text"),
        ("a: \"x\"#c\n", "write `a: \"x\" #c`"),
        ("a: \"C:\\dir\"\n", "write `a: 'C:\\dir'`"),
        ("- @x\n", "write `- \"@x\"`"),
        ("a: `x`\n", "put the whole text in quotes"),
        ("a: [x, y\nb: z\n", "write `a: [x, y]`"),
        ("a: [x, y}\n", "close `[` by `]`"),
        ("a: [\"x\" \"y\"]\n", "add a comma"),
        ("a: [T] x\n", "write `a: \"[T] x\"`"),
        ("a: {{x}} y\n", "write `a: \"{{x}} y\"`"),
        ("a: *x\n", "write `a: \"*x\"`, or define the anchor first"),
        ("a: !x y\n", "remove it, or write `a: \"!x y\"`"),
        ("a: x\nb c\n", "write `b: c`; indent the line if it belongs to the text above"),
        ("a: x\nb = c\n", "write `b: c`; indent the line if it belongs to the text above"),
        ("a:\n  - x\n  y\n", "write `- y`"),
        ("a:\n  - x\n  -y\n", "write `- y`"),
        ("a:x\nb: y\n", "write `a: x`"),
        ("a: 1\n// x\n", "write `# x`"),
        (&format!("a: Chat: {}\n", "b".repeat(60)), "put the whole text in quotes"),
    ] {
        let parsed = read("a.yaml", text);
        let [diagnostic] = &parsed.diagnostics[..] else { panic!("{text:?}: {:?}", parsed.diagnostics) };
        assert_eq!(diagnostic.help.as_deref(), Some(help), "{text:?}");
    }
}

#[test]
fn a_second_finding_is_not_a_consequence_of_the_first() {
    for text in [
        "a: *x y\nb: z\n",
        "? [a]\n: b\n",
        "|\n text\n",
        "a: &x [b: c: d]\ne: *x\n",
        "a:\n  b: |\n  Some text.\n  More: of it\n  c: d\n",
        "a: \"x\n\n\nb: 'y'\nc: \"z\"\nd: [e]\n",
    ] {
        assert_eq!(lines_found(text).len(), 1, "{text:?}: {:?}", findings("a.yaml", text));
    }
}

#[test]
fn the_search_for_more_is_bounded() {
    for (text, most) in [
        ("a: b: c\n".repeat(100_000), 20),
        ("a: [\n".repeat(20_000), 20),
        ("\ta: 1\n".repeat(100_000), 1),
        ("a: \"b\n".repeat(100_000), 20),
        (" a: b\n  c: d\n".repeat(50_000), 20),
    ] {
        let found = lines_found(&text).len();
        assert!((1..=most).contains(&found), "{}: {found}", &text[..6]);
    }
}
