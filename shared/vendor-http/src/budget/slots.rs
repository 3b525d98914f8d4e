//! The arithmetic of a paced budget (the generic cell rate algorithm): pure, in microseconds since 1970.
//!
//! One number is shared per budget: the time of its next free slot. Slots are one interval apart; a process that wants
//! some moves the number on by as many intervals and owns the slots it passed over. Slots are leased at most two
//! seconds ahead, so that a caller who wants one never waits long behind one who wants thousands.
//!
//! A request reaches the vendor somewhat after its slot: its caller may be late, its way takes time, clocks differ. The
//! vendor counts arrivals, so the interval is chosen such that the slots of any `rate + 1` requests lie further apart than a
//! minute by all of that ([`SPREAD`]): then they cannot arrive within one.

use std::time::Duration;

/// A point in time, in microseconds since 1970, or a span of time in microseconds.
pub type Micros = i64;

/// Longest time from now to the last slot of a lease.
pub const HORIZON: Duration = Duration::from_secs(2);
/// How long after its time a slot may still be used: long enough for a caller who works off a lease one request at a time
/// and waits for slow answers. Later it is wasted: a process that was frozen must not use many at once.
pub const LATENESS: Duration = Duration::from_secs(1);
/// How far apart the clocks of two processes may be before one of them is known to be wrong.
const CLOCKS_DIFFER: Micros = span_of(Duration::from_secs(4));
/// The longest block that a 429 begins: the longest wait that is believed of a vendor.
const LONGEST_BLOCK: Micros = span_of(Duration::from_mins(10));
/// How much longer one request may be under way than another, with what the clocks of two processes differ by.
const JOURNEY: Duration = Duration::from_millis(500);
/// How far the arrivals of two requests may be closer together than their slots.
const SPREAD: Micros = span_of(LATENESS) + span_of(JOURNEY);
/// How much time one lease covers at most, but for the slot that crosses it: half the horizon, so that two greedy callers
/// can take turns.
const LONGEST_LEASE: Micros = span_of(HORIZON) / 2;
/// How far back a lease may begin. Where callers are back a moment after the last slot was free, that slot is not lost; and
/// enough of [`LATENESS`] is left to use it.
const CATCH_UP: Micros = span_of(LATENESS) / 2;

const MINUTE: Micros = 60_000_000;

/// A steady rate of requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Pace {
    interval: Micros,
}

/// Slots that were leased: evenly spaced from the first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Slots {
    next: Micros,
    left: i64,
    interval: Micros,
    lapsed: i64,
}

/// What to do about a lease, given the budget's next free slot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    /// The budget is in use: move its next free slot on by this much, if it lies within these bounds (both included).
    Advance { by: Micros, from: Micros, to: Micros },
    /// The budget is idle (its next free slot lies before `idle_since`): start anew with the slot at `first`, if that is
    /// still so.
    Restart {
        first: Micros,
        by: Micros,
        idle_since: Micros,
    },
    /// Everything within the horizon is taken: look again then, for the slot at `next`.
    Wait { until: Micros, next: Micros },
}

impl Pace {
    /// The vendor counts no more than so many requests in any minute; none is taken as one.
    pub(super) fn per_minute(requests: u32) -> Self {
        let requests = Micros::from(requests.max(1));
        Self {
            interval: (MINUTE + SPREAD + requests - 1) / requests,
        }
    }

    /// The time that so many slots take: at least one, and no more than one lease may cover.
    fn span(self, slots: u32) -> Micros {
        self.interval * Micros::from(slots.clamp(1, self.longest_lease()))
    }

    /// How to lease `slots` at `now`, where the budget's next free slot was last seen at `next` (none: not seen). The
    /// slot only moves forward, so the last seen value may be out of date, but not too late.
    pub(super) fn step(self, slots: u32, next: Option<Micros>, now: Micros) -> Step {
        let by = self.span(slots);
        let from = now - CATCH_UP;
        // The last of the slots, not the one after them, must lie within the horizon.
        let to = now + span_of(HORIZON) - (by - self.interval);
        match next {
            Some(next) if next > to => Step::Wait {
                until: now + (next - to),
                next,
            },
            Some(next) if next < from => Step::Restart {
                first: now,
                by,
                idle_since: from,
            },
            Some(_) | None => Step::Advance { by, from, to },
        }
    }

