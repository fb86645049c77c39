//! Writes the result of a verification for people.

use std::io;

use crate::{
    domain::SnapshotVersion,
    report::{
        Style,
        style::Ink,
        text::{count, visible},
    },
    sync::Verification,
};

/// Writes the problems that a verification found, and its result in the last line.
pub fn verification(out: &mut dyn io::Write, found: &Verification, style: Style) -> io::Result<()> {
    for problem in &found.discrepancies {
        let code = style.paint(Ink::Error, problem.rule.code);
        write!(out, "{code} {}: {}", visible(problem.path.as_str()), visible(&problem.message))?;
        match problem.commit {
            Some(commit) => writeln!(out, " (since commit {:.10})", commit.to_string())?,
            None => writeln!(out)?,
        }
    }
    for problem in &found.repaired {
        let code = style.paint(Ink::Warning, problem.rule.code);
        write!(out, "{code} {}: {}", visible(problem.path.as_str()), visible(&problem.message))?;
        let commit = problem.commit.map_or_else(String::new, |commit| commit.to_string());
        writeln!(out, ", in commit {commit:.10}, repaired since")?;
    }
    for reason in &found.unverifiable {
        writeln!(out, "{} {}", style.paint(Ink::Warning, "not checked:"), visible(reason))?;
    }
    let is_readable = found.version > SnapshotVersion::EMPTY;
    let verdict = match (found.discrepancies.len(), found.unverifiable.is_empty()) {
        (0, _) if !is_readable => return writeln!(out, "there is no registry yet"),
        (0, true) => style.paint(Ink::Good, "is intact and matches its sources"),
        (0, false) => style.paint(Ink::Warning, "is intact, as far as it could be checked"),
        (1, _) => style.paint(Ink::Error, "has a problem"),
        (count, _) => style.paint(Ink::Error, &format!("has {count} problems")),
    };
    let versions = match found.versions {
        0 | 1 => String::new(),
        count => format!(" and the history of {count} versions"),
    };
    match found.version {
        version if is_readable => {
            let modules = count(found.entries, "module");
            writeln!(out, "version {version} with {modules}{versions} {verdict}")
        }
        _ => writeln!(out, "the registry {verdict}"),
    }
}
