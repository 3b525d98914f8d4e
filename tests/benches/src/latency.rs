//! How long something took, each time.

use std::fmt;
use std::time::Duration;

/// Durations, shortest first; they print as one line.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Latency(Vec<Duration>);

impl FromIterator<Duration> for Latency {
    fn from_iter<I: IntoIterator<Item = Duration>>(durations: I) -> Self {
        let mut durations: Vec<_> = durations.into_iter().collect();
        durations.sort();
        Self(durations)
    }
}

impl Latency {
    /// How many there are.
    #[must_use]
    pub fn count(&self) -> usize {
        self.0.len()
    }

    /// The shortest that so many percent do not exceed; none where nothing was measured.
    #[must_use]
    pub fn percentile(&self, percent: usize) -> Option<Duration> {
        let rank = (self.0.len() * percent).div_ceil(100);
        self.0.get(rank.saturating_sub(1)).copied()
    }
}

impl fmt::Display for Latency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let of = |percent| self.percentile(percent).unwrap_or_default().as_millis();
        let count = self.count();
        write!(
            f,
            "p50 {} ms, p99 {} ms, max {} ms, of {count}",
            of(50),
            of(99),
            of(100)
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_are_no_longer_than_the_median_and_none_than_the_last() {
        let latency: Latency = (1..=200).rev().map(Duration::from_millis).collect();
        let of = |percent| latency.percentile(percent).map(|duration| duration.as_millis());
        assert_eq!([of(50), of(99), of(100)], [Some(100), Some(198), Some(200)]);
        assert_eq!(Latency::default().percentile(50), None);
    }
}
