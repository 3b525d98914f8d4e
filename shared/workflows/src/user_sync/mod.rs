//! User sync: every employee in scope has the right account with the right data, and no leaver has one.
//!
//! Reads everything, plans everything, then writes one employee at a time, and saves each as soon as the portal has
//! acknowledged it: an interrupted run loses nothing, and the next one plans the rest.

pub(crate) mod apply;
pub mod approvals;
mod held;
pub mod link;
pub mod preview;
pub(crate) mod read;
pub mod rekey;
mod summary;
pub(crate) mod write;

use habitsync_domain::approvals::{Agreement, PlanId};
use habitsync_domain::configuration::{Status, TenantConfiguration};
use habitsync_domain::jobs::job::Job;
use habitsync_domain::jobs::state::{AgreementRest, JobState, PlannedUnder};
use habitsync_domain::people::fields_needed::FieldsNeeded;
use habitsync_domain::people::problem::{Cause, Problem};
use habitsync_domain::user_plan::{UserPlan, plan_users};

use crate::ports::stores::{RunStore, UserSyncStore};
pub use summary::{UserSyncSummary, Written};
pub use write::WriteObserver;
pub use write::WriteOutcome;

use crate::jobs::outcome::{JobFailure, Progress, RunOutcome, Start};
use crate::jobs::run::{run_job, stop_job};
use crate::notifications::{MailSettings, Notified, RunMail, RunMailStore, Subject, UnusableOf, Worklist};
use crate::ports::clock::{Now, Pause};
use crate::ports::mail::{RememberAlert, SendMail};
use crate::ports::vendors::{FindEmployee, FindUser, ListEmployees, ListUsers, SaveUser};
use apply::{Applied, apply};
use read::Sources;
use write::UserWriter;

/// Ports and settings of a user sync.
#[derive(Debug)]
pub struct UserSync<'a, H, P, S, M, C> {
    /// Client of EmployeeConnect.
    pub employee_connect: &'a H,
    /// Client of Tribal Habits.
    pub tribal_habits: &'a P,
    /// The customer's part of the table.
    pub store: &'a S,
    /// Sender of mail.
    pub mail: &'a M,
    /// Settings that all mails share.
    pub mail_settings: &'a MailSettings,
    /// Source of the current time.
    pub clock: &'a C,
}

/// A configuration, and its number.
#[derive(Debug, Clone, Copy)]
pub struct InForce<'a> {
    /// Configuration of this version.
    pub configuration: &'a TenantConfiguration,
    /// Number of the version: 1 for the first that was applied, and so on.
    pub version: u64,
    /// The version since which employees are decided about as now.
    pub decides_since: u64,
    /// Number of changes that an operator accepted with this version.
    pub agreed: Option<Agreement>,
}

impl<'a> InForce<'a> {
    /// Returns the version and the customer's status, as a run stores them with its plan.
    #[must_use]
    pub const fn planned_under(&self) -> PlannedUnder {
        PlannedUnder {
            version: self.version,
            status: self.configuration.status,
        }
    }

    /// Returns the stored configuration under this version.
    #[must_use]
    pub const fn version(version: u64, configuration: &'a TenantConfiguration) -> Self {
        Self {
            configuration,
            version,
            decides_since: version,
            agreed: None,
        }
    }

    /// Sets the version since which decisions count.
    #[must_use]
    pub const fn deciding_since(mut self, version: u64) -> Self {
        self.decides_since = version;
        self
    }

    /// Sets the operator's agreement.
    #[must_use]
    pub const fn agreed_to(mut self, agreed: Option<Agreement>) -> Self {
        self.agreed = agreed;
        self
    }
}

