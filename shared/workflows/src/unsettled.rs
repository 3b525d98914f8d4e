//! A completion that is claimed, and the records that it can be settled with.

use habitsync_domain::completion::Completion;
use habitsync_domain::delivery::{Earlier, FailedAttempt, after_failure};
use habitsync_domain::parked_results::{cause_of_end, has_waited_long_enough};
use habitsync_domain::result::{IgnoredBecause, ParkedOn, ResultRecord, ResultState};
use habitsync_domain::retry_ladder::RetryLadder;
use jiff::Timestamp;

use crate::ports::failure::{VendorFailure, VendorFailureKind};

/// A completion that is claimed and about to be settled.
#[derive(Clone, Copy)]
pub(crate) struct Unsettled<'a> {
    /// What was completed.
    pub(crate) completion: &'a Completion,
    /// What became of it before this claim.
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

    /// It is none of EmployeeConnect's business.
    pub(crate) fn ignored(self, reason: IgnoredBecause) -> ResultRecord {
        self.settled(ResultState::Ignored { reason }, self.earlier.attempts)
    }

    /// It is given up without another attempt.
    pub(crate) fn dead(self, cause: &str) -> ResultRecord {
        let cause = cause.to_owned();
        self.settled(ResultState::Dead { cause }, self.earlier.attempts)
    }

    /// Tribal Habits does not confirm it: it never happened, or what is read back lags behind what was sent. It is asked
    /// again on every rung of the ladder, and believed after the last.
    pub(crate) fn unconfirmed(self, ladder: &RetryLadder, now: Timestamp) -> ResultRecord {
        let attempts = self.earlier.attempts.saturating_add(1);
        let state = match ladder.next_attempt(attempts, now) {
            Some(due_at) => ResultState::Waiting {
                cause: "Tribal Habits does not confirm the completion".to_owned(),
                due_at,
            },
            None => ResultState::Ignored {
                reason: IgnoredBecause::NotConfirmed,
            },
        };
        self.settled(state, attempts)
    }

    /// An attempt was made, with this outcome.
    pub(crate) fn attempted(self, state: ResultState) -> ResultRecord {
        self.settled(state, self.earlier.attempts.saturating_add(1))
    }

    /// An attempt failed. One that was never made, for lack of time, is not counted.
    pub(crate) fn failed(self, failure: &VendorFailure, ladder: &RetryLadder, now: Timestamp) -> ResultRecord {
        let made = u32::from(failure.kind != VendorFailureKind::NoTimeLeft);
        let attempts = self.earlier.attempts.saturating_add(made);
        let not_before = match failure.kind {
            VendorFailureKind::RateLimited(wait) => now.checked_add(wait).ok(),
            _ => None,
        };
        let failed = FailedAttempt {
            cause: failure.to_string(),
            retryable: failure.is_worth_waiting_for(),
            not_before,
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
