//! `schema/outdated-copy`: a schema that modreg wrote for editors is that of another version.

use std::sync::Arc;

use crate::{
    diagnostic::{Diagnostic, Finding, Part, Rule, Severity, SourceText},
    domain::{Pointer, RepoPath},
};

/// The rule `schema/outdated-copy`.
pub static OUTDATED_COPY: Rule = Rule {
    code: "schema/outdated-copy",
    severity: Severity::Warning,
    is_configurable: true,
    summary: "a copy of a built-in schema comes from another version of modreg",
    explanation: "`modreg init` writes copies of the built-in schemas to `schema/`, so that editors can check and complete manifests. \
        modreg itself ignores the copies and uses the schemas in the program. After an upgrade of modreg the copies are outdated, \
        and editors and `modreg validate` may disagree.\n\n\
        Run `modreg schema --update` and commit the files.",
};

/// Returns the finding on a copy.
pub fn check(path: &RepoPath) -> Diagnostic {
    let finding = Finding {
        rule: &OUTDATED_COPY,
        route: Pointer::ROOT,
        part: Part::Value,
        message: "the copy of the built-in schema was written by another version of modreg".to_owned(),
        label: "outdated".to_owned(),
        help: Some("renew it with `modreg schema --update`".to_owned()),
    };
    Diagnostic::new(finding, Arc::new(SourceText::new(path.clone(), "")), 0..0)
}