/// Runs a user sync for one customer, until the deadline at the latest.
///
/// # Errors
/// The run could not do its work. The customer has been mailed where the cause is the customer's to mend.
pub async fn sync_users<H, P, S, M, C>(
    sync: &UserSync<'_, H, P, S, M, C>,
    in_force: InForce<'_>,
    start: Start,
) -> Result<RunOutcome<UserSyncSummary>, JobFailure>
where
    H: ListEmployees + FindEmployee,
    P: ListUsers + FindUser + SaveUser,
    S: UserSyncStore + RunStore + RunMailStore,
    M: SendMail,
    C: Now + Pause,
{
    let configuration = in_force.configuration;
    if configuration.status == Status::Paused {
        stop_job(sync.store, sync.clock, Job::UserSync).await?;
        return Ok(RunOutcome::Paused);
    }
    // Another version may be the mend that the job stays away for.
    let is_new = sync
        .store
        .load_job(Job::UserSync)
        .await?
        .is_new_under(in_force.planned_under());
    let start = Start {
        asked_for: start.asked_for || is_new,
        ..start
    };
    let work = async |held: &S, remembered: &mut JobState| {
        let sync = sync.writing_through(held);
        sync.work(in_force, start, remembered).await
    };
    let mut result = Box::pin(run_job(sync.store, sync.clock, Job::UserSync, start, work)).await;
    let mail = RunMail {
        store: sync.store,
        mail: sync.mail,
        settings: sync.mail_settings,
        configuration,
        job: Job::UserSync,
        at: sync.clock.now(),
    };
    let notified = mail.of_run(&result).await;
    if let Ok(RunOutcome::Finished(summary)) = &mut result {
        summary.notified = match summary.worklist.clone() {
            Some(worklist) => {
                mail.of_worklist(Subject::Users, async { Ok(worklist) }, summary.verified)
                    .await
            }
            None => Notified::Nothing,
        }
        .with(notified);
    }
    result
}

impl<'a, H, P, S, M, C> UserSync<'a, H, P, S, M, C> {
    /// Returns the same sync, writing through the handle of the table that holds the job's lease.
    fn writing_through<'b>(&self, held: &'b S) -> UserSync<'b, H, P, S, M, C>
    where
        'a: 'b,
    {
        UserSync {
            employee_connect: self.employee_connect,
            tribal_habits: self.tribal_habits,
            store: held,
            mail: self.mail,
            mail_settings: self.mail_settings,
            clock: self.clock,
        }
    }
}

