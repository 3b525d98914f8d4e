//! Completions whose webhook was lost: list the completions since the watermark and queue those without a result.

use habitsync_domain::configuration::{Status, TenantConfiguration};
use habitsync_domain::jobs::job::Job;
use habitsync_domain::jobs::state::{JobState, Undelivered};
use habitsync_domain::results::completion::{Completion, CompletionMessage};
use habitsync_domain::results::delivery::{Listed, listed, reopens};
use habitsync_domain::results::result::{ParkedOn, ResultRecord, ResultState};
use habitsync_domain::results::sweep_window::SweepWindow;
use habitsync_domain::vendors::list::UnusableRecord;
use jiff::{SignedDuration, Timestamp};
use tracing::error;

use crate::jobs::outcome::{Counts, JobFailure, Progress, RunOutcome, Start};
use crate::jobs::run::{run_job, stop_job};
use crate::notifications::{MailSettings, Notified, RunMail, RunMailStore, Subject, UnusableOf, results_worklist};
use crate::ports::clock::{Now, Pause};
use crate::ports::failure::ServiceFailure;
use crate::ports::mail::SendMail;
use crate::ports::queue::QueueCompletion;
use crate::ports::results::KnownResult;
use crate::ports::stores::{RunStore, SweepStore};
use crate::ports::vendors::ListCompletions;
use crate::results::destination::find_destination;
use crate::results::reopen::{index_given_up, reopen_dead_results};
use crate::unusable_records::log_unusable;

/// What recording the outcome may take: no completion is handled later than this before the deadline.
const ROOM: SignedDuration = SignedDuration::from_secs(10);

/// How long a webhook may take, with the sender's retries and the queue's.
const DELIVERED_WITHIN: SignedDuration = SignedDuration::from_mins(15);

/// One customer's sweep.
pub struct SweepResults<'a, Table, Portal, Queue, Mail, Clock> {
    /// The customer's table.
    pub table: &'a Table,
    /// Tribal Habits.
    pub portal: &'a Portal,
    /// The result queue.
    pub queue: &'a Queue,
    /// Where mail goes out.
    pub mail: &'a Mail,
    /// What every mail has in common.
    pub mail_settings: &'a MailSettings,
    /// Time.
    pub clock: &'a Clock,
    /// The customer's configuration.
    pub configuration: &'a TenantConfiguration,
}

/// What a sweep did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SweepReport {
    /// Completions that Tribal Habits listed.
    pub listed: u64,
    /// Of those, queued: they had no result, or one that waits for what may be there by now.
    pub queued: u64,
    /// Of those, settled or under way.
    pub known: u64,
    /// Dead results that have somewhere else to go by now, and wait again.
    pub reopened: u64,
    /// Enrolments whose records cannot be used: completed ones without a user or a date among them.
    pub unusable: Vec<UnusableRecord>,
    /// Of those, with a result that cannot be read: passed over, so that none of the others waits.
    pub unreadable: u64,
    /// Whether the customer was notified.
    pub notified: Notified,
}

/// Sweeps once, never behind the customer's go-live; where that is not on record, the first sweep is where their results
/// begin. The work stops some time before the deadline.
///
/// # Errors
/// Tribal Habits, the table or the queue failed. The watermark is as far as the sweep came.
pub async fn sweep_results<Table, Portal, Queue, Mail, Clock>(
    sweep: &SweepResults<'_, Table, Portal, Queue, Mail, Clock>,
    start: Start,
) -> Result<RunOutcome<SweepReport>, JobFailure>
where
    Table: RunStore + SweepStore + RunMailStore,
    Portal: ListCompletions,
    Queue: QueueCompletion,
    Mail: SendMail,
    Clock: Now + Pause,
{
    if sweep.configuration.status != Status::Live || !sweep.configuration.results.enabled {
        stop_job(sweep.table, sweep.clock, Job::ResultSweep).await?;
        return Ok(RunOutcome::Paused);
    }
    let work = async |_: &Table, state: &mut JobState| sweep.work(state, start.deadline).await;
    let mut result = Box::pin(run_job(sweep.table, sweep.clock, Job::ResultSweep, start, work)).await;
    let mail = RunMail {
        store: sweep.table,
        mail: sweep.mail,
        settings: sweep.mail_settings,
        configuration: sweep.configuration,
        job: Job::ResultSweep,
        at: sweep.clock.now(),
    };
    let notified = Box::pin(mail.of_run(&result)).await;
    if let Ok(RunOutcome::Finished(report)) = &mut result {
        let unusable = report.unusable.clone();
        let worklist = async {
            let worklist = results_worklist(sweep.table, sweep.configuration, mail.at).await?;
            Ok(worklist.with_unusable(UnusableOf::Enrolments, &unusable))
        };
        report.notified = Box::pin(mail.of_worklist(Subject::Results, worklist, true))
            .await
            .with(notified);
    }
    result
}

