//! Properties over random histories of manifests: what was read, in which order and on how many threads leaves no trace.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
    sync::LazyLock,
};

use proptest::{prelude::*, sample::select as one_of};

use super::{
    draft::{Draft, DraftInput, draft},
    previous::Previous,
    select::{self, Before, Manifests, Selection},
};
use crate::{
    compile::{Compiler, ManifestFile},
    diagnostic::Diagnostic,
    domain::{ModuleName, ObjectId, RepoPath, SnapshotVersion},
    object,
    registry::{Pin, Snapshot, entry_path},
    schema::Schemas,
    settings::Settings,
    sync::{Scope, Sources, SyncError},
    testing::{FORMAT, same_cases_every_time},
};

/// Few enough that edits meet each other.
const NAMES: [&str; 4] = ["chat", "drive", "mail", "notes"];

static COMPILER: LazyLock<Compiler> =
    LazyLock::new(|| Compiler { schemas: Schemas::builtin(), settings: Settings::default(), format: FORMAT });

/// The possible paths of the manifest of a module.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Place {
    Folder,
    File,
    Below,
}

/// The possible contents of a manifest.
#[derive(Debug, Clone, Copy)]
enum Content {
    Good { purpose: u8, version: u8 },
    Alias,
    WithoutContext,
    Suspended,
    WithoutPurpose,
    NotYaml,
    Claims(&'static str),
}

type Module = &'static str;

#[derive(Debug, Clone)]
enum Edit {
    Put(Module, Place, Content),
    Remove(Module, Place),
    Move(Module, Place, Place),
    Rename(Module, Module, Place),
    /// The state that a rollback leaves.
    Pin(Module),
}

/// The manifests of one commit.
#[derive(Debug, Clone, Default)]
struct World(BTreeMap<(Module, Place), Content>);

impl World {
    fn apply(&mut self, edit: &Edit) {
        let moved = match *edit {
            Edit::Put(module, place, content) => Some((module, place, content)),
            Edit::Remove(module, place) => {
                self.0.remove(&(module, place));
                None
            }
            Edit::Move(module, from, to) => {
                self.0.remove(&(module, from)).map(|content| (module, to, content))
            }
            Edit::Rename(from, to, place) => {
                self.0.remove(&(from, place)).map(|content| (to, place, content))
            }
            Edit::Pin(_) => None,
        };
        self.0.extend(moved.map(|(module, place, content)| ((module, place), content)));
    }

    fn files(&self) -> BTreeMap<RepoPath, Vec<u8>> {
        self.0.iter().map(|(&(name, place), &content)| (path(name, place), text(name, content))).collect()
    }

    fn tree(&self) -> ObjectId {
        let blobs = self.files().into_iter().map(|(path, bytes)| (path, object::blob_id(FORMAT, &bytes)));
        object::tree_of(FORMAT, blobs.map(|(path, id)| (path.as_str().to_owned(), id))).root
    }

    fn manifests(&self) -> Manifests {
        self.files().into_iter().map(|(path, bytes)| (path, Some(object::blob_id(FORMAT, &bytes)))).collect()
    }
}

fn path(name: &str, place: Place) -> RepoPath {
    RepoPath::new(match place {
        Place::Folder => format!("modules/{name}/module.yaml"),
        Place::File => format!("modules/{name}.json"),
        Place::Below => format!("modules/team/{name}.yml"),
    })
}

/// Returns JSON, which is YAML as well.
fn text(name: &str, content: Content) -> Vec<u8> {
    let context = |purpose| serde_json::json!({ "purpose": format!("Purpose {purpose}."), "category": "OTHER", "keywords": ["word"] });
    let mut manifest = serde_json::json!({ "name": name, "version": "1.0.0", "aiContext": context(0) });
    match content {
        Content::Good { purpose, version } => {
            manifest["version"] = format!("1.{version}.0").into();
            manifest["aiContext"] = context(purpose);
        }
        Content::Alias => {
            let context = manifest["aiContext"].take();
            manifest = serde_json::json!({ "name": name, "version": "1.0.0", "ai_context": context });
        }
        Content::WithoutContext => manifest = serde_json::json!({ "name": name, "version": "1.0.0" }),
        Content::Suspended => manifest["status"] = "SUSPENDED".into(),
        Content::WithoutPurpose => manifest["aiContext"]["purpose"] = " ".into(),
        Content::NotYaml => return b"{ name: [".to_vec(),
        Content::Claims(other) => manifest["name"] = other.into(),
    }
    manifest.to_string().into_bytes()
}

impl Sources for World {
    fn read(&self, paths: &[RepoPath]) -> Result<Vec<ManifestFile>, SyncError> {
        let files = self.files();
        let read = |path: &RepoPath| ManifestFile { path: path.clone(), content: Ok(files[path].clone()) };
        Ok(paths.iter().map(read).collect())
    }

