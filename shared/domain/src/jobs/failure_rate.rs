//! When a run that writes one thing after another stops: once too many of them fail, it is not about each of them.

/// More than this share of failures stops a run, in percent.
const FAILING_PERCENT: u64 = 40;

/// Fewer attempts than this say nothing.
const AT_LEAST: u64 = 20;

/// Whether `failures` of `attempts` writes are too many to go on.
#[must_use]
pub fn fails_too_often(attempts: u64, failures: u64) -> bool {
    attempts >= AT_LEAST && failures.saturating_mul(100) > attempts.saturating_mul(FAILING_PERCENT)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_stops_when_more_than_two_fifths_of_at_least_twenty_writes_fail() {
        assert!(!fails_too_often(19, 19));
        assert!(!fails_too_often(20, 8));
        assert!(fails_too_often(20, 9));
        assert!(!fails_too_often(0, 0));
    }
}
