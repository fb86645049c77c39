//! The rules about generated files: `verify` checks them in a committed registry, and `compile --check` in a checked-out one.
//!
//! They are about `registry/`, not about manifests; the settings cannot change or suppress them.

use crate::diagnostic::{Rule, Severity};

/// Every rule about generated files.
pub static ALL: [&Rule; 18] = [
    &DRIFT,
    &ROOT_MISSING,
    &ROOT_REMOVED,
    &ROOT_MALFORMED,
    &ROOT_NEWER_FORMAT,
    &ROOT_EDITED,
    &ROOT_INCONSISTENT,
    &ROOT_TREE,
    &ROOT_HELD,
    &ROOT_PINNED,
    &ENTRY_MISSING,
    &ENTRY_ORPHAN,
    &ENTRY_STRAY,
    &ENTRY_FORM,
    &ENTRY_EDITED,
    &ENTRY_DIFFERS,
    &ENTRY_HELD,
    &ENTRY_PINNED,
];

/// The rule `registry/drift`.
pub static DRIFT: Rule = rule(
    "registry/drift",
    "`registry/` on disk differs from what the manifests compile to",
    "`modreg compile --check` compiled the manifests, and `registry/` in the working tree differs from the result: an entry \
     is missing, has other content, or has no module. Where the registry is committed together with the manifests, the \
     author forgot to compile, or edited `registry/` by hand.\n\n\
     Run `modreg compile`, and commit the result.",
);

/// The rule `root/missing`.
pub static ROOT_MISSING: Rule = rule(
    "root/missing",
    "`registry/snapshot.json` is missing, although versions were published",
    "`registry/snapshot.json` is missing, although earlier commits published versions. Without it, the version of the \
     entries is unknown.\n\n\
     Run `modreg sync`: it publishes the entries under the next version, with a new root.",
);

/// The rule `root/removed`.
pub static ROOT_REMOVED: Rule = rule(
    "root/removed",
    "a commit in the history removed the registry",
    "A commit in the history removed `registry/snapshot.json`. A sync never does that.\n\n\
     Run `modreg sync`, unless one ran since: it publishes the registry again, under the next version.",
);

/// The rule `root/malformed`.
pub static ROOT_MALFORMED: Rule = rule(
    "root/malformed",
    "`registry/snapshot.json` cannot be read as the root of a registry",
    "`registry/snapshot.json` is not a JSON object with the fields of a root: it was cut off, edited, merged by hand, or \
     written by another program. Syncs refuse to run, because they cannot know what was published.\n\n\
     Run `modreg sync`: it prints the command that restores the last published registry.",
);

/// The rule `root/newer-format`.
pub static ROOT_NEWER_FORMAT: Rule = rule(
    "root/newer-format",
    "`registry/snapshot.json` has a newer format than this modreg can read",
    "A newer modreg wrote the registry. This one does not change it, because it would lose what it does not understand.\n\n\
     Use the version of modreg that wrote it, or a newer one.",
);

/// The rule `root/edited`.
pub static ROOT_EDITED: Rule = rule(
    "root/edited",
    "`registry/snapshot.json` was edited or reformatted",
    "The fields of `registry/snapshot.json` can be read, but its bytes are not those that modreg writes for them. The file \
     was edited or reformatted.\n\n\
     Run `modreg sync`: it prints the command that restores the last published registry.",
);

/// The rule `root/inconsistent`.
pub static ROOT_INCONSISTENT: Rule = rule(
    "root/inconsistent",
    "`registry/snapshot.json` contradicts the entries or the previous versions",
    "The root, `registry/snapshot.json`, counts more or fewer modules than there are entries, holds a module that has no \
     entry, or has a version that does not follow the previous one. It was edited by hand, or combined from two versions in \
     a merge.\n\n\
     Run `modreg sync`: it publishes a correct root, or prints the command that restores the last published registry.",
);

