//! The waits between attempts to record a result: a list of durations, given as a setting.

use std::str::FromStr;

use jiff::{SignedDuration, Timestamp};

/// How long a result waits after its first, second, … failed attempt. After the last it is dead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RetryLadder(Vec<SignedDuration>);

/// A text that is not a ladder.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a retry ladder is a list of durations such as 1m,5m,30m,2h; this is not one: {0}")]
pub struct InvalidRetryLadder(String);

impl RetryLadder {
    /// When to try again after `attempts` failed attempts; none when there is no rung left.
    #[must_use]
    pub fn next_attempt(&self, attempts: u32, now: Timestamp) -> Option<Timestamp> {
        let rung = usize::try_from(attempts.checked_sub(1)?).ok()?;
        self.0.get(rung).and_then(|wait| now.checked_add(*wait).ok())
    }
}

impl FromStr for RetryLadder {
    type Err = InvalidRetryLadder;

    fn from_str(text: &str) -> Result<Self, InvalidRetryLadder> {
        let invalid = || InvalidRetryLadder(text.to_owned());
        let rungs: Vec<SignedDuration> = text
            .split(',')
            .map(|rung| rung.trim().parse().map_err(|_| invalid()))
            .collect::<Result<_, _>>()?;
        if rungs.iter().all(SignedDuration::is_positive) {
            Ok(Self(rungs))
        } else {
            Err(invalid())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_failed_attempt_waits_for_its_rung_and_the_last_has_none() {
        let ladder: RetryLadder = "1m, 5m,2h".parse().expect("valid");
        let now = Timestamp::UNIX_EPOCH;
        let wait = |attempts| ladder.next_attempt(attempts, now).map(Timestamp::as_second);
        assert_eq!(
            [wait(1), wait(2), wait(3), wait(4)],
            [Some(60), Some(300), Some(7200), None]
        );
    }

    #[test]
    fn a_ladder_that_cannot_be_read_or_goes_nowhere_is_refused() {
        for bad in ["", "1x", "1m,,2m", "-1m", "0s"] {
            assert!(bad.parse::<RetryLadder>().is_err(), "{bad:?}");
        }
    }
}
