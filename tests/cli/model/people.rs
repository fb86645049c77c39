//! What people do to manifests and settings.

use std::fs;

use super::world::{NAMES, World};

/// A good manifest; the numbers make its version and its purpose.
pub(super) fn manifest(name: &str, version: u64, purpose: u64) -> String {
    format!(
        "name: {name}\nversion: 1.{version}.0\naiContext:\n  purpose: Purpose {purpose} of {name}.\n  category: OTHER\n  \
         keywords:\n    - {name}\n    - second\n"
    )
}

/// The manifests that git tracks in a checkout.
pub(super) fn manifests(world: &World, at: usize) -> Vec<String> {
    let listed = world.ask(at, &["ls-files", "modules"]);
    let is_manifest = |path: &&str| {
        path.strip_suffix(".yaml").is_some() && world.folder(at).join(path).symlink_metadata().is_ok()
    };
    listed.lines().filter(is_manifest).map(str::to_owned).collect()
}

/// The module that a manifest is for.
pub(super) fn module_of(path: &str) -> String {
    let path = path.strip_suffix("/module.yaml").or_else(|| path.strip_suffix(".yaml")).unwrap_or(path);
    path.rsplit('/').next().unwrap_or(path).to_owned()
}

/// One to three changes, committed together.
pub(super) fn edit_some(world: &mut World) {
    let at = world.anywhere();
    edit_in(world, at);
}

/// One to three changes in a checkout, committed together.
pub(super) fn edit_in(world: &mut World, at: usize) {
    for _ in 0..world.random.usize(1..=3) {
        edit(world, at);
    }
    let serial = world.next();
    world.commit(at, &format!("work {serial}"));
    world.count("commits of people");
}

/// Removes so many manifests that the guard may have to refuse.
pub(super) fn remove_many(world: &mut World) {
    let at = world.anywhere();
    let mut paths = manifests(world, at);
    world.random.shuffle(&mut paths);
    let kept = if world.chance(30) { 0 } else { world.random.usize(0..=paths.len() / 2) };
    for path in &paths[kept.min(paths.len())..] {
        world.git(at, &["rm", "--quiet", "--force", path]);
    }
    world.write(at, "modules/.keep", "");
    let serial = world.next();
    world.commit(at, &format!("remove {serial}"));
    world.count("mass removals");
}

/// One change of a manifest, of the settings or of something else.
fn edit(world: &mut World, at: usize) {
    let serial = world.next();
    let choice = world.random.u8(0..25);
    let paths = manifests(world, at);
    let one = world.one_of(&paths);
    match (choice, one) {
        (0..=5, _) | (_, None) => {
            let name = *world.one_of(NAMES).as_ref().expect("there are names");
            let place = ["modules/NAME/module.yaml", "modules/NAME.yaml", "modules/team/NAME.yaml"];
            let place = if world.chance(70) { place[0] } else { place[world.random.usize(0..3)] };
            let path = place.replace("NAME", name);
            put(world, at, &path, &manifest(name, 0, serial));
        }
        (6..=10, Some(path)) => change(world, at, &path, serial),
        (11 | 12, Some(path)) => {
            world.git(at, &["rm", "--quiet", "--force", &path]);
        }
        (13, Some(path)) => {
            let moved = format!("modules/moved/{}.yaml", module_of(&path));
            let text = text_of(world, at, &path);
            world.git(at, &["rm", "--quiet", "--force", &path]);
            put(world, at, &moved, &text);
        }
        (14, Some(path)) => {
            let name = *world.one_of(NAMES).as_ref().expect("there are names");
            let text = text_of(world, at, &path).replace(&module_of(&path), name);
            world.git(at, &["rm", "--quiet", "--force", &path]);
            put(world, at, &format!("modules/{name}/module.yaml"), &text);
        }
        (15, Some(path)) => swap(world, at, &path, &paths),
        (16, Some(path)) => {
            let name = module_of(&path);
            put(world, at, &format!("modules/copy/{name}.yaml"), &manifest(&name, 0, serial));
        }
        (17, Some(path)) => {
            let target = world.one_of(&paths).expect("there is a manifest");
            world.git(at, &["rm", "--quiet", "--force", &path]);
            let ups = "../".repeat(path.matches('/').count());
            let folder = path.rsplit_once('/').expect("a manifest is in a folder").0;
            world.shell(at, &format!("mkdir -p {folder} && ln -sfn {ups}{target} {path}"));
        }
        (18, Some(path)) => world.shell(at, &format!("test -L {path} || chmod +x {path}")),
        (19..=21, Some(path)) => spoil(world, at, &path),
        (22, Some(path)) => {
            let text = text_of(world, at, &path);
            put(world, at, &path, &text.replacen("aiContext:", "status: DRAFT\naiContext:", 1));
        }
        (23, Some(_)) => {
            let removals = world.random.u8(0..6);
            let percent = [0, 10, 20, 50, 100][world.random.usize(0..5)];
            world.write(at, "modreg.toml", &format!("[guard]\nremovals = {removals}\npercent = {percent}\n"));
        }
        (_, Some(_)) => world.write(at, "notes.txt", &format!("note {serial}\n")),
    }
}

/// Rewrites a manifest as a good one, with or without a new version.
fn change(world: &mut World, at: usize, path: &str, serial: u64) {
    let version = if world.chance(60) { serial } else { 0 };
    put(world, at, path, &manifest(&module_of(path), version, serial));
}

/// Makes a manifest invalid.
fn spoil(world: &mut World, at: usize, path: &str) {
    let text = text_of(world, at, path);
    let spoiled = match world.random.u8(0..4) {
        0 => String::new(),
        1 => text.replace("version: 1.", "version: one."),
        2 => text.get(..text.len() / 2).unwrap_or_default().to_owned(),
        _ => text.replace("purpose:", "purpos:"),
    };
    put(world, at, path, &spoiled);
}

/// Swaps two manifests: as they are, or with their names put right.
fn swap(world: &mut World, at: usize, path: &str, paths: &[String]) {
    let other = world.one_of(paths).expect("there is a manifest");
    let (mut ours, mut theirs) = (text_of(world, at, &other), text_of(world, at, path));
    if world.chance(50) {
        let (our, their) = (module_of(path), module_of(&other));
        ours = ours.replacen(&format!("name: {their}\n"), &format!("name: {our}\n"), 1);
        theirs = theirs.replacen(&format!("name: {our}\n"), &format!("name: {their}\n"), 1);
    }
    put(world, at, path, &ours);
    put(world, at, &other, &theirs);
}

/// The text of a manifest; that of a dangling link is empty.
fn text_of(world: &World, at: usize, path: &str) -> String {
    fs::read_to_string(world.folder(at).join(path)).unwrap_or_default()
}

/// Writes a manifest, unless a file is where its folder has to be.
fn put(world: &mut World, at: usize, path: &str, text: &str) {
    let top = world.folder(at);
    let is_blocked = top.join(path).is_dir()
        || path
            .match_indices('/')
            .any(|(end, _)| top.join(&path[..end]).symlink_metadata().is_ok_and(|found| !found.is_dir()));
    if !is_blocked {
        world.write(at, path, text);
    }
}
