//! Shows changes of permissions first, and describes in words which permissions a module gained and lost.

use super::describe::is_version;
use crate::{
    diff::{FieldChange, PermissionChange},
    report::text::count,
};

/// Returns the changed fields without the version; those that concern permissions come first.
pub(in crate::report) fn permissions_first(fields: &[FieldChange]) -> impl Iterator<Item = &FieldChange> {
    let (first, rest): (Vec<_>, Vec<_>) =
        fields.iter().filter(|field| !is_version(field)).partition(|field| field.concerns_permissions());
    first.into_iter().chain(rest)
}

/// Describes what a module gained and lost: `gains drive:delete, loses drive:read; action share-item gains drive:write`.
///
/// `name` formats the name of a permission or an action. Permissions whose names do not fit into about `limit` bytes
/// are counted instead of named; the first one is always named.
pub(in crate::report) fn describe_permissions(
    changes: &[PermissionChange],
    limit: usize,
    name: impl Fn(&str) -> String,
) -> String {
    let mut budget = NameBudget { left: limit, is_used: false };
    let mut phrases = Vec::new();
    for (at, change) in changes.iter().enumerate() {
        if at > 0 && budget.left == 0 {
            phrases.push(format!("and permissions of {}", count(changes.len() - at, "more action")));
            break;
        }
        let action = change.action.as_deref().map(&name);
        budget.left = budget.left.saturating_sub(action.as_ref().map_or(0, String::len));
        let gained = list("gains", &change.gained, &mut budget, &name);
        let lost = list("loses", &change.lost, &mut budget, &name);
        let parts = gained.into_iter().chain(lost).collect::<Vec<_>>().join(", ");
        phrases.push(match action {
            Some(action) => format!("action {action} {parts}"),
            None => parts,
        });
    }
    phrases.join("; ")
}

/// The number of bytes that are left for names.
struct NameBudget {
    left: usize,
    is_used: bool,
}

impl NameBudget {
    /// Takes the bytes of a name, or allows no further names if it does not fit.
    fn take(&mut self, name: &str) -> bool {
        let fits = name.len() <= self.left || !self.is_used;
        self.left = if fits { self.left.saturating_sub(name.len()) } else { 0 };
        self.is_used = true;
        fits
    }
}

fn list(
    verb: &str,
    permissions: &[String],
    budget: &mut NameBudget,
    name: impl Fn(&str) -> String,
) -> Option<String> {
    let names = permissions.iter().map(|permission| name(permission));
    let named: Vec<String> = names.take_while(|name| budget.take(name)).collect();
    match (named.len(), permissions.len() - named.len()) {
        (0, 0) => None,
        (_, 0) => Some(format!("{verb} {}", named.join(", "))),
        (0, unnamed) => Some(format!("{verb} {}", count(unnamed, "permission"))),
        (_, unnamed) => Some(format!("{verb} {} and {unnamed} more", named.join(", "))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn permissions_that_do_not_fit_are_counted() {
        let change = |action: Option<&str>, gained: &[&str], lost: &[&str]| PermissionChange {
            action: action.map(str::to_owned),
            gained: gained.iter().map(|&name| name.to_owned()).collect(),
            lost: lost.iter().map(|&name| name.to_owned()).collect(),
        };
        let changes = [
            change(None, &["d:add", "d:get", "d:set"], &["d:cut", "d:end"]),
            change(Some("open"), &["d:run"], &[]),
            change(Some("list"), &["d:run"], &["d:add"]),
        ];
        for (limit, expected) in [
            (
                usize::MAX,
                "gains d:add, d:get, d:set, loses d:cut, d:end; action open gains d:run; \
                 action list gains d:run, loses d:add",
            ),
            (
                40,
                "gains d:add, d:get, d:set, loses d:cut, d:end; action open gains d:run; \
                 action list gains 1 permission, loses 1 permission",
            ),
            (20, "gains d:add, d:get, d:set, loses d:cut and 1 more; and permissions of 2 more actions"),
            (10, "gains d:add, d:get and 1 more, loses 2 permissions; and permissions of 2 more actions"),
            (0, "gains d:add and 2 more, loses 2 permissions; and permissions of 2 more actions"),
        ] {
            assert_eq!(describe_permissions(&changes, limit, str::to_owned), expected, "{limit}");
        }
    }
}
