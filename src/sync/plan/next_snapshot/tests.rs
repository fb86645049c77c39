//! Tables over the planner: what each manifest does to an entry, its hold and the counts.

use super::*;
use crate::{diagnostic::SourceText, object, registry::Pin, source::rules, testing::FORMAT};

fn name(text: &str) -> ModuleName {
    text.parse().unwrap()
}

/// Returns an entry whose content is `text`.
fn entry(module: &str, text: &str) -> Entry {
    let bytes = format!("{module} {text}").into_bytes();
    Entry { name: name(module), id: object::blob_id(FORMAT, &bytes), bytes }
}

/// Returns a snapshot of version 7 with `modules` at content `old`.
fn snapshot(modules: &[&str], held: &[&str], pinned: &[&str]) -> Snapshot {
    let entries: BTreeMap<_, _> =
        modules.iter().map(|module| (name(module), entry(module, "old").id)).collect();
    let hold = |module: &&str| {
        let held =
            Held { since: SnapshotVersion::new(5), code: "source/syntax".into(), message: "broken".into() };
        (name(module), held)
    };
    let pin =
        |module: &&str| (name(module), Pin { version: SnapshotVersion::new(3), reason: "regression".into() });
    let root = Root {
        version: SnapshotVersion::new(7),
        tree: object::empty_tree(FORMAT),
        source_tree: object::empty_tree(FORMAT),
        inputs: Inputs::from_sha256(&[0; 32]),
        is_pre_release: false,
        module_count: entries.len(),
        held: held.iter().map(hold).collect(),
        pinned: pinned.iter().map(pin).collect(),
    };
    Snapshot { root: Some(root), entries, ..Snapshot::default() }
}

fn manifest(path: &str, declared: Option<&str>, registration: Registration) -> Compiled {
    let path = RepoPath::new(path);
    let diagnostics = match registration {
        Registration::Invalid => vec![broken(&path)],
        Registration::Registered(_) | Registration::Skipped => Vec::new(),
    };
    Compiled { path, is_file: true, declared: declared.map(name), registration, diagnostics }
}

fn broken(path: &RepoPath) -> Diagnostic {
    let finding = crate::diagnostic::Finding {
        rule: &rules::SYNTAX,
        route: crate::domain::Pointer::ROOT,
        part: crate::diagnostic::Part::Value,
        message: "broken".to_owned(),
        label: String::new(),
        help: None,
    };
    Diagnostic::new(finding, std::sync::Arc::new(SourceText::new(path.clone(), "")), 0..0)
}

fn good(module: &str, text: &str) -> Compiled {
    let path = format!("modules/{module}.yaml");
    manifest(&path, Some(module), Registration::Registered(entry(module, text)))
}

fn skipped(module: &str) -> Compiled {
    manifest(&format!("modules/{module}.yaml"), Some(module), Registration::Skipped)
}

fn invalid(module: &str) -> Compiled {
    manifest(&format!("modules/{module}.yaml"), None, Registration::Invalid)
}

fn run(previous: &Snapshot, scope: &Scope, compiled: Vec<Compiled>) -> Plan {
    let pinned = scope.pinned(previous);
    let is_pinned = |module: &Compiled| module.named_by_path().is_some_and(|name| pinned.contains_key(&name));
    let compiled = compiled.into_iter().filter(|module| !is_pinned(module)).collect();
    plan(PlanInput { previous, next: SnapshotVersion::new(8), scope, compiled, unchanged: BTreeSet::new() })
}

/// `chat=old drive=new !held`, for reading.
fn shown(plan: &Plan) -> String {
    let content = |(name, id): (&ModuleName, &ObjectId)| {
        let text = if *id == entry(name.as_str(), "old").id { "old" } else { "new" };
        let hold = if plan.held.contains_key(name) { "!" } else { "" };
        format!("{name}={text}{hold}")
    };
    plan.entries.iter().map(content).collect::<Vec<_>>().join(" ")
}

fn counts(plan: &Plan) -> [usize; 7] {
    let Summary { added, updated, removed, unchanged, skipped, held, errors } = plan.summary;
    [added, updated, removed, unchanged, skipped, held, errors]
}

