//! `modreg validate --watch`: checks again after each change, until Ctrl-C.
//!
//! Events only start a new check, which lists the folders again. So it does not matter how an editor saves files, or whether
//! an event is lost.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
    sync::mpsc::{self, Receiver, Sender},
    time::Duration,
};

use notify_debouncer_full::{
    DebounceEventResult, DebouncedEvent, Debouncer, RecommendedCache, new_debouncer,
    notify::{self, RecommendedWatcher, RecursiveMode},
};

use super::{
    cache::Cache,
    check, fix,
    inputs::{self, CheckInputs},
    report,
    targets::{self, Target},
};
use crate::{
    cli::{
        context::{Context, Verbosity},
        error::CliError,
        exit::Exit,
        output,
        workspace::Folder,
    },
    fix::Fix,
    report::findings::human,
    settings,
    sync::SCHEMAS,
};

/// The time without events after which a change is complete: editors write, rename and set times one after the other.
const QUIET: Duration = Duration::from_millis(100);

/// The control sequence that clears the screen and the scrollback, and moves the cursor to the top.
const CLEAR: &str = "\u{1b}[2J\u{1b}[3J\u{1b}[H";

/// The arguments of `validate` that matter in each round.
#[derive(Debug, Clone, Copy)]
pub(super) struct WatchOptions<'a> {
    pub(super) paths: &'a [PathBuf],
    pub(super) fix: bool,
    pub(super) is_strict: bool,
}

/// An event that can end a wait.
enum Event {
    /// These paths changed.
    Changed(BTreeSet<PathBuf>),
    /// Events were lost, so that any file may have changed.
    Lost,
    /// The file watcher reported an error.
    WatcherError(String),
    /// The user pressed Ctrl-C.
    Interrupted,
}

/// Checks after each change, and returns the exit code of the last check.
pub(super) fn run(options: WatchOptions<'_>, context: &Context) -> Result<Exit, CliError> {
    let (sender, events) = mpsc::channel();
    let mut watcher = Watcher::new(&sender)?;
    listen_for_interrupts(sender)?;

    let folder = Folder::find_without_git(context)?;
    let mut compiler = folder.compiler(context)?;
    let mut cache = Cache::enabled();
    let mut changed = BTreeSet::new();
    let mut last: Option<Exit> = None;
    let mut watched = None;
    let mut unusable = None;
    loop {
        let mut own_writes = OwnWrites::new();
        let ended = unusable.take().map_or(Ok(()), Err).and_then(|()| {
            let registry = inputs::registry(&folder, &compiler)?;
            let inputs =
                CheckInputs { folder: &folder, registry: registry.as_ref(), compiler: &compiler, context };
            let targets = targets::find(options.paths, inputs)?;
            if targets.contains(&Target::Input) {
                return Err(
                    CliError::cannot_run("standard input cannot be watched").hint("name files or folders")
                );
            }
            let watched = watched.insert(WatchList::new(&targets, inputs));
            watcher.follow(watched, &changed)?;
            print_heading(&changed, inputs)?;
            check_round(&targets, inputs, &mut cache, &mut own_writes, options)
        });
        // After an error the previous folders are still watched, because a missing folder may be created again.
        let watched = match (ended, &watched) {
            (Ok(exit), Some(watched)) => {
                last = Some(exit);
                watched
            }
            (Err(error), Some(watched)) if last.is_some() => {
                output::failure(&error, Some(context));
                last = Some(Exit::CheckFailed);
                watched
            }
            (Err(error), _) => return Err(error),
            (Ok(exit), None) => return Ok(exit),
        };
        context.print_message("watching for changes; stop with Ctrl-C");
        match wait(&events, watched, &own_writes, context) {
            Some(paths) => changed = paths,
            None => return Ok(last.unwrap_or(Exit::Done)),
        }
        if changed.iter().any(|path| watched.affects_all(path)) {
            cache.clear();
            match folder.compiler(context) {
                Ok(new) => compiler = new,
                Err(error) => unusable = Some(error),
            }
        }
        for path in &changed {
            cache.remove(path);
        }
    }
}

/// Prints the heading of a round.
fn print_heading(changed: &BTreeSet<PathBuf>, inputs: CheckInputs<'_>) -> Result<(), CliError> {
    let context = inputs.context;
    if context.clears_screen {
        output::print(CLEAR)?;
    }
    context.print_message(&human::round(
        &time_of_day(),
        &display_paths(changed, &inputs.folder.root),
        context.stderr,
    ));
    Ok(())
}

