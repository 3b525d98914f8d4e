//! The lease of a job: how long it lasts, when its holder renews it, and until when its holder may call a vendor.
//!
//! One process at a time works on a customer's job. A process that crashes costs the job one lease; a process that was stopped and
//! resumed must not write any more, so that each acquisition has a fencing number and every write checks it.

use std::fmt;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

/// How long a lease lasts from its acquisition, or from its last renewal.
pub const LENGTH: SignedDuration = SignedDuration::from_secs(60);

/// So often the holder looks whether the lease has to be renewed: it has where none of its writes has renewed it for as long. The last
/// renewal is never older than twice this.
pub const RENEWED_AFTER: SignedDuration = SignedDuration::from_secs(10);

/// No request to a vendor starts later than this before the lease's end: longer than one write may take, and longer than two
/// clocks may differ.
pub const RESERVE: SignedDuration = SignedDuration::from_secs(10);

/// How far the clocks of two processes may differ. A request to a vendor ends this long before its lease does.
pub const CLOCKS_DIFFER: SignedDuration = SignedDuration::from_secs(2);

/// A lease with less time left than this has missed a renewal: its holder has most likely crashed, and the next run of the job
/// waits for the lease's end instead of for the next schedule.
pub const RENEWAL_MISSED: SignedDuration = SignedDuration::from_secs(35);

/// The number of an acquisition of one job's lease, or of one claim of a result: each number is larger than its
/// predecessor.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct FencingNumber(pub u64);

impl fmt::Display for FencingNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The end of a lease that is acquired or renewed at `now`.
#[must_use]
pub fn end(now: Timestamp) -> Timestamp {
    now.saturating_add(LENGTH).unwrap_or(Timestamp::MAX)
}

/// How long a request to a vendor may take that starts at `now` under a lease with this end; none where none may start. A lease
/// that lasts longer than any shows that the clock was put back since: its end says nothing until it is renewed.
#[must_use]
pub fn time_for_request(end: Timestamp, now: Timestamp) -> Option<SignedDuration> {
    let left = end.duration_since(now);
    (left > RESERVE && left <= LENGTH + CLOCKS_DIFFER).then(|| left - CLOCKS_DIFFER)
}

/// Whether the holder of a lease with this end has missed a renewal at `now`.
#[must_use]
pub fn has_missed_renewal(end: Timestamp, now: Timestamp) -> bool {
    end.duration_since(now) <= RENEWAL_MISSED
}

/// When the lease of a run that began then can have missed a renewal at the earliest.
#[must_use]
pub fn first_look(started_at: Timestamp) -> Timestamp {
    started_at
        .saturating_add(LENGTH - RENEWAL_MISSED)
        .unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).expect("a timestamp")
    }

    #[test]
    fn no_request_starts_once_the_clock_was_put_back() {
        let end = end(at(0));
        assert!(time_for_request(end, at(-2)).is_some());
        assert_eq!(time_for_request(end, at(-240)), None);
        assert_eq!(time_for_request(Timestamp::MAX, at(0)), None);
    }

    #[test]
    fn no_request_starts_within_the_reserve_before_the_leases_end() {
        let end = end(at(0));
        assert_eq!(end, at(60));
        assert_eq!(time_for_request(end, at(0)), Some(SignedDuration::from_secs(58)));
        assert_eq!(time_for_request(end, at(49)), Some(SignedDuration::from_secs(9)));
        assert_eq!(time_for_request(end, at(50)), None);
        assert_eq!(time_for_request(end, at(500)), None);
    }

    #[test]
    fn a_holder_that_renews_in_time_is_never_taken_for_a_crashed_one() {
        let latest_renewal = RENEWED_AFTER * 2 + CLOCKS_DIFFER;
        let end = end(at(0));
        assert!(!has_missed_renewal(end, at(0) + latest_renewal));
        assert!(has_missed_renewal(end, at(25)));
    }

    #[test]
    fn a_crash_is_followed_by_a_run_within_ninety_seconds() {
        // The watchdog checks once a minute. Either the lease has missed a renewal at that time, and the run that it
        // starts waits for the lease's end; or the lease has ended at the next check.
        for (renewed, phase) in (0..=180).flat_map(|renewed| (0..60).map(move |phase| (renewed, phase))) {
            let end = end(at(renewed));
            let looks = (0..10).map(|minute| at(60 * minute + phase));
            let mut looks = looks.filter(|look| *look >= first_look(at(0)) && *look >= at(renewed));
            let found = looks.find(|look| has_missed_renewal(end, *look)).expect("it is found");
            let started = found.max(end);
            assert!(
                started <= at(renewed + 85),
                "renewed at {renewed} s, looked at from {phase} s, resumed at {started}"
            );
        }
    }
}