#[test]
fn each_manifest_is_counted_once() {
    // Counts: added, updated, removed, unchanged, skipped, held, errors.
    for (before, manifests, after, expected) in [
        (&[][..], vec![], "", [0; 7]),
        (&[], vec![good("chat", "new")], "chat=new", [1, 0, 0, 0, 0, 0, 0]),
        (&["chat"], vec![good("chat", "new")], "chat=new", [0, 1, 0, 0, 0, 0, 0]),
        (&["chat"], vec![good("chat", "old")], "chat=old", [0, 0, 0, 1, 0, 0, 0]),
        (&["chat"], vec![], "", [0, 0, 1, 0, 0, 0, 0]),
        (&["chat"], vec![skipped("chat")], "", [0, 0, 1, 0, 0, 0, 0]),
        (&[], vec![skipped("chat")], "", [0, 0, 0, 0, 1, 0, 0]),
        (&["chat"], vec![invalid("chat")], "chat=old!", [0, 0, 0, 0, 0, 1, 0]),
        (&[], vec![invalid("chat")], "", [0, 0, 0, 0, 0, 0, 1]),
        (
            &["chat", "drive", "gone"],
            vec![good("calendar", "new"), invalid("chat"), good("drive", "new"), skipped("draft")],
            "calendar=new chat=old! drive=new",
            [1, 1, 1, 0, 1, 1, 0],
        ),
    ] {
        let plan = run(&snapshot(before, &[], &[]), &Scope::All, manifests);
        assert_eq!(shown(&plan), after);
        assert_eq!(counts(&plan), expected, "{after}");
    }
}

#[test]
fn a_manifest_that_declares_another_name_holds_both_unless_the_other_has_its_own() {
    let previous = snapshot(&["chat", "drive"], &[], &[]);
    let moved = || manifest("modules/drive.yaml", Some("chat"), Registration::Invalid);
    assert_eq!(shown(&run(&previous, &Scope::All, vec![moved()])), "chat=old! drive=old!");
    let own = vec![moved(), good("chat", "new")];
    assert_eq!(shown(&run(&previous, &Scope::All, own)), "chat=new drive=old!");
}

#[test]
fn two_manifests_of_one_module_hold_it_once() {
    let twice = || {
        ["modules/a/chat.yaml", "modules/b/chat.yaml"]
            .map(|path| manifest(path, Some("chat"), Registration::Invalid))
            .into()
    };
    let plan = run(&snapshot(&["chat"], &[], &[]), &Scope::All, twice());
    assert_eq!((shown(&plan).as_str(), counts(&plan)), ("chat=old!", [0, 0, 0, 0, 0, 1, 1]));
    let plan = run(&snapshot(&[], &[], &[]), &Scope::All, twice());
    assert_eq!((shown(&plan).as_str(), counts(&plan)), ("", [0, 0, 0, 0, 0, 0, 2]));
}

#[test]
fn a_hold_keeps_the_version_that_began_it_and_ends_with_a_good_manifest() {
    let previous = snapshot(&["chat", "drive"], &["chat"], &[]);
    let plan = run(&previous, &Scope::All, vec![invalid("chat"), invalid("drive")]);
    let since = |module| plan.held[&name(module)].since.get();
    assert_eq!((since("chat"), since("drive")), (5, 8));
    let plan = run(&previous, &Scope::All, vec![good("chat", "old"), good("drive", "old")]);
    assert!(plan.held.is_empty());
    assert!(plan.differs_from(&previous));
}

#[test]
fn a_pinned_entry_is_left_alone_whatever_becomes_of_its_manifest() {
    let previous = snapshot(&["chat"], &[], &["chat"]);
    for manifests in [vec![], vec![good("chat", "new")], vec![skipped("chat")], vec![invalid("chat")]] {
        let plan = run(&previous, &Scope::All, manifests);
        assert_eq!(plan.entries, previous.entries);
        assert!(plan.removed.is_empty());
    }
}

#[test]
fn a_module_that_is_pinned_to_have_no_entry_gets_none() {
    let previous = snapshot(&["chat"], &[], &["drive"]);
    for (manifest, expected) in [
        (good("drive", "new"), [0, 0, 0, 1, 1, 0, 0]),
        (skipped("drive"), [0, 0, 0, 1, 1, 0, 0]),
        (invalid("drive"), [0, 0, 0, 1, 1, 0, 0]),
    ] {
        let plan = run(&previous, &Scope::All, vec![good("chat", "old"), manifest]);
        assert_eq!((shown(&plan).as_str(), counts(&plan)), ("chat=old", expected));
        assert_eq!(plan.pinned, previous.pinned());
    }
}