/// The files that the last round fixed, with their new content, so that these changes do not start another round.
type OwnWrites = BTreeMap<PathBuf, Vec<u8>>;

fn check_round(
    targets: &[Target],
    inputs: CheckInputs<'_>,
    cache: &mut Cache,
    own_writes: &mut OwnWrites,
    options: WatchOptions<'_>,
) -> Result<Exit, CliError> {
    let context = inputs.context;
    if options.fix {
        let fixes = fix::fix_files(targets, inputs)?;
        report::report_fixes(&fixes, context);
        for path in fixed_files(targets, &fixes) {
            cache.remove(&path);
            if let Ok(bytes) = fs::read(&path) {
                own_writes.insert(path, bytes);
            }
        }
    }
    let checked = check::check(targets, inputs, cache)?;
    output::write(|out| human::diagnostics(out, &checked.diagnostics, context.stdout))?;
    if context.verbosity >= Verbosity::Normal {
        output::eprint_line(&human::summary(&checked.diagnostics, checked.counts.modules, context.stderr));
    }
    Ok(report::exit(&report::findings(&checked, options.is_strict)))
}

/// Returns the paths on disk of the fixed files.
fn fixed_files(targets: &[Target], fixes: &[Fix]) -> BTreeSet<PathBuf> {
    let bases = targets.iter().filter_map(|target| match target {
        Target::Folder(place) | Target::File(place) => Some(&place.base),
        Target::Input => None,
    });
    let bases: BTreeSet<&PathBuf> = bases.collect();
    let paths = fixes.iter().map(|fix| fix.diagnostic.source.path());
    paths.flat_map(|path| bases.iter().map(|base| base.join(path.as_str()))).collect()
}

/// Returns the time of day in UTC.
fn time_of_day() -> String {
    Context::clock()().strftime("%H:%M:%S UTC").to_string()
}

/// Returns the changed files relative to the root.
fn display_paths(changed: &BTreeSet<PathBuf>, root: &Path) -> Vec<String> {
    let name = |path: &PathBuf| path.strip_prefix(root).unwrap_or(path).to_string_lossy().into_owned();
    changed.iter().map(name).collect()
}

/// Waits for a relevant change, and returns the changed paths, or `None` after Ctrl-C.
fn wait(
    events: &Receiver<Event>,
    watched: &WatchList,
    own_writes: &OwnWrites,
    context: &Context,
) -> Option<BTreeSet<PathBuf>> {
    let is_own = |path: &PathBuf| {
        own_writes.get(path).is_some_and(|written| fs::read(path).is_ok_and(|found| found == *written))
    };
    loop {
        match events.recv() {
            Ok(Event::Lost) => return Some(watched.all_paths()),
            Ok(Event::Changed(paths)) => {
                let matter: BTreeSet<_> =
                    paths.into_iter().filter(|path| watched.is_relevant(path) && !is_own(path)).collect();
                if !matter.is_empty() {
                    return Some(matter);
                }
            }
            Ok(Event::WatcherError(text)) => context.warn(&text),
            Ok(Event::Interrupted) | Err(mpsc::RecvError) => return None,
        }
    }
}

/// The files and folders to watch.
struct WatchList {
    /// The files and folders to check.
    targets: Vec<PathBuf>,
    /// The settings and the folder of schemas, which affect all manifests, like the files that Git ignores.
    affecting_all: [PathBuf; 2],
    /// The folders to watch, with or without their subfolders.
    folders: BTreeMap<PathBuf, RecursiveMode>,
}

impl WatchList {
    fn new(targets: &[Target], inputs: CheckInputs<'_>) -> Self {
        let root = &inputs.folder.root;
        let affecting_all = [root.join(settings::FILE_NAME), root.join(SCHEMAS)];
        let mut folders = BTreeMap::from([
            (root.clone(), RecursiveMode::NonRecursive),
            (affecting_all[1].clone(), RecursiveMode::Recursive),
        ]);
        let mut paths = Vec::new();
        if inputs.registry.is_some() {
            // The names of all manifests are compared, even if only one manifest is checked.
            let modules = root.join(inputs.compiler.settings.modules.as_str());
            folders.insert(modules.clone(), RecursiveMode::Recursive);
            paths.push(modules);
        }
        for target in targets {
            let (place, is_folder) = match target {
                Target::Folder(place) => (place, true),
                Target::File(place) => (place, false),
                Target::Input => continue,
            };
            let path = place.on_disk();
            // The folders above report when the target itself is created or removed.
            for above in path.ancestors().skip(1).take_while(|above| above.starts_with(&place.base)) {
                folders.entry(above.to_owned()).or_insert(RecursiveMode::NonRecursive);
            }
            if is_folder {
                folders.insert(path.clone(), RecursiveMode::Recursive);
            }
            paths.push(path);
        }
        Self { targets: paths, affecting_all, folders }
    }

