//! A completion that is claimed, and the records that it can be settled with.

use habitsync_domain::results::completion::Completion;
use habitsync_domain::results::delivery::{Earlier, FailedAttempt, Unconfirmed, after_failure, anew, unconfirmed};
use habitsync_domain::results::parked::{cause_of_end, has_waited_long_enough};
use habitsync_domain::results::result::{IgnoredBecause, ParkedOn, ResultRecord, ResultState, Tried};
use habitsync_domain::results::retry_ladder::RetryLadder;
use jiff::Timestamp;

use crate::ports::failure::{VendorFailure, VendorFailureKind};

/// A completion that is claimed and about to be settled.
#[derive(Clone, Copy)]
pub(crate) struct Unsettled<'a> {
    /// The completion.
    pub(crate) completion: &'a Completion,
    /// Its result before this claim.
    pub(crate) earlier: Earlier,
}

impl Unsettled<'_> {
    /// It waits for something else to happen; one that has waited before has waited since then, and not for ever.
    pub(crate) fn parked(self, on: ParkedOn, now: Timestamp) -> ResultRecord {
        let since = self.earlier.parked_since(&on, now);
        if has_waited_long_enough(&on, since, now) {
            return self.dead(cause_of_end(&on));
        }
        self.settled(ResultState::Parked { on, since }, self.earlier.attempts)
    }

    /// It is not recorded as long as the reason holds.
    pub(crate) fn ignored(self, reason: IgnoredBecause) -> ResultRecord {
        self.settled(ResultState::Ignored { reason }, self.earlier.attempts)
    }

    /// It is given up without another attempt.
    pub(crate) fn dead(self, cause: &str) -> ResultRecord {
        let (cause, tried) = (cause.to_owned(), None);
        self.settled(ResultState::Dead { cause, tried }, self.earlier.attempts)
    }

    /// Tribal Habits does not confirm it: it never happened, or the answers lag behind the webhooks.
    pub(crate) fn denied(self, ladder: &RetryLadder, now: Timestamp) -> ResultRecord {
        let denied = Unconfirmed {
            cause: "Tribal Habits does not confirm the completion".to_owned(),
            reason: IgnoredBecause::NotConfirmed,
            not_before: None,
        };
        self.unconfirmed(denied, 1, ladder, now)
    }

    /// Tribal Habits could not be asked to confirm it. A question that was never asked, for lack of time, is not counted.
    pub(crate) fn not_asked(self, failure: &VendorFailure, ladder: &RetryLadder, now: Timestamp) -> ResultRecord {
        let not_asked = Unconfirmed {
            cause: failure.to_string(),
            reason: IgnoredBecause::ConfirmationFailed,
            not_before: not_before(failure, now),
        };
        self.unconfirmed(not_asked, made(failure), ladder, now)
    }

    fn unconfirmed(self, failed: Unconfirmed, made: u32, ladder: &RetryLadder, now: Timestamp) -> ResultRecord {
        if let Some(due_at) = self.earlier.asks_again_at(now) {
            let cause = failed.cause;
            return self.settled(ResultState::Unconfirmed { cause, due_at }, self.earlier.attempts);
        }
        let attempts = self.earlier.attempts.saturating_add(made);
        match unconfirmed(failed, attempts, ladder, now) {
            ignored @ ResultState::Ignored { .. } => self.settled(ignored, anew(attempts)),
            waiting => self.settled(waiting, attempts),
        }
    }

    /// An attempt was made, with this outcome.
    pub(crate) fn attempted(self, state: ResultState) -> ResultRecord {
        self.settled(state, self.earlier.attempts.saturating_add(1))
    }

    /// An attempt to record it there failed. One that was never made, for lack of time, is not counted.
    pub(crate) fn failed(
        self,
        failure: &VendorFailure,
        tried: Tried,
        ladder: &RetryLadder,
        now: Timestamp,
    ) -> ResultRecord {
        let attempts = self.earlier.attempts.saturating_add(made(failure));
        let failed = FailedAttempt {
            cause: failure.to_string(),
            retryable: failure.is_worth_waiting_for(),
            not_before: not_before(failure, now),
            tried: Some(tried),
        };
        self.settled(after_failure(failed, attempts, ladder, now), attempts)
    }

    fn settled(self, state: ResultState, attempts: u32) -> ResultRecord {
        ResultRecord {
            completion: self.completion.clone(),
            state,
            attempts,
        }
    }
}

/// How many requests the failure stands for: none where the time ran out before.
fn made(failure: &VendorFailure) -> u32 {
    u32::from(failure.kind != VendorFailureKind::NoTimeLeft)
}

fn not_before(failure: &VendorFailure, now: Timestamp) -> Option<Timestamp> {
    match failure.kind {
        VendorFailureKind::RateLimited(wait) => now.checked_add(wait).ok(),
        _ => None,
    }
}