impl<Table, Portal, Queue, Mail, Clock> SweepResults<'_, Table, Portal, Queue, Mail, Clock>
where
    Table: SweepStore,
    Portal: ListCompletions,
    Queue: QueueCompletion,
    Clock: Now,
{
    async fn work(&self, state: &mut JobState, deadline: Timestamp) -> Result<Progress<SweepReport>, JobFailure> {
        state.domains = self.configuration.vendor_domains();
        let began = self.clock.now();
        // A customer that was paused is live again: results that were parked meanwhile are tried.
        self.table.release_results(&ParkedOn::Customer, began).await?;
        if !state.has_indexed_given_up {
            state.has_indexed_given_up = index_given_up(self.table, began).await?;
        }
        let reopened = reopen_dead_results(self.table, began).await?;
        let from = self.swept_from(state, began).await?;
        let window = SweepWindow::new(state, from, began, self.configuration.time_zone.zone());
        let completions = self.portal.list_completions(window.list_from()).await?;
        log_unusable("enrolments", &completions.unusable);
        let unusable = completions.unusable;
        let mut completions = completions.records;
        // It is assumed that the vendor lists only the requested completions, and in order: no history may slip in, and the
        // watermark rests on the order.
        completions.retain(|completion| completion.completed_at >= window.list_from());
        completions.sort_by_key(|completion| completion.completed_at);
        let mut report = SweepReport {
            listed: completions.len() as u64,
            unusable,
            reopened,
            ..SweepReport::default()
        };
        let swept = state.watermark.filter(|_| state.interrupted.is_none());
        for completion in completions {
            if self.clock.time_until(deadline) <= ROOM {
                return Ok(report.progress(false));
            }
            let completed_at = completion.completed_at;
            let handled = self.queue_if_needed(completion).await?;
            let is_news = swept.is_some_and(|swept| completed_at > swept)
                && began.duration_since(completed_at) > DELIVERED_WITHIN;
            if is_news {
                note_delivery(state, handled, completed_at);
            }
            *report.count_of(handled) += 1;
            window.note_handled(state, completed_at);
        }
        window.note_finished(state);
        Ok(report.progress(true))
    }

    /// Where the customer's results begin, looked up once.
    async fn swept_from(&self, state: &mut JobState, began: Timestamp) -> Result<Timestamp, ServiceFailure> {
        let from = match state.swept_from {
            Some(from) => from,
            None => self.table.find_go_live().await?.unwrap_or(began),
        };
        state.swept_from = Some(from);
        Ok(from)
    }

    async fn queue_if_needed(&self, completion: Completion) -> Result<Handled, ServiceFailure> {
        let now = self.clock.now();
        let record = match self.table.look_up_result(completion.enrolment).await? {
            KnownResult::Nothing => None,
            KnownResult::Record(record) => Some(record),
            KnownResult::Unreadable => {
                error!(
                    enrolment.id = completion.enrolment.0,
                    "a result cannot be read, and is passed over"
                );
                return Ok(Handled::Unreadable);
            }
        };
        if !self.is_handed_on(record.as_ref(), &completion, now).await? {
            return Ok(Handled::Known);
        }
        let tenant = self.configuration.tenant.clone();
        self.queue
            .queue_completion(&CompletionMessage {
                tenant,
                completion,
                accepted_at: now,
            })
            .await?;
        Ok(Handled::Queued)
    }

    /// A result that was given up is looked at by the values that are listed now: the account may have another user name. Most
    /// that were ignored stay so, and cost a read or two.
    async fn is_handed_on(
        &self,
        record: Option<&ResultRecord>,
        completion: &Completion,
        now: Timestamp,
    ) -> Result<bool, ServiceFailure> {
        match (listed(record, now), record) {
            (Listed::HandOn, _) => Ok(true),
            (Listed::HandOnIfReopened, Some(record)) => self.reopen(record, completion, now).await,
            (Listed::HandOnIfReopened | Listed::Leave, _) => Ok(false),
        }
    }

    async fn reopen(
        &self,
        record: &ResultRecord,
        completion: &Completion,
        now: Timestamp,
    ) -> Result<bool, ServiceFailure> {
        let destination = find_destination(self.table, completion).await?;
        if !reopens(&record.state, &destination) {
            return Ok(false);
        }
        match record.state {
            ResultState::Dead { .. } => self.table.revive_result(record, now).await,
            _ => Ok(true),
        }
    }
}

/// Counts completions in a row that no webhook delivered: of those since the last sweep, only a webhook's has a result yet.
fn note_delivery(state: &mut JobState, handled: Handled, completed_at: Timestamp) {
    match handled {
        Handled::Known => state.undelivered = None,
        Handled::Queued => {
            let first = Undelivered {
                since: completed_at,
                completions: 0,
            };
            state.undelivered.get_or_insert(first).completions += 1;
        }
        Handled::Unreadable => {}
    }
}

/// The outcome of a listed completion.
#[derive(Clone, Copy)]
enum Handled {
    Queued,
    Known,
    Unreadable,
}

impl SweepReport {
    /// By name, for the run's record.
    #[must_use]
    pub fn counts(&self) -> Counts {
        let counts = [
            ("listed", self.listed),
            ("queued", self.queued),
            ("known", self.known),
            ("reopened", self.reopened),
            ("unreadable", self.unreadable),
            ("unusable", self.unusable.len() as u64),
        ];
        counts
            .into_iter()
            .chain(self.notified.failed_count())
            .map(|(name, count)| (name.to_owned(), count))
            .collect()
    }

    fn count_of(&mut self, handled: Handled) -> &mut u64 {
        match handled {
            Handled::Queued => &mut self.queued,
            Handled::Known => &mut self.known,
            Handled::Unreadable => &mut self.unreadable,
        }
    }

    fn progress(self, finished: bool) -> Progress<Self> {
        Progress {
            finished,
            advanced: self.queued + self.reopened > 0,
            counts: self.counts(),
            outcome: self,
        }
    }
}