    fn remarks(&self) -> &[Diagnostic] {
        &[]
    }
}

/// A registry in memory: its snapshot, the contents of all entries that ever were, and what was compiled last.
#[derive(Debug, Default)]
struct Registry {
    snapshot: Snapshot,
    others: BTreeSet<ModuleName>,
    entries: BTreeMap<ObjectId, Vec<u8>>,
    compiled: Manifests,
}

impl Registry {
    fn draft(&self, world: &World, selection: Selection) -> Draft {
        let (snapshot, next) = (self.snapshot.clone(), self.snapshot.version().next());
        draft(DraftInput {
            previous: &Previous { snapshot, next, is_current: true, ..Previous::default() },
            read_entry: &|_, id| Ok(self.entries[&id].clone()),
            source_tree: &|| Ok(world.tree()),
            sources: world,
            compiler: &COMPILER,
            selection,
            scope: &Scope::All,
            done: &|| (),
        })
        .unwrap()
    }

    /// Selects as a sync does.
    fn changed(&self, world: &World) -> Selection {
        match self.snapshot.root {
            Some(_) => {
                let Self { compiled, others, .. } = self;
                let before = Before { manifests: compiled, entries: &self.snapshot.entries, others };
                select::changed(&self.snapshot, &before, &world.manifests())
            }
            None => select::all(&world.manifests()),
        }
    }

    fn publish(&mut self, world: &World, draft: Draft) {
        let Some(root) = draft.root else { return };
        self.compiled = world.manifests();
        let is_other = |name: &&ModuleName| !draft.plan.compiled.contains(*name);
        self.others = draft.plan.entries.keys().filter(is_other).cloned().collect();
        let written = draft.plan.written.into_values();
        self.entries.extend(written.map(|entry| (entry.id, entry.bytes)));
        self.snapshot = Snapshot { tree: Some(root.tree), root: Some(root), entries: draft.plan.entries };
    }

