//! The outcome of looking through a modules folder, in memory or on disk.

use super::{Class, EntryKind, LoadFault, classify};
use crate::{
    diagnostic::{self, Diagnostic},
    domain::RepoPath,
};

/// The manifests of a registry, and everything beside them that an author may want to know of.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Listing {
    /// The manifests, sorted by path.
    pub manifests: Vec<RepoPath>,
    /// The diagnostics on paths that could be manifests, in the order of reports.
    pub diagnostics: Vec<Diagnostic>,
    /// The files and folders that Git ignores and that are, or contain, something with the name of a manifest; sorted.
    pub ignored: Vec<RepoPath>,
    /// The other files, apart from hidden ones, sorted.
    pub others: Vec<RepoPath>,
}

impl Listing {
    /// Sorts the paths below the modules folder `modules`, which come in any order.
    ///
    /// What is in a repository of its own belongs to that repository, and is left out.
    pub fn of(modules: &RepoPath, entries: impl IntoIterator<Item = (RepoPath, EntryKind)>) -> Self {
        let mut listing = Self::default();
        let mut repositories = Vec::new();
        for (path, kind) in entries {
            match classify(modules, &path, kind) {
                Class::Manifest => listing.manifests.push(path),
                Class::Other if kind == EntryKind::File => listing.others.push(path),
                Class::Other | Class::Hidden => {}
                Class::Faulty(fault) => {
                    listing.diagnostics.push(fault.diagnostic(&path));
                    if kind == EntryKind::Repository {
                        repositories.push(path);
                    }
                }
            }
        }
        listing.manifests.sort_unstable();
        listing.others.sort_unstable();
        listing.leave_out(&repositories);
        diagnostic::sort(&mut listing.diagnostics);
        listing
    }

    /// Adds a repository of its own that a walk cannot see, because it is not checked out.
    pub fn add_repository(&mut self, path: &RepoPath) {
        if !self.diagnostics.iter().any(|found| found.source.path() == path) {
            self.report(path, &LoadFault::Repository);
        }
    }

    /// Adds what is wrong with a name that is not UTF-8; `path` shows it as well as text can.
    pub(super) fn report(&mut self, path: &RepoPath, fault: &LoadFault) {
        self.diagnostics.push(fault.diagnostic(path));
        diagnostic::sort(&mut self.diagnostics);
    }

    fn leave_out(&mut self, repositories: &[RepoPath]) {
        for repository in repositories {
            let inside = |path: &RepoPath| {
                path.as_str().strip_prefix(repository.as_str()).is_some_and(|rest| rest.starts_with('/'))
            };
            self.manifests.retain(|path| !inside(path));
            self.others.retain(|path| !inside(path));
            self.diagnostics.retain(|diagnostic| !inside(diagnostic.source.path()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sorts_and_leaves_nested_repositories_out() {
        let listing = Listing::of(
            &RepoPath::new("modules"),
            [
                ("modules/b/c.yaml", EntryKind::File),
                ("modules/b.yaml", EntryKind::File),
                ("modules/vendor/a.yaml", EntryKind::File),
                ("modules/vendor/a.YAML", EntryKind::File),
                ("modules/vendor/a.txt", EntryKind::File),
                ("modules/trains.txt", EntryKind::File),
                ("modules/.gitkeep", EntryKind::File),
                ("modules/vendor", EntryKind::Repository),
                ("modules/vendored/a.yaml", EntryKind::File),
                ("modules/a.Json", EntryKind::File),
            ]
            .map(|(path, kind)| (RepoPath::new(path), kind)),
        );
        assert_eq!(
            listing.manifests.iter().map(RepoPath::as_str).collect::<Vec<_>>(),
            ["modules/b.yaml", "modules/b/c.yaml", "modules/vendored/a.yaml"]
        );
        assert_eq!(listing.others, [RepoPath::new("modules/trains.txt")]);
        let reported: Vec<_> =
            listing.diagnostics.iter().map(|found| (found.source.path().as_str(), found.rule.code)).collect();
        assert_eq!(
            reported,
            [("modules/a.Json", "source/not-a-manifest"), ("modules/vendor", "source/unreadable")]
        );
    }
}
