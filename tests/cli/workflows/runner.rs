//! Runs the steps of a job that are scripts, as a hosted runner would: the same shell, files and variables.
//!
//! Steps that use a published action are recorded and count as done. `cargo` and `gh` are stand-ins that write down what they
//! were asked; `modreg` is the real one.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use serde_json::{Value, json};

use super::expression::{filled, is_true, shown, value};
use crate::harness::{Folder, Ran, run_with};

/// A checkout in which jobs run.
pub(super) struct Runner {
    pub(super) checkout: Folder,
    /// The contexts `github`, `inputs` and `vars`; `env` and `steps` come as the job goes.
    contexts: Value,
}

/// How a job went.
pub(super) struct Job {
    pub(super) steps: Vec<Step>,
    pub(super) succeeded: bool,
}

/// How a step went.
pub(super) struct Step {
    pub(super) name: String,
    /// What it printed, where it is a script that was run.
    pub(super) ran: Option<Ran>,
    /// What it wrote for later steps.
    pub(super) outputs: BTreeMap<String, String>,
    /// What it wrote for people.
    pub(super) summary: String,
}

impl Job {
    /// What the step of that name did; it must have been run.
    pub(super) fn step(&self, name: &str) -> &Step {
        let named = self.steps.iter().find(|step| step.name == name);
        named.unwrap_or_else(|| panic!("{name:?} was not run, but {:?}", self.names()))
    }

    /// The scripts and actions that were run.
    pub(super) fn names(&self) -> Vec<&str> {
        self.steps.iter().map(|step| &*step.name).collect()
    }

    /// Checks how the job ended.
    pub(super) fn ended(self, succeeded: bool) -> Self {
        let scripts = self.steps.iter().filter_map(|step| Some((&step.name, step.ran.as_ref()?)));
        let story: Vec<_> =
            scripts.map(|(name, ran)| format!("-- {name}: {}\n{}{}", ran.code, ran.out, ran.err)).collect();
        assert_eq!(self.succeeded, succeeded, "\n{}", story.join("\n"));
        self
    }
}

impl Step {
    /// What the script printed, and how it ended.
    pub(super) fn ran(&self) -> &Ran {
        self.ran.as_ref().expect("the step is a script")
    }
}

impl Runner {
    /// A runner in this checkout, for an event with these contexts.
    pub(super) fn new(checkout: Folder, contexts: Value) -> Self {
        let bin = checkout.beside("bin");
        fs::create_dir_all(&bin).unwrap();
        let note = |program: &str, then: &str| {
            let log = checkout.beside(&format!("{program}.log"));
            let script = format!("#!/bin/sh\necho \"$*\" >>'{}'\n{then}", log.display());
            executable(&bin.join(program), &script);
        };
        note("cargo", "");
        let (body, known) = (checkout.beside("comment.md"), checkout.beside("comment.id"));
        note(
            "gh",
            &format!(
                "for last; do :; done\ncase \"$*\" in\n*--jq*) cat '{}' 2>/dev/null || true ;;\n*) cat \
                 \"${{last#body=@}}\" >'{}' ;;\nesac\n",
                known.display(),
                body.display()
            ),
        );
        Self { checkout, contexts }
    }

    /// The calls of a stand-in, a line each.
    pub(super) fn asked(&self, program: &str) -> String {
        fs::read_to_string(self.checkout.beside(&format!("{program}.log"))).unwrap_or_default()
    }

    /// Runs the one job of a workflow of this repository.
    pub(super) fn workflow(&self, name: &str) -> Job {
        let workflow = read(&format!(".github/workflows/{name}.yml"));
        let jobs = workflow["jobs"].as_object().unwrap();
        assert_eq!(jobs.len(), 1, "{name} has one job");
        let job = jobs.values().next().unwrap();
        assert!(holds(&job["if"], &self.contexts, true), "{name} does not run on this event");
        self.steps(job["steps"].as_array().unwrap(), &job["env"])
    }

    /// Runs the action of this repository.
    pub(super) fn action(&self) -> Job {
        let action = read("action.yml");
        self.steps(action["runs"]["steps"].as_array().unwrap(), &Value::Null)
    }

    /// Runs a job of the pipeline for GitLab, with these variables.
    pub(super) fn pipeline(&self, job: &str, variables: &[(&str, &str)]) -> Ran {
        let pipeline = read(".gitlab-ci.yml");
        let scripts = [&pipeline["before_script"], &pipeline[job]["script"]];
        let lines =
            scripts.iter().flat_map(|script| script.as_array().unwrap()).map(|line| line.as_str().unwrap());
        fs::write(self.checkout.beside("script"), lines.collect::<Vec<_>>().join("\n")).unwrap();
        let variables: Vec<_> =
            variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        self.bash(&["-eo", "pipefail"], &variables)
    }

    fn bash(&self, options: &[&str], variables: &[(String, String)]) -> Ran {
        let modreg = Path::new(env!("CARGO_BIN_EXE_modreg")).parent().unwrap().to_owned();
        let programs = [self.checkout.beside("bin"), modreg];
        let mut shell = Command::new("bash");
        shell.args(["--noprofile", "--norc"]).args(options).arg(self.checkout.beside("script"));
        run_with(&mut shell, self.checkout.path(), &programs, variables)
    }

