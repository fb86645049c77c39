//! Describes changes in the ways that all formats for people share: the counts, and moved manifests.

use crate::{
    diff::{ChangeKind, Changes, FieldChange, FieldKind, ModuleChange},
    domain::Pointer,
    report::text::visible,
};

/// Returns the counts of the changes: `1 added, 2 updated, 1 removed (1 renamed)`.
pub(in crate::report) fn summary(changes: &Changes) -> String {
    if changes.is_empty() {
        return "no changes".to_owned();
    }
    let renamed = changes
        .iter()
        .filter(|change| matches!(change.kind, ChangeKind::Added { renamed_from: Some(_), .. }))
        .count();
    let counts =
        format!("{} added, {} updated, {} removed", changes.added(), changes.updated(), changes.removed());
    if renamed > 0 { format!("{counts} ({renamed} renamed)") } else { counts }
}

/// Returns whether the change is that of the module's version, which is shown next to its name.
pub(in crate::report) fn is_version(change: &FieldChange) -> bool {
    change.pointer == Pointer::new("/version")
}

/// Returns the old and the new path of a manifest, if nothing else of its entry changed.
pub(in crate::report) fn moved(change: &ModuleChange) -> Option<(String, String)> {
    match &change.kind {
        ChangeKind::Updated { fields, .. } if change.is_move() => match &fields.first()?.kind {
            FieldKind::Updated { old, new } => {
                Some((visible(old.as_str()?).into_owned(), visible(new.as_str()?).into_owned()))
            }
            FieldKind::Added(_) | FieldKind::Removed(_) => None,
        },
        ChangeKind::Added { .. } | ChangeKind::Updated { .. } | ChangeKind::Removed { .. } => None,
    }
}
