//! The removal guard: removing many entries at once takes a token that names exactly these.

use std::collections::BTreeMap;

use crate::{
    domain::{ModuleName, ObjectId},
    settings::Guard,
    sync::{
        RemovalToken,
        outcome::{Refusal, Removals},
        plan::{next_snapshot::Plan, previous::Previous},
    },
};

/// Asks the guard whether a plan may be carried out.
///
/// It must pass against the snapshot before, and against those of other lines that a merge joined. Settings count as they
/// are now or as they were when the snapshot before was published, whichever allow less. Each token lets its own set of removals through.
pub(in crate::sync) fn refuse(
    previous: &Previous,
    plan: &Plan,
    settings: Guard,
    allowed: &[&RemovalToken],
) -> Option<Refusal> {
    let settings = previous.guard.map_or(settings, |before| stricter(settings, before));
    let mut entries: BTreeMap<ModuleName, ObjectId> = plan.removed.clone();
    let mut is_exceeded = exceeds(settings, entries.len(), previous.snapshot.entries.len());
    let mut total = previous.snapshot.entries.len();
    for joined in &previous.joined {
        let is_gone = |(name, _): &(&ModuleName, &ObjectId)| !plan.entries.contains_key(*name);
        let gone: Vec<_> = joined.iter().filter(is_gone).collect();
        if exceeds(settings, gone.len(), joined.len()) {
            is_exceeded = true;
            total = total.max(joined.len());
            entries.extend(gone.into_iter().map(|(name, id)| (name.clone(), *id)));
        }
    }
    if !is_exceeded {
        return None;
    }
    let token = RemovalToken::of(&entries);
    let removals = Removals { entries, total, token };
    if allowed.contains(&&removals.token) {
        None
    } else if allowed.is_empty() {
        Some(Refusal::Removals(removals))
    } else {
        Some(Refusal::WrongToken(removals))
    }
}

/// Returns whether removing `removed` of `total` entries needs a token: they are more than both limits allow, or all there
/// are.
fn exceeds(guard: Guard, removed: usize, total: usize) -> bool {
    let share = total.saturating_mul(guard.percent) / 100;
    removed > guard.removals.max(share) || (removed == total && removed > 0)
}

fn stricter(one: Guard, other: Guard) -> Guard {
    Guard { removals: one.removals.min(other.removals), percent: one.percent.min(other.percent) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_removals_pass_and_many_or_all_do_not() {
        let guard = Guard::default();
        for (removed, total, exceeded) in [
            (0, 0, false),
            (0, 10, false),
            (1, 1, true),
            (3, 3, true),
            (3, 4, false),
            (4, 5, true),
            (4, 20, false),
            (5, 20, true),
            (200, 1000, false),
            (201, 1000, true),
        ] {
            assert_eq!(exceeds(guard, removed, total), exceeded, "{removed} of {total}");
        }
    }
}
