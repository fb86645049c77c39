//! `modreg validate --watch`: checks again whenever something changes, until Ctrl-C.
//!
//! Events say that something changed; what did, the next look at the disk tells. So it matters neither how an editor saves
//! nor whether an event gets lost: a folder that is walked again shows what is there.

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
    inputs::{self, Inputs},
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

/// How long nothing must change for a change to be over: editors write, rename and set times one after the other.
const QUIET: Duration = Duration::from_millis(100);

/// Clears the screen and what was scrolled away, and goes to the top.
const CLEAR: &str = "\u{1b}[2J\u{1b}[3J\u{1b}[H";

/// The arguments of `validate` that matter in each round.
#[derive(Debug, Clone, Copy)]
pub(super) struct Options<'a> {
    pub(super) paths: &'a [PathBuf],
    pub(super) fix: bool,
    pub(super) is_strict: bool,
}

/// What ends a wait.
enum Event {
    /// These paths changed.
    Changed(BTreeSet<PathBuf>),
    /// Something changed, and it is not known what.
    Lost,
    /// The watcher has something to say.
    WatcherError(String),
    /// Ctrl-C.
    Interrupted,
}

/// Checks, waits, and checks again; the answer is that of the last check.
pub(super) fn run(options: Options<'_>, context: &Context) -> Result<Exit, CliError> {
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
                Inputs { folder: &folder, registry: registry.as_ref(), compiler: &compiler, context };
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
        // What was watched before is watched on where something went wrong: it may come back.
        let watched = match (ended, &watched) {
            (Ok(exit), Some(watched)) => {
                last = Some(exit);
                watched
            }
            (Err(error), Some(watched)) if last.is_some() => {
                output::failure(&error, Some(context));
                last = Some(Exit::No);
                watched
            }
            (Err(error), _) => return Err(error),
            (Ok(exit), None) => return Ok(exit),
        };
        context.print_message("watching for changes, Ctrl-C ends");
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

/// Heads a round.
fn print_heading(changed: &BTreeSet<PathBuf>, inputs: Inputs<'_>) -> Result<(), CliError> {
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

/// The files that the last round fixed, with their content since then, so that these changes start no other round.
type OwnWrites = BTreeMap<PathBuf, Vec<u8>>;

fn check_round(
    targets: &[Target],
    inputs: Inputs<'_>,
    cache: &mut Cache,
    own_writes: &mut OwnWrites,
    options: Options<'_>,
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

/// Where the files are on disk that were fixed.
fn fixed_files(targets: &[Target], fixes: &[Fix]) -> BTreeSet<PathBuf> {
    let bases = targets.iter().filter_map(|target| match target {
        Target::Folder(place) | Target::File(place) => Some(&place.base),
        Target::Input => None,
    });
    let bases: BTreeSet<&PathBuf> = bases.collect();
    let paths = fixes.iter().map(|fix| fix.diagnostic.source.path());
    paths.flat_map(|path| bases.iter().map(|base| base.join(path.as_str()))).collect()
}

/// The time of day, in UTC.
fn time_of_day() -> String {
    Context::clock()().strftime("%H:%M:%S UTC").to_string()
}

/// The changed files as people name them.
fn display_paths(changed: &BTreeSet<PathBuf>, root: &Path) -> Vec<String> {
    let name = |path: &PathBuf| path.strip_prefix(root).unwrap_or(path).to_string_lossy().into_owned();
    changed.iter().map(name).collect()
}

/// Waits for a change that matters; `None` is Ctrl-C.
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

/// What has to be watched.
struct WatchList {
    /// The files and folders that are checked.
    targets: Vec<PathBuf>,
    /// What decides about all of them, beside what Git ignores: the settings, and the folder of schemas.
    affecting_all: [PathBuf; 2],
    /// The folders to watch, and whether with all that is below.
    folders: BTreeMap<PathBuf, RecursiveMode>,
}

impl WatchList {
    fn new(targets: &[Target], inputs: Inputs<'_>) -> Self {
        let root = &inputs.folder.root;
        let affecting_all = [root.join(settings::FILE_NAME), root.join(SCHEMAS)];
        let mut folders = BTreeMap::from([
            (root.clone(), RecursiveMode::NonRecursive),
            (affecting_all[1].clone(), RecursiveMode::Recursive),
        ]);
        let mut paths = Vec::new();
        if inputs.registry.is_some() {
            // The names of all manifests count, also where only one of them is checked.
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
            // The folders above tell when the target itself comes or goes.
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

    /// All that may have changed.
    fn all_paths(&self) -> BTreeSet<PathBuf> {
        self.folders.keys().chain(&self.affecting_all).cloned().collect()
    }

    /// Whether a change of this path decides about all manifests.
    fn affects_all(&self, path: &Path) -> bool {
        let is_of_git = [".gitignore", ".gitattributes"].iter().any(|name| path.ends_with(name));
        is_of_git || self.affecting_all.iter().any(|affecting_all| path.starts_with(affecting_all))
    }

    /// Whether a change of this path can change the answer. Hidden files do not count, as they are no manifests.
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

/// The watcher of the system, and which folders it follows.
struct Watcher {
    debouncer: Debouncer<RecommendedWatcher, RecommendedCache>,
    followed: BTreeSet<PathBuf>,
}

impl Watcher {
    fn new(sender: &Sender<Event>) -> Result<Self, CliError> {
        let sender = sender.clone();
        // The receiver is gone where sending fails: the program is about to end.
        let debouncer = new_debouncer(QUIET, None, move |events: DebounceEventResult| {
            drop(sender.send(event(events)));
        });
        Ok(Self { debouncer: debouncer.map_err(cannot_watch)?, followed: BTreeSet::new() })
    }

    /// Follows the folders that are there. One that was replaced is followed anew: a watch belongs to what a name stood for.
    fn follow(&mut self, watched: &WatchList, changed: &BTreeSet<PathBuf>) -> Result<(), CliError> {
        for (folder, mode) in &watched.folders {
            let is_known = self.followed.contains(folder);
            let is_gone = !folder.is_dir();
            if is_known && !is_gone && !changed.contains(folder) {
                continue;
            }
            if self.followed.remove(folder) {
                // The system has dropped the watch of a folder that is gone.
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

/// What a report of the watcher means. Reading a file is no change; where events were lost, anything may have changed.
fn event(reported: DebounceEventResult) -> Event {
    match reported {
        Ok(events) if events.iter().any(|event| event.need_rescan()) => Event::Lost,
        Ok(events) => {
            let changes = events.into_iter().filter(|event| !event.kind.is_access());
            Event::Changed(changes.flat_map(|DebouncedEvent { event, .. }| event.paths).collect())
        }
        Err(errors) => {
            let messages: Vec<_> = errors.iter().map(ToString::to_string).collect();
            Event::WatcherError(format!("the watcher says: {}", messages.join("; ")))
        }
    }
}

/// Turns Ctrl-C, and a request to end, into the end of a wait. Elsewhere they end the program by themselves.
#[cfg(unix)]
fn listen_for_interrupts(sender: Sender<Event>) -> Result<(), CliError> {
    use signal_hook::{
        consts::{SIGINT, SIGTERM},
        iterator::Signals,
    };

    let mut signals = Signals::new([SIGINT, SIGTERM])
        .map_err(|error| CliError::cannot_run("cannot listen for Ctrl-C").because(error))?;
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