    /// Returns all paths that may have changed.
    fn all_paths(&self) -> BTreeSet<PathBuf> {
        self.folders.keys().chain(&self.affecting_all).cloned().collect()
    }

    /// Returns whether a change of this path can affect all manifests.
    fn affects_all(&self, path: &Path) -> bool {
        let is_of_git = [".gitignore", ".gitattributes"].iter().any(|name| path.ends_with(name));
        is_of_git || self.affecting_all.iter().any(|parent| path.starts_with(parent))
    }

    /// Returns whether a change of this path can change the result. Hidden files are never manifests.
    fn is_relevant(&self, path: &Path) -> bool {
        let is_target = self.targets.iter().any(|target| {
            target.starts_with(path) || path.strip_prefix(target).is_ok_and(|inside| !is_hidden(inside))
        });
        is_target || self.affects_all(path)
    }
}

fn is_hidden(path: &Path) -> bool {
    path.iter().any(|part| part.to_string_lossy().starts_with('.'))
}

/// The file watcher of the system, and the folders that it watches.
struct Watcher {
    debouncer: Debouncer<RecommendedWatcher, RecommendedCache>,
    followed: BTreeSet<PathBuf>,
}

impl Watcher {
    fn new(sender: &Sender<Event>) -> Result<Self, CliError> {
        let sender = sender.clone();
        // Sending fails only if the receiver was dropped, because the program is ending.
        let debouncer = new_debouncer(QUIET, None, move |events: DebounceEventResult| {
            drop(sender.send(event(events)));
        });
        Ok(Self { debouncer: debouncer.map_err(cannot_watch)?, followed: BTreeSet::new() })
    }

    /// Watches the folders that exist. A folder that was replaced is watched again, because the old watch belongs to the
    /// previous folder.
    fn follow(&mut self, watched: &WatchList, changed: &BTreeSet<PathBuf>) -> Result<(), CliError> {
        for (folder, mode) in &watched.folders {
            let is_known = self.followed.contains(folder);
            let is_gone = !folder.is_dir();
            if is_known && !is_gone && !changed.contains(folder) {
                continue;
            }
            if self.followed.remove(folder) {
                // It fails if the folder was removed, because the system then ends the watch itself.
                drop(self.debouncer.unwatch(folder));
            }
            match self.debouncer.watch(folder, *mode) {
                Ok(()) => drop(self.followed.insert(folder.clone())),
                Err(_) if is_gone || !folder.is_dir() => {}
                Err(error) => return Err(cannot_watch(error)),
            }
        }
        Ok(())
    }
}

/// Converts a report of the file watcher. Reading a file is not a change; if events were lost, any file may have changed.
fn event(reported: DebounceEventResult) -> Event {
    match reported {
        Ok(events) if events.iter().any(|event| event.need_rescan()) => Event::Lost,
        Ok(events) => {
            let changes = events.into_iter().filter(|event| !event.kind.is_access());
            Event::Changed(changes.flat_map(|DebouncedEvent { event, .. }| event.paths).collect())
        }
        Err(errors) => {
            let messages: Vec<_> = errors.iter().map(ToString::to_string).collect();
            Event::WatcherError(format!("the file watcher failed: {}", messages.join("; ")))
        }
    }
}

/// Lets Ctrl-C and a request to end finish a wait. On other systems they end the program directly.
#[cfg(unix)]
fn listen_for_interrupts(sender: Sender<Event>) -> Result<(), CliError> {
    use signal_hook::{
        consts::{SIGINT, SIGTERM},
        iterator::Signals,
    };

    let mut signals = Signals::new([SIGINT, SIGTERM])
        .map_err(|error| CliError::cannot_run("cannot handle Ctrl-C").because(error))?;
    std::thread::spawn(move || {
        for _ in signals.forever() {
            drop(sender.send(Event::Interrupted));
        }
    });
    Ok(())
}

#[cfg(not(unix))]
fn listen_for_interrupts(_: Sender<Event>) -> Result<(), CliError> {
    Ok(())
}

fn cannot_watch(error: notify::Error) -> CliError {
    let is_full = matches!(error.kind, notify::ErrorKind::MaxFilesWatch);
    let failed = CliError::cannot_run("cannot watch the files").because(error);
    if is_full {
        failed.hint("raise `fs.inotify.max_user_watches` with sysctl, or name fewer folders")
    } else {
        failed
    }
}