impl<H, P, S, M, C> UserSync<'_, H, P, S, M, C>
where
    H: ListEmployees + FindEmployee,
    P: ListUsers + FindUser + SaveUser,
    S: UserSyncStore + RememberAlert,
    M: SendMail,
    C: Now,
{
    async fn work(
        &self,
        in_force: InForce<'_>,
        start: Start,
        remembered: &mut JobState,
    ) -> Result<Progress<UserSyncSummary>, JobFailure> {
        let configuration = in_force.configuration;
        remembered.domains = configuration.vendor_domains();
        let began = self.clock.now();
        remembered.begin(in_force.planned_under(), start.asked_for, began);
        let today = began.to_zoned(configuration.time_zone.zone().clone()).date();
        let needed = FieldsNeeded::from_rules(&configuration.users);
        let read = self.sources().read(&needed, remembered, today).await?;
        let plan = plan_users(&read.situation(in_force, remembered, began));
        let (verified, records_without_id, unusable_accounts) =
            (read.verifies(), read.records_without_id(), read.unusable_accounts());
        drop(read);
        must_add_up(plan.counts.adds_up(), &plan)?;
        if configuration.status == Status::Live {
            remembered.last_good_read = plan.good_read.or(remembered.last_good_read);
            remembered.baseline = plan.baseline.clone().unwrap_or_default();
            remembered.lost_sources.clone_from(&plan.lost_sources);
            self.keep_what_is_held(in_force, &plan, remembered).await?;
        }
        let applied = if configuration.status == Status::Draft {
            Applied::nothing()
        } else {
            self.note_writing(&plan, remembered).await?;
            let applied = apply(&self.writing(), &plan, verified, start.deadline, remembered).await;
            let applied = applied.inspect_err(|failure| look_again_after(failure, remembered))?;
            remembered.unsaved_write = false;
            must_add_up(applied.adds_up(&plan), &plan)?;
            applied
        };
        if applied.must_look {
            remembered.last_verified_on = None;
        } else if verified && configuration.status == Status::Live && applied.has_remembered(&plan) {
            // The slices after this one need not read the portal again; a slice that crashes does not reach this line.
            remembered.last_verified_on = Some(today);
            remembered.last_verified_at = Some(began);
        }
        if configuration.status == Status::Live && applied.is_finished() {
            let now = remembered.agreed(in_force.agreed);
            let rest = in_force.agreed.zip(now);
            remembered.agreement_rest = rest.map(|(agreed, now)| AgreementRest {
                agreed,
                rest: applied.rest_of(now, &plan),
            });
        }
        if is_complete(configuration, &plan, &applied) {
            remembered.last_complete_began_at = Some(began);
        }
        let finished = applied.is_finished();
        let held_plan = remembered.held_plan.clone();
        let mut summary = UserSyncSummary {
            records_without_id,
            unusable_accounts: unusable_accounts.len(),
            ..Self::summarise(configuration, plan, applied, verified, held_plan)
        };
        let worklist = summary.worklist.take();
        summary.worklist = worklist.map(|worklist| worklist.with_unusable(UnusableOf::Accounts, &unusable_accounts));
        Ok(Progress {
            finished,
            advanced: summary.written.done() > 0,
            counts: summary.counts(),
            outcome: summary,
        })
    }

    /// Stores that the run writes from now on: should it not come to its end, the next one looks for its last write.
    async fn note_writing(&self, plan: &UserPlan, remembered: &mut JobState) -> Result<(), JobFailure> {
        if !remembered.unsaved_write && plan.actions.iter().any(|action| action.change_kind().is_some()) {
            remembered.unsaved_write = true;
            self.store.save_job(Job::UserSync, remembered).await?;
        }
        Ok(())
    }

    fn sources(&self) -> Sources<'_, H, P, S> {
        Sources {
            employee_connect: self.employee_connect,
            tribal_habits: self.tribal_habits,
            store: self.store,
        }
    }

    fn writing(&self) -> UserWriter<'_, P, S, C, ()> {
        UserWriter {
            tribal_habits: self.tribal_habits,
            store: self.store,
            clock: self.clock,
            follow: &(),
        }
    }

    /// Counts the run's work, and makes the worklist.
    fn summarise(
        configuration: &TenantConfiguration,
        plan: UserPlan,
        applied: Applied,
        verified: bool,
        held_plan: Option<PlanId>,
    ) -> UserSyncSummary {
        let finished = applied.is_finished();
        let rejected_writes: Vec<_> = applied.rejected_writes().cloned().collect();
        let problems: Vec<_> = plan.problems.iter().cloned().chain(applied.problems).collect();
        let is_common = |problem: &Problem| plan.common_problems.iter().any(|common| common.covers(problem));
        // The line of the new number asks the only question.
        let is_of_pair = |problem: &Problem| {
            let mut pairs = plan.rekeyed.iter();
            matches!(problem.cause, Cause::ActiveAfterLastDay { .. })
                && pairs.any(|pair| pair.former == problem.employee_id)
        };
        let single = problems
            .iter()
            .filter(|problem| !is_common(problem) && !is_of_pair(problem));
        let single: Vec<_> = single.cloned().collect();
        // A draft is not the customer's business yet; what a run did not come to, or was not answered about, is no news.
        let is_news = configuration.status == Status::Live && finished && !applied.must_look;
        let worklist = is_news.then(|| {
            Worklist::of_user_sync(&configuration.users, &single, &plan.held, rejected_writes.iter())
                .with_common_problems(&configuration.users, &plan.common_problems)
                .with_scope_loss(plan.scope_loss)
                .with_lost_fields(&plan.lost_fields)
                .with_lost_sources(&plan.lost_sources)
                .with_field_notices(&plan.field_notices)
                .with_decisions(&plan)
                .held_as(held_plan.as_ref().map(PlanId::as_str))
        });
        UserSyncSummary {
            planned: plan.counts,
            written: applied.written,
            left: applied.left,
            held: plan.held,
            held_plan,
            kept: plan.kept.len(),
            rekeyed: plan.rekeyed.len(),
            lost_fields: plan.lost_fields,
            lost_sources: plan.lost_sources,
            field_notices: plan.field_notices,
            problems,
            drift: plan.drift,
            records_without_id: 0,
            unusable_accounts: 0,
            verified,
            worklist,
            notified: Notified::Nothing,
        }
    }
}

/// The run after a mistake that met many writes reads the portal: its accounts may be others, and missing ones are named.
fn look_again_after(failure: &JobFailure, remembered: &mut JobState) {
    if matches!(failure, JobFailure::RefusedAlike(_)) {
        remembered.last_verified_on = None;
    }
}

/// Returns whether the run has seen, and linked, every employee who existed before it: one who could not be linked may
/// have an account, and that employee's completions keep waiting for it.
fn is_complete(configuration: &TenantConfiguration, plan: &UserPlan, applied: &Applied) -> bool {
    let is_everybody_linked = applied.is_finished() && applied.written.failed == 0 && plan.unlinked == 0;
    is_everybody_linked && configuration.status == Status::Live
}

/// Fails a run whose numbers do not add up.
pub(crate) fn must_add_up(adds_up: bool, plan: &UserPlan) -> Result<(), JobFailure> {
    if adds_up {
        return Ok(());
    }
    let counts = &plan.counts;
    Err(JobFailure::NotCredible(format!(
        "the run does not account for everybody: {counts:?}"
    )))
}
