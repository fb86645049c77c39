//! Sends webhook messages about every sync that ends, and retries those that could not be delivered.

use std::{sync::Arc, time::Duration};

use tokio::sync::Notify;

use super::syncs::{FinishedSync, SyncFailure};
use crate::{
    serve::{metrics::DeliveryLabels, state::State},
    webhook::Event,
};

/// The longest time between two rounds. Another process may have added messages meanwhile.
const MAX_PAUSE: Duration = Duration::from_mins(1);
/// The shortest time between two rounds.
const MIN_PAUSE: Duration = Duration::from_secs(1);

/// Stores a message for every sync that ends, and delivers the stored messages. It does not return.
pub(crate) async fn deliver(state: Arc<State>) {
    let Some(webhooks) = state.options.webhooks.clone() else { return };
    let new_message = Arc::new(Notify::new());
    let (wake, queue, clock) = (Arc::clone(&new_message), Arc::clone(&webhooks), state.options.clock);
    state.syncs.observe(move |finished| {
        let Some(event) = event(finished) else { return };
        match queue.enqueue(&event, clock()) {
            Ok(_) => wake.notify_one(),
            Err(error) => tracing::warn!(%error, "cannot store a webhook message; it will not be sent"),
        }
    });
    loop {
        let sender = Arc::clone(&webhooks);
        let round = tokio::task::spawn_blocking(move || {
            let deliveries = sender.deliver(&clock, Duration::MAX)?;
            Ok::<_, std::io::Error>((deliveries, sender.next()?))
        });
        let next = match round.await {
            Ok(Ok((deliveries, next))) => {
                for delivery in deliveries {
                    let result = delivery.result.as_str();
                    state.metrics.webhooks.get_or_create(&DeliveryLabels { result }).inc();
                    let (attempt, error) = (delivery.attempt, delivery.error.as_deref());
                    tracing::info!(id = delivery.id, url = delivery.url, attempt, result, error, "webhook");
                }
                next
            }
            Ok(Err(error)) => {
                tracing::warn!(%error, "cannot read or write webhook messages");
                None
            }
            Err(_) => {
                tracing::error!(
                    "sending webhook messages failed because of a bug in modreg; please report it"
                );
                None
            }
        };
        let left = next.map(|next| next.duration_since(clock()));
        let left = left.map_or(MAX_PAUSE, |left| Duration::try_from(left).unwrap_or(MIN_PAUSE));
        tokio::select! {
            () = new_message.notified() => {}
            () = tokio::time::sleep(left.clamp(MIN_PAUSE, MAX_PAUSE)) => {}
        }
    }
}

/// Returns the event about a sync, or `None` for a dry run or an invalid request.
fn event(finished: &FinishedSync<'_>) -> Option<Event> {
    let (job, version) = (finished.job, finished.version);
    if job.dry_run {
        return None;
    }
    let (action, trigger) = (job.scope.verb(), job.trigger);
    match finished.result {
        Ok(done) => Some(Event::done(action, trigger, done.from, &done.answer)),
        Err(SyncFailure::Busy | SyncFailure::Unknown(_)) => None,
        Err(error) => Some(Event::failed(action, trigger, version, error.to_string())),
    }
}
