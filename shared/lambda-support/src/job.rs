//! Event that starts a job of one customer, and the answer of the job's function.

use habitsync_domain::tenant::TenantId;
use habitsync_workflows::jobs::outcome::{Counts, RunOutcome, Start};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// The event of a scheduled job: `{"tenant":"acme"}`, the same from a schedule, the watchdog and the operator.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct JobEvent {
    /// Customer whose job it is.
    pub tenant: TenantId,
    /// Whether an operator asked for this very run.
    #[serde(default)]
    pub asked_for: bool,
}

impl JobEvent {
    /// Returns the start of the requested run, in an invocation that ends at `deadline`.
    #[must_use]
    pub const fn start(&self, deadline: Timestamp) -> Start {
        Start {
            deadline,
            asked_for: self.asked_for,
        }
    }
}

/// Answer of a job that did not fail: for the caller that invoked the function and waits, and for its log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct JobAnswer {
    /// `finished`, `unfinished` (the watchdog continues it), `already_running`, `superseded` (another run took the
    /// lease over, and continues the work), `backing_off` or `paused`.
    pub outcome: &'static str,
    /// Counts of the work done, by name; empty where nothing was.
    pub counts: Counts,
}

impl JobAnswer {
    /// The answer for a run that ended so; `counts` returns the run's counts.
    pub fn new<T>(outcome: &RunOutcome<T>, counts: impl FnOnce(&T) -> Counts) -> Self {
        let (outcome, counts) = match outcome {
            RunOutcome::Finished(done) => ("finished", counts(done)),
            RunOutcome::Unfinished(done) => ("unfinished", counts(done)),
            RunOutcome::AlreadyRunning { .. } => ("already_running", Counts::new()),
            RunOutcome::Superseded => ("superseded", Counts::new()),
            RunOutcome::BackingOff { .. } => ("backing_off", Counts::new()),
            RunOutcome::Paused => ("paused", Counts::new()),
        };
        Self { outcome, counts }
    }

    /// Logs it: the one line of a job that ended well.
    #[must_use]
    pub fn logged(self) -> Self {
        let counts = serde_json::to_string(&self.counts).unwrap_or_default();
        tracing::info!(job.outcome = self.outcome, job.counts = counts, "the job has ended");
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_event_of_a_schedule_is_understood_and_a_made_up_tenant_is_not() {
        let event: JobEvent = serde_json::from_str(r#"{"tenant":"acme"}"#).expect("an event");
        assert_eq!((event.tenant.as_str(), event.asked_for), ("acme", false));
        let event: JobEvent = serde_json::from_str(r#"{"tenant":"acme","asked_for":true}"#).expect("an event");
        assert!(event.start(Timestamp::UNIX_EPOCH).asked_for);
        assert!(serde_json::from_str::<JobEvent>(r#"{"tenant":"Acme/../other"}"#).is_err());
    }

    #[test]
    fn the_answer_says_how_it_ended_and_what_was_done() {
        let counts = |created: &u64| Counts::from([("created".to_owned(), *created)]);
        let json = |outcome: &RunOutcome<u64>| {
            serde_json::to_value(JobAnswer::new(outcome, counts))
                .expect("an answer is JSON")
                .to_string()
        };
        assert_eq!(
            json(&RunOutcome::Finished(3)),
            r#"{"outcome":"finished","counts":{"created":3}}"#
        );
        assert_eq!(
            json(&RunOutcome::Unfinished(2)),
            r#"{"outcome":"unfinished","counts":{"created":2}}"#
        );
        assert_eq!(json(&RunOutcome::Paused), r#"{"outcome":"paused","counts":{}}"#);
        let until = Timestamp::UNIX_EPOCH;
        assert_eq!(
            json(&RunOutcome::AlreadyRunning { until }),
            r#"{"outcome":"already_running","counts":{}}"#
        );
        assert_eq!(
            json(&RunOutcome::BackingOff { until }),
            r#"{"outcome":"backing_off","counts":{}}"#
        );
    }
}
