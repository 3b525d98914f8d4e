//! One tick, one look at the whole fleet.

use std::time::Duration;

use habitsync_lambda_support::{Deadline, FunctionError};
use habitsync_workflows::ports::clock::Now;
use habitsync_workflows::ports::fleet::{ListDue, ListParked, PostponeDue};
use habitsync_workflows::ports::queue::{QueueCompletion, StartJob};
use habitsync_workflows::watch_fleet::{FleetReport, WatchFleet, watch_fleet};
use jiff::Timestamp;
use lambda_runtime::LambdaEvent;
use serde::Serialize;
use serde::de::IgnoredAny;
use tracing::{error, info};

/// Kept free at the end of an invocation.
const MARGIN: Duration = Duration::from_secs(2);

/// What was handed on, for whoever called the function and waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub(crate) struct Answer {
    results_queued: u64,
    probes_queued: u64,
    parked_queued: u64,
    runs_started: u64,
    moved_on: u64,
    unreadable: u64,
    failures: usize,
}

/// Hands on what is due, and then looks after mail. The event says nothing: a tick is a tick.
pub(crate) async fn handle<Fleet, Queue, Jobs, Clock>(
    watch: &WatchFleet<'_, Fleet, Queue, Jobs, Clock>,
    look_after_mail: impl AsyncFnOnce(Timestamp),
    event: LambdaEvent<IgnoredAny>,
) -> Result<Answer, FunctionError>
where
    Fleet: ListDue + ListParked + PostponeDue,
    Queue: QueueCompletion,
    Jobs: StartJob,
    Clock: Now,
{
    let deadline = Deadline::of(&event.context, MARGIN);
    // Boxed: the future is many calls deep.
    let looked = Box::pin(watch_fleet(watch, deadline.stop_at())).await;
    Box::pin(look_after_mail(deadline.stop_at())).await;
    let report = looked.map_err(FunctionError::from).inspect_err(FunctionError::log)?;
    for failure in &report.failures {
        error!(error = %failure, "something that is due could not be handed on; it is due again");
    }
    let answer = Answer::of(&report);
    info!(
        results.queued = answer.results_queued,
        probes.queued = answer.probes_queued,
        parked.queued = answer.parked_queued,
        runs.started = answer.runs_started,
        due.moved_on = answer.moved_on,
        due.unreadable = answer.unreadable,
        due.failures = answer.failures,
        "looked after the fleet"
    );
    Ok(answer)
}

impl Answer {
    fn of(report: &FleetReport) -> Self {
        Self {
            results_queued: report.results_queued,
            probes_queued: report.probes_queued,
            parked_queued: report.parked_queued,
            runs_started: report.runs_started,
            moved_on: report.moved_on,
            unreadable: report.unreadable,
            failures: report.failures.len(),
        }
    }
}

#[cfg(test)]
mod tests {
    use habitsync_in_memory::{Call, Fault, Fleet, ManualClock, Queue, StartedJobs, service_failure};
    use lambda_runtime::Context;

    use super::*;

    async fn tick(fleet: &Fleet<'_>) -> Result<Answer, FunctionError> {
        let now: Timestamp = "2026-03-02T00:00:00Z".parse().expect("a timestamp");
        let watch = WatchFleet {
            fleet,
            queue: &Queue::default(),
            jobs: &StartedJobs::default(),
            clock: &ManualClock::at(now),
        };
        let mut context = Context::default();
        context.deadline = u64::try_from(now.as_millisecond()).expect("after 1970") + 55_000;
        // What the template's schedule sends.
        let event = serde_json::from_str("{}").expect("an event");
        handle(&watch, async |_| {}, LambdaEvent::new(event, context)).await
    }

    #[tokio::test]
    async fn where_nothing_is_due_a_tick_does_nothing_and_says_so() {
        let answer = tick(&Fleet::of(Vec::new())).await.expect("looked");
        assert_eq!(
            answer,
            Answer {
                results_queued: 0,
                probes_queued: 0,
                parked_queued: 0,
                runs_started: 0,
                moved_on: 0,
                unreadable: 0,
                failures: 0
            }
        );
    }

    #[tokio::test]
    async fn a_watchdog_that_cannot_look_has_failed_under_a_stable_name() {
        let fleet = Fleet::of(Vec::new());
        fleet.faults.arm(Call::ListDueResults, Fault::Before(service_failure()));
        assert_eq!(
            tick(&fleet).await.expect_err("it could not look").name(),
            "ServiceFailed"
        );
    }
}
