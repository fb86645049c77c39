//! Which element of a changed array was which before.

use std::{hash::Hash, ops::Range};

use serde_json::Value;
use similar::{Algorithm, DiffOp, capture_diff_slices};

/// The most possible pairs for an exact alignment; with more, it costs too much and elements are paired by position.
const MAX_PAIRS: usize = 4_000_000;

/// A change at one place of an array. Equal elements have no step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    /// The element at the first index changed into the one at the second.
    Pair(usize, usize),
    /// The element at this old index is gone.
    Remove(usize),
    /// The element at this new index came in.
    Add(usize),
}

/// A stretch of two lists.
enum Block {
    Same(Range<usize>, Range<usize>),
    Different(Range<usize>, Range<usize>),
}

/// The value that identifies an element in a list of objects.
#[derive(PartialEq, Eq, Hash)]
enum Identity<'a> {
    Name(&'a str),
    /// No name: the old element equals no other one.
    Old(usize),
    /// No name: the new element equals no other one.
    New(usize),
}

/// Lines up two arrays: equal elements first, then objects of the same name, then what is left by position.
///
/// Pairs never cross, so the steps, removals by old and the others by new index, turn one array into the other.
pub(super) fn align(old: &[Value], new: &[Value]) -> Vec<Step> {
    let start = old.iter().zip(new).take_while(|(old, new)| old == new).count();
    let (old_rest, new_rest) = (&old[start..], &new[start..]);
    let end = old_rest.iter().rev().zip(new_rest.iter().rev()).take_while(|(old, new)| old == new).count();
    let (old_middle, new_middle) = (&old_rest[..old_rest.len() - end], &new_rest[..new_rest.len() - end]);

    let mut steps = Vec::new();
    for block in blocks(old_middle, new_middle) {
        if let Block::Different(olds, news) = block {
            let (first_old, first_new) = (start + olds.start, start + news.start);
            pair_by_name(&old_middle[olds], &new_middle[news], |step| {
                steps.push(match step {
                    Step::Pair(old, new) => Step::Pair(first_old + old, first_new + new),
                    Step::Remove(old) => Step::Remove(first_old + old),
                    Step::Add(new) => Step::Add(first_new + new),
                });
            });
        }
    }
    steps
}

fn pair_by_name(old: &[Value], new: &[Value], mut emit: impl FnMut(Step)) {
    let old_names: Vec<_> = old
        .iter()
        .enumerate()
        .map(|(at, value)| name(value).map_or(Identity::Old(at), Identity::Name))
        .collect();
    let new_names: Vec<_> = new
        .iter()
        .enumerate()
        .map(|(at, value)| name(value).map_or(Identity::New(at), Identity::Name))
        .collect();
    for block in blocks(&old_names, &new_names) {
        let (Block::Same(olds, news) | Block::Different(olds, news)) = block;
        let paired = olds.len().min(news.len());
        let (old_pairs_end, new_pairs_end) = (olds.start + paired, news.start + paired);
        (olds.start..old_pairs_end)
            .zip(news.start..new_pairs_end)
            .for_each(|(old, new)| emit(Step::Pair(old, new)));
        (old_pairs_end..olds.end).for_each(|old| emit(Step::Remove(old)));
        (new_pairs_end..news.end).for_each(|new| emit(Step::Add(new)));
    }
}

/// Returns what distinguishes an action, an entity or a relationship from its siblings.
fn name(value: &Value) -> Option<&str> {
    value.get("name").or_else(|| value.get("module"))?.as_str()
}

fn blocks<T: Hash + Eq>(old: &[T], new: &[T]) -> Vec<Block> {
    let equal_runs = if old.len().saturating_mul(new.len()) > MAX_PAIRS {
        Vec::new()
    } else {
        capture_diff_slices(Algorithm::Myers, old, new)
    };
    let (mut old_at, mut new_at) = (0, 0);
    let mut blocks = Vec::new();
    for run in equal_runs.iter().filter(|run| matches!(run, DiffOp::Equal { .. })) {
        let (olds, news) = (run.old_range(), run.new_range());
        blocks.push(Block::Different(old_at..olds.start, new_at..news.start));
        (old_at, new_at) = (olds.end, news.end);
        blocks.push(Block::Same(olds, news));
    }
    blocks.push(Block::Different(old_at..old.len(), new_at..new.len()));
    blocks
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use Step::{Add, Pair, Remove};

    fn check(old: &Value, new: &Value, expect: &[Step]) {
        let steps = align(old.as_array().unwrap(), new.as_array().unwrap());
        assert_eq!(steps, expect, "{old} -> {new}");
    }

    #[test]
    fn equal_elements_then_names_then_positions() {
        check(&json!(["a"]), &json!(["a"]), &[]);
        check(&json!(["a", "b"]), &json!(["x", "a", "b"]), &[Add(0)]);
        check(&json!(["a", "b", "c"]), &json!(["a", "c"]), &[Remove(1)]);
        check(&json!(["a", "b"]), &json!(["b", "b"]), &[Pair(0, 0)]);
        check(&json!(["a", "b", "c"]), &json!(["x"]), &[Pair(0, 0), Remove(1), Remove(2)]);
        check(
            &json!([{"name": "open", "n": 1}]),
            &json!([{"name": "new"}, {"name": "open", "n": 2}]),
            &[Add(0), Pair(0, 1)],
        );
        check(
            &json!([{"module": "chat", "n": 1}, {"module": "drive"}]),
            &json!([{"module": "drive", "n": 1}]),
            &[Remove(0), Pair(1, 0)],
        );
    }

    #[test]
    fn lists_too_long_to_align_pair_by_position() {
        let old: Vec<Value> = (0..6_000).map(Value::from).collect();
        let new: Vec<Value> = (1..6_000).map(Value::from).chain([json!("end")]).collect();
        let steps = align(&old, &new);
        assert_eq!(steps.len(), 6_000);
        assert_eq!(steps[0], Pair(0, 0));

        for gone in [100, 5_900] {
            let mut rest = old.clone();
            rest.remove(gone);
            assert_eq!(align(&old, &rest), [Remove(gone)]);
        }
    }
}
