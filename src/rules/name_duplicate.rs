//! `name/duplicate`: two manifests for one module.

use crate::{
    diagnostic::{Finding, Part, Rule, Severity},
    domain::{ModuleName, Pointer, RepoPath, quoted},
};

/// The rule `name/duplicate`.
pub static DUPLICATE: Rule = Rule {
    code: "name/duplicate",
    severity: Severity::Error,
    is_configurable: false,
    summary: "two manifests describe the same module",
    explanation: "The name of its file or folder decides which module a manifest describes. `modules/a/chat.yaml` and \
        `modules/chat/module.json` both describe `chat`, so it is unclear which of them applies. Both are reported, and an \
        entry that is already registered keeps its content.\n\n\
        Rename or remove one of the two.",
};

/// Returns the finding at the manifest at `path`, one of several of the module `name`.
///
/// `all` are the paths of all of them, in order and each once. There is a finding at each, so none looks at more than the
/// paths that it shows.
pub fn check(name: &ModuleName, path: &RepoPath, all: &[RepoPath]) -> Finding {
    /// The most paths that are listed; more do not fit into one line.
    const SHOWN: usize = 3;
    let others = all.iter().filter(|other| *other != path);
    let paths: Vec<_> = others.take(SHOWN).map(|other| quoted(other.as_str())).collect();
    let rest = match all.len().saturating_sub(paths.len() + 1) {
        0 => String::new(),
        rest => format!(" and {rest} more"),
    };
    let paths = paths.join(", ");
    Finding {
        rule: &DUPLICATE,
        route: Pointer::ROOT.key("name"),
        part: Part::Value,
        message: format!("`{name}` is also described by another manifest: {paths}{rest}"),
        label: "one of several".to_owned(),
        help: Some("rename one of the modules, or remove its manifest".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_manifest_points_at_the_others() {
        let name = "chat".parse().unwrap();
        for (path, all, message) in [
            (
                "chat.json",
                &["chat.json", "chat.yaml"][..],
                "`chat` is also described by another manifest: `chat.yaml`",
            ),
            ("b", &["a", "b", "c"], "`chat` is also described by another manifest: `a`, `c`"),
            ("d", &["a", "b", "c", "d"], "`chat` is also described by another manifest: `a`, `b`, `c`"),
            (
                "a",
                &["a", "b", "c", "d", "e", "f"],
                "`chat` is also described by another manifest: `b`, `c`, `d` and 2 more",
            ),
            (
                "f",
                &["a", "b", "c", "d", "e", "f"],
                "`chat` is also described by another manifest: `a`, `b`, `c` and 2 more",
            ),
        ] {
            let all: Vec<_> = all.iter().map(|path| RepoPath::new(*path)).collect();
            let finding = check(&name, &RepoPath::new(path), &all);
            assert_eq!(finding.message, message);
            assert_eq!((finding.rule.code, finding.route.as_str()), ("name/duplicate", "/name"));
        }
    }
}