    fn steps(&self, steps: &[Value], env: &Value) -> Job {
        let mut contexts = self.contexts.clone();
        let named = env.as_object().into_iter().flatten();
        contexts["env"] = named.map(|(name, text)| (name.clone(), fill(text, &contexts))).collect();
        let mut job = Job { steps: Vec::new(), succeeded: true };
        for step in steps {
            let id = step["id"].as_str().unwrap_or_default();
            if !holds(&step["if"], &contexts, job.succeeded) {
                contexts["steps"][id] = json!({ "outcome": "skipped" });
                continue;
            }
            let done = self.step(step, &contexts);
            let succeeded = done.ran.as_ref().is_none_or(|ran| ran.code == 0);
            let outcome = if succeeded { "success" } else { "failure" };
            contexts["steps"][id] = json!({ "outcome": outcome, "outputs": done.outputs });
            job.steps.push(done);
            job.succeeded &= succeeded || step["continue-on-error"] == true;
        }
        job
    }

    fn step(&self, step: &Value, contexts: &Value) -> Step {
        let name = step["name"].as_str().or(step["uses"].as_str()).unwrap().to_owned();
        let Some(script) = step["run"].as_str() else {
            if step["with"]["fetch-depth"] == 0 && self.checkout.exists(".git/shallow") {
                self.checkout.git(&["fetch", "--quiet", "--unshallow"]);
            }
            return Step { name, ran: None, outputs: BTreeMap::new(), summary: String::new() };
        };
        assert!(!script.contains("${{"), "{name}: an expression within a script can be made to run anything");
        let file = |name: &str| self.checkout.beside(name);
        for name in ["output", "summary"] {
            fs::write(file(name), "").unwrap();
        }
        fs::write(file("script"), script).unwrap();
        fs::create_dir_all(file("temp")).unwrap();
        let mut variables = self.variables();
        for source in [&contexts["env"], &step["env"]] {
            let named = source.as_object().into_iter().flatten();
            variables.extend(named.map(|(name, text)| (name.clone(), shown(&fill(text, contexts)))));
        }
        let options: &[&str] = if step["shell"] == "bash" { &["-eo", "pipefail"] } else { &["-e"] };
        let ran = self.bash(options, &variables);
        let outputs = outputs(&fs::read_to_string(file("output")).unwrap());
        Step { name, ran: Some(ran), outputs, summary: fs::read_to_string(file("summary")).unwrap() }
    }

    fn variables(&self) -> Vec<(String, String)> {
        let here = |path: PathBuf| path.display().to_string();
        let variables = [
            ("CI", "true".to_owned()),
            ("GITHUB_ACTIONS", "true".to_owned()),
            ("GITHUB_REPOSITORY", "example/registry".to_owned()),
            ("GITHUB_WORKSPACE", here(self.checkout.path().to_owned())),
            ("GITHUB_ACTION_PATH", env!("CARGO_MANIFEST_DIR").to_owned()),
            ("GITHUB_OUTPUT", here(self.checkout.beside("output"))),
            ("GITHUB_STEP_SUMMARY", here(self.checkout.beside("summary"))),
            ("GITHUB_PATH", here(self.checkout.beside("path"))),
            ("RUNNER_TEMP", here(self.checkout.beside("temp"))),
        ];
        variables.map(|(name, value)| (name.to_owned(), value)).to_vec()
    }
}

/// Whether a step or job with that condition runs.
fn holds(condition: &Value, contexts: &Value, succeeded: bool) -> bool {
    let Some(condition) = condition.as_str() else { return succeeded };
    let condition = condition.trim().trim_start_matches("${{").trim_end_matches("}}");
    let asks_how_it_went = condition.contains("cancelled()");
    is_true(&value(condition, contexts)) && (succeeded || asks_how_it_went)
}

/// The value of a variable, with its expressions filled in.
fn fill(text: &Value, contexts: &Value) -> Value {
    text.as_str().map_or_else(|| text.clone(), |text| Value::from(filled(text, contexts)))
}

/// A YAML file of this repository.
pub(super) fn read(path: &str) -> Value {
    let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap();
    serde_yaml::from_str(&text).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The content of a file of outputs: `name=value` lines, and values of many lines between delimiters.
fn outputs(text: &str) -> BTreeMap<String, String> {
    let mut outputs = BTreeMap::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        if let Some((name, delimiter)) = line.split_once("<<") {
            let value: Vec<_> = lines.by_ref().take_while(|line| *line != delimiter).collect();
            outputs.insert(name.to_owned(), value.join("\n"));
        } else {
            let (name, value) = line.split_once('=').unwrap_or_else(|| panic!("{line:?} is no output"));
            outputs.insert(name.to_owned(), value.to_owned());
        }
    }
    outputs
}

fn executable(path: &Path, text: &str) {
    use std::os::unix::fs::PermissionsExt as _;
    fs::write(path, text).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
}
