//! The meaning of a path below the modules folder, by its name and kind alone.

use std::sync::Arc;

use crate::{
    diagnostic::{Diagnostic, Finding, Part, Rule, SourceText},
    domain::{Pointer, RepoPath},
    source::rules,
};

/// The extensions of manifests.
const EXTENSIONS: [&str; 3] = ["yaml", "yml", "json"];

/// Extensions of files that are about the file beside them: `drive.yaml.license`.
const SIDECARS: [&str; 6] = ["asc", "license", "md", "sha256", "sha512", "sig"];

/// The kind of file at a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EntryKind {
    /// A regular file.
    File,
    /// A folder.
    Directory,
    /// A symbolic link, to whatever.
    Symlink,
    /// A git repository within this one, as a submodule or by accident.
    Repository,
    /// A pipe, a socket or a device.
    Special,
}

/// The meaning of a path for the registry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Class {
    /// A manifest.
    Manifest,
    /// A hidden name, or something in a hidden folder.
    Hidden,
    /// The path is something else; a folder may still contain manifests.
    Other,
    /// The path is something that its author may take for a manifest.
    Faulty(LoadFault),
}

/// The reason why something that its author may take for a manifest is not one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LoadFault {
    /// Its name is nearly that of a manifest; this is the right one.
    NearMiss {
        /// The file name that would be read.
        rename_to: String,
    },
    /// It, or a folder that it is in, has a hidden name.
    Hidden,
    /// Its name is like that of any other file.
    OtherName,
    /// It is a symbolic link.
    Symlink,
    /// It is a folder.
    Directory,
    /// It is a repository of its own.
    Repository,
    /// It is a pipe, a socket or a device.
    Special,
    /// Its name is not UTF-8.
    NameNotUtf8,
}

/// Classifies a path below the modules folder `modules`.
///
/// Hidden names are those that start with `.`; everything below a hidden folder is hidden too.
pub fn classify(modules: &RepoPath, path: &RepoPath, kind: EntryKind) -> Class {
    let below = path.as_str().strip_prefix(modules.as_str()).unwrap_or(path.as_str());
    if below.split('/').any(|part| part.starts_with('.')) {
        return Class::Hidden;
    }
    let is_manifest_name = EXTENSIONS.contains(&path.extension());
    match kind {
        EntryKind::Symlink => Class::Faulty(LoadFault::Symlink),
        EntryKind::Repository => Class::Faulty(LoadFault::Repository),
        EntryKind::File if is_manifest_name => Class::Manifest,
        EntryKind::Directory if is_manifest_name => Class::Faulty(LoadFault::Directory),
        EntryKind::Special if is_manifest_name => Class::Faulty(LoadFault::Special),
        EntryKind::Directory | EntryKind::Special => Class::Other,
        EntryKind::File => intended_name(path.file_name())
            .map_or(Class::Other, |rename_to| Class::Faulty(LoadFault::NearMiss { rename_to })),
    }
}

/// Returns the name that the author of a file most likely meant, where it is that of a manifest.
fn intended_name(name: &str) -> Option<String> {
    let (stem, extension) = name.rsplit_once('.')?;
    let renamed = |stem: &str, extension: &str| Some(format!("{stem}.{extension}"));
    let lower = extension.trim().trim_end_matches('~').to_lowercase();
    let spelled =
        |matches: fn(&str, &str) -> bool| EXTENSIONS.into_iter().find(|known| matches(&lower, known));
    if let Some(intended) = spelled(|extension, known| extension == known).or_else(|| spelled(is_slip_of)) {
        return renamed(stem, intended);
    }
    let (inner_stem, inner) = stem.rsplit_once('.')?;
    let inner = inner.to_lowercase();
    if EXTENSIONS.contains(&inner.as_str()) && !SIDECARS.contains(&lower.as_str()) {
        return renamed(inner_stem, &inner);
    }
    None
}

