//! One tick, one look at the whole fleet.

use std::time::Duration;

use habitsync_lambda_support::{Deadline, FunctionError, Metric, Metrics, caught};
use habitsync_workflows::fleet::alert_operators::alert_operators;
use habitsync_workflows::fleet::incidents::{IncidentReport, TendIncidents, tend_incidents};
use habitsync_workflows::fleet::measure::{measure_fleet, measure_parked};
use habitsync_workflows::fleet::view::{FleetView, look_at_fleet};
use habitsync_workflows::fleet::watch::{FleetReport, WatchFleet, watch_fleet};
use habitsync_workflows::notifications::MailSettings;
use habitsync_workflows::notifications::remind_of_approvals::remind_of_holds;
use habitsync_workflows::ports::clock::Now;
use habitsync_workflows::ports::mail::SendMail;
use habitsync_workflows::ports::queue::{QueueCompletion, StartJob};
use habitsync_workflows::ports::stores::{DueStore, FleetHealthStore};
use jiff::Timestamp;
use lambda_runtime::LambdaEvent;
use serde::Serialize;
use serde::de::IgnoredAny;
use tokio::time::timeout;
use tracing::info;

use crate::duties::Duties;
use crate::measured;

/// Kept free at the end of an invocation.
const MARGIN: Duration = Duration::from_secs(2);

/// The duties' counts, returned to the caller that invoked the function and waits.
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

/// Ports of the watchdog.
pub(crate) struct Watchdog<'a, Fleet, Queue, Jobs, Mail, Clock> {
    pub(crate) fleet: &'a Fleet,
    pub(crate) queue: &'a Queue,
    /// Carries on unfinished runs.
    pub(crate) jobs: &'a Jobs,
    pub(crate) mail: &'a Mail,
    pub(crate) mail_settings: &'a MailSettings,
    pub(crate) clock: &'a Clock,
    pub(crate) metrics: Metrics,
}

/// Does every duty. The event says nothing: a tick is a tick.
pub(crate) async fn handle<Fleet, Queue, Jobs, Mail, Clock>(
    watchdog: &Watchdog<'_, Fleet, Queue, Jobs, Mail, Clock>,
    look_after_mail: impl AsyncFnOnce(Timestamp),
    event: LambdaEvent<IgnoredAny>,
) -> Result<Answer, FunctionError>
where
    Fleet: FleetHealthStore + DueStore,
    Queue: QueueCompletion,
    Jobs: StartJob,
    Mail: SendMail,
    Clock: Now,
{
    let deadline = Deadline::new(&event.context, MARGIN);
    let mut duties = Duties::default();
    // Boxed: the futures are many calls deep.
    Box::pin(watchdog.look_after_customers(&mut duties)).await;
    let reminding = remind_of_holds(watchdog.fleet, watchdog.mail, watchdog.mail_settings, watchdog.clock);
    if let Some(reminders) = duties.run("remind of what is held", reminding).await {
        duties.note("remind of what is held", &reminders.failures);
    }
    let answer = caught(watchdog.hand_on(deadline, &mut duties)).await.flatten();
    let failed = [(Metric::DutiesFailed, duties.failed())];
    watchdog.metrics.write(watchdog.clock.now(), &failed);
    // Last: mail does not delay the other duties, and they do not delay mail.
    let mail = caught(look_after_mail(deadline.stop_at())).await;
    mail.unwrap_or_else(|panicked| panicked.log());
    answer
}