    /// Whether no process whose clock is right can have leased slots up to `next`: a process whose clock is ahead did so, or
    /// `next` is the end of a block.
    pub(super) fn is_out_of_reach(self, next: Micros, now: Micros) -> bool {
        next.saturating_sub(now) > span_of(HORIZON) + self.interval + CLOCKS_DIFFER
    }

    /// The most slots that one lease may have.
    pub(super) fn longest_lease(self) -> u32 {
        let slots = (LONGEST_LEASE + self.interval - 1) / self.interval;
        u32::try_from(slots).unwrap_or(u32::MAX)
    }

    /// The slots of a lease whose first slot this is.
    pub(super) fn slots(self, first: Micros, span: Micros) -> Slots {
        Slots {
            next: first,
            left: span / self.interval,
            interval: self.interval,
            lapsed: 0,
        }
    }
}

impl Slots {
    /// A lease of no slots.
    pub(super) const NONE: Self = Self {
        next: 0,
        left: 0,
        interval: 1,
        lapsed: 0,
    };

    /// Drops the slots whose time has long passed and returns the next one, without taking it.
    pub(super) fn peek(&mut self, now: Micros) -> Option<Micros> {
        let late = (now - span_of(LATENESS) - self.next).max(0);
        let passed = ((late + self.interval - 1) / self.interval).min(self.left);
        self.next += passed * self.interval;
        self.left -= passed;
        self.lapsed += passed;
        (self.left > 0).then_some(self.next)
    }

    /// Takes the slot that [`Slots::peek`] returned.
    pub(super) fn take(&mut self) {
        self.next += self.interval;
        self.left -= 1;
    }

    /// How many were dropped.
    pub(super) fn lapsed(&self) -> u32 {
        u32::try_from(self.lapsed).unwrap_or(u32::MAX)
    }
}

/// Whether a block until `end` is longer than any: a process whose clock is ahead noted it.
pub(super) fn is_no_block(end: Micros, now: Micros) -> bool {
    end.saturating_sub(now) > LONGEST_BLOCK + CLOCKS_DIFFER
}

/// Whether a slot is of no more use at `now`.
pub(super) fn is_void(slot: Micros, now: Micros) -> bool {
    now > slot.saturating_add(span_of(LATENESS))
}

/// A duration in microseconds; one that does not fit is for ever.
pub(super) fn micros(duration: Duration) -> Micros {
    Micros::try_from(duration.as_micros()).unwrap_or(Micros::MAX)
}

/// The time from `now` until `then`; none where it has passed.
pub(super) fn until(then: Micros, now: Micros) -> Duration {
    Duration::from_micros(u64::try_from(then.saturating_sub(now)).unwrap_or(0))
}

