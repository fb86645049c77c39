//! The help text of the program and of each command, as files that one can read.
//!
//! `tests/cases/help/modreg.txt` contains what `modreg --help` prints, and `tests/cases/help/COMMAND.txt` what
//! `modreg COMMAND --help` prints before the global options. `UPDATE_EXPECTED=1 cargo test --test cli help` writes the files
//! again.

use std::path::Path;

use crate::{
    authors::{compare, names},
    harness::Folder,
};

#[test]
fn the_help_of_the_program_and_of_every_command_is_as_expected() {
    let folder = Folder::empty();
    let cases = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/help");
    let mut texts = vec![("modreg".to_owned(), folder.expect(0, &["--help"]).out)];
    let global = global_options(&texts[0].1).to_owned();
    for command in commands(&folder) {
        let help = folder.expect(0, &[&command, "--help"]).out;
        let own = help.strip_suffix(&global);
        let own = own.unwrap_or_else(|| panic!("`{command}` does not end with the global options:\n{help}"));
        texts.push((command, own.to_owned()));
    }
    let compared = texts.iter().map(|(name, text)| compare(&cases.join(format!("{name}.txt")), text));
    let failures: Vec<_> = compared.filter_map(Result::err).collect();
    assert!(failures.is_empty(), "\n{}", failures.join("\n\n"));

    let mut expected: Vec<_> = texts.iter().map(|(name, _)| format!("{name}.txt")).collect();
    expected.sort();
    assert_eq!(
        names(&cases),
        expected,
        "each command has a file in tests/cases/help, and each file a command"
    );
}

/// Returns the names of the commands, as the help of the program lists them, except `help`.
pub(crate) fn commands(folder: &Folder) -> Vec<String> {
    let help = folder.expect(0, &["--help"]).out;
    let list =
        help.split("Commands:\n").nth(1).and_then(|rest| rest.split("\n\n").next()).unwrap_or_default();
    let first_lines = list.lines().filter(|line| !line.starts_with("   "));
    let names: Vec<_> = first_lines.filter_map(|line| line.split_whitespace().next()).collect();
    assert!(names.len() > 14 && names.contains(&"help"), "the commands are not recognised: {names:?}");
    names.into_iter().filter(|name| *name != "help").map(str::to_owned).collect()
}

/// Returns the part of the program's help that each command repeats at its end.
fn global_options(help: &str) -> &str {
    let start = help.find("Global options:").expect("the help has global options");
    let end = help.find("\nExit codes:").unwrap_or(help.len());
    &help[start..end]
}
