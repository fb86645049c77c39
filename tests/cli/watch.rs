//! `modreg validate --watch`: real changes of real files, as editors make them.

#![cfg(unix)]

use std::{
    fs,
    io::{BufRead as _, BufReader, Read},
    process::{Child, Command, Stdio},
    sync::mpsc::{self, Receiver},
    thread,
    time::Duration,
};

use rustix::process::{Pid, Signal, kill_process};

use crate::harness::{Folder, manifest};

/// How long to wait for a line that does not come, before the test fails.
const PATIENCE: Duration = Duration::from_mins(1);

/// A running watch, and the lines that it says and prints.
struct Watch {
    child: Child,
    lines: Receiver<String>,
}

impl Watch {
    fn start(folder: &Folder, args: &[&str]) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_modreg"))
            .args(["validate", "--watch", "--color", "never"])
            .args(args)
            .current_dir(folder.path())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let (sender, lines) = mpsc::channel();
        let streams: [Box<dyn Read + Send>; 2] =
            [Box::new(child.stdout.take().unwrap()), Box::new(child.stderr.take().unwrap())];
        for stream in streams {
            let sender = sender.clone();
            thread::spawn(move || {
                BufReader::new(stream).lines().map_while(Result::ok).for_each(|line| drop(sender.send(line)));
            });
        }
        Self { child, lines }
    }

    /// Waits for a line with these words, and for the next wait to begin; returns the lines until then.
    fn says(&self, words: &str) -> Vec<String> {
        let mut seen = Vec::new();
        for end in [words, "watching for changes"] {
            while !seen.last().is_some_and(|line: &String| line.contains(end)) {
                match self.lines.recv_timeout(PATIENCE) {
                    Ok(line) => seen.push(line),
                    Err(error) => panic!("{error}: {end:?} is not in:\n{}", seen.join("\n")),
                }
            }
        }
        seen
    }

    /// Ends it as Ctrl-C does.
    fn interrupt(mut self) -> Option<i32> {
        kill_process(Pid::from_child(&self.child), Signal::INT).unwrap();
        self.child.wait().unwrap().code()
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn two_modules() -> Folder {
    let folder = Folder::empty();
    for name in ["chat", "drive"] {
        folder.write(&format!("modules/{name}/module.yaml"), manifest(name));
    }
    folder
}

#[test]
fn every_way_to_change_a_file_is_seen() {
    let folder = two_modules();
    let path = folder.path().to_owned();
    let watch = Watch::start(&folder, &[]);
    watch.says("no problems in 2 manifests");

    folder.edit("modules/chat/module.yaml", "purpose", "purpos");
    watch.says("1 error in 1 of 2 manifests");
    // As editors save: a new file beside the old one, renamed over it.
    folder.write("modules/chat/.module.yaml.swp", manifest("chat"));
    fs::rename(path.join("modules/chat/.module.yaml.swp"), path.join("modules/chat/module.yaml")).unwrap();
    watch.says("no problems in 2 manifests");
    // A new folder, and the same module in another place: both are wrong, also the one that did not change.
    folder.write("modules/new/drive.yaml", manifest("drive"));
    watch.says("2 errors in 2 of 3 manifests");
    fs::remove_dir_all(path.join("modules/new")).unwrap();
    watch.says("no problems in 2 manifests");

    fs::rename(path.join("modules/chat"), path.join("modules/talk")).unwrap();
    watch.says("1 error in 1 of 2 manifests");
    fs::rename(path.join("modules/talk"), path.join("modules/chat")).unwrap();
    watch.says("no problems in 2 manifests");
    // The folder of all modules goes and comes back.
    fs::rename(path.join("modules"), path.join("gone")).unwrap();
    watch.says("there is no folder `modules`");
    fs::rename(path.join("gone"), path.join("modules")).unwrap();
    watch.says("no problems in 2 manifests");
    folder.edit("modules/drive/module.yaml", "OTHER", "NONE");
    watch.says("1 error in 1 of 2 manifests");
    assert_eq!(watch.interrupt(), Some(1));
}

/// The lines above rounds, with zeros for the time.
fn headings(lines: &[String]) -> Vec<String> {
    let headings = lines.iter().filter(|line| line.starts_with("────"));
    let without_time =
        |line: &String| line.chars().map(|c| if c.is_ascii_digit() { '0' } else { c }).collect();
    headings.map(without_time).collect()
}

#[test]
fn each_round_is_headed_by_its_time_and_the_files_that_changed() {
    let folder = two_modules();
    let watch = Watch::start(&folder, &[]);
    let lines = watch.says("no problems in 2 manifests");
    assert_eq!(headings(&lines), ["──── 00:00:00 UTC ────"]);
    folder.edit("modules/drive/module.yaml", "purpose", "purpos");
    let lines = watch.says("1 error in 1 of 2 manifests");
    assert_eq!(headings(&lines), ["──── 00:00:00 UTC ──── modules/drive/module.yaml ────"]);
    assert_eq!(watch.interrupt(), Some(1));
}

#[test]
fn what_a_round_fixes_starts_no_other_round() {
    let folder = two_modules();
    folder.edit("modules/chat/module.yaml", "OTHER", "Other");
    let watch = Watch::start(&folder, &["--fix"]);
    let lines = watch.says("no problems in 2 manifests");
    assert!(lines.iter().any(|line| line.starts_with("fixed modules/chat/module.yaml:5:")), "{lines:?}");
    assert!(folder.read("modules/chat/module.yaml").contains("category: OTHER"));
    folder.edit("modules/drive/module.yaml", "OTHER", "other");
    let lines = watch.says("no problems in 2 manifests");
    assert_eq!(headings(&lines), ["──── 00:00:00 UTC ──── modules/drive/module.yaml ────"]);
    // A mistake that nothing fixes is still seen in a file that was fixed.
    folder.edit("modules/chat/module.yaml", "OTHER", "NONE");
    let lines = watch.says("1 error in 1 of 2 manifests");
    assert_eq!(headings(&lines), ["──── 00:00:00 UTC ──── modules/chat/module.yaml ────"]);
    assert_eq!(watch.interrupt(), Some(1));
}

#[test]
fn settings_and_schemas_decide_about_all_manifests_anew() {
    let folder = two_modules();
    folder.edit("modules/drive/module.yaml", "aiContext", "ai_context");
    let watch = Watch::start(&folder, &[]);
    watch.says("1 warning in 1 of 2 manifests");
    folder.write("modreg.toml", "[rules]\n\"alias/ai-context\" = \"error\"\n");
    watch.says("1 error in 1 of 2 manifests");
    folder.write("modreg.toml", "[rule]\n");
    watch.says("`modreg.toml` has a mistake");
    folder.remove("modreg.toml");
    watch.says("1 warning in 1 of 2 manifests");
    folder.write("schema/module.schema.json", "{\"required\": [\"owner\"]}");
    watch.says("2 errors");
    folder.remove_folder("schema");
    watch.says("1 warning in 1 of 2 manifests");
    assert_eq!(watch.interrupt(), Some(0));
}

#[test]
fn only_what_was_named_is_watched() {
    let folder = two_modules();
    let watch = Watch::start(&folder, &["modules/chat", "modules/drive/module.yaml"]);
    watch.says("no problems in 2 manifests");
    folder.write("modules/drive/other.yaml", "no manifest");
    folder.edit("modules/drive/module.yaml", "OTHER", "NONE");
    watch.says("1 error in 1 of 2 manifests");
    assert_eq!(watch.interrupt(), Some(1));
    folder.expect(2, &["validate", "--watch", "-"]).says(&["standard input cannot be watched"]);
    folder.expect(2, &["validate", "--watch", "--format", "json"]).says(&["supports only `--format human`"]);
    folder.expect(2, &["validate", "--watch", "modules/none.yaml"]).says(&["there is no file"]);
}

#[test]
fn a_watched_file_may_go_and_come_back_and_others_may_take_its_name() {
    let folder = two_modules();
    let watch = Watch::start(&folder, &["modules/chat/module.yaml"]);
    watch.says("no problems in 1 manifest");
    folder.remove("modules/chat/module.yaml");
    watch.says("there is no file `modules/chat/module.yaml`");
    folder.write("modules/chat/module.yaml", manifest("chat"));
    watch.says("no problems in 1 manifest");
    folder.write("modules/team/chat.yaml", manifest("chat"));
    watch.says("1 error in 1 of 1 manifest");
    folder.remove("modules/team/chat.yaml");
    watch.says("no problems in 1 manifest");
    // Settings that cannot be read are an error of the round, which checks nothing.
    folder.write("modreg.toml", "[nonsense]\n");
    watch.says("`modreg.toml` has a mistake");
    folder.remove("modreg.toml");
    let lines = watch.says("no problems in 1 manifest");
    assert_eq!(headings(&lines).len(), 1, "{lines:?}");
    assert_eq!(watch.interrupt(), Some(0));
}
