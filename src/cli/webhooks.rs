//! The webhook messages about what a command did. They never change the result of the command.

use std::time::Duration;

use super::{context::Context, workspace};
use crate::{
    domain::SnapshotVersion,
    git::{GitErrorKind, Repository},
    report::json::{DeliveryResult, SyncAnswer},
    rules,
    settings::{self, Settings, Webhook},
    sync::{self, Conclusion, Outcome, Request, SyncError},
    webhook::{self, Event, UnusableSecret, Webhooks},
};

/// The time limit of one request, which the user of the command waits for.
const PATIENCE: Duration = Duration::from_secs(5);
/// The time limit of all deliveries of a command. The next command or the server delivers the remaining messages.
const BUDGET: Duration = Duration::from_secs(5);

/// Returns the webhooks of a registry and the secrets that cannot be used, or `None` if there are no webhooks and no messages.
pub(super) fn open(
    repository: &Repository,
    settings: &[Webhook],
    patience: Duration,
) -> Option<(Webhooks, Vec<UnusableSecret>)> {
    let name = workspace::name(repository);
    let folder = repository.own_files();
    // If the last webhook was removed from the settings, its messages are dropped.
    let waits = || matches!(webhook::report(&folder), Ok(Some(report)) if report.pending > 0);
    (!settings.is_empty() || waits())
        .then(|| Webhooks::new(settings, Context::secret, &folder, &name, patience))
}

/// Returns the event of a sync that ended, or `None` if it was a dry run, if another sync was running, or if the request was
/// invalid.
pub(super) fn event(
    repository: &Repository,
    request: &Request<'_>,
    ended: &Result<Outcome, SyncError>,
) -> Option<Event> {
    let (action, trigger) = (request.scope.verb(), request.trigger);
    if request.dry_run {
        return None;
    }
    match ended {
        Ok(Outcome { conclusion: Conclusion::Refused(refusal), draft, previous, .. }) => {
            Some(Event::failed(action, trigger, previous.version(), refusal.reason(&draft.plan)))
        }
        Ok(outcome) => {
            let answer = SyncAnswer::from(outcome);
            Some(Event::done(action, trigger, outcome.previous.version(), &answer))
        }
        Err(SyncError::Git(error)) if matches!(error.kind(), GitErrorKind::Busy { .. }) => None,
        Err(error) if error.is_request_error() => None,
        Err(error) => Some(Event::failed(action, trigger, version(repository), error.with_causes())),
    }
}

/// Saves the message, and tries once to deliver it and those of earlier runs.
pub(super) fn send(repository: &Repository, event: &Event, context: &Context) {
    let settings = settings(repository);
    let Some((webhooks, unusable)) = open(repository, &settings, PATIENCE) else { return };
    for secret in unusable {
        context.warn(&format!("{secret}: messages are kept until a run has the secret"));
    }
    let sent = webhooks.enqueue(event, context.now).and_then(|_| webhooks.deliver(&Context::clock(), BUDGET));
    match sent {
        Ok(deliveries) => {
            for delivery in deliveries {
                let reason = delivery.error.unwrap_or_default();
                match delivery.result {
                    DeliveryResult::Delivered => {
                        context.print_detail(&format!("sent a message to {}", delivery.url));
                    }
                    DeliveryResult::Retried => {
                        context.warn(&format!(
                            "the message to {} was not delivered: {reason}; a later run tries again",
                            delivery.url
                        ));
                    }
                    DeliveryResult::GivenUp => {
                        context.warn(&format!(
                            "the message to {} was not delivered: {reason}; no further attempt is made",
                            delivery.url
                        ));
                    }
                }
            }
        }
        Err(error) => context.warn(&format!("a webhook message cannot be saved: {error}")),
    }
}

/// Returns the webhooks in the settings at HEAD; none if the settings cannot be read, which the command itself reports.
fn settings(repository: &Repository) -> Vec<Webhook> {
    let read = || {
        let commit = repository.head().ok()?.commit()?;
        let (_, bytes) = repository.file_at(commit, settings::FILE_NAME).ok()??;
        Settings::parse(std::str::from_utf8(&bytes).ok()?, &rules::RULES).ok()
    };
    read().map(|settings| settings.webhooks).unwrap_or_default()
}

fn version(repository: &Repository) -> SnapshotVersion {
    let commit = repository.head().ok().and_then(|head| head.commit());
    let snapshot = commit.and_then(|commit| sync::snapshot_at(repository, commit).ok());
    snapshot.map_or(SnapshotVersion::EMPTY, |snapshot| snapshot.version())
}