/// The rule `root/tree`.
pub static ROOT_TREE: Rule = rule(
    "root/tree",
    "`registry/snapshot.json` records another tree than that of the entries",
    "The root, `registry/snapshot.json`, records the Git tree of the entries, and `git rev-parse HEAD:registry/modules` \
     prints another one: entries were changed after the version was published.\n\n\
     Run `modreg sync`: it repairs every entry that can be compiled.",
);

/// The rule `root/held`.
pub static ROOT_HELD: Rule = rule(
    "root/held",
    "`registry/snapshot.json` does not list exactly the invalid modules as held",
    "The root, `registry/snapshot.json`, lists the modules whose manifests are invalid: their entries are held at their last \
     valid content. It lists a module whose manifest is valid, does not list one whose manifest is invalid, or records a wrong \
     version for the start of the hold.\n\n\
     Run `modreg sync`: it corrects the list.",
);

/// The rule `root/pinned`.
pub static ROOT_PINNED: Rule = rule(
    "root/pinned",
    "a module is pinned to a version that did not exist",
    "The root, `registry/snapshot.json`, pins a module to a version that did not exist when the pin was made. `modreg \
     rollback` never writes such a pin, so the root was edited.\n\n\
     Run `modreg sync`: it continues from the root that was published last.",
);

/// The rule `entry/missing`.
pub static ENTRY_MISSING: Rule = rule(
    "entry/missing",
    "a registrable module has no entry",
    "The manifest is valid and registrable, but `registry/` has no entry for it. The entry was deleted by hand.\n\n\
     Run `modreg sync`: it writes the entry again.",
);

/// The rule `entry/orphan`.
pub static ENTRY_ORPHAN: Rule = rule(
    "entry/orphan",
    "an entry has no registrable manifest",
    "No registrable manifest belongs to this entry. The entry was added by hand, or its manifest was removed without a \
     sync.\n\n\
     Run `modreg prune` to remove the entry, or restore the manifest.",
);

/// The rule `entry/stray`.
pub static ENTRY_STRAY: Rule = rule(
    "entry/stray",
    "a file among the entries is not an entry",
    "A file below `registry/modules` has a name or a place that no entry has.\n\n\
     Run `modreg sync`: it removes the file.",
);

/// The rule `entry/form`.
pub static ENTRY_FORM: Rule = rule(
    "entry/form",
    "an entry is not canonical JSON, or breaks its schema",
    "The file is not JSON, is not formatted as modreg formats entries, names another module than its path, or breaks \
     `schema/entry.schema.json`. It was edited by hand.\n\n\
     Run `modreg sync`: it writes the entry again.",
);

/// The rule `entry/edited`.
pub static ENTRY_EDITED: Rule = rule(
    "entry/edited",
    "an entry was changed after its version was published",
    "A commit that is not a sync changed the entry after its version was published, so one version now has two contents.\n\n\
     Run `modreg sync`: it repairs the entry and reports it.",
);

/// The rule `entry/differs`.
pub static ENTRY_DIFFERS: Rule = rule(
    "entry/differs",
    "an entry differs from what its manifest compiles to",
    "Compiling the manifest produces other bytes than the entry has. The entry was edited by hand, or committed together \
     with other sources.\n\n\
     Run `modreg sync`: it repairs the entry.",
);

/// The rule `entry/held`.
pub static ENTRY_HELD: Rule = rule(
    "entry/held",
    "a held entry differs from its last good content",
    "The manifest of this module is invalid, so its entry is held at the content from before a certain version. The entry \
     has other content now: it was edited while it was held.\n\n\
     Run `modreg sync`: it restores the content from before that version.",
);

/// The rule `entry/pinned`.
pub static ENTRY_PINNED: Rule = rule(
    "entry/pinned",
    "a pinned entry differs from the entry of the version it is pinned to",
    "`modreg rollback` pinned this entry to a version, but its content is not the one of that version. It was edited while \
     it was pinned.\n\n\
     Run `modreg rollback` again, or remove the pin with `modreg unpin`.",
);

const fn rule(code: &'static str, summary: &'static str, explanation: &'static str) -> Rule {
    Rule { code, severity: Severity::Error, is_configurable: false, summary, explanation }
}
