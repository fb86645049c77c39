//! `name/duplicate`: two manifests for one module.

use crate::{
    diagnostic::{Finding, Part, Rule, Severity},
    domain::{ModuleName, RepoPath},
    schema::quoted,
    source::Pointer,
};

/// `name/duplicate`.
pub static DUPLICATE: Rule = Rule {
    code: "name/duplicate",
    severity: Severity::Error,
    fixed: true,
    summary: "two manifests have the name of one module",
    explanation: "A manifest is that of the module that its file or folder is named after, so `modules/a/chat.yaml` and \
        `modules/chat/module.json` leave open which of them is meant. Both are reported, and an entry that is registered already keeps its content until one of them \
        is renamed or removed.",
};

/// The finding at one of several manifests of the module `name`; `others` are the paths of the other ones.
pub fn check<'a>(name: &ModuleName, others: impl Iterator<Item = &'a RepoPath>) -> Finding {
    /// More paths than anybody reads in one line.
    const SHOWN: usize = 3;
    let mut paths: Vec<_> = others.map(RepoPath::as_str).collect();
    paths.sort_unstable();
    let rest = match paths.len().saturating_sub(SHOWN) {
        0 => String::new(),
        rest => format!(" and {rest} more"),
    };
    let paths = paths.into_iter().take(SHOWN).map(quoted).collect::<Vec<_>>().join(", ");
    Finding {
        rule: &DUPLICATE,
        route: Pointer::ROOT.key("name"),
        part: Part::Value,
        message: format!("`{name}` has another manifest too: {paths}{rest}"),
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
        for (others, message) in [
            (&["modules/chat.yaml"][..], "`chat` has another manifest too: `modules/chat.yaml`"),
            (&["b", "a"], "`chat` has another manifest too: `a`, `b`"),
            (&["e", "d", "c", "b", "a"], "`chat` has another manifest too: `a`, `b`, `c` and 2 more"),
        ] {
            let others: Vec<_> = others.iter().map(|path| RepoPath::new(*path)).collect();
            let finding = check(&name, others.iter());
            assert_eq!(finding.message, message);
            assert_eq!((finding.rule.code, finding.route.as_str()), ("name/duplicate", "/name"));
        }
    }
}