/// Returns whether an extension in lower case is a slip of `known`: `yalm`, `jsonc`, `json5`.
///
/// A misspelling keeps the first letter, for `xaml` and `bson` are formats of their own; three letters are too few to compare.
fn is_slip_of(extension: &str, known: &str) -> bool {
    known.len() > 3
        && extension.chars().next() == known.chars().next()
        && strsim::osa_distance(extension, known) == 1
}

impl LoadFault {
    /// Returns the rule that is broken.
    pub fn rule(&self) -> &'static Rule {
        match self {
            Self::NearMiss { .. } | Self::Hidden | Self::OtherName => &rules::NOT_A_MANIFEST,
            Self::Symlink => &rules::SYMLINK,
            Self::Directory | Self::Repository | Self::Special | Self::NameNotUtf8 => &rules::UNREADABLE,
        }
    }

    /// Reports it as a finding about the whole of `path`.
    pub fn diagnostic(&self, path: &RepoPath) -> Diagnostic {
        whole_file(path, self.rule(), self.message(path), Some(self.help()))
    }

    fn message(&self, path: &RepoPath) -> String {
        let name = path.file_name().escape_debug();
        match self {
            Self::NearMiss { .. } | Self::OtherName => {
                format!("`{name}` is not read: its name is not that of a manifest")
            }
            Self::Hidden => {
                format!("`{name}` is not read: its name, or that of a folder above it, starts with `.`")
            }
            Self::Symlink => format!("`{name}` is a symbolic link, which is not followed"),
            Self::Directory => format!("`{name}` is a folder with the name of a manifest"),
            Self::Repository => {
                format!("`{name}` is a git repository of its own, whose files are not part of this one")
            }
            Self::Special => format!("`{name}` is a pipe, a socket or a device, not a file"),
            Self::NameNotUtf8 => format!("the name `{name}` is not UTF-8"),
        }
    }

    fn help(&self) -> String {
        match self {
            Self::NearMiss { rename_to } => {
                format!("rename it to `{}`, or move it out of the modules folder", rename_to.escape_debug())
            }
            Self::Hidden => "rename the file and its folders so that no name starts with `.`".to_owned(),
            Self::OtherName => "manifests are named `*.yaml`, `*.yml` or `*.json`".to_owned(),
            Self::Symlink => "replace the link by the file itself, or remove it".to_owned(),
            Self::Directory => "rename the folder: its name must not have the extension".to_owned(),
            Self::Repository => {
                "copy its manifests into this repository, or move it out of the modules folder".to_owned()
            }
            Self::Special => "remove it, or put a regular file in its place".to_owned(),
            Self::NameNotUtf8 => "rename it with letters, digits and `-`".to_owned(),
        }
    }
}

/// Returns the diagnostic on a file below the modules folder whose name keeps it from being read as a manifest.
pub fn unread(modules: &RepoPath, path: &RepoPath) -> Option<Diagnostic> {
    match classify(modules, path, EntryKind::File) {
        Class::Manifest => None,
        Class::Hidden => Some(LoadFault::Hidden.diagnostic(path)),
        Class::Other => Some(LoadFault::OtherName.diagnostic(path)),
        Class::Faulty(fault) => Some(fault.diagnostic(path)),
    }
}

/// Returns the diagnostic on a file that Git ignores.
pub fn ignored(path: &RepoPath) -> Diagnostic {
    let message = "Git ignores this file: commits do not contain it, so no sync registers it".to_owned();
    let help =
        "change `.gitignore` (`git check-ignore -v FILE` names the line), or add it with `git add --force`";
    whole_file(path, &rules::IGNORED, message, Some(help.to_owned()))
}