#[test]
fn lifting_a_pin_gives_what_the_manifest_gives_now() {
    let previous = snapshot(&["chat", "drive", "gone"], &[], &["chat", "drive", "gone", "absent"]);
    let manifests = || vec![good("absent", "new"), good("chat", "new"), invalid("drive")];
    let lift = |names: &[&str]| {
        let scope = Scope::Pinned(names.iter().map(|text| name(text)).collect()).resolved(&previous).unwrap();
        let plan = run(&previous, &scope, manifests());
        let pinned: Vec<_> = plan.pinned.keys().map(ToString::to_string).collect();
        (shown(&plan), pinned.join(" "), counts(&plan))
    };
    for (names, after, pinned, expected) in [
        (&["chat"][..], "chat=new drive=old gone=old", "absent drive gone", [0, 1, 0, 0, 0, 0, 0]),
        (&["drive"], "chat=old drive=old! gone=old", "absent chat gone", [0, 0, 0, 0, 0, 1, 0]),
        (&["gone"], "chat=old drive=old", "absent chat drive", [0, 0, 1, 0, 0, 0, 0]),
        (&["absent"], "absent=new chat=old drive=old gone=old", "chat drive gone", [1, 0, 0, 0, 0, 0, 0]),
        (&[], "absent=new chat=new drive=old!", "", [1, 1, 1, 0, 0, 1, 0]),
    ] {
        assert_eq!(lift(names), (after.to_owned(), pinned.to_owned(), expected), "{names:?}");
    }
    let unknown = Scope::Pinned([name("chatt")].into()).resolved(&previous);
    assert!(
        matches!(&unknown, Err(SyncError::NotPinned { closest: Some(closest), .. }) if *closest == name("chat")),
        "{unknown:?}"
    );
}

#[test]
fn a_change_of_the_pins_alone_is_a_difference() {
    let previous = snapshot(&[], &[], &["chat"]);
    assert!(!run(&previous, &Scope::All, vec![]).differs_from(&previous));
    let lifted = run(&previous, &Scope::Pinned([name("chat")].into()), vec![]);
    assert!(lifted.differs_from(&previous) && lifted.pinned.is_empty());
}

#[test]
fn the_wording_of_a_hold_alone_is_no_difference() {
    let previous = snapshot(&["chat"], &["chat"], &[]);
    let mut plan = run(&previous, &Scope::All, vec![invalid("chat")]);
    for (code, message, differs) in [
        ("source/syntax", "broken", false),
        ("source/syntax", "other words", false),
        ("other/code", "broken", true),
    ] {
        let held = plan.held.get_mut(&name("chat")).unwrap();
        (held.code, held.message) = (code.to_owned(), message.to_owned());
        assert_eq!(plan.differs_from(&previous), differs, "{code} {message}");
    }
}

#[test]
fn a_sync_of_a_few_modules_touches_no_others() {
    let previous = snapshot(&["chat", "drive", "gone", "other"], &["drive"], &[]);
    let scope = Scope::Modules([name("chat"), name("gone")].into());
    let manifests =
        vec![good("chat", "new"), good("drive", "new"), good("calendar", "new"), invalid("other")];
    let plan = run(&previous, &scope, manifests);
    assert_eq!(shown(&plan), "chat=new drive=old! other=old");
    assert_eq!(counts(&plan), [0, 1, 1, 0, 0, 0, 0]);
    assert!(plan.diagnostics.is_empty(), "what is wrong elsewhere is not asked for");
}

#[test]
fn pruning_only_removes() {
    let previous = snapshot(&["chat", "drive", "gone"], &["drive"], &[]);
    let manifests = vec![good("chat", "new"), invalid("drive"), good("calendar", "new")];
    let plan = run(&previous, &Scope::Orphans, manifests);
    assert_eq!(shown(&plan), "chat=old drive=old!");
    assert_eq!(counts(&plan), [0, 0, 1, 2, 0, 0, 0]);
}

#[test]
fn only_content_holds_and_pins_are_differences() {
    let previous = snapshot(&["chat"], &[], &[]);
    let differs =
        |previous: &Snapshot, manifests| run(previous, &Scope::All, manifests).differs_from(previous);
    assert!(!differs(&previous, vec![good("chat", "old")]));
    assert!(differs(&previous, vec![good("chat", "new")]));
    assert!(differs(&previous, vec![invalid("chat")]), "a new hold is one");
    assert!(!differs(&Snapshot::default(), vec![]));
    assert!(differs(&Snapshot::default(), vec![good("chat", "new")]));
}
