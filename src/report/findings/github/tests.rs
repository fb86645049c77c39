//! Tests that findings become annotations, and that hostile text adds no command.

use proptest::prelude::*;

use super::*;
use crate::report::testing::{VECTORS, commands, findings, findings_with, item, placed};

fn output(findings: &Findings) -> String {
    let mut out = Vec::new();
    write(&mut out, findings).unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn a_finding_is_an_annotation_at_its_place() {
    let over_lines = ReportItem { severity: Severity::Warning, ..placed("b.yaml", "look", 1, 2) };
    let helped = ReportItem {
        help: Some("do it: now, 100 %".to_owned()),
        ..placed("modules/a, b.yaml", "50 % wrong", 3, 3)
    };
    let note = ReportItem { severity: Severity::Note, ..item("registry/snapshot.json", "gone") };
    assert_eq!(
        output(&findings(vec![note, over_lines, helped])),
        "::error file=modules/a%2C b.yaml,line=3,endLine=3,col=2,endColumn=4,title=schema/enum::50 %25 wrong%0Ado it: now, 100 %25\n\
         ::warning file=b.yaml,line=1,endLine=2,title=schema/enum::look\n\
         ::notice file=registry/snapshot.json,title=schema/enum::gone\n"
    );
    assert_eq!(output(&findings(Vec::new())), "");
}

#[test]
fn the_tenth_annotation_of_a_kind_counts_the_remaining_findings() {
    let mut items: Vec<_> = (0..10).map(|number| item(&format!("{number}.yaml"), "wrong")).collect();
    assert_eq!(output(&findings(items.clone())).lines().count(), 10);
    items.extend((0..3).map(|number| placed(&format!("more-{number}.yaml"), "wrong", 7, 7)));
    items.insert(0, ReportItem { severity: Severity::Note, ..item("note.yaml", "known") });
    let output = output(&findings(items));
    let annotations: Vec<_> = output.lines().filter(|line| line.starts_with("::")).collect();
    assert_eq!(annotations.iter().filter(|line| line.starts_with("::error")).count(), 10);
    assert_eq!(annotations[9], "::error::4 more errors: the log of this step lists them");
    assert_eq!(annotations[10], "::notice file=note.yaml,title=schema/enum::known");
    let listed: Vec<_> = output.lines().skip(11).collect();
    assert_eq!(listed.len(), 4, "{output}");
    assert_eq!(listed[3], "more-2.yaml:7:2: error[schema/enum]: wrong");
}

/// Checks that every line is one of our annotations, with only the properties that we write.
fn assert_inert(text: &str) {
    let mut findings = findings_with(text);
    let plain: Vec<_> = (0..12).map(|_| findings.items[1].clone()).collect();
    findings.items.extend(plain);
    let output = output(&findings);
    let (annotations, listed): (Vec<_>, Vec<_>) =
        output.split('\n').partition(|line| line.starts_with("::error"));
    assert_eq!((annotations.len(), listed.len()), (10, 6), "{output:?}");
    assert_eq!(commands(&listed.join("\n")), Vec::<String>::new(), "{output:?}");
    for line in annotations {
        let (head, message) = line[2..].split_once("::").unwrap();
        assert!(!line.contains(['\r', '\u{85}', '\u{2028}']) && !line.contains("##["), "{line:?}");
        // This is the message as the log shows it after the runner has read the command.
        let shown = message.replace("%0D", "\r").replace("%0A", "\n").replace("%25", "%");
        assert_eq!(commands(&shown), Vec::<String>::new(), "{line:?}");
        let names: Vec<_> = head
            .split_once(' ')
            .map_or("", |(_, properties)| properties)
            .split(',')
            .filter_map(|property| property.split_once('=').map(|(name, _)| name))
            .collect();
        let known = ["file", "line", "endLine", "col", "endColumn", "title"];
        assert!(names.iter().all(|name| known.contains(name)), "{line:?}");
        assert!(names.iter().filter(|name| **name == "title").count() <= 1, "{line:?}");
    }
}

#[test]
fn hostile_text_adds_no_workflow_command() {
    for vector in VECTORS {
        assert_inert(vector);
    }
}

proptest! {
    #[test]
    fn no_combination_of_hostile_texts_adds_a_workflow_command(
        parts in proptest::collection::vec(
            prop_oneof![
                Just("::"), Just(":"), Just("##["), Just("#"), Just("]"), Just("vso"), Just("error"), Just("%0A"), Just("%"),
                Just("\n"), Just("\r"), Just(" "), Just("\t"), Just("\u{a0}"), Just("\u{2028}"), Just("\u{85}"), Just("\u{200b}"),
                Just("\u{fe0f}"), Just("\u{ad}"), Just("add-mask"), Just(","), Just("="), Just("title"), Just("file"), Just("ä"),
            ],
            0..24,
        ),
    ) {
        assert_inert(&parts.concat());
    }
}
