//! Tests the output of diagnostics as whole texts.

use std::sync::Arc;

use super::*;
use crate::{
    diagnostic::{Finding, Part, Rule, SourceText},
    domain::{Pointer, RepoPath},
};

const PLAIN: Style = Style { color: false, width: 80, unicode: true, max_lines: None };

const fn rule(code: &'static str, severity: Severity) -> Rule {
    Rule { code, severity, is_configurable: true, summary: "", explanation: "" }
}

static ENUM: Rule = rule("schema/enum", Severity::Error);
static UNKNOWN_FIELD: Rule = rule("schema/unknown-field", Severity::Error);
static REQUIRED: Rule = rule("schema/required", Severity::Error);
static TYPE: Rule = rule("schema/type", Severity::Error);
static ALIAS: Rule = rule("alias/ai-context", Severity::Warning);
static STATUS: Rule = rule("status/unregistrable", Severity::Note);
static SYMLINK: Rule = rule("source/symlink", Severity::Error);

const MANIFEST: &str = "\
name: drive
version: 1.10
status: DRAFT

ai_context:
  purpose: Keeps files and shares them
  category: PRODUCTIVTY
  keyword: [file, folder]
  actions:
    - name: open
      permissions: [drive:read]
";

/// Returns a diagnostic about the first place in `text` that contains `on`.
fn diagnostic(
    text: &str,
    on: &str,
    rule: &'static Rule,
    message: &str,
    label: &str,
    help: &str,
) -> Diagnostic {
    let start = text.find(on).unwrap();
    let finding = Finding {
        rule,
        route: Pointer::ROOT,
        part: Part::Value,
        message: message.to_owned(),
        label: label.to_owned(),
        help: (!help.is_empty()).then(|| help.to_owned()),
    };
    let source = Arc::new(SourceText::new(RepoPath::new("modules/drive/module.yaml"), text));
    Diagnostic::new(finding, source, start..start + on.len())
}

fn five_mistakes() -> Vec<Diagnostic> {
    let on = |on, rule, message, label, help| diagnostic(MANIFEST, on, rule, message, label, help);
    vec![
        on(
            "1.10",
            &TYPE,
            "`version` is a number, it must be a string",
            "a number",
            "put it in quotes: `\"1.10\"`",
        ),
        on("DRAFT", &STATUS, "`drive` is not registered", "a draft", ""),
        on("ai_context", &ALIAS, "`ai_context` is an alias", "an alias", "write `aiContext`"),
        on(
            "PRODUCTIVTY",
            &ENUM,
            "`PRODUCTIVTY` is not a category",
            "no such category",
            "did you mean `PRODUCTIVITY`? Allowed are `PRODUCTIVITY`, `COMMUNICATION`, `ANALYTICS`, `DEVELOPMENT`, \
             `ENTERTAINMENT`, `EDUCATION`, `FINANCE`, `HEALTH`, `BUSINESS` and `OTHER`",
        ),
        on(
            "keyword",
            &UNKNOWN_FIELD,
            "`keyword` is not a field of an AI context",
            "unknown field",
            "did you mean `keywords`?",
        ),
        on(
            "name: open\n      permissions: [drive:read]",
            &REQUIRED,
            "the action has no `description`",
            "`description` is missing here",
            "add `description`: one sentence on what the action does",
        ),
    ]
}