impl<Fleet, Queue, Jobs, Mail, Clock> Watchdog<'_, Fleet, Queue, Jobs, Mail, Clock>
where
    Fleet: FleetHealthStore + DueStore,
    Queue: QueueCompletion,
    Jobs: StartJob,
    Mail: SendMail,
    Clock: Now,
{
    /// Measures the customers' health, and alerts the operators where that is due.
    async fn look_after_customers(&self, duties: &mut Duties) {
        let Some(view) = duties.run("look at the fleet", look_at_fleet(self.fleet)).await else {
            return;
        };
        let tended = duties.run("tend incidents", async { Ok(self.tend(&view).await) }).await;
        let incidents = tended.map_or_else(
            || view.incidents.clone(),
            |report| {
                duties.note("tend incidents", &report.failures);
                report.incidents
            },
        );
        let measuring = async { Ok(measure_fleet(self.fleet, &view, &incidents, self.clock.now()).await) };
        let measures = duties.run("measure the fleet", measuring).await.unwrap_or_default();
        duties.note("measure the fleet", &measures.failures);
        self.metrics.write(self.clock.now(), &measured::metrics(&measures));
        let counting = async { Ok(measure_parked(self.fleet, &view, self.clock.now()).await) };
        if let Some(parked) = duties.run("count what is parked", counting).await {
            duties.note("count what is parked", &parked.failures);
            self.metrics.write(self.clock.now(), &measured::of_parked(&parked));
        }
        measured::log_who_is_unwell(&measures);
        let dead = measures.dead.unwrap_or_default();
        let (now, settings) = (self.clock.now(), self.mail_settings);
        let telling = alert_operators(self.fleet, self.mail, settings, &view, &incidents, &dead, now);
        if let Some(digest) = duties.run("tell the operators", telling).await {
            duties.note("tell the operators", &digest.failures);
        }
    }

    async fn tend(&self, view: &FleetView) -> IncidentReport {
        let tend = TendIncidents {
            fleet: self.fleet,
            mail: self.mail,
            mail_settings: self.mail_settings,
            clock: self.clock,
        };
        tend_incidents(&tend, view).await
    }

    /// Starts the work that is due.
    async fn hand_on(&self, deadline: Deadline, duties: &mut Duties) -> Result<Answer, FunctionError> {
        let watch = WatchFleet {
            fleet: self.fleet,
            queue: self.queue,
            jobs: self.jobs,
            clock: self.clock,
        };
        let left = deadline.remaining(self.clock.now());
        let watching = Box::pin(watch_fleet(&watch, deadline.stop_at()));
        // A call that is never answered must not cost the other customers' mails and the numbers.
        let Ok(looked) = timeout(left, watching).await else {
            duties.note_time_out("hand on what is due");
            return Ok(Answer::new(&FleetReport::default()));
        };
        let report = looked.map_err(FunctionError::from).inspect_err(FunctionError::log)?;
        duties.note("hand on what is due", &report.failures);
        let answer = Answer::new(&report);
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
        let handed_on = [
            (
                Metric::ResultsQueued,
                answer.results_queued + answer.probes_queued + answer.parked_queued,
            ),
            (Metric::RunsStarted, answer.runs_started),
            (Metric::UnreadableItems, answer.unreadable),
        ];
        self.metrics.write(self.clock.now(), &handed_on);
        Ok(answer)
    }
}

impl Answer {
    fn new(report: &FleetReport) -> Self {
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
    use habitsync_in_memory::{Call, Fault, Fleet, Mailbox, ManualClock, Queue, StartedJobs, service_failure};
    use lambda_runtime::Context;

    use super::*;

    async fn tick(fleet: &Fleet<'_>) -> Result<Answer, FunctionError> {
        tick_with(fleet, async |_| {}).await
    }

    async fn tick_with(
        fleet: &Fleet<'_>,
        look_after_mail: impl AsyncFnOnce(Timestamp),
    ) -> Result<Answer, FunctionError> {
        let now: Timestamp = "2026-03-02T00:00:00Z".parse().expect("a timestamp");
        let watchdog = Watchdog {
            fleet,
            queue: &Queue::default(),
            jobs: &StartedJobs::default(),
            mail: &Mailbox::default(),
            mail_settings: &MailSettings {
                sender: "sync@habitsync.example".parse().expect("an address"),
                operator: None,
            },
            clock: &ManualClock::at(now),
            metrics: Metrics::of_stage("test"),
        };
        let mut context = Context::default();
        context.deadline = u64::try_from(now.as_millisecond()).expect("after 1970") + 55_000;
        // What the template's schedule sends.
        let event = serde_json::from_str("{}").expect("an event");
        handle(&watchdog, look_after_mail, LambdaEvent::new(event, context)).await
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

    #[tokio::test]
    async fn a_tick_that_panics_while_it_hands_on_has_failed_and_looks_after_mail_all_the_same() {
        let fleet = Fleet::of(Vec::new());
        fleet.faults.arm(Call::ListDueResults, Fault::Panics);
        let mut rounds = 0;
        let failed = tick_with(&fleet, async |_| rounds += 1).await;
        assert_eq!((failed.expect_err("it panicked").name(), rounds), ("Panicked", 1));
    }

    #[tokio::test]
    async fn a_tick_whose_mail_panics_has_handed_on_what_was_due() {
        let fleet = Fleet::of(Vec::new());
        let ticked = tick_with(&fleet, async |_| panic!("looking after mail panics")).await;
        assert_eq!(ticked.expect("handed on").failures, 0);
    }

    #[tokio::test]
    async fn what_is_due_is_handed_on_though_nobody_can_look_at_the_fleet() {
        let fleet = Fleet::of(Vec::new());
        fleet.faults.arm(Call::ListSummaries, Fault::Before(service_failure()));
        tick(&fleet).await.expect("looked");
        assert_eq!(fleet.faults.count(Call::ListDueResults), 1);
    }
}
