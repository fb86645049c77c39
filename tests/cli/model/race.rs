//! Several clones that publish at once.

use super::{
    checks::{self, Answer},
    people,
    world::{World, modreg_at},
};
use crate::harness::run;

/// Lets all clones run `sync --push` at the same time, each with work of its own; one may only push.
pub(super) fn race(world: &mut World) {
    let count = world.checkouts.len();
    for at in 0..count {
        if world.chance(40) {
            world.try_git(at, &["pull", "--quiet", "--ff-only"]);
        }
        if world.chance(50) {
            people::edit_in(world, at);
        }
    }
    world.remember();
    let before = world.remote_commits();
    let locals: Vec<_> = (0..count).map(|at| world.commits(at)).collect();
    let pushes = (0..count).find(|at| locals[*at].is_disjoint(&world.removed)).filter(|_| world.chance(30));
    world.remark("all at once:");
    let args = ["sync", "--push", "--format", "json"];
    let dates: Vec<_> = (0..count)
        .map(|at| match pushes {
            Some(pusher) if pusher == at => world.note(at, "git", &["push", "--quiet", "origin", "main"]),
            Some(_) | None => world.note(at, "modreg", &args),
        })
        .collect();
    let folders: Vec<_> = (0..count).map(|at| world.folder(at)).collect();
    let answers: Vec<Option<Answer>> = std::thread::scope(|scope| {
        let runs: Vec<_> = (0..count)
            .map(|at| {
                let (folder, dates) = (&folders[at], &dates[at]);
                scope.spawn(move || {
                    if pushes == Some(at) {
                        let push = ["push", "--quiet", "origin", "main"];
                        run(std::process::Command::new("git").args(push), folder);
                        None
                    } else {
                        Some(modreg_at(folder, &args, dates))
                    }
                })
            })
            .collect();
        let ended = runs.into_iter().map(|run| run.join().expect("a run ends"));
        ended.map(|ran| ran.map(|ran| Answer::of(ran, &args))).collect()
    });
    for answer in answers.iter().flatten() {
        world.remark(&format!("exit {}: {}", answer.code, answer.err.lines().next().unwrap_or_default()));
    }
    checks::after_race(world, &before, &locals, &answers);
    world.count("races");
}
