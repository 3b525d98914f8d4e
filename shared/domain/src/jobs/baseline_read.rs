//! Whether a read is much smaller than the baseline read: then the planner deactivates no account because of it.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::configuration::Limits;

/// A smaller read becomes the measure once the larger one is this old: what shrinks little by little all day is measured by
/// where it began.
const STANDS_FOR: SignedDuration = SignedDuration::from_hours(24);

/// A complete read that was good enough to remove people by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct BaselineRead {
    /// How many people it listed.
    pub people: u64,
    /// When.
    pub at: Timestamp,
}

impl BaselineRead {
    /// Whether a read of so many employees is much smaller than this one. A loss that the limit of vanished employees
    /// allows is not.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "a share of a count of people")]
    pub fn shrank_to(&self, people: u64, limits: &Limits) -> bool {
        let lost = self.people.saturating_sub(people);
        let may_vanish = limits
            .vanished
            .allows(usize::try_from(self.people).unwrap_or(usize::MAX));
        let is_more_than_may_vanish = usize::try_from(lost).unwrap_or(usize::MAX) > may_vanish;
        is_more_than_may_vanish && lost as f64 * 100.0 > self.people as f64 * limits.shrink_percent
    }

    /// The measure of the reads to come, after a read of so many people that is good.
    #[must_use]
    pub fn after(before: Option<Self>, people: u64, now: Timestamp) -> Self {
        let stands = |before: &Self| people < before.people && now.duration_since(before.at) < STANDS_FOR;
        before.filter(stands).unwrap_or(Self { people, at: now })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(people: u64) -> BaselineRead {
        BaselineRead {
            people,
            at: "2026-11-22T21:00:00Z".parse().expect("a time"),
        }
    }

    #[test]
    fn a_read_that_loses_more_than_a_fifth_has_shrunk_and_a_handful_of_a_small_one_has_not() {
        let limits = Limits::default();
        assert!(read(400).shrank_to(319, &limits));
        assert!(!read(400).shrank_to(320, &limits));
        assert!(!read(400).shrank_to(500, &limits));
        assert!(!read(4).shrank_to(2, &limits));
        assert!(read(4).shrank_to(1, &limits));
    }

    #[test]
    fn what_shrinks_little_by_little_is_measured_by_where_it_began_that_day() {
        let began = read(400);
        let hours = |hours| began.at + SignedDuration::from_hours(hours);
        let smaller = BaselineRead::after(Some(began), 330, hours(1));
        assert_eq!(smaller, began);
        assert!(smaller.shrank_to(270, &Limits::default()));
        let next_day = BaselineRead::after(Some(began), 330, hours(24));
        assert_eq!((next_day.people, next_day.at), (330, hours(24)));
        let grown = BaselineRead::after(Some(began), 401, hours(2));
        assert_eq!((grown.people, grown.at), (401, hours(2)));
    }
}
