//! The modules that every installation has: what `init`, and an empty registry, begin with.

/// The path of each built-in's manifest inside the modules folder, and its text; sorted by path.
///
/// They are the files under `modules/` of this project's own repository.
pub(crate) const BUILTINS: &[(&str, &str)] = &[
    ("calendar/module.yaml", include_str!("../modules/calendar/module.yaml")),
    ("chat/module.yaml", include_str!("../modules/chat/module.yaml")),
    ("drive/module.yaml", include_str!("../modules/drive/module.yaml")),
];

#[cfg(test)]
mod tests {
    use std::{collections::BTreeSet, path::Path};

    use super::*;
    use crate::{domain::RepoPath, load};

    #[test]
    fn the_built_ins_are_the_modules_of_this_repository() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let listing = load::walk(root, &RepoPath::new("modules"), &BTreeSet::new()).unwrap();
        assert_eq!(listing.diagnostics, []);
        let listed: Vec<_> = listing.manifests.iter().map(RepoPath::as_str).collect();
        let built_in: Vec<_> = BUILTINS.iter().map(|(path, _)| format!("modules/{path}")).collect();
        assert_eq!(built_in, listed);
    }

    #[test]
    fn editors_find_the_schema_beside_them() {
        for (path, text) in BUILTINS {
            let first = text.lines().next();
            assert_eq!(
                first,
                Some("# yaml-language-server: $schema=../../schema/module.schema.json"),
                "{path}"
            );
        }
    }
}
