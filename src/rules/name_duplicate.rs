//! `name/duplicate`: two manifests that declare one name.

use std::collections::BTreeMap;

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
    summary: "no two manifests declare one name",
    explanation: "A name is the identity of a module in the registry, so two manifests that declare one name leave open which \
        of them is meant. Both are reported, and an entry that is registered already keeps its content until one of them \
        is renamed or removed.",
};

/// The findings for all manifests that share their name with another, each with the index of its manifest. The names of
/// invalid manifests count too, where they can be read.
pub fn duplicates(manifests: &[(&ModuleName, &RepoPath)]) -> Vec<(usize, Finding)> {
    let mut by_name: BTreeMap<&ModuleName, Vec<usize>> = BTreeMap::new();
    for (index, (name, _)) in manifests.iter().enumerate() {
        by_name.entry(name).or_default().push(index);
    }
    let shared = by_name.into_iter().filter(|(_, indices)| indices.len() > 1);
    let mut findings: Vec<_> = shared
        .flat_map(|(name, indices)| {
            let all = indices.clone();
            indices.into_iter().map(move |index| {
                let others = all.iter().filter(|other| **other != index).map(|other| manifests[*other].1);
                (index, duplicate(name, others))
            })
        })
        .collect();
    findings.sort_by_key(|(index, _)| *index);
    findings
}

fn duplicate<'a>(name: &ModuleName, others: impl Iterator<Item = &'a RepoPath>) -> Finding {
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
        message: format!("the name `{name}` is also declared in {paths}{rest}"),
        label: "declared more than once".to_owned(),
        help: Some("rename one of the modules, or remove its manifest".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_of_the_manifests_points_at_the_others() {
        let (drive, chat): (ModuleName, ModuleName) = ("drive".parse().unwrap(), "chat".parse().unwrap());
        let paths = ["b.yaml", "chat.yaml", "a.yaml", "c.yaml", "d.yaml"].map(RepoPath::new);
        let two = [(&drive, &paths[0]), (&chat, &paths[1]), (&drive, &paths[2])];
        let messages: Vec<_> =
            duplicates(&two).into_iter().map(|(index, finding)| (index, finding.message)).collect();
        assert_eq!(
            messages,
            [
                (0, "the name `drive` is also declared in `a.yaml`".to_owned()),
                (2, "the name `drive` is also declared in `b.yaml`".to_owned()),
            ]
        );
        let five: Vec<_> = paths.iter().map(|path| (&drive, path)).collect();
        assert!(duplicates(&five)[0].1.message.ends_with("`a.yaml`, `c.yaml`, `chat.yaml` and 1 more"));
        assert_eq!(duplicates(&two[..2]), []);
    }
}
