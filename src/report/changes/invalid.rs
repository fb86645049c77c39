//! Describes what invalid manifests mean for the registry: which entries are kept, and which modules are not
//! registered.

use crate::{
    domain::{ModuleName, RepoPath},
    registry::Held,
    report::text::visible,
    sync::Plan,
};

/// The modules whose manifests are invalid, and what a sync does about them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct InvalidModules {
    /// The modules that keep their previous entries, with the rules that their manifests violate.
    pub held: Vec<(ModuleName, String)>,
    /// The manifests of modules that have no entry and are not registered.
    pub left_out: Vec<RepoPath>,
}

impl From<&Plan> for InvalidModules {
    fn from(plan: &Plan) -> Self {
        let held = plan.held.iter().map(|(name, Held { code, .. })| (name.clone(), code.clone()));
        Self { held: held.collect(), left_out: plan.left_out.iter().cloned().collect() }
    }
}

impl InvalidModules {
    /// Returns one line for each module; `name` formats the name of a module, a path or a rule.
    pub(in crate::report) fn lines(&self, name: impl Fn(&str) -> String) -> Vec<String> {
        let held = self.held.iter().map(|(module, code)| {
            let (module, code) = (name(module.as_str()), name(code));
            format!("{module} keeps its previous entry: its manifest is invalid ({code})")
        });
        let left_out = self
            .left_out
            .iter()
            .map(|path| format!("{} is not registered: it is new and invalid", name(path.as_str())));
        held.chain(left_out).collect()
    }

    /// Returns the lines for a terminal.
    pub fn plain_lines(&self) -> Vec<String> {
        self.lines(|name| visible(name).into_owned())
    }
}
