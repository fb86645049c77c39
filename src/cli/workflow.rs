//! The files that a run writes as a step of a workflow: outputs for later steps, and a summary for people.

use std::{
    fs::{self, OpenOptions},
    hash::{BuildHasher as _, RandomState},
    io::Write as _,
    path::Path,
};

use super::{context::Context, error::CliError};
use crate::report::{markdown::step_summary, step_outputs::Outputs};

impl Context {
    /// Appends the outputs and the summary, if the run is a step of a workflow.
    pub(super) fn write_workflow_files(
        &self,
        outputs: &Outputs,
        summary: impl FnOnce() -> String,
    ) -> Result<(), CliError> {
        if let Some(path) = &self.workflow.outputs {
            append(path, &outputs.lines(&delimiter()))?;
        }
        if let Some(path) = &self.workflow.summary {
            let before =
                fs::metadata(path).map_or(0, |file| usize::try_from(file.len()).unwrap_or(usize::MAX));
            match step_summary::fitting(&summary(), before) {
                Some(text) => append(path, &text)?,
                None => self.print_message("the summary of this step is too large: nothing was added to it"),
            }
        }
        Ok(())
    }
}

fn append(path: &Path, text: &str) -> Result<(), CliError> {
    let written = OpenOptions::new()
        .append(true)
        .create(true)
        .open(path)
        .and_then(|mut file| file.write_all(text.as_bytes()));
    written
        .map_err(|error| CliError::cannot_run(format!("cannot write to `{}`", path.display())).because(error))
}

/// Returns a random delimiter, which the value of an output cannot contain: the system chooses the keys of this hash.
fn delimiter() -> String {
    let draw = || RandomState::new().hash_one("delimiter");
    format!("modreg-{:016x}{:016x}", draw(), draw())
}
