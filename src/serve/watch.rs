//! Noticing by itself that the branch has moved.

use std::{sync::Arc, time::Duration};

use tokio::time::{MissedTickBehavior, interval};

use super::state::State;

/// How often the server looks at its branch.
const GLANCE: Duration = Duration::from_secs(1);

/// Looks at the branch again and again.
pub(super) async fn branch(state: Arc<State>) {
    let mut glances = interval(GLANCE);
    glances.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        glances.tick().await;
        state.refresh().await;
    }
}
