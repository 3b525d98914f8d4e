//! History on demand: completions from before the customer's go-live, which no sweep records by itself.
//!
//! They are put into the table, due one after the other at a pace that leaves the larger part of the customer's requests to
//! completions of today; the watchdog queues them when they are due. So no operator has to wait for a backfill.

use std::ops::ControlFlow;

use habitsync_domain::configuration::{Status, TenantConfiguration};
use habitsync_domain::results::completion::Completion;
use habitsync_domain::results::delivery::{anew, reopens};
use habitsync_domain::results::result::{ResultRecord, ResultState};
use jiff::{SignedDuration, Timestamp};

use crate::ports::clock::Now;
use crate::ports::failure::{ServiceFailure, VendorFailure};
use crate::ports::result_list::AddResult;
use crate::ports::results::{KnownResult, LookUpResult};
use crate::ports::stores::DestinationStore;
use crate::ports::vendors::ListCompletions;
use crate::results::destination::find_destination;
use crate::unusable_records::log_unusable;

/// The share of the customer's requests to EmployeeConnect that history may take: one in so many.
const SHARE: i64 = 4;

/// From when on, and up to before when, completions are looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BackfillWindow {
    /// The first moment.
    pub from: Timestamp,
    /// The first moment that is not meant any more, as a rule the go-live.
    pub until: Timestamp,
}

/// One customer's backfill.
pub struct BackfillResults<'a, Table, Portal, Clock> {
    /// The customer's table.
    pub table: &'a Table,
    /// Tribal Habits.
    pub portal: &'a Portal,
    /// Time.
    pub clock: &'a Clock,
    /// The customer's configuration.
    pub configuration: &'a TenantConfiguration,
}

/// What a backfill would add.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BackfillPlan {
    /// Completions in the window.
    pub listed: u64,
    /// Those of them that have no record, or were ignored for a reason that has passed, oldest first.
    pub missing: Vec<Missing>,
    /// Those of them whose record cannot be read: nothing is added in its place.
    pub unreadable: u64,
}

/// A completion that a backfill adds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Missing {
    /// The completion, as Tribal Habits lists it.
    pub completion: Completion,
    /// Attempts that its record starts with: one where an ignored record had any, so that the next one looks before it writes.
    pub attempts: u32,
}

/// What a backfill did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct BackfillReport {
    /// Completions that wait to be recorded now.
    pub added: u64,
    /// Completions that had come another way meanwhile.
    pub known: u64,
    /// When the last of them is due.
    pub last_due_at: Option<Timestamp>,
    /// Completions that were not reached, since the operator stopped it. They are found again.
    pub left: u64,
}

/// Why nothing, or not everything, was backfilled.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum BackfillFailure {
    /// The operator stopped it before anything was added.
    #[error("stopped; nothing was added, and the same command begins again")]
    Stopped,
    /// The window has nothing in it.
    #[error("the window ends before it begins")]
    EmptyWindow,
    /// The customer is not live, or records no results.
    #[error("the customer is not live, or does not record results")]
    NotLive,
    /// Tribal Habits could not be read.
    #[error(transparent)]
    Vendor(#[from] VendorFailure),
    /// The table failed; completions that were added by then stay, and the others are found again.
    #[error(transparent)]
    Service(#[from] ServiceFailure),
}

impl<Table, Portal, Clock> BackfillResults<'_, Table, Portal, Clock>
where
    Table: LookUpResult + AddResult + DestinationStore,
    Portal: ListCompletions,
    Clock: Now,
{
    /// Finds completions without a record. It reports to `progress` how many completions are checked of how many, and
    /// `progress` may stop it.
    ///
    /// # Errors
    /// See [`BackfillFailure`].
    pub async fn plan(
        &self,
        window: BackfillWindow,
        mut progress: impl FnMut(usize, usize) -> ControlFlow<()>,
    ) -> Result<BackfillPlan, BackfillFailure> {
        self.must_be_live()?;
        if window.until <= window.from {
            return Err(BackfillFailure::EmptyWindow);
        }
        let listed = self.portal.list_completions(window.from).await?;
        log_unusable("enrolments", &listed.unusable);
        let mut listed = listed.records;
        listed.retain(|completion| (window.from..window.until).contains(&completion.completed_at));
        listed.sort_by_key(|completion| (completion.completed_at, completion.enrolment));
        let total = listed.len();
        let mut plan = BackfillPlan {
            listed: total as u64,
            missing: Vec::new(),
            unreadable: 0,
        };
        for (looked_up, completion) in (1..).zip(listed) {
            match self.table.look_up_result(completion.enrolment).await? {
                KnownResult::Nothing => plan.missing.push(Missing {
                    completion,
                    attempts: 0,
                }),
                KnownResult::Record(record) if self.is_added_again(&record, &completion).await? => {
                    plan.missing.push(Missing {
                        completion,
                        attempts: anew(record.attempts),
                    });
                }
                KnownResult::Record(_) => {}
                KnownResult::Unreadable => plan.unreadable += 1,
            }
            if progress(looked_up, total).is_break() {
                return Err(BackfillFailure::Stopped);
            }
        }
        Ok(plan)
    }

    /// Adds the completions found. It reports to `progress` how many are handled, and `progress` may stop it there.
    ///
    /// # Errors
    /// See [`BackfillFailure`].
    pub async fn apply(
        &self,
        plan: &BackfillPlan,
        mut progress: impl FnMut(usize) -> ControlFlow<()>,
    ) -> Result<BackfillReport, BackfillFailure> {
        self.must_be_live()?;
        let interval = self.interval();
        let mut due_at = self.clock.now();
        let mut report = BackfillReport::default();
        for (done, missing) in (1..).zip(&plan.missing) {
            let added = self.table.add_result(&missing.completion, missing.attempts, due_at);
            if added.await? {
                report.added += 1;
                report.last_due_at = Some(due_at);
                due_at = due_at.saturating_add(interval).unwrap_or(due_at);
            } else {
                report.known += 1;
            }
            if progress(done).is_break() {
                report.left = plan.missing.len().saturating_sub(done) as u64;
                break;
            }
        }
        Ok(report)
    }

    /// Whether the reason for which it was ignored has passed.
    async fn is_added_again(&self, record: &ResultRecord, completion: &Completion) -> Result<bool, ServiceFailure> {
        match record.state {
            ResultState::Ignored { reason } if reason.is_unconfirmed() => Ok(true),
            ResultState::Ignored { .. } => {
                let destination = find_destination(self.table, completion).await?;
                Ok(reopens(&record.state, &destination))
            }
            _ => Ok(false),
        }
    }

    fn must_be_live(&self) -> Result<(), BackfillFailure> {
        let is_live = self.configuration.status == Status::Live && self.configuration.results.enabled;
        is_live.then_some(()).ok_or(BackfillFailure::NotLive)
    }

    /// The time between two completions.
    fn interval(&self) -> SignedDuration {
        let per_minute = i64::from(self.configuration.employee_connect.requests_per_minute).max(1);
        SignedDuration::from_millis(60_000 * SHARE / per_minute)
    }
}
