//! Tells webhooks what a command did. Nothing here changes how the command ends.

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

/// How long one exchange may take while somebody waits for the command to end.
const PATIENCE: Duration = Duration::from_secs(5);
/// How long the command tries at all. What is left is delivered by the next one, or by the server.
const BUDGET: Duration = Duration::from_secs(5);

/// The webhooks of a registry, with what is wrong with their secrets, or `None` where nobody is told and nothing waits.
pub(super) fn open(
    repository: &Repository,
    settings: &[Webhook],
    patience: Duration,
) -> Option<(Webhooks, Vec<UnusableSecret>)> {
    let name = workspace::name(repository);
    let folder = repository.own_files();
    // Where the last webhook is gone from the settings, what waits for it is given up.
    let waits = || matches!(webhook::report(&folder), Ok(Some(report)) if report.pending > 0);
    (!settings.is_empty() || waits())
        .then(|| Webhooks::new(settings, Context::secret, &folder, &name, patience))
}

/// What is told of a sync that ended; nothing where it was only tried, another one was in the way, or
/// the request named what is not there.
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

/// Keeps the message, and tries once to deliver it and what earlier runs have left.
pub(super) fn send(repository: &Repository, event: &Event, context: &Context) {
    let settings = settings(repository);
    let Some((webhooks, flaws)) = open(repository, &settings, PATIENCE) else { return };
    for flaw in flaws {
        context.warn(&format!("{flaw}: its messages wait for a run that knows the secret"));
    }
    let sent = webhooks.enqueue(event, context.now).and_then(|_| webhooks.deliver(&Context::clock(), BUDGET));
    match sent {
        Ok(deliveries) => {
            for delivery in deliveries {
                let reason = delivery.error.unwrap_or_default();
                match delivery.result {
                    DeliveryResult::Delivered => context.print_detail(&format!("told {}", delivery.url)),
                    DeliveryResult::Retried => {
                        context.warn(&format!(
                            "{} was not told: {reason}; a later run tries again",
                            delivery.url
                        ));
                    }
                    DeliveryResult::GivenUp => {
                        context.warn(&format!("{} is not told: {reason}; it is given up", delivery.url));
                    }
                }
            }
        }
        Err(error) => context.warn(&format!("a webhook message cannot be kept: {error}")),
    }
}

/// The webhooks that the settings at HEAD name; none where these cannot be read, for then that is what the command says.
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
