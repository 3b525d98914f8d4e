//! How a budget of requests was used, as the vendor saw it.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

const MINUTE: Duration = Duration::from_mins(1);

/// The share of a budget that is used at least while there is work.
const ENOUGH: f64 = 0.95;

/// A request that reached the vendor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sent {
    /// When, from the beginning.
    pub after: Duration,
    /// The job that sent it.
    pub by: &'static str,
    /// Whether it was answered 429.
    pub refused: bool,
}

/// All requests of one customer to one vendor within a while; they print as a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BudgetUsage {
    /// Requests a minute, as configured.
    pub per_minute: u32,
    /// How long there was work.
    pub lasting: Duration,
    /// Requests sent meanwhile, oldest first.
    pub sent: Vec<Sent>,
}

impl BudgetUsage {
    /// Returns the share of the possible requests that were sent.
    #[must_use]
    pub fn share_used(&self) -> f64 {
        share(
            self.sent.len(),
            f64::from(self.per_minute) * self.lasting.as_secs_f64() / 60.0,
        )
    }

    /// Requests that were answered 429.
    #[must_use]
    pub fn refused(&self) -> usize {
        self.sent.iter().filter(|sent| sent.refused).count()
    }

    /// The most requests within any 60 seconds.
    #[must_use]
    pub fn busiest_minute(&self) -> usize {
        let until = |first: &Sent| self.sent.partition_point(|later| later.after < first.after + MINUTE);
        let from_each = self.sent.iter().enumerate();
        from_each.map(|(index, first)| until(first) - index).max().unwrap_or(0)
    }

    /// Whether there was no 429 and nearly all of the budget was used.
    #[must_use]
    pub fn is_as_promised(&self) -> bool {
        self.refused() == 0 && self.share_used() >= ENOUGH
    }

    fn by_job(&self) -> BTreeMap<&'static str, usize> {
        let mut jobs = BTreeMap::new();
        for sent in &self.sent {
            *jobs.entry(sent.by).or_default() += 1;
        }
        jobs
    }

    fn in_each_minute(&self) -> Vec<usize> {
        let minutes = self.lasting.as_secs().div_ceil(60);
        let within = |minute: u64| {
            let is_in = |sent: &&Sent| sent.after.as_secs() / 60 == minute;
            self.sent.iter().filter(is_in).count()
        };
        (0..minutes).map(within).collect()
    }
}

impl fmt::Display for BudgetUsage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let minutes: Vec<_> = self.in_each_minute().iter().map(ToString::to_string).collect();
        row(f, "seconds", &self.lasting.as_secs())?;
        row(f, "requests a minute, configured", &self.per_minute)?;
        row(f, "requests", &self.sent.len())?;
        for (job, requests) in self.by_job() {
            row(f, &format!("  {job}"), &requests)?;
        }
        row(f, "requests of each minute", &minutes.join(" "))?;
        row(f, "most in any 60 s", &self.busiest_minute())?;
        row(f, "answered 429", &self.refused())?;
        row(
            f,
            "share of the budget used",
            &format!("{:.1} %", self.share_used() * 100.0),
        )
    }
}

/// One line of the table.
fn row(f: &mut fmt::Formatter<'_>, what: &str, figure: &dyn fmt::Display) -> fmt::Result {
    writeln!(f, "{what:<32} {figure}")
}

#[expect(clippy::cast_precision_loss, reason = "a few thousand requests")]
fn share(part: usize, whole: f64) -> f64 {
    part as f64 / whole
}

#[cfg(test)]
mod tests {
    use super::*;

    fn usage(seconds: &[u64]) -> BudgetUsage {
        let sent = |second: &u64| Sent {
            after: Duration::from_secs(*second),
            by: "sweep",
            refused: *second == 61,
        };
        BudgetUsage {
            per_minute: 3,
            lasting: Duration::from_mins(2),
            sent: seconds.iter().map(sent).collect(),
        }
    }

    #[test]
    fn the_busiest_minute_may_begin_anywhere() {
        let usage = usage(&[0, 30, 59, 88, 89]);
        assert_eq!((usage.busiest_minute(), usage.in_each_minute()), (4, vec![3, 2]));
    }

    #[test]
    fn a_429_or_an_idle_budget_breaks_the_promise() {
        assert!(usage(&[0, 20, 40, 60, 80, 100]).is_as_promised());
        assert!(!usage(&[0, 20, 40, 61, 80, 100]).is_as_promised());
        assert!(!usage(&[0, 20, 40, 60, 80]).is_as_promised());
    }
}