    fn pin(&mut self, module: &str) {
        let name: ModuleName = module.parse().unwrap();
        if let Some(root) = &mut self.snapshot.root
            && self.snapshot.entries.contains_key(&name)
        {
            let pin = Pin { version: SnapshotVersion::new(1), reason: "regression".to_owned() };
            root.pinned.insert(name, pin);
        }
    }
}

/// Everything that a draft decides and reports, without the warnings, which are about the manifests that were read.
fn decided(draft: &Draft) -> String {
    let Draft { read: _, plan, changes, root, tree: _, repaired: _ } = draft;
    let mut text = format!(
        "{:#?}",
        (&plan.entries, &plan.written, &plan.removed, &plan.held, plan.summary, &plan.invalid, changes, root)
    );
    for error in plan.diagnostics.iter().filter(|found| found.is_error()) {
        let _ = write!(text, "\n{}", described(error));
    }
    text
}

fn described(found: &Diagnostic) -> String {
    format!("{} {} {} {}", found.source.path(), found.rule.code, found.pointer, found.message)
}

fn module() -> impl Strategy<Value = Module> {
    one_of(&NAMES[..])
}

fn place() -> impl Strategy<Value = Place> {
    one_of(&[Place::Folder, Place::File, Place::Below][..])
}

fn content() -> impl Strategy<Value = Content> {
    prop_oneof![
        4 => (0..3_u8, 0..3_u8).prop_map(|(purpose, version)| Content::Good { purpose, version }),
        1 => Just(Content::Alias),
        1 => Just(Content::WithoutContext),
        1 => Just(Content::Suspended),
        1 => Just(Content::WithoutPurpose),
        1 => Just(Content::NotYaml),
        1 => module().prop_map(Content::Claims),
    ]
}

fn edit() -> impl Strategy<Value = Edit> {
    prop_oneof![
        8 => (module(), place(), content()).prop_map(|(name, place, content)| Edit::Put(name, place, content)),
        2 => (module(), place()).prop_map(|(name, place)| Edit::Remove(name, place)),
        2 => (module(), place(), place()).prop_map(|(name, from, to)| Edit::Move(name, from, to)),
        2 => (module(), module(), place()).prop_map(|(from, to, place)| Edit::Rename(from, to, place)),
        1 => module().prop_map(Edit::Pin),
    ]
}

/// Generates some commits of a few edits each.
fn history() -> impl Strategy<Value = Vec<Vec<Edit>>> {
    prop::collection::vec(prop::collection::vec(edit(), 1..5), 1..9)
}

proptest! {
    #![proptest_config(same_cases_every_time(128))]

    #[test]
    fn reading_what_changed_gives_what_reading_all_gives(history in history()) {
        let (mut world, mut registry) = (World::default(), Registry::default());
        for edits in &history {
            for edit in edits {
                world.apply(edit);
                if let Edit::Pin(module) = edit {
                    registry.pin(module);
                }
            }
            let draft = registry.draft(&world, registry.changed(&world));
            let full = registry.draft(&world, select::all(&world.manifests()));
            prop_assert_eq!(decided(&draft), decided(&full));
            registry.publish(&world, draft);
            let again = registry.draft(&world, registry.changed(&world));
            prop_assert!(again.root.is_none(), "a second sync has something to do");
        }
    }

    #[test]
    fn only_holds_and_pins_tell_a_registry_from_a_new_one(history in history()) {
        let (mut world, mut registry) = (World::default(), Registry::default());
        for edits in &history {
            for edit in edits {
                world.apply(edit);
            }
            let draft = registry.draft(&world, registry.changed(&world));
            let fresh = Registry::default().draft(&world, select::all(&world.manifests()));
            let mut kept = draft.plan.entries.clone();
            kept.retain(|name, _| !draft.plan.held.contains_key(name));
            prop_assert_eq!(&kept, &fresh.plan.entries);
            if let Some(root) = &draft.root {
                let entries = draft.plan.entries.iter().map(|(name, id)| (entry_path(name), *id));
                prop_assert_eq!(root.tree, object::tree_of(FORMAT, entries).root);
            }
            registry.publish(&world, draft);
        }
    }

    #[test]
    fn the_counts_add_up_to_what_was_seen(history in history()) {
        let (mut world, mut registry) = (World::default(), Registry::default());
        for edits in &history {
            for edit in edits {
                world.apply(edit);
                if let Edit::Pin(module) = edit {
                    registry.pin(module);
                }
            }
            let draft = registry.draft(&world, registry.changed(&world));
            let has_manifest = |name: &ModuleName| world.0.keys().any(|(module, _)| *module == name.as_str());
            let gone = draft.plan.removed.keys().filter(|name| !has_manifest(name)).count();
            // A pinned module counts once, whatever its manifests are.
            let is_pinned = |module: &str| draft.plan.pinned.contains_key(&module.parse().unwrap());
            let seen = world.0.keys().filter(|(module, _)| !is_pinned(module)).count();
            let expected = seen + draft.plan.pinned.len() + gone;
            prop_assert_eq!(draft.plan.summary.total(), expected, "{:?}", draft.plan.summary);
            registry.publish(&world, draft);
        }
    }

    #[test]
    fn order_and_threads_leave_no_trace(
        (history, orders) in history().prop_flat_map(|history| {
            let order = Just((0..NAMES.len() * 3).collect::<Vec<_>>()).prop_shuffle();
            let orders = prop::collection::vec(order, history.len());
            (Just(history), orders)
        })
    ) {
        let pool = |threads| rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        let (one, many) = (pool(1), pool(4));
        let (mut world, mut registry) = (World::default(), Registry::default());
        for (edits, order) in history.iter().zip(orders) {
            for edit in edits {
                world.apply(edit);
            }
            let sorted = registry.changed(&world);
            let read = order.iter().filter_map(|&index| sorted.read.get(index).cloned()).collect();
            let shuffled = Selection { read, unchanged: sorted.unchanged.clone() };
            let draft = one.install(|| registry.draft(&world, sorted));
            let other = many.install(|| registry.draft(&world, shuffled));
            prop_assert_eq!(decided(&draft), decided(&other));
            let all_described = |draft: &Draft| draft.plan.diagnostics.iter().map(described).collect::<Vec<_>>();
            prop_assert_eq!(all_described(&draft), all_described(&other));
            registry.publish(&world, draft);
        }
    }
}
