//! One tick, one look at the whole fleet.

use std::time::Duration;

use habitsync_lambda_support::{Deadline, FunctionError};
use habitsync_workflows::mail::MailSettings;
use habitsync_workflows::ports::clock::Now;
use habitsync_workflows::ports::fleet::{ListDue, ListParked, PostponeDue};
use habitsync_workflows::ports::holds::ListDueHolds;
use habitsync_workflows::ports::mail::SendMail;
use habitsync_workflows::ports::queue::{QueueCompletion, StartJob};
use habitsync_workflows::remind_of_holds::remind_of_holds;
use habitsync_workflows::watch_fleet::{FleetReport, WatchFleet, watch_fleet};
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
    holds_reminded: u64,
    moved_on: u64,
    unreadable: u64,
    failures: usize,
}

/// Hands on what is due, and reminds the operator by `mail` of what waits for a word. The event says nothing: a tick is a tick.
pub(crate) async fn handle<Fleet, Queue, Jobs, Clock, Mails>(
    watch: &WatchFleet<'_, Fleet, Queue, Jobs, Clock>,
    (mails, mail_settings): &(Mails, MailSettings),
    event: LambdaEvent<IgnoredAny>,
) -> Result<Answer, FunctionError>
where
    Fleet: ListDue + ListParked + PostponeDue + ListDueHolds,
    Queue: QueueCompletion,
    Jobs: StartJob,
    Clock: Now,
    Mails: SendMail,
{
    let deadline = Deadline::of(&event.context, MARGIN);
    // Boxed: the future is many calls deep.
    let looked = Box::pin(watch_fleet(watch, deadline.stop_at())).await;
    let report = looked.map_err(FunctionError::from).inspect_err(FunctionError::log)?;
    for failure in &report.failures {
        error!(error = %failure, "something that is due could not be handed on; it is due again");
    }
    let reminded = remind_of_holds(watch.fleet, mails, mail_settings, watch.clock).await;
    let mut answer = Answer::of(&report);
    match reminded {
        Ok(reminded) => answer.holds_reminded = reminded,
        Err(failure) => {
            answer.failures += 1;
            error!(error = %failure, "the operator could not be reminded of what is held");
        }
    }
    info!(
        results.queued = answer.results_queued,
        probes.queued = answer.probes_queued,
        parked.queued = answer.parked_queued,
        runs.started = answer.runs_started,
        holds.reminded = answer.holds_reminded,
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
            holds_reminded: 0,
            moved_on: report.moved_on,
            unreadable: report.unreadable,
            failures: report.failures.len(),
        }
    }
}

#[cfg(test)]
mod tests {
    use habitsync_in_memory::{Call, Fault, Fleet, Mailbox, ManualClock, Queue, StartedJobs, service_failure};
    use jiff::Timestamp;
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
        let mail_settings = MailSettings {
            sender: "integration@tribalhabits.com".parse().expect("an address"),
            operator: None,
        };
        let mail = (Mailbox::default(), mail_settings);
        handle(&watch, &mail, LambdaEvent::new(event, context)).await
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
                holds_reminded: 0,
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
