//! What people should not do to `registry/`, and do.

use std::{collections::BTreeSet, fs};

use serde_json::{Value, json};

use super::world::World;

const ROOT: &str = "registry/snapshot.json";

/// Commits that the registry is gone.
pub(super) fn remove_registry(world: &mut World) {
    let at = world.anywhere();
    if world.try_git(at, &["rm", "--quiet", "-r", "registry"]).code == 0 {
        let serial = world.next();
        world.commit(at, &format!("no registry {serial}"));
        world.count("removals of the registry");
    }
}

/// Commits an entry or a root that modreg did not make.
pub(super) fn forge(world: &mut World) {
    let at = world.anywhere();
    let text = fs::read_to_string(world.folder(at).join(ROOT)).unwrap_or_default();
    let Ok(mut root) = serde_json::from_str::<Value>(&text) else { return };
    let listed = world.ask(at, &["ls-files", "registry/modules"]);
    let entries: Vec<String> = listed.lines().map(str::to_owned).collect();
    let Some(entry) = world.one_of(&entries) else { return };
    let name = entry.rsplit('/').next().expect("a name").trim_end_matches(".json").to_owned();
    let serial = world.next();
    let number = root["version"].as_u64().expect("a number");
    let kind = world.random.u8(0..12);
    if !(6..10).contains(&kind) {
        let parents = vec![world.head(at)];
        let folder = world.folder(at);
        let log = world.book.log(&folder, &parents);
        let next = log.numbers.last().copied().unwrap_or(0).max(number) + 1;
        match kind {
            0 | 1 => {
                edit_entry(world, at, &entry, serial);
                root["version"] = next.into();
                root["tree"] = tree_of_entries(world, at).into();
                root["moduleCount"] = entries.len().into();
            }
            2 => root["moduleCount"] = json!(99),
            3 => root["pinned"][&name] = json!({ "version": number, "reason": "never asked for" }),
            10 => {
                root["version"] = next.into();
                root["tree"] = format!("{serial:040x}").into();
            }
            11 => {
                edit_entry(world, at, &entry, serial);
                let since = world.random.u64(1..=next + 9);
                root["version"] = next.into();
                root["tree"] = tree_of_entries(world, at).into();
                root["moduleCount"] = entries.len().into();
                root["held"][&name] = json!({ "since": since, "code": "schema/pattern", "message": "x" });
            }
            4 => {
                root["version"] = next.into();
                root["pinned"][&name] = json!({ "version": number, "reason": "never asked for" });
            }
            _ => root["version"] = (next + 1_000_000).into(),
        }
        for kept in ["held", "pinned"] {
            if let Some(names) = root[kept].as_object_mut() {
                names.sort_keys();
            }
        }
        let text = serde_json::to_string_pretty(&root).expect("JSON") + "\n";
        world.write(at, ROOT, &text);
    } else if kind < 9 {
        edit_entry(world, at, &entry, serial);
    } else {
        let spoiled = match world.random.u8(0..3) {
            0 => text[..text.len() / 2].to_owned(),
            1 => text.replace("  ", "   "),
            _ => format!("<<<<<<< HEAD\n{text}=======\n{text}>>>>>>> side\n"),
        };
        world.write(at, ROOT, &spoiled);
    }
    if !(6..9).contains(&kind) {
        world.has_forged_root = true;
    }
    world.commit(at, &format!("forge {serial}"));
    world.count("forgeries");
}

/// Changes the text of an entry.
fn edit_entry(world: &mut World, at: usize, entry: &str, serial: u64) {
    let text = fs::read_to_string(world.folder(at).join(entry)).unwrap_or_default();
    let forged = text.replacen("second", &format!("forged-{serial}"), 1);
    if forged == text {
        world.write(at, entry, &format!("forged-{serial}\n"));
    } else {
        world.write(at, entry, &forged);
    }
}

fn tree_of_entries(world: &mut World, at: usize) -> String {
    world.git(at, &["add", "--all"]);
    world.git(at, &["write-tree", "--prefix=registry/modules/"])
}

/// The modules whose entries at HEAD have a text that was forged.
pub(super) fn forged_entries(world: &World, at: usize) -> BTreeSet<String> {
    let args = ["grep", "--name-only", "-e", "forged-", "HEAD", "--", "registry"];
    let ran = crate::harness::run(std::process::Command::new("git").args(args), &world.folder(at));
    let stem = |line: &str| Some(line.rsplit('/').next()?.trim_end_matches(".json").to_owned());
    ran.out.lines().filter_map(stem).collect()
}
