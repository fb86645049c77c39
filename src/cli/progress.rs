//! The progress bar for long work, which is shown only on a terminal.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::context::Context;

/// Starts a bar that counts to `total`; it is hidden if the run shows no progress or the work is short.
pub(super) fn bar(context: &Context, what: &'static str, total: usize) -> ProgressBar {
    if !context.shows_progress || total < 200 {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template("{msg} [{bar:30}] {pos}/{len}")
        .unwrap_or_else(|_| ProgressStyle::default_bar())
        .progress_chars("=> ");
    let bar = ProgressBar::with_draw_target(Some(total as u64), ProgressDrawTarget::stderr());
    bar.with_style(style).with_message(what)
}

/// Starts a bar, and returns the function to call for each piece of work; dropping the function removes the bar.
pub(super) fn counter(context: &Context, what: &'static str, total: usize) -> Box<dyn Fn() + Sync> {
    let bar = Cleared(bar(context, what, total));
    Box::new(move || bar.0.inc(1))
}

/// A bar that is removed when it is dropped.
struct Cleared(ProgressBar);

impl Drop for Cleared {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}
