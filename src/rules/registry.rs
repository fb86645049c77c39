//! The rules of what is generated: what `verify` checks in a committed registry, and `compile --check` in a checked-out one.
//!
//! They speak of `registry/`, not of manifests; no setting changes or suppresses them.

use crate::diagnostic::{Rule, Severity};

/// All of them.
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

/// `registry/drift`.
pub static DRIFT: Rule = rule(
    "registry/drift",
    "`registry/` on disk is what the manifests give",
    "`modreg compile --check` compiled the manifests and found another registry than the one beside them: an entry is missing, \
     differs, or stands for no module. Where the registry is committed together with the manifests, its author forgot to \
     compile, or edited `registry/` by hand.\n\n\
     Run `modreg compile` and commit the result.",
);

/// `root/missing`.
pub static ROOT_MISSING: Rule = rule(
    "root/missing",
    "a registry that was published has a root",
    "`registry/snapshot.json` is gone, although the history has published versions. Nothing says any more which version the \
     entries are.\n\n\
     Restore it from the last published commit: `git log --oneline -- registry/snapshot.json` lists them.",
);

/// `root/removed`.
pub static ROOT_REMOVED: Rule = rule(
    "root/removed",
    "no commit removes the registry",
    "A commit in the history removed `registry/snapshot.json`. A sync never does; versions after it count on as if it had \
     stayed. `modreg verify --history` names the commit.",
);

/// `root/malformed`.
pub static ROOT_MALFORMED: Rule = rule(
    "root/malformed",
    "the root is a snapshot root",
    "`registry/snapshot.json` is no JSON object of the known shape: it was cut off, merged by hand or written by something \
     else. Syncs refuse to go on, because they would take the registry for another than it is.\n\n\
     Restore it from the last published commit.",
);

/// `root/newer-format`.
pub static ROOT_NEWER_FORMAT: Rule = rule(
    "root/newer-format",
    "the root has a format that this modreg reads",
    "A newer modreg wrote the registry. This one leaves it alone, because it would drop what it does not know. Use the modreg \
     that wrote it, or a newer one.",
);

/// `root/edited`.
pub static ROOT_EDITED: Rule = rule(
    "root/edited",
    "the root is as modreg wrote it",
    "The fields of `registry/snapshot.json` can be read, but its bytes are not what modreg writes: somebody edited or reformatted \
     it. Restore it from the last published commit.",
);

/// `root/inconsistent`.
pub static ROOT_INCONSISTENT: Rule = rule(
    "root/inconsistent",
    "the root agrees with itself and with the versions before it",
    "The root counts other modules than there are entries, holds a module without an entry, or has a version that does not \
     follow the one before it. It was edited by hand or put together in a merge. Restore it from the last published commit.",
);

/// `root/tree`.
pub static ROOT_TREE: Rule = rule(
    "root/tree",
    "the root names the tree of the entries",
    "`git rev-parse HEAD:registry/modules` prints another tree than the root says: entries were changed after the version was \
     published. The next `modreg sync` repairs what can be compiled.",
);

/// `root/held`.
pub static ROOT_HELD: Rule = rule(
    "root/held",
    "the root holds exactly the modules whose manifests are invalid",
    "The root says that a module is held although its manifest is valid, or does not say it although the manifest is invalid, or \
     dates it wrongly. The next `modreg sync` sets it right.",
);

/// `root/pinned`.
pub static ROOT_PINNED: Rule = rule(
    "root/pinned",
    "a pin names a version that was there to go back to",
    "The root pins a module to a version that did not exist when it was pinned. `modreg rollback` writes no such pin. Lift it \
     with `modreg unpin`.",
);

/// `entry/missing`.
pub static ENTRY_MISSING: Rule = rule(
    "entry/missing",
    "every registrable module has an entry",
    "The manifest beside the registry is valid and registrable, but there is no entry for it. The entry was deleted by hand; the \
     next `modreg sync` writes it again.",
);

/// `entry/orphan`.
pub static ENTRY_ORPHAN: Rule = rule(
    "entry/orphan",
    "every entry has a registrable manifest",
    "No manifest stands for this entry: it was added by hand, or its manifest went without a sync. `modreg prune` removes it.",
);

/// `entry/stray`.
pub static ENTRY_STRAY: Rule = rule(
    "entry/stray",
    "only entries lie among the entries",
    "A file below `registry/modules` has a name or a place that no entry has. The next `modreg sync` removes it.",
);

/// `entry/form`.
pub static ENTRY_FORM: Rule = rule(
    "entry/form",
    "an entry is canonical JSON, and valid by its schema",
    "The file is no JSON, has another layout than modreg writes, names another module than its path, or breaks \
     `schema/entry.schema.json`. It was edited by hand; the next `modreg sync` writes it again.",
);

/// `entry/edited`.
pub static ENTRY_EDITED: Rule = rule(
    "entry/edited",
    "an entry is what its version published",
    "The entry changed after its version was published, in a commit that is no sync. The next `modreg sync` repairs it, and says \
     so.",
);

/// `entry/differs`.
pub static ENTRY_DIFFERS: Rule = rule(
    "entry/differs",
    "an entry is what its manifest compiles to",
    "Compiling the manifest gives other bytes than the entry has. The entry was edited by hand, or committed from other sources. \
     The next `modreg sync` repairs it.",
);

/// `entry/held`.
pub static ENTRY_HELD: Rule = rule(
    "entry/held",
    "a held entry stays at its last good content",
    "The root holds this entry since a version, but the entry is not what it was before that version. Somebody edited it while it \
     was held.",
);

/// `entry/pinned`.
pub static ENTRY_PINNED: Rule = rule(
    "entry/pinned",
    "a pinned entry is that of the version it is pinned to",
    "The root pins this entry to a version, but the entry is another than that version's. Roll back again, or lift the pin with \
     `modreg unpin`.",
);

const fn rule(code: &'static str, summary: &'static str, explanation: &'static str) -> Rule {
    Rule { code, severity: Severity::Error, is_configurable: false, summary, explanation }
}