/// Returns a finding about a file as a whole, whose text is not known.
pub(super) fn whole_file(
    path: &RepoPath,
    rule: &'static Rule,
    message: String,
    help: Option<String>,
) -> Diagnostic {
    let finding =
        Finding { rule, route: Pointer::ROOT, part: Part::Value, message, label: String::new(), help };
    Diagnostic::new(finding, Arc::new(SourceText::new(path.clone(), "")), 0..0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near_miss(rename_to: &str) -> Class {
        Class::Faulty(LoadFault::NearMiss { rename_to: rename_to.to_owned() })
    }

    #[test]
    fn manifests_are_distinguished_from_other_files() {
        for (path, expected) in [
            ("modules/drive/module.yaml", Class::Manifest),
            ("modules/drive.yml", Class::Manifest),
            ("modules/a/b/c/drive.json", Class::Manifest),
            ("modules/my.tool.yaml", Class::Manifest),
            ("modules/x.yaml/module.json", Class::Manifest),
            ("modules/.hidden.yaml", Class::Hidden),
            ("modules/.git/config.json", Class::Hidden),
            ("modules/a/.b/c.yaml", Class::Hidden),
            ("modules/.yaml", Class::Hidden),
            ("modules/README.md", Class::Other),
            ("modules/drive/LICENSE", Class::Other),
            ("modules/drive/logo.svg", Class::Other),
            ("modules/drive/schema.xml", Class::Other),
            ("modules/drive/view.xaml", Class::Other),
            ("modules/drive/data.bson", Class::Other),
            ("modules/drive/data.ymp", Class::Other),
            ("modules/drive/Cargo.toml", Class::Other),
            ("modules/drive/module.yaml.license", Class::Other),
            ("modules/drive/yaml", Class::Other),
            ("modules/drive.YAML", near_miss("drive.yaml")),
            ("modules/drive.Json", near_miss("drive.json")),
            ("modules/drive.YML", near_miss("drive.yml")),
            ("modules/drive.jsonc", near_miss("drive.json")),
            ("modules/drive.json5", near_miss("drive.json")),
            ("modules/drive.yalm", near_miss("drive.yaml")),
            ("modules/drive.yml ", near_miss("drive.yml")),
            ("modules/drive.yaml~", near_miss("drive.yaml")),
            ("modules/drive.yaml.txt", near_miss("drive.yaml")),
            ("modules/drive.YAML.bak", near_miss("drive.yaml")),
            ("modules/drive.json.disabled", near_miss("drive.json")),
        ] {
            assert_eq!(
                classify(&RepoPath::new("modules"), &RepoPath::new(path), EntryKind::File),
                expected,
                "{path}"
            );
        }
    }

    #[test]
    fn only_files_are_manifests() {
        for (path, kind, expected) in [
            ("modules/drive", EntryKind::Directory, Class::Other),
            ("modules/drive.yaml", EntryKind::Directory, Class::Faulty(LoadFault::Directory)),
            ("modules/.drive.yaml", EntryKind::Directory, Class::Hidden),
            ("modules/drive.yaml", EntryKind::Special, Class::Faulty(LoadFault::Special)),
            ("modules/socket", EntryKind::Special, Class::Other),
            ("modules/drive", EntryKind::Symlink, Class::Faulty(LoadFault::Symlink)),
            ("modules/.drive", EntryKind::Symlink, Class::Hidden),
            ("modules/vendor", EntryKind::Repository, Class::Faulty(LoadFault::Repository)),
        ] {
            assert_eq!(
                classify(&RepoPath::new("modules"), &RepoPath::new(path), kind),
                expected,
                "{path} {kind:?}"
            );
        }
    }

    #[test]
    fn a_name_cannot_smuggle_control_characters_into_a_message() {
        let path = RepoPath::new("modules/a\u{1b}[8m.YAML");
        let found = LoadFault::NearMiss { rename_to: "a\u{1b}[8m.yaml".to_owned() }.diagnostic(&path);
        assert_eq!(found.message, r"`a\u{1b}[8m.YAML` is not read: its name is not that of a manifest");
        assert!(!found.help.unwrap().contains('\u{1b}'));
    }
}
