//! How long a job stays away from a vendor that does not do what it usually does: longer and longer, until a run succeeds.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

/// The waits after the first failure in a row and those that follow. The first is shorter than the hour that lies between
/// the runs of most customers: one hiccup costs one run.
const WAITS: [SignedDuration; 7] = [
    SignedDuration::from_mins(45),
    SignedDuration::from_hours(1),
    SignedDuration::from_hours(2),
    SignedDuration::from_hours(4),
    SignedDuration::from_hours(8),
    SignedDuration::from_hours(16),
    SignedDuration::from_hours(24),
];

/// A job that stays away.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct BackOff {
    /// Failures in a row.
    pub failures: u32,
    /// The job does not start before then, unless an operator requests a run.
    pub until: Timestamp,
}

impl BackOff {
    /// After one more failure, of a run that began at `began`.
    #[must_use]
    pub fn after(before: Option<Self>, began: Timestamp) -> Self {
        let failures = before.map_or(0, |before| before.failures).saturating_add(1);
        let index = usize::try_from(failures - 1).unwrap_or(usize::MAX);
        let wait = WAITS.get(index).copied().unwrap_or(WAITS[WAITS.len() - 1]);
        Self {
            failures,
            until: began.checked_add(wait).unwrap_or(Timestamp::MAX),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_waits_grow_to_a_day_and_no_further() {
        let began = Timestamp::UNIX_EPOCH;
        let mut back_off = None;
        let waits: Vec<_> = (0..9)
            .map(|_| {
                let next = BackOff::after(back_off, began);
                back_off = Some(next);
                next.until.duration_since(began).as_mins()
            })
            .collect();
        assert_eq!(waits, [45, 60, 120, 240, 480, 960, 1440, 1440, 1440]);
    }
}
