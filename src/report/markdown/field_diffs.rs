//! Writes the fields that changed in each module, as a foldable section with a diff in a code block.

use std::fmt::Write;

use super::{
    code::{MAX_SPAN, diff_block},
    fit::{MAX_COMMENT, RESERVE},
};
use crate::{
    diff::{ChangeKind, Changes, FieldChange, PermissionChange},
    domain::clip,
    report::{
        changes::{Mark, describe_permissions, is_version, lines, permissions_first},
        text::{count, visible},
    },
};

/// The most bytes of one module's diff.
const MAX_DIFF: usize = 12_000;

/// The most bytes of names of permissions at the top of a diff.
const MAX_DIFF_NAMES: usize = 1_000;

/// The number of bytes that are reserved in the section of a module for its summary and its fence.
const SECTION_FRAME: usize = 500;

/// The fewest free bytes with which a section is started; with less, the remaining modules are counted.
const MIN_SECTION: usize = SECTION_FRAME + 2 * MAX_DIFF_NAMES;

pub(super) fn details(comment: &mut String, changes: &Changes) {
    let updated: Vec<_> = changes
        .iter()
        .filter(|change| !change.is_move())
        .filter_map(|change| match &change.kind {
            ChangeKind::Updated { fields, .. } if !fields.iter().all(is_version) => Some((change, fields)),
            ChangeKind::Added { .. } | ChangeKind::Updated { .. } | ChangeKind::Removed { .. } => None,
        })
        .collect();
    let mut shown = 0;
    for (change, fields) in &updated {
        let room = (MAX_COMMENT - RESERVE).saturating_sub(comment.len());
        if room < MIN_SECTION {
            break;
        }
        let limit = MAX_DIFF.min(room - SECTION_FRAME);
        let section = format!(
            "\n<details><summary><code>{}</code>: {}</summary>\n\n{}\n</details>\n",
            change.name,
            fields_but_version(fields),
            diff_block(&diff(fields, &change.permissions, limit)),
        );
        // Only a section with a long fence around long runs of back-ticks does not fit.
        if section.len() <= room {
            *comment += &section;
            shown += 1;
        }
    }
    if shown < updated.len() {
        let left = count(updated.len() - shown, "more module");
        _ = write!(comment, "\n… and the fields of {left}\n");
    }
}

/// Returns how many fields changed besides the version, which has a column of its own.
pub(super) fn fields_but_version(fields: &[FieldChange]) -> String {
    match fields.iter().filter(|field| !is_version(field)).count() {
        0 => "only the version".to_owned(),
        number => count(number, "field"),
    }
}

/// Returns the changed fields in about `limit` bytes, each line with a sign in front, after the changed permissions.
fn diff(fields: &[FieldChange], permissions: &[PermissionChange], limit: usize) -> String {
    let mut diff = String::new();
    if !permissions.is_empty() {
        let name = |name: &str| clip(&visible(name), MAX_SPAN).into_owned();
        _ = writeln!(diff, "! {}", describe_permissions(permissions, MAX_DIFF_NAMES, name));
    }
    let mut all = permissions_first(fields).flat_map(|field| lines(field, 0));
    while let Some(line) = all.next() {
        let text = line.text();
        if diff.len() + text.len() > limit {
            _ = writeln!(diff, "  … and {}", count(1 + all.count(), "more line"));
            break;
        }
        _ = match line.mark {
            Mark::Place => writeln!(diff, "@@ {text} @@"),
            mark @ (Mark::Same | Mark::Removed | Mark::Added | Mark::Updated) => {
                writeln!(diff, "{} {text}", mark.sign())
            }
        };
    }
    diff
}
