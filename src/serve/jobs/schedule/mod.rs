//! The scheduler, which syncs the registry by its schedule, and single modules by the schedules in their manifests.
//!
//! The progress is saved in the git directory. When the server was stopped or the machine slept, the missed runs are made up
//! by one run.

mod module_schedules;
mod plan;

use std::{fs, io, path::Path, sync::Arc, time::Duration};

use jiff::Timestamp;
use tokio::sync::Notify;

use super::{
    run_sync::run_sync,
    syncs::{Job, SyncFailure},
};
use crate::{
    git::{OwnFolder, Repository},
    serve::{auth::Principal, state::State},
    sync::{SyncError, Trigger},
};
use module_schedules::ModuleSchedules;
use plan::{Due, ScheduleProgress, Schedules};

/// The interval for checking the clock and the branch. It is short so that a machine that slept, or whose clock was set, is
/// noticed soon.
const CHECK_INTERVAL: Duration = Duration::from_secs(5);
/// The number of attempts to run a sync when other syncs are running.
const MAX_ATTEMPTS: usize = 10;

/// Syncs by schedule until `stop` is notified. A sync that has begun is finished and saved first.
pub(crate) async fn run(state: Arc<State>, stop: Arc<Notify>) {
    let mut scheduler = Scheduler::default();
    loop {
        let options = state.options.clone();
        let checked = tokio::task::spawn_blocking(move || {
            let checked = scheduler.check(&options.repository, (options.clock)());
            (scheduler, checked)
        });
        let Ok((back, due)) = checked.await else {
            tracing::error!("the scheduler stopped because of a bug in modreg; please report it");
            return;
        };
        scheduler = back;
        state.next_run.store(Arc::new(scheduler.next()));
        let goes_on = if let Some(due) = due {
            let goes_on = sync(&state, &due, &stop).await;
            // A run that was stopped before it began is made up by the next server.
            if goes_on {
                scheduler.record_done(&due, (state.options.clock)());
            }
            goes_on
        } else {
            let left = scheduler.next().map(|next| next.duration_since((state.options.clock)()));
            let left = left.and_then(|left| Duration::try_from(left).ok());
            pause(left.map_or(CHECK_INTERVAL, |left| left.min(CHECK_INTERVAL)), &stop).await
        };
        if !goes_on {
            return;
        }
    }
}

/// Runs the sync that is due, after any sync that is running, and returns whether the scheduler continues.
async fn sync(state: &Arc<State>, due: &Due, stop: &Notify) -> bool {
    let late = (state.options.clock)().duration_since(due.since);
    state.metrics.schedule_lateness.observe(late.as_secs_f64().max(0.0));
    for _ in 0..MAX_ATTEMPTS {
        state.syncs.wait_until_idle().await;
        let job = Job::new(due.scope(), Trigger::Schedule);
        match run_sync(state, job, Principal::this_server(), None).await {
            Err(SyncFailure::Busy | SyncFailure::Conflict(_)) if pause(CHECK_INTERVAL, stop).await => {}
            Err(SyncFailure::Busy | SyncFailure::Conflict(_)) => return false,
            Ok(_) | Err(_) => return true,
        }
    }
    true
}

/// Waits, and returns whether the scheduler continues.
async fn pause(time: Duration, stop: &Notify) -> bool {
    tokio::select! {
        () = stop.notified() => false,
        () = tokio::time::sleep(time) => true,
    }
}

/// The file with the progress, in the folder `modreg/` of the git directory.
const PROGRESS_FILE: &str = "schedule.json";

/// The schedules, and the progress of each.
#[derive(Debug, Default)]
struct Scheduler {
    modules: ModuleSchedules,
    schedules: Schedules,
    progress: Option<ScheduleProgress>,
    /// The folder of the file with the progress.
    folder: Option<OwnFolder>,
}

impl Scheduler {
    /// Reads the schedules if HEAD has moved, and returns the runs that are due.
    fn check(&mut self, repository: &Path, now: Timestamp) -> Option<Due> {
        if let Err(error) = self.read(repository, now) {
            tracing::warn!(
                error = error.with_causes(),
                "cannot read the schedules at HEAD; the previous schedules stay in effect"
            );
        }
        self.progress.as_ref()?.due(&self.schedules, now)
    }

    fn read(&mut self, repository: &Path, now: Timestamp) -> Result<(), SyncError> {
        let repository = Repository::open(repository)?;
        if let Some(schedules) = self.modules.read(&repository)? {
            self.schedules = schedules;
        }
        if self.progress.is_none() {
            let folder = repository.own_files();
            let stored = fs::read(folder.path(PROGRESS_FILE)).ok();
            self.folder = Some(folder);
            self.progress =
                Some(stored.and_then(|bytes| serde_json::from_slice(&bytes).ok()).unwrap_or_default());
        }
        let progress = self.progress.get_or_insert_default();
        let before = progress.clone();
        progress.update(&self.schedules, now);
        if *progress != before {
            self.save();
        }
        Ok(())
    }

