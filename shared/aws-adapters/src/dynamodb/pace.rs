//! The arithmetic of a paced budget (the generic cell rate algorithm without a burst): pure, in microseconds since 1970.
//!
//! The table keeps one number per budget: the time of its next free slot. Slots are one interval apart; whoever wants some
//! moves the number on by as many intervals and owns the slots it passed over. Slots are leased at most two seconds ahead,
//! so that a caller who wants one never waits long behind one who wants thousands.

use std::time::Duration;

/// A point in time, in microseconds since 1970.
pub(super) type Micros = i64;

/// How far ahead the last slot of a lease may be.
const HORIZON: Micros = 2_000_000;
/// How much time one lease may cover: half the horizon, so that two greedy callers can take turns.
const LONGEST_LEASE: Micros = 1_000_000;
/// How long after its time a slot may still be used. Later it is wasted: a process that was frozen must not use many at once.
const LATENESS: Micros = 250_000;

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
}

/// What to do about a lease, given the budget's next free slot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    /// The budget is in use: move its next free slot on by this much, if it lies within these bounds (both included).
    Advance { by: Micros, from: Micros, to: Micros },
    /// The budget is idle (its next free slot has passed): start anew at `now`, if that is still so.
    Restart { next: Micros, now: Micros },
    /// Everything within the horizon is taken: look again then, for the slot at `next`.
    Wait { until: Micros, next: Micros },
}

impl Pace {
    /// So many requests a minute; none is taken as one. Rounded so that the rate is never exceeded.
    pub(super) fn per_minute(requests: u32) -> Self {
        Self {
            interval: i64::from(60_000_000_u32.div_ceil(requests.max(1))),
        }
    }

    /// The time that so many slots take: at least one, and no more than one lease may cover.
    fn span(self, slots: u32) -> Micros {
        self.interval * i64::from(slots.clamp(1, self.longest_lease()))
    }

    /// How to lease `slots` at `now`, where the budget's next free slot was last seen at `next` (none: not seen).
    pub(super) fn step(self, slots: u32, next: Option<Micros>, now: Micros) -> Step {
        let by = self.span(slots);
        // The last of the slots, not the one after them, must lie within the horizon.
        let to = now + HORIZON - (by - self.interval);
        match next {
            Some(next) if next > to => Step::Wait {
                until: now + (next - to),
                next,
            },
            Some(next) if next < now => Step::Restart { next: now + by, now },
            Some(_) | None => Step::Advance { by, from: now, to },
        }
    }

    /// The most slots that one lease may have.
    pub(super) fn longest_lease(self) -> u32 {
        u32::try_from((LONGEST_LEASE / self.interval).max(1)).unwrap_or(u32::MAX)
    }

    /// The slots of a lease whose first slot this is.
    pub(super) fn slots(self, first: Micros, span: Micros) -> Slots {
        Slots {
            next: first,
            left: span / self.interval,
            interval: self.interval,
        }
    }
}

impl Slots {
    /// No slots.
    pub(super) const NONE: Self = Self {
        next: 0,
        left: 0,
        interval: 1,
    };

    /// Drops the slots whose time has passed and returns the next one, without taking it.
    pub(super) fn peek(&mut self, now: Micros) -> Option<Micros> {
        let late = (now - LATENESS - self.next).max(0);
        let passed = ((late + self.interval - 1) / self.interval).min(self.left);
        self.next += passed * self.interval;
        self.left -= passed;
        (self.left > 0).then_some(self.next)
    }

    /// Takes the slot that [`Slots::peek`] returned.
    pub(super) fn take(&mut self) {
        self.next += self.interval;
        self.left -= 1;
    }
}

/// A duration in microseconds; one that does not fit is for ever.
pub(super) fn micros(duration: Duration) -> Micros {
    Micros::try_from(duration.as_micros()).unwrap_or(Micros::MAX)
}

/// The time from `now` until `then`; none where it has passed.
pub(super) fn until(then: Micros, now: Micros) -> Duration {
    Duration::from_micros(u64::try_from(then.saturating_sub(now)).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Micros = 1_700_000_000_000_000;

    /// Four a second.
    fn pace() -> Pace {
        Pace::per_minute(240)
    }

    fn seconds(seconds: f64) -> Micros {
        micros(Duration::from_secs_f64(seconds))
    }

    #[test]
    fn a_rate_that_does_not_divide_a_minute_is_rounded_down() {
        for requests in [1, 7, 240, 299, 300, 6_000, 100_000] {
            let interval = Pace::per_minute(requests).interval;
            assert!(
                interval * i64::from(requests) >= 60_000_000,
                "{requests} a minute is exceeded"
            );
        }
        assert_eq!(Pace::per_minute(0), Pace::per_minute(1));
    }

    #[test]
    fn an_idle_budget_starts_anew_now() {
        let step = pace().step(2, Some(NOW - 1), NOW);
        assert_eq!(
            step,
            Step::Restart {
                next: NOW + seconds(0.5),
                now: NOW
            }
        );
    }

    #[test]
    fn a_budget_in_use_is_moved_on_as_long_as_the_last_slot_is_within_two_seconds() {
        let Step::Advance { by, from, to } = pace().step(4, None, NOW) else {
            panic!("not seen, so in use")
        };
        assert_eq!((by, from), (seconds(1.0), NOW));
        let last = to + by - pace().interval;
        assert_eq!(last, NOW + HORIZON);
    }

    #[test]
    fn beyond_the_horizon_one_waits_until_the_slot_comes_within_it() {
        let next = NOW + seconds(60.0);
        let Step::Wait { until, next: at } = pace().step(1, Some(next), NOW) else {
            panic!("it is a minute ahead")
        };
        assert_eq!((until, at), (next - HORIZON, next));
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
        let mut slots = pace().slots(NOW, seconds(1.0));
        let mut taken = Vec::new();
        while let Some(slot) = slots.peek(NOW) {
            slots.take();
            taken.push(slot - NOW);
        }
        assert_eq!(taken, [0.0, 0.25, 0.5, 0.75].map(seconds));
    }

    #[test]
    fn a_slot_whose_time_has_long_passed_is_wasted_rather_than_used_late() {
        let mut slots = pace().slots(NOW, seconds(1.0));
        assert_eq!(slots.peek(NOW + LATENESS), Some(NOW));
        assert_eq!(slots.peek(NOW + seconds(0.6)), Some(NOW + seconds(0.5)));
        assert_eq!(slots.peek(NOW + seconds(9.0)), None);
    }

    #[test]
    fn no_lease_covers_more_than_a_second_unless_one_slot_does() {
        assert_eq!(Pace::per_minute(6_000).longest_lease(), 100);
        assert_eq!(Pace::per_minute(240).longest_lease(), 4);
        assert_eq!(Pace::per_minute(10).longest_lease(), 1);
    }
}
