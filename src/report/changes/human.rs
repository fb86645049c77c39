//! Writes changes for people: one line per module, and below it what changed in its fields.

use std::io;

use super::{
    describe::{moved, summary},
    field_lines::{FieldLine, Mark, Role, lines},
    invalid::InvalidModules,
    permissions::{describe_permissions, permissions_first},
};
use crate::{
    diff::{ChangeKind, Changes, ModuleChange},
    report::{Style, shorten::shorten, style::Ink, text::visible},
};

/// The number of columns by which the lines of a field are indented.
const INDENT: usize = 4;

/// Writes the changes, then the modules that are invalid, then the summary. The signs are `+` added, `-` removed, `~`
/// updated, `>` renamed or moved, `!` important.
pub fn write(
    out: &mut dyn io::Write,
    changes: &Changes,
    invalid: &InvalidModules,
    style: Style,
) -> io::Result<()> {
    let lines = changes.iter().flat_map(|change| module(change, style)).collect();
    let mut lines = shorten(lines, "line", "`--format json` lists all changes", style);
    let invalid = invalid.plain_lines().into_iter();
    let invalid = invalid.map(|line| format!("{} {line}", style.paint(Ink::Error, "!"))).collect();
    lines.extend(shorten(invalid, "module", "`modreg validate` lists all", style));
    for line in &lines {
        writeln!(out, "{line}")?;
    }
    if !lines.is_empty() {
        writeln!(out)?;
    }
    writeln!(out, "{}", style.paint(Ink::Strong, &summary(changes)))
}

/// Returns the lines of one change: what happened to the module, and below it its fields.
///
/// Permissions come first, because they decide what an assistant may do.
fn module(change: &ModuleChange, style: Style) -> Vec<String> {
    let mut lines = head_and_fields(change, style);
    if !change.permissions.is_empty() && !lines.is_empty() {
        let phrase = describe_permissions(&change.permissions, usize::MAX, |name| visible(name).into_owned());
        lines.insert(1, format!("{:INDENT$}{}", "", style.paint(Ink::Warning, &format!("! {phrase}"))));
    }
    lines
}

fn head_and_fields(change: &ModuleChange, style: Style) -> Vec<String> {
    let arrow = style.symbol("→", "->");
    let head = |ink: Ink, sign: char, name: &str, rest: &str| {
        let head = style.paint(ink, &format!("{sign} {name}"));
        vec![format!("{head} {rest}").trim_end().to_owned()]
    };
    let name = change.name.as_str();
    match &change.kind {
        ChangeKind::Added { version, renamed_from: None } => {
            head(Ink::Added, '+', name, &shown(version.as_ref()))
        }
        ChangeKind::Added { version, renamed_from: Some(from) } => {
            head(Ink::Renamed, '>', &format!("{from} {arrow} {name}"), &shown(version.as_ref()))
        }
        ChangeKind::Removed { version, renamed_to: None } => {
            head(Ink::Removed, '-', name, &shown(version.as_ref()))
        }
        // The line of the added module shows both names.
        ChangeKind::Removed { renamed_to: Some(_), .. } => Vec::new(),
        ChangeKind::Updated { from_version, to_version, fields } => {
            if let Some((from, to)) = moved(change) {
                return head(Ink::Renamed, '>', name, &format!("moved from {from} to {to}"));
            }
            let (from, to) = (shown(from_version.as_ref()), shown(to_version.as_ref()));
            let versions = if from == to { to } else { format!("{from} {arrow} {to}") };
            let mut module = head(Ink::Updated, '~', name, &versions);
            let width = style.width.saturating_sub(INDENT + 2);
            for field in permissions_first(fields) {
                module.extend(self::field(&lines(field, width), style));
            }
            module
        }
    }
}

fn shown(version: Option<&String>) -> String {
    version.map_or_else(|| "(no version)".to_owned(), |version| visible(version).into_owned())
}

fn field(lines: &[FieldLine], style: Style) -> impl Iterator<Item = String> {
    let heads_others = lines.first().is_some_and(|line| line.mark == Mark::Place);
    lines.iter().enumerate().map(move |(at, line)| {
        let indent = if heads_others && at > 0 { INDENT + 2 } else { INDENT };
        format!("{:indent$}{}", "", field_line(line, style).trim_end())
    })
}

fn field_line(line: &FieldLine, style: Style) -> String {
    let (ink, sign) = match line.mark {
        Mark::Place | Mark::Updated => (Ink::Updated, Mark::Updated.sign()),
        Mark::Same => (Ink::Faint, Mark::Same.sign()),
        Mark::Removed => (Ink::Removed, Mark::Removed.sign()),
        Mark::Added => (Ink::Added, Mark::Added.sign()),
    };
    let text: String = line
        .pieces
        .iter()
        .map(|(role, text)| match role {
            Role::Plain if line.mark == Mark::Updated => style.paint(Ink::Plain, &ascii(text, style)),
            Role::Plain => style.paint(ink, &ascii(text, style)),
            Role::Old => style.paint(Ink::RemovedWord, &ascii(text, style)),
            Role::New => style.paint(Ink::AddedWord, &ascii(text, style)),
        })
        .collect();
    format!("{} {text}", style.paint(ink, &sign.to_string()))
}

