//! Random operations of people and of modreg on real repositories, checked against a small model after each of them.
//!
//! All choices come from a seed. `MODREG_MODEL` is the number of operations, `MODREG_MODEL_SEED` the first seed:
//! `MODREG_MODEL=4000 MODREG_MODEL_SEED=7 cargo test --locked --test cli model -- --nocapture`. A failure prints the
//! operations so far as a shell script and keeps the folder.

mod book;
mod branches;
mod checks;
mod forged;
mod people;
mod race;
mod tool;
mod world;

use std::collections::BTreeMap;

use world::World;

/// The number of operations of the ordinary test run, over all tests of this file.
const OPERATIONS: usize = 180;

/// The number of tests that share the operations.
const TESTS: usize = 3;

/// Something that can happen: how often, whether it takes a remote, and how it is done.
type Choice = (usize, bool, fn(&mut World));

/// Everything that can happen.
const CHOICES: &[Choice] = &[
    (22, false, people::edit_some),
    (3, false, people::remove_many),
    (6, false, branches::revert),
    (5, false, branches::revert_snapshot),
    (9, false, branches::merge),
    (2, false, branches::squash),
    (3, false, branches::cherry_pick),
    (2, false, forged::remove_registry),
    (7, false, forged::forge),
    (1, false, tool::forget_record),
    (16, false, tool::sync),
    (4, false, tool::sync_one),
    (5, false, tool::compile),
    (3, false, tool::prune),
    (6, false, tool::rollback),
    (3, false, tool::unpin),
    (14, true, tool::sync_and_push),
    (12, true, branches::exchange),
    (6, true, branches::force_push),
    (6, true, race::race),
    (2, true, branches::clone_anew),
];

#[test]
fn random_operations_keep_the_promises_of_a_sync_first_seed() {
    run(0);
}

#[test]
fn random_operations_keep_the_promises_of_a_sync_second_seed() {
    run(1);
}

#[test]
fn random_operations_keep_the_promises_of_a_sync_third_seed() {
    run(2);
}

/// Makes one test's share of the operations, in as many repositories as that takes.
#[expect(clippy::print_stdout, reason = "a long run prints what it covered")]
fn run(offset: usize) {
    let operations = number("MODREG_MODEL").unwrap_or(OPERATIONS) / TESTS;
    let seed = number("MODREG_MODEL_SEED").unwrap_or(1) * TESTS + offset;
    let mut counts = BTreeMap::new();
    let mut done = 0;
    let mut repository = 0;
    while done < operations {
        let mut world = World::new((seed * 10_000 + repository) as u64, counts);
        let most = world.random.usize(40..=80).min(operations - done);
        for _ in 0..most {
            let fitting = CHOICES.iter().filter(|(_, pushes, _)| world.has_remote || !pushes);
            let mut ticket = world.random.usize(0..fitting.clone().map(|(weight, ..)| weight).sum());
            for (weight, _, operation) in fitting {
                if ticket < *weight {
                    world.count("operations");
                    operation(&mut world);
                    world.remember();
                    break;
                }
                ticket -= weight;
            }
        }
        done += most;
        repository += 1;
        counts = world.close();
    }
    println!("seed {seed}, {repository} repositories:");
    for (name, count) in counts {
        println!("{count:6} {name}");
    }
}

#[expect(clippy::disallowed_methods, reason = "how long to run is chosen from outside")]
fn number(variable: &str) -> Option<usize> {
    std::env::var(variable).ok().map(|text| text.parse().expect("a number"))
}
