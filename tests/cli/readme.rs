//! The README's session is what really happens.

use std::fs;

use crate::harness::Folder;

/// One command of a session, and what it prints. A line `? N` ends the output of a command that exits with N.
struct Step {
    command: String,
    output: String,
    code: i32,
}

#[test]
fn the_session_is_real() {
    let readme = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/README.md")).unwrap();
    let steps = steps(&readme);
    assert!(steps.len() > 10, "the README has a session");
    let folder = Folder::empty();
    let mut place = String::from(".");
    for Step { command, output, code } in steps {
        if let Some(to) = command.strip_prefix("cd ") {
            place = format!("{place}/{to}");
            continue;
        }
        let ran = folder.shell(&format!("cd {place} && {command}"));
        assert_eq!(ran.code, code, "$ {command}\n{}{}", ran.out, ran.err);
        snapbox::Assert::new().eq(ran.out, snapbox::Data::text(output));
    }
}

fn steps(readme: &str) -> Vec<Step> {
    let blocks = readme.split("```console\n").skip(1).filter_map(|rest| rest.split("```").next());
    let mut steps: Vec<Step> = Vec::new();
    for line in blocks.flat_map(str::lines) {
        if let Some(command) = line.strip_prefix("$ ") {
            steps.push(Step { command: command.to_owned(), output: String::new(), code: 0 });
        } else if let Some(step) = steps.last_mut() {
            match line.strip_prefix("? ").map(str::parse) {
                Some(Ok(code)) => step.code = code,
                _ => step.output.extend([line, "\n"]),
            }
        }
    }
    steps
}
