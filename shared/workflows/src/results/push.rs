//! One completion becomes one result in EmployeeConnect: claim it, find where it goes, record it, settle it.
//!
//! If a push stops between the claim and the settling, the table shows the remaining work: a claim that runs out is due
//! again, and the attempt after it looks before it writes.

use habitsync_domain::configuration::{Status, TenantConfiguration};
use habitsync_domain::identity::{CourseId, EmployeeId};
use habitsync_domain::results::completion::Completion;
use habitsync_domain::results::delivery::{Destination, Earlier, must_be_confirmed};
use habitsync_domain::results::result::{NewResult, ParkedOn, ResultRecord, ResultState, Tried};
use habitsync_domain::results::retry_ladder::RetryLadder;
use jiff::Timestamp;

use crate::ports::clock::{Now, Pause};
use crate::ports::failure::{Missing, ServiceFailure, VendorFailure, VendorFailureKind};
use crate::ports::lease::SaveFailure;
use crate::ports::results::Claim;
use crate::ports::stores::ResultStore;
use crate::ports::vendors::{FindCompletion, RecordResult};
use crate::results::destination::find_destination;
use crate::results::recording::{Recorder, Recording};
use crate::results::unsettled::Unsettled;

/// One customer's way from a completion to a result.
pub struct PushResult<'a, Table, Portal, Hris, Clock> {
    /// The customer's table.
    pub table: &'a Table,
    /// Tribal Habits, asked only where the customer reads completions back.
    pub portal: &'a Portal,
    /// EmployeeConnect.
    pub hris: &'a Hris,
    /// Time.
    pub clock: &'a Clock,
    /// The customer's configuration.
    pub configuration: &'a TenantConfiguration,
    /// The waits between attempts.
    pub ladder: &'a RetryLadder,
}

/// The outcome of a push.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PushOutcome {
    /// By this push. A waiting or dead one names its cause.
    Settled(ResultState),
    /// Earlier: recorded or dead. Nothing was done.
    AlreadySettled(ResultState),
    /// Another process has claimed it until then, and no attempt is counted: its message stays on the queue, and its claim
    /// falls due, should that process end. Nothing was done.
    HeldByAnother {
        /// The end of their claim.
        until: Timestamp,
    },
    /// The claim ran out, and another push has taken it over: that push settles the completion.
    Superseded,
}

/// Pushes one completion. `deadline` is when this invocation ends, and so does its claim.
///
/// # Errors
/// The table failed: the queue delivers the completion again.
pub async fn push_result<Table, Portal, Hris, Clock>(
    push: &PushResult<'_, Table, Portal, Hris, Clock>,
    completion: &Completion,
    deadline: Timestamp,
) -> Result<PushOutcome, ServiceFailure>
where
    Table: ResultStore,
    Portal: FindCompletion,
    Hris: RecordResult,
    Clock: Now + Pause,
{
    let claim = push.table.claim_result(completion, push.clock.now(), deadline).await?;
    let (before, claim) = match claim {
        Claim::Ours { before, claim } => (before, claim),
        Claim::HeldUntil(until) => return Ok(PushOutcome::HeldByAnother { until }),
        Claim::Settled(state) => return Ok(PushOutcome::AlreadySettled(state)),
    };
    let stored = before.as_ref().map(|record| &record.completion);
    let completion = stored.map_or(completion, |stored| stored.updated_by(completion));
    let record = push.attempt(completion, before.as_ref(), deadline).await?;
    match push.table.settle_result(&record, claim).await {
        Ok(()) => {}
        Err(SaveFailure::LeaseLost) => return Ok(PushOutcome::Superseded),
        Err(SaveFailure::ItemRefused(failure) | SaveFailure::Service(failure)) => return Err(failure),
    }
    push.release_if_it_has_come(&record, deadline).await?;
    Ok(PushOutcome::Settled(record.state))
}

