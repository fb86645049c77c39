//! Decides when a message is sent again, and when it is given up.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use crate::http::{HttpError, PostResponse, RetryAfter};

/// The pause after each failed attempt, as the Standard Webhooks specification recommends.
const PAUSES: [Duration; 9] = [
    Duration::from_secs(5),
    Duration::from_mins(5),
    Duration::from_mins(30),
    Duration::from_hours(2),
    Duration::from_hours(5),
    Duration::from_hours(10),
    Duration::from_hours(14),
    Duration::from_hours(20),
    Duration::from_hours(24),
];
/// The longest pause that a receiver can ask for.
const MAX_RETRY_AFTER: Duration = Duration::from_hours(24);
/// The age at which a message is given up.
pub(super) const MAX_AGE: SignedDuration = SignedDuration::from_hours(4 * 24);

/// The result of an attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum AttemptResult {
    /// The receiver has accepted the message.
    Delivered,
    /// The receiver wants no more messages.
    Gone,
    /// The attempt failed. The receiver may have asked for a pause.
    Failed { reason: String, retry_after: Option<RetryAfter> },
}

/// Converts the response of a receiver to a result.
pub(super) fn classify(answer: Result<PostResponse, HttpError>) -> AttemptResult {
    match answer {
        Ok(PostResponse { status: 200..300, .. }) => AttemptResult::Delivered,
        Ok(PostResponse { status: 410, .. }) => AttemptResult::Gone,
        Ok(PostResponse { status, retry_after }) => AttemptResult::Failed {
            reason: format!("the receiver answered with status {status}"),
            retry_after,
        },
        Err(error) => AttemptResult::Failed { reason: error.to_string(), retry_after: None },
    }
}

/// Returns the time of the next attempt after a number of failed ones, or `None` if the message is given up.
///
/// `jitter` is between 0 and 1, and spreads messages that failed at the same time.
pub(super) fn next(
    attempts: usize,
    now: Timestamp,
    retry_after: Option<RetryAfter>,
    jitter: f64,
) -> Option<Timestamp> {
    let pause = PAUSES.get(attempts.checked_sub(1)?)?.mul_f64(1.0 + jitter / 10.0);
    let retry_after = retry_after.map_or(Duration::ZERO, |retry_after| match retry_after {
        RetryAfter::In(pause) => pause,
        RetryAfter::At(time) => Duration::try_from(time.duration_since(now)).unwrap_or_default(),
    });
    now.checked_add(pause.max(retry_after.min(MAX_RETRY_AFTER))).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_until_the_message_is_given_up() {
        let now = Timestamp::from_second(1_800_000_000).unwrap();
        let pause = |attempts, retry_after, jitter| {
            next(attempts, now, retry_after, jitter).map(|next| next.duration_since(now).as_secs())
        };
        let pauses: Vec<_> = (1..).map_while(|attempts| pause(attempts, None, 0.0)).collect();
        assert_eq!(pauses, [5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400]);
        assert!(pauses.iter().sum::<i64>() < MAX_AGE.as_secs());
        let seconds = |seconds| Some(RetryAfter::In(Duration::from_secs(seconds)));
        let at = Some(RetryAfter::At(Timestamp::from_second(1_800_000_100).unwrap()));
        let past = Some(RetryAfter::At(Timestamp::UNIX_EPOCH));
        for (attempts, retry_after, jitter, expected) in [
            (1, seconds(60), 0.0, Some(60)),
            (1, seconds(1), 0.0, Some(5)),
            (1, seconds(10_000_000), 0.0, Some(86_400)),
            (1, at, 0.0, Some(100)),
            (1, past, 0.0, Some(5)),
            (2, None, 1.0, Some(330)),
            (0, None, 0.0, None),
            (10, seconds(60), 0.0, None),
        ] {
            assert_eq!(pause(attempts, retry_after, jitter), expected, "{attempts} {retry_after:?}");
        }
    }

    #[test]
    fn only_a_status_of_2xx_is_a_delivery() {
        let result = |status| classify(Ok(PostResponse { status, retry_after: None }));
        for status in [200, 202, 204, 299] {
            assert_eq!(result(status), AttemptResult::Delivered, "{status}");
        }
        for status in [100, 301, 302, 307, 400, 401, 404, 429, 500, 503] {
            assert!(matches!(result(status), AttemptResult::Failed { .. }), "{status}");
        }
        assert_eq!(result(410), AttemptResult::Gone);
        assert!(matches!(
            classify(Err(HttpError::NoResponse("timeout".into()))),
            AttemptResult::Failed { .. }
        ));
    }
}