/// [`micros`] of the few constants above, which all fit.
#[expect(clippy::cast_possible_truncation, reason = "a constant of a few seconds")]
const fn span_of(duration: Duration) -> Micros {
    duration.as_micros() as Micros
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Micros = 1_700_000_000_000_000;

    /// About four a second.
    fn pace() -> Pace {
        Pace::per_minute(240)
    }

    fn seconds(seconds: f64) -> Micros {
        micros(Duration::from_secs_f64(seconds))
    }

    #[test]
    fn one_request_more_than_the_rate_takes_more_than_a_minute_by_all_that_requests_may_be_late() {
        for requests in [1, 7, 10, 240, 299, 300, 6_000, 100_000] {
            let span = Pace::per_minute(requests).interval * i64::from(requests);
            assert!(span >= MINUTE + SPREAD, "{requests} a minute is exceeded");
        }
        assert_eq!(Pace::per_minute(0), Pace::per_minute(1));
    }

    #[test]
    fn what_is_kept_back_for_late_requests_is_less_than_a_thirtieth() {
        for requests in [10, 240, 300, 6_000] {
            let a_minute_holds = MINUTE / Pace::per_minute(requests).interval;
            assert!(a_minute_holds * 30 >= i64::from(requests) * 29 - 30, "{a_minute_holds}");
        }
    }

    #[test]
    fn an_idle_budget_starts_anew_now() {
        let idle_since = NOW - CATCH_UP;
        let step = pace().step(2, Some(idle_since - 1), NOW);
        assert_eq!(
            step,
            Step::Restart {
                first: NOW,
                by: 2 * pace().interval,
                idle_since
            }
        );
    }

    #[test]
    fn a_slot_that_was_free_a_moment_ago_is_not_lost() {
        let step = pace().step(1, Some(NOW - seconds(0.1)), NOW);
        assert!(matches!(step, Step::Advance { from, .. } if from < NOW - seconds(0.1)));
    }

    #[test]
    fn a_budget_in_use_is_moved_on_as_long_as_the_last_slot_is_within_two_seconds() {
        let Step::Advance { by, to, .. } = pace().step(4, None, NOW) else {
            panic!("not seen, so in use")
        };
        assert_eq!(by, 4 * pace().interval);
        let last = to + by - pace().interval;
        assert_eq!(last, NOW + seconds(2.0));
    }

    #[test]
    fn beyond_the_horizon_one_waits_until_the_slot_comes_within_it() {
        let next = NOW + seconds(60.0);
        let Step::Wait { until, next: at } = pace().step(1, Some(next), NOW) else {
            panic!("it is a minute ahead")
        };
        assert_eq!((until, at), (next - seconds(2.0), next));
        assert!(matches!(pace().step(1, Some(next), until), Step::Advance { .. }));
    }

    #[test]
    fn a_caller_who_wants_one_slot_gets_in_beside_one_who_wants_many() {
        // The greedy one has gone as far as it may.
        let Step::Advance { by, to, .. } = pace().step(u32::MAX, None, NOW) else {
            panic!("in use")
        };
        let next = to + by;
        assert!(matches!(pace().step(u32::MAX, Some(next), NOW), Step::Wait { .. }));
        let Step::Wait { until, .. } = pace().step(1, Some(next), NOW) else {
            panic!("one interval too far")
        };
        assert!(
            until - NOW <= pace().interval,
            "the modest one waits {} us",
            until - NOW
        );
    }

    #[test]
    fn the_slots_of_a_lease_are_evenly_spaced_and_as_many_as_were_paid_for() {
        let mut slots = pace().slots(NOW, 4 * pace().interval);
        let mut taken = Vec::new();
        while let Some(slot) = slots.peek(NOW) {
            slots.take();
            taken.push(slot - NOW);
        }
        assert_eq!(taken, [0, 1, 2, 3].map(|slot| slot * pace().interval));
    }

    #[test]
    fn a_slot_whose_time_has_long_passed_is_wasted_rather_than_used_late() {
        let mut slots = pace().slots(NOW, 4 * pace().interval);
        assert_eq!(slots.peek(NOW + seconds(1.0)), Some(NOW));
        assert_eq!(
            (slots.peek(NOW + seconds(1.6)), slots.lapsed()),
            (Some(NOW + 3 * pace().interval), 3)
        );
        assert_eq!((slots.peek(NOW + seconds(9.0)), slots.lapsed()), (None, 4));
        assert!(is_void(NOW, NOW + seconds(1.1)) && !is_void(NOW, NOW + seconds(1.0)));
    }

    #[test]
    fn no_lease_covers_more_than_a_second_but_for_its_last_slot() {
        assert_eq!(Pace::per_minute(6_000).longest_lease(), 98);
        assert_eq!(Pace::per_minute(240).longest_lease(), 4);
        assert_eq!(Pace::per_minute(10).longest_lease(), 1);
    }
}