impl<Table, Portal, Hris, Clock> PushResult<'_, Table, Portal, Hris, Clock>
where
    Table: ResultStore,
    Portal: FindCompletion,
    Hris: RecordResult,
    Clock: Now + Pause,
{
    /// The record to settle with.
    async fn attempt(
        &self,
        completion: &Completion,
        before: Option<&ResultRecord>,
        deadline: Timestamp,
    ) -> Result<ResultRecord, ServiceFailure> {
        let earlier = Earlier::from_record(before);
        let unsettled = Unsettled { completion, earlier };
        if !self.records_results() {
            return Ok(unsettled.parked(ParkedOn::Customer, self.clock.now()));
        }
        if self.has_spent_its_attempts(before) {
            return Ok(unsettled.dead("every attempt ended without an answer"));
        }
        let must_be_confirmed = self.configuration.reads_back() || must_be_confirmed(completion, before);
        if must_be_confirmed && self.recorder(deadline).is_held_back().await? {
            return Ok(unsettled.parked(ParkedOn::EmployeeConnect, self.clock.now()));
        }
        let confirmed = match self.confirmed(completion, must_be_confirmed).await {
            Ok(Some(confirmed)) => confirmed,
            Ok(None) => return Ok(unsettled.denied(self.ladder, self.clock.now())),
            Err(failure) => return Ok(unsettled.not_asked(&failure, self.ladder, self.clock.now())),
        };
        let unsettled = Unsettled {
            completion: &confirmed,
            earlier: earlier.confirmed(),
        };
        match find_destination(self.table, &confirmed).await? {
            Destination::Parked(on) => Ok(unsettled.parked(on, self.clock.now())),
            Destination::Ignored(because) => Ok(unsettled.ignored(because)),
            Destination::Course { course, employee_id } => self.deliver(unsettled, course, employee_id, deadline).await,
        }
    }

    fn records_results(&self) -> bool {
        self.configuration.status == Status::Live && self.configuration.results.enabled
    }

    /// Whether the last claim ran out and no rung is left: another attempt would end the invocation again.
    fn has_spent_its_attempts(&self, before: Option<&ResultRecord>) -> bool {
        before.is_some_and(|record| {
            matches!(record.state, ResultState::Claimed { .. })
                && self.ladder.next_attempt(record.attempts, self.clock.now()).is_none()
        })
    }

    /// The completion as Tribal Habits has it, where it must be confirmed; otherwise as it was delivered.
    async fn confirmed(
        &self,
        completion: &Completion,
        must_be_confirmed: bool,
    ) -> Result<Option<Completion>, VendorFailure> {
        if must_be_confirmed {
            self.portal.find_completion(completion.enrolment).await
        } else {
            Ok(Some(completion.clone()))
        }
    }

    async fn deliver(
        &self,
        unsettled: Unsettled<'_>,
        course: CourseId,
        employee_id: EmployeeId,
        deadline: Timestamp,
    ) -> Result<ResultRecord, ServiceFailure> {
        let completion = unsettled.completion;
        let result = NewResult {
            idempotency_key: completion.idempotency_key(),
            employee_id: employee_id.clone(),
            completed_on: completion.completed_on(self.configuration.time_zone.zone()),
            duration_minutes: completion.training_minutes,
        };
        let recorder = self.recorder(deadline);
        match recorder.record(&course, &result, unsettled.earlier.look_first).await? {
            Recording::Done => {
                let at = self.clock.now();
                Ok(unsettled.attempted(ResultState::Recorded {
                    course,
                    employee_id,
                    at,
                }))
            }
            Recording::HeldBack => Ok(unsettled.parked(ParkedOn::EmployeeConnect, self.clock.now())),
            Recording::Failed(failure) if failure.kind == VendorFailureKind::NotFound(Missing::Course) => {
                self.table.mark_course_broken(completion.topic, &course).await?;
                Ok(unsettled.parked(ParkedOn::Topic(completion.topic), self.clock.now()))
            }
            Recording::Failed(failure) if failure.kind == VendorFailureKind::NotFound(Missing::Employee) => {
                Ok(unsettled.parked(ParkedOn::Employee(employee_id), self.clock.now()))
            }
            Recording::Failed(failure) => {
                let tried = Tried { course, employee_id };
                Ok(unsettled.failed(&failure, tried, self.ladder, self.clock.now()))
            }
        }
    }

    fn recorder(&self, deadline: Timestamp) -> Recorder<'_, Table, Hris, Clock> {
        Recorder {
            table: self.table,
            hris: self.hris,
            clock: self.clock,
            deadline,
        }
    }

    /// A link may have come between the look for it and the settling: then no sync releases the result. It is released by its
    /// key, since the index may not list it yet.
    async fn release_if_it_has_come(&self, record: &ResultRecord, deadline: Timestamp) -> Result<(), ServiceFailure> {
        if self.may_go_on(record, deadline).await? {
            let enrolment = record.completion.enrolment;
            self.table.release_result(enrolment, self.clock.now()).await?;
        }
        Ok(())
    }

    async fn may_go_on(&self, record: &ResultRecord, deadline: Timestamp) -> Result<bool, ServiceFailure> {
        let stays = match &record.state {
            // The sweep releases these each time that it begins, which it does once the customer is live again.
            ResultState::Parked {
                on: ParkedOn::Customer, ..
            } => return Ok(false),
            ResultState::Parked {
                on: ParkedOn::EmployeeConnect,
                ..
            } => return Ok(!self.recorder(deadline).is_held_back().await?),
            ResultState::Ignored { reason } if reason.is_unconfirmed() => return Ok(false),
            ResultState::Parked { on, .. } => Destination::Parked(on.clone()),
            ResultState::Ignored { reason } => Destination::Ignored(*reason),
            _ => return Ok(false),
        };
        let destination = find_destination(self.table, &record.completion).await?;
        Ok(match (&stays, &destination) {
            (Destination::Parked(ParkedOn::Employee(unknown)), Destination::Course { employee_id, .. }) => {
                unknown != employee_id
            }
            _ => stays != destination,
        })
    }
}
