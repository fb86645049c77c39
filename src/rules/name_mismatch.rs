//! `name/mismatch`: the name that a manifest declares against the name of its file or directory.

use crate::{
    diagnostic::{Finding, Part, Rule, Severity},
    domain::{ModuleName, Pointer, RepoPath, quoted},
    manifest::Manifest,
};

/// The rule `name/mismatch`.
pub static MISMATCH: Rule = Rule {
    code: "name/mismatch",
    severity: Severity::Error,
    is_configurable: false,
    summary: "the name of a module differs from that of its file or directory",
    explanation: "The manifest of a module `drive` is `drive.yaml` or `drive/module.yaml`. This way people find it by its \
        name, and a copied file is noticed before it replaces the original module.\n\n\
        Change `name`, or rename the file or the directory.",
};

/// Compares the declared name with the path.
pub fn check(manifest: &Manifest) -> Vec<Finding> {
    mismatch(manifest.name(), manifest.path()).into_iter().collect()
}

/// Compares a name with a path; a manifest need not be valid for that.
pub fn mismatch(name: &ModuleName, path: &RepoPath) -> Option<Finding> {
    let expected = path.module_stem();
    let unnamed = path.as_str() == "<stdin>" || path.stem() == "module" && path.directory_name().is_none();
    if unnamed || name.as_str() == expected {
        return None;
    }
    let holder = holder(path);
    Some(Finding {
        rule: &MISMATCH,
        route: Pointer::ROOT.key("name"),
        part: Part::Value,
        message: format!("`name` is `{name}`, but the {holder} is named {}", quoted(expected)),
        label: format!("the {holder} has the name {}", quoted(expected)),
        help: Some(help(name, path, &|_| false)),
    })
}

/// Returns how to make a declared name and a path agree, without a name that another manifest has.
pub fn help(name: &ModuleName, path: &RepoPath, is_taken: &dyn Fn(&ModuleName) -> bool) -> String {
    let rename = match holder(path) {
        "directory" => format!("rename the directory to `{name}`"),
        _ => format!("rename the file to `{name}.{}`", path.extension()),
    };
    let by_path = path.module_stem().parse::<ModuleName>().ok().filter(|name| !is_taken(name));
    match (!is_taken(name), by_path) {
        (true, Some(expected)) => format!("{rename}, or set `name` to `{expected}`"),
        (true, None) => rename,
        (false, Some(expected)) => format!("set `name` to `{expected}`"),
        (false, None) => "give the module a name that no other manifest has".to_owned(),
    }
}

/// Returns the word for what names the module: the file, or its directory.
fn holder(path: &RepoPath) -> &'static str {
    if path.stem() == "module" { "directory" } else { "file" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_or_the_directory_names_the_module() {
        for (path, message, help) in [
            ("modules/drive.yaml", "", ""),
            ("modules/drive/module.json", "", ""),
            ("module.yaml", "", ""),
            ("<stdin>", "", ""),
            (
                "modules/files.yml",
                "`name` is `drive`, but the file is named `files`",
                "rename the file to `drive.yml`, or set `name` to `files`",
            ),
            (
                "modules/files/module.json",
                "`name` is `drive`, but the directory is named `files`",
                "rename the directory to `drive`, or set `name` to `files`",
            ),
            (
                "modules/Files.yaml",
                "`name` is `drive`, but the file is named `Files`",
                "rename the file to `drive.yaml`",
            ),
            (
                "modules/drive.v2.yaml",
                "`name` is `drive`, but the file is named `drive.v2`",
                "rename the file to `drive.yaml`",
            ),
        ] {
            let finding = mismatch(&"drive".parse().unwrap(), &RepoPath::new(path));
            let reported =
                finding.as_ref().map(|finding| (finding.message.as_str(), finding.help.as_deref().unwrap()));
            assert_eq!(reported.unwrap_or_default(), (message, help), "{path}");
        }
    }

    #[test]
    fn a_name_that_is_taken_is_not_suggested() {
        for (taken, expected) in [
            (&[][..], "rename the file to `drive.yml`, or set `name` to `files`"),
            (&["files"], "rename the file to `drive.yml`"),
            (&["drive"], "set `name` to `files`"),
            (&["drive", "files"], "give the module a name that no other manifest has"),
        ] {
            let help = help(&"drive".parse().unwrap(), &RepoPath::new("modules/files.yml"), &|name| {
                taken.contains(&name.as_str())
            });
            assert_eq!(help, expected, "{taken:?}");
        }
    }
}
