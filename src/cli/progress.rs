//! A progress bar for long work, on a terminal only.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::context::Context;

/// Starts a bar that counts to `total`; where none is wanted it stays hidden.
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

/// The same as a function to call for each piece of work; the bar is gone when the function is.
pub(super) fn counter(context: &Context, what: &'static str, total: usize) -> Box<dyn Fn() + Sync> {
    let bar = Cleared(bar(context, what, total));
    Box::new(move || bar.0.inc(1))
}

/// A bar that leaves no trace.
struct Cleared(ProgressBar);

impl Drop for Cleared {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}