    fn next(&self) -> Option<Timestamp> {
        self.progress.as_ref()?.next(&self.schedules)
    }

    fn record_done(&mut self, due: &Due, now: Timestamp) {
        if let Some(progress) = &mut self.progress {
            progress.record_done(due, now);
            self.save();
        }
    }

    /// Saves the progress. If that fails, only the next start of the server is affected.
    fn save(&self) {
        let Some(folder) = &self.folder else { return };
        let written = serde_json::to_vec_pretty(&self.progress)
            .map_err(io::Error::from)
            .and_then(|bytes| folder.write(PROGRESS_FILE, &bytes));
        if let Err(error) = written {
            tracing::warn!(%error, "cannot save the progress of the scheduler");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        serve::tests::{commit, git, manifest, repository, run_with, state},
        sync::Scope,
    };

    /// Returns a manifest with these lines added.
    fn with(name: &str, sync: &str) -> String {
        manifest(name) + sync
    }

    #[test]
    fn schedules_are_read_from_head_and_the_progress_outlives_the_process() {
        let home = repository(&[
            ("modules/chat.yaml", &with("chat", "sync:\n  schedule: '*/10 * * * *'\n")),
            ("modules/drive.yaml", &with("drive", "sync:\n  schedule: 0 0 30 2 *\n")),
            ("modules/mail.yaml", &with("mail", "description: on a schedule\n")),
        ]);
        let folder = home.path();
        let time = |text: &str| text.parse::<Timestamp>().unwrap();
        let mut scheduler = Scheduler::default();
        assert_eq!(scheduler.check(folder, time("2026-06-02T07:55:00Z")), None);
        assert_eq!(scheduler.schedules.len(), 2);
        assert_eq!(scheduler.next(), Some(time("2026-06-02T08:00:00Z")));
        // A scheduler that restarts before the first run counts from the same time.
        let mut scheduler = Scheduler::default();
        let due = scheduler.check(folder, time("2026-06-02T08:00:01Z")).unwrap();
        assert_eq!(due.scope(), Scope::All);
        scheduler.record_done(&due, time("2026-06-02T08:00:02Z"));

        let mut restarted = Scheduler::default();
        assert_eq!(restarted.check(folder, time("2026-06-02T08:00:03Z")), None);
        let due = restarted.check(folder, time("2026-06-02T09:45:00Z")).unwrap();
        assert_eq!(due.scope(), Scope::Modules(["chat".parse().unwrap()].into()));
        restarted.record_done(&due, time("2026-06-02T09:45:01Z"));

        commit(folder, &[("modreg.toml", "[schedule]\nenabled = false\n")]);
        assert_eq!(restarted.check(folder, time("2026-06-09T09:00:00Z")), None);
        assert_eq!((restarted.schedules.len(), restarted.next()), (0, None));
        commit(folder, &[("modreg.toml", "[schedule\n")]);
        assert_eq!(restarted.check(folder, time("2026-06-10T09:00:00Z")), None);
        commit(folder, &[("modreg.toml", "[schedule]\ntimezone = 'UTC'\n")]);
        assert_eq!(restarted.check(folder, time("2026-06-10T10:00:00Z")), None);
        assert_eq!(restarted.next(), Some(time("2026-06-10T10:10:00Z")));
    }

    #[test]
    fn a_run_that_a_stopped_server_missed_is_made_up_by_the_next_one() {
        const NOTE: &str =
            r#"{"registry":{"schedule":"0 3 * * * America/Chicago","until":"2026-06-01T12:00:00Z"}}"#;
        let home = repository(&[("modules/chat.yaml", &manifest("chat"))]);
        let (note, lock) =
            (home.path().join(".git/modreg/schedule.json"), home.path().join(".git/refs/heads/main.lock"));
        let until = || {
            let note: serde_json::Value = serde_json::from_slice(&fs::read(&note).unwrap()).unwrap();
            note["registry"]["until"].as_str().unwrap().to_owned()
        };
        fs::create_dir_all(note.parent().unwrap()).unwrap();
        fs::write(&note, NOTE).unwrap();
        let state = state(home.path(), || "2026-06-02T09:00:00Z".parse().expect("a time"));
        // It is stopped when it would wait for the first time.
        let serve = || {
            let stop = Arc::new(Notify::new());
            stop.notify_one();
            run_with(1, run(Arc::clone(&state), stop));
        };
        let commits = || git(home.path(), &["rev-list", "--count", "HEAD"]);
        fs::write(&lock, "").unwrap();
        serve();
        assert_eq!((until().as_str(), commits().as_str()), ("2026-06-01T12:00:00Z", "1"));
        fs::remove_file(&lock).unwrap();
        serve();
        assert_eq!((until().as_str(), commits().as_str()), ("2026-06-02T09:00:00Z", "2"));
    }
}