/// Returns `text` with our own arrow and ellipsis in ASCII, if the style allows no Unicode.
fn ascii(text: &str, style: Style) -> String {
    if style.unicode { text.to_owned() } else { text.replace('→', "->").replace('…', "...") }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::{Value, json};

    use super::*;
    use crate::domain::RepoPath;

    const PLAIN: Style = Style { color: false, width: 60, unicode: true, max_lines: None };

    fn entry(version: &str, source: &str, purpose: &str, keywords: &[&str]) -> Value {
        json!({
            "version": version, "source": source, "aiContext": {"purpose": purpose, "keywords": keywords},
        })
    }

    fn sample() -> Changes {
        let snapshot = |modules: &[(&str, Value)]| -> BTreeMap<_, _> {
            modules.iter().map(|(name, entry)| (name.parse().unwrap(), entry.clone())).collect()
        };
        let old = snapshot(&[
            ("calendar", entry("1.0.0", "a.yaml", "Plans days", &["day"])),
            ("chat", entry("1.0.0", "c.yaml", "Talks", &["talk"])),
            ("drive", entry("1.2.0", "d.yaml", "Keeps files\nand folders\n", &["file", "old", "share"])),
            ("gone", entry("0.1.0", "g.yaml", "Went", &[])),
            ("moved", entry("2.0.0", "a/m.yaml", "Stays", &[])),
        ]);
        let new = snapshot(&[
            ("calendar", entry("1.0.0", "a.yaml", "Plans days", &["day", "week"])),
            (
                "drive",
                entry("1.3.0", "d.yaml", "Keeps files\nand shares them\n", &["docs", "file", "new", "share"]),
            ),
            ("mail", entry("0.2.0-rc.1", "m.yaml", "Sends", &[])),
            ("moved", entry("2.0.0", "b/m.yaml", "Stays", &[])),
            ("team-chat", entry("1.0.0", "t.yaml", "Talks", &["talk"])),
        ]);
        crate::diff::changes(&old, &new)
    }

    fn rendered(shown: &Changes, style: Style) -> String {
        let mut out = Vec::new();
        write(&mut out, shown, &InvalidModules::default(), style).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn each_kind_of_change_has_its_own_line() {
        insta::assert_snapshot!(rendered(&sample(), PLAIN), @r##"
        ~ calendar 1.0.0
            + aiContext/keywords/1: "week"
        ~ drive 1.2.0 → 1.3.0
            ~ aiContext/purpose
                Keeps files
              - and folders
              + and shares them
            + aiContext/keywords/0: "docs"
            ~ aiContext/keywords/2: "old" → "new"
        - gone 0.1.0
        + mail 0.2.0-rc.1
        > moved moved from a/m.yaml to b/m.yaml
        > chat → team-chat 1.0.0

        2 added, 3 updated, 2 removed (1 renamed)
        "##);
    }

    #[test]
    fn colours_do_not_change_the_text() {
        let coloured = rendered(&sample(), Style { color: true, ..PLAIN });
        assert!(coloured.contains("\u{1b}[32m+ mail\u{1b}[0m 0.2.0-rc.1\n"), "{coloured:?}");
        assert!(coloured.contains("\u{1b}[1m\u{1b}[4m\u{1b}[32m\"new\"\u{1b}[0m"), "{coloured:?}");
        assert_eq!(anstream::adapter::strip_str(&coloured).to_string(), rendered(&sample(), PLAIN));
    }

    #[test]
    fn without_unicode_the_output_is_ascii() {
        let output = rendered(&sample(), Style { unicode: false, ..PLAIN });
        assert!(output.is_ascii(), "{output}");
    }

    #[test]
    fn permissions_come_first_and_invalid_modules_last() {
        let entry = |version: &str, keyword: &str, permissions: &[&str]| {
            let actions = json!([{"name": "delete", "permissions": permissions}]);
            json!({"version": version, "aiContext": {"keywords": [keyword], "actions": actions}})
        };
        let one = |entry: Value| BTreeMap::from([("drive".parse().unwrap(), entry)]);
        let changed = crate::diff::changes(
            &one(entry("1.0.0", "file", &["drive:read", "drive:write"])),
            &one(entry("1.1.0", "files", &["drive:delete", "drive:write"])),
        );
        let invalid = InvalidModules {
            held: vec![("chat".parse().unwrap(), "schema/required".to_owned())],
            left_out: vec![RepoPath::new("modules/\u{1b}.yaml")],
        };
        let mut out = Vec::new();
        write(&mut out, &changed, &invalid, PLAIN).unwrap();
        insta::assert_snapshot!(String::from_utf8(out).unwrap(), @r##"
        ~ drive 1.0.0 → 1.1.0
            ! gains drive:delete, loses drive:read
            - aiContext/actions/0/permissions/0: "drive:read"
            + aiContext/actions/0/permissions/0: "drive:delete"
            ~ aiContext/keywords/0: "file" → "files"
        ! chat keeps its previous entry: its manifest is invalid (schema/required)
        ! modules/\u{1b}.yaml is not registered: it is new and invalid

        0 added, 1 updated, 0 removed
        "##);
    }

    #[test]
    fn without_changes_the_output_is_one_line() {
        assert_eq!(rendered(&Changes::default(), PLAIN), "no changes\n");
    }
}
