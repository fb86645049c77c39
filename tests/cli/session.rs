//! Sessions: commands and what they print, as people see them in a terminal, in the `console` blocks of a Markdown file.
//!
//! `$ ` starts a command, `> ` continues it, `? N` says that it exits with N; the other lines are its output, in which
//! `[..]` matches any text of a line. A block whose outputs contain a fence has a longer one. With the environment variable
//! `UPDATE_EXPECTED` set, outputs that differ are written to the file instead of failing the test, ids as `[..]`.

use std::{fmt::Write as _, fs, path::Path};

use snapbox::{Assert, Data};

use crate::harness::{Folder, Ran};

/// A part of a file.
enum Part {
    /// Lines outside the console blocks.
    Text(String),
    Step(Step),
}

/// One command of a session, and what it prints.
#[derive(Default)]
struct Step {
    command: String,
    output: String,
    code: i32,
}

/// Runs all sessions of a file, one after the other, in one empty folder.
pub(crate) fn run(file: &Path) {
    run_in(file, &Folder::empty());
}

/// Runs all sessions of a file, one after the other, in a folder, and returns everything they printed.
#[expect(clippy::disallowed_methods, reason = "the one who runs the test asks for other outputs")]
pub(crate) fn run_in(file: &Path, folder: &Folder) -> String {
    let is_update = std::env::var_os("UPDATE_EXPECTED").is_some();
    let parts = parts(&fs::read_to_string(file).unwrap());
    let count = parts.iter().filter(|part| matches!(part, Part::Step(_))).count();
    assert!(count > 0, "{} has no session", file.display());
    let mut place = String::from(".");
    let (mut updated, mut printed) = (String::new(), String::new());
    for part in parts {
        let mut step = match part {
            Part::Text(text) => {
                updated.push_str(&text);
                continue;
            }
            Part::Step(step) => step,
        };
        if let Some(to) = step.command.strip_prefix("cd ") {
            place = format!("{place}/{to}");
        } else {
            let ran = folder.shell(&format!("cd {place} && {}", step.command));
            printed.push_str(&ran.out);
            if is_update { step.update(&ran) } else { step.check(ran) }
        }
        step.write(&mut updated);
    }
    if is_update {
        fs::write(file, updated).unwrap();
    }
    printed
}

impl Step {
    fn check(&self, ran: Ran) {
        let Self { command, output, code } = self;
        assert_eq!(ran.code, *code, "$ {command}\n{}{}", ran.out, ran.err);
        Assert::new().eq(ran.out, Data::text(output));
    }

    fn update(&mut self, ran: &Ran) {
        self.code = ran.code;
        if Assert::new().try_eq(None, ran.out.clone().into(), Data::text(&self.output)).is_err() {
            self.output = without_ids(&ran.out);
        }
    }

    fn write(&self, text: &mut String) {
        let Self { command, output, code } = self;
        writeln!(text, "$ {}", command.replace('\n', "\n> ")).unwrap();
        text.push_str(output);
        if *code != 0 {
            writeln!(text, "? {code}").unwrap();
        }
    }
}

/// The text with `[..]` in place of the ids of commits and trees, which differ with every change of a schema.
fn without_ids(text: &str) -> String {
    let is_id = |word: &str| {
        [10, 40, 64].contains(&word.len())
            && word.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
    };
    let words = text.split_inclusive(|character: char| !character.is_ascii_alphanumeric());
    let hidden = words.map(|part| {
        let word = part.trim_end_matches(|character: char| !character.is_ascii_alphanumeric());
        if is_id(word) { part.replacen(word, "[..]", 1) } else { part.to_owned() }
    });
    hidden.collect()
}

fn parts(text: &str) -> Vec<Part> {
    let (mut parts, mut is_session, mut fence) = (Vec::new(), false, "");
    for line in text.lines() {
        match (line, parts.last_mut()) {
            (line, _) if !is_session && line.ends_with("```console") => {
                (is_session, fence) = (true, line.trim_end_matches("console"));
            }
            (line, _) if is_session && line == fence => is_session = false,
            (line, _) if is_session && line.starts_with("$ ") => {
                let command = line["$ ".len()..].to_owned();
                parts.push(Part::Step(Step { command, ..Step::default() }));
                continue;
            }
            (line, Some(Part::Step(step))) if is_session => {
                match (line.strip_prefix("> "), line.strip_prefix("? ").map(str::parse)) {
                    (Some(more), _) => step.command.extend(["\n", more]),
                    (None, Some(Ok(code))) => step.code = code,
                    (None, Some(Err(_)) | None) => step.output.extend([line, "\n"]),
                }
                continue;
            }
            _ => {}
        }
        parts.push(Part::Text(format!("{line}\n")));
    }
    parts
}
