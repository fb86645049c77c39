//! Permissions that were gained and lost, in words.

use crate::diff::PermissionChange;

/// Says what a module gained and lost: `gains drive:delete, loses drive:read; action share-item gains drive:write`.
///
/// `name` shows one name of a permission or an action in the way of the format.
pub(super) fn phrase(changes: &[PermissionChange], name: impl Fn(&str) -> String) -> String {
    let phrases = changes.iter().map(|change| {
        let list = |verb: &str, names: &[String]| {
            let names: Vec<String> = names.iter().map(|permission| name(permission)).collect();
            (!names.is_empty()).then(|| format!("{verb} {}", names.join(", ")))
        };
        let parts: Vec<String> =
            [list("gains", &change.gained), list("loses", &change.lost)].into_iter().flatten().collect();
        match &change.action {
            Some(action) => format!("action {} {}", name(action), parts.join(", ")),
            None => parts.join(", "),
        }
    });
    phrases.collect::<Vec<_>>().join("; ")
}