fn rendered(found: &[Diagnostic], style: Style) -> String {
    let mut out = Vec::new();
    diagnostics(&mut out, found, style).unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn each_of_five_mistakes_is_shown_with_its_place_and_help() {
    insta::assert_snapshot!(rendered(&five_mistakes(), PLAIN), @r##"
    error[schema/type]
      × `version` is a number, it must be a string
       ╭─[modules/drive/module.yaml:2:10]
     1 │ name: drive
     2 │ version: 1.10
       ·          ──┬─
       ·            ╰── a number
     3 │ status: DRAFT
       ╰────
      help: put it in quotes: `"1.10"`

    note[status/unregistrable]
      ☞ `drive` is not registered
       ╭─[modules/drive/module.yaml:3:9]
     2 │ version: 1.10
     3 │ status: DRAFT
       ·         ──┬──
       ·           ╰── a draft
     4 │
       ╰────

    warning[alias/ai-context]
      ⚠ `ai_context` is an alias
       ╭─[modules/drive/module.yaml:5:1]
     4 │
     5 │ ai_context:
       · ─────┬────
       ·      ╰── an alias
     6 │   purpose: Keeps files and shares them
       ╰────
      help: write `aiContext`

    error[schema/enum]
      × `PRODUCTIVTY` is not a category
       ╭─[modules/drive/module.yaml:7:13]
     6 │   purpose: Keeps files and shares them
     7 │   category: PRODUCTIVTY
       ·             ─────┬─────
       ·                  ╰── no such category
     8 │   keyword: [file, folder]
       ╰────
      help: did you mean `PRODUCTIVITY`? Allowed are `PRODUCTIVITY`,
            `COMMUNICATION`, `ANALYTICS`, `DEVELOPMENT`, `ENTERTAINMENT`,
            `EDUCATION`, `FINANCE`, `HEALTH`, `BUSINESS` and `OTHER`

    error[schema/unknown-field]
      × `keyword` is not a field of an AI context
       ╭─[modules/drive/module.yaml:8:3]
     7 │   category: PRODUCTIVTY
     8 │   keyword: [file, folder]
       ·   ───┬───
       ·      ╰── unknown field
     9 │   actions:
       ╰────
      help: did you mean `keywords`?

    error[schema/required]
      × the action has no `description`
        ╭─[modules/drive/module.yaml:10:7]
      9 │   actions:
     10 │     - name: open
        ·       ─────┬────
        ·            ╰── `description` is missing here
     11 │       permissions: [drive:read]
        ╰────
      help: add `description`: one sentence on what the action does
    "##);
}

#[test]
fn without_unicode_the_output_is_ascii() {
    insta::assert_snapshot!(rendered(&five_mistakes()[..1], Style { unicode: false, ..PLAIN }), @r##"
    error[schema/type]
      x `version` is a number, it must be a string
       ,-[modules/drive/module.yaml:2:10]
     1 | name: drive
     2 | version: 1.10
       :          ^^|^
       :            `-- a number
     3 | status: DRAFT
       `----
      help: put it in quotes: `"1.10"`
    "##);
}

#[test]
fn colours_do_not_change_the_text() {
    let coloured = rendered(&five_mistakes(), Style { color: true, ..PLAIN });
    assert!(coloured.contains("\u{1b}[1m\u{1b}[31merror[schema/enum]\u{1b}[0m"), "{coloured:?}");
    assert_eq!(anstream::adapter::strip_str(&coloured).to_string(), rendered(&five_mistakes(), PLAIN));
}

#[test]
fn a_diagnostic_about_a_whole_file_has_no_snippet() {
    let found = diagnostic("", "", &SYMLINK, "symbolic links are not followed", "", "put the file here");
    insta::assert_snapshot!(rendered(&[found], PLAIN), @r##"
    error[source/symlink]
      × modules/drive/module.yaml: symbolic links are not followed
      help: put the file here
    "##);
}

#[test]
fn hostile_text_is_escaped_and_clipped() {
    let long = format!(
        "{{\"name\": \"{}\u{1b}[8m\u{202e}drive\", \"x\": \"{}\"}}",
        "y".repeat(500_000),
        "z".repeat(500_000)
    );
    let hostile = "x ##[error]forged\n::error::owned \u{1b}[8m\u{9b}2J \u{202e}";
    let message = format!("{hostile} {}", "word ::warning::x ".repeat(10_000));
    let found = diagnostic(&long, "drive", &TYPE, &message, &message, &message);
    let output = rendered(&[found], PLAIN);
    assert!(output.len() < 4_000, "{}", output.len());
    assert!(!output.contains(['\u{1b}', '\u{9b}', '\u{202e}']), "{output}");
    for line in output.lines() {
        assert!(!line.trim_start().starts_with("::") && !line.contains("##["), "{line}");
    }
    let excerpt = output.lines().find(|line| line.contains("…yyy")).unwrap();
    assert_eq!(
        excerpt,
        " 1 │ …yyyyyyy\\u{1b}[8m\\u{202e}drive\", \"x\": \"zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz…"
    );
}

#[test]
fn the_summary_counts_findings_and_files() {
    let plain = |found: &[Diagnostic], manifests| summary(found, manifests, PLAIN);
    assert_eq!(plain(&five_mistakes(), 12), "4 errors, 1 warning, 1 note in 1 of 12 manifests");
    assert_eq!(plain(&five_mistakes()[..1], 1), "1 error in 1 of 1 manifest");
    assert_eq!(plain(&[], 12), "✓ no problems in 12 manifests");
}
