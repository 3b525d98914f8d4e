//! User sync: whoever works at the customer has the right account, with the right data, and nobody else has.
//!
//! Reads everything, plans everything, then writes one person at a time, saving each as it is acknowledged: a run that is cut
//! off loses nothing, and the next one plans what is left.

mod apply;
mod settle;

use habitsync_domain::configuration::{Status, TenantConfiguration};
use habitsync_domain::job::{Job, JobState};
use habitsync_domain::problem::Problem;
use habitsync_domain::user_plan::{HeldRemoval, PlanCounts, Situation, UserPlan, plan_users};
use jiff::Timestamp;

use crate::job_run::{Counts, JobFailure, Owner, Progress, RunOutcome, run_job};
use crate::mail::{MailSettings, News, Subject, Told, Worklist, tell_customer};
use crate::ports::clock::Now;
use crate::ports::mail::{RememberAlert, SendMail};
use crate::ports::people::{LoadPeople, SavePerson};
use crate::ports::results::ReleaseResults;
use crate::ports::runs::{HoldLease, RememberJob, SaveRun};
use crate::ports::vendors::{FindUser, ListEmployees, ListUsers, SaveUser};
use apply::{Applied, apply};

/// What a user sync touches.
#[derive(Debug)]
pub struct UserSync<'a, H, P, S, M, C> {
    /// Where people work.
    pub employee_connect: &'a H,
    /// Where their accounts are.
    pub tribal_habits: &'a P,
    /// The customer's part of the table.
    pub store: &'a S,
    /// Where mail goes out.
    pub mail: &'a M,
    /// What every mail has in common.
    pub mail_settings: &'a MailSettings,
    /// The time.
    pub clock: &'a C,
}

/// What a user sync found and did.
#[derive(Debug, Clone, PartialEq)]
pub struct UserSyncSummary {
    /// How the people who were read divide.
    pub planned: PlanCounts,
    /// What was written, counted.
    pub written: Written,
    /// Deactivations that wait.
    pub held: Vec<HeldRemoval>,
    /// One line each for the customer's worklist.
    pub problems: Vec<Problem>,
    /// Whether the portal's users were read and compared.
    pub verified: bool,
    /// Whether the customer was written to.
    pub told: Told,
}

/// What was written to Tribal Habits, in people.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Written {
    /// Accounts created.
    pub created: u64,
    /// Accounts changed.
    pub changed: u64,
    /// Accounts reactivated.
    pub reactivated: u64,
    /// Accounts deactivated.
    pub deactivated: u64,
    /// Links and mirrors stored without a request.
    pub remembered: u64,
    /// People for whom nothing could be written.
    pub failed: u64,
}

/// Runs a user sync for one customer, until `deadline` at the latest.
///
/// # Errors
/// The run could not do its work. What is the customer's to mend has been mailed.
pub async fn sync_users<H, P, S, M, C>(
    sync: &UserSync<'_, H, P, S, M, C>,
    configuration: &TenantConfiguration,
    deadline: Timestamp,
) -> Result<RunOutcome<UserSyncSummary>, JobFailure>
where
    H: ListEmployees,
    P: ListUsers + FindUser + SaveUser,
    S: LoadPeople + SavePerson + HoldLease + SaveRun + RememberJob + RememberAlert + ReleaseResults,
    M: SendMail,
    C: Now,
{
    if configuration.status == Status::Paused {
        return Ok(RunOutcome::Paused);
    }
    let work = async |remembered: &mut JobState| sync.work(configuration, deadline, remembered).await;
    let result = run_job(sync.store, sync.clock, Job::Users, deadline, work).await;
    if let Err(failure) = &result {
        sync.report_failure(configuration, failure).await?;
    }
    result
}

impl<H, P, S, M, C> UserSync<'_, H, P, S, M, C>
where
    H: ListEmployees,
    P: ListUsers + FindUser + SaveUser,
    S: LoadPeople + SavePerson + RememberAlert + ReleaseResults,
    M: SendMail,
    C: Now,
{
    async fn work(
        &self,
        configuration: &TenantConfiguration,
        deadline: Timestamp,
        remembered: &mut JobState,
    ) -> Result<Progress<UserSyncSummary>, JobFailure> {
        let began = self.clock.now();
        let today = began.to_zoned(configuration.time_zone.zone().clone()).date();
        let (plan, verified) = self.plan(configuration, remembered, today).await?;
        let applied = if configuration.status == Status::Draft {
            Applied::nothing()
        } else {
            apply(self, &plan, deadline).await?
        };
        // After a write whose effect is not known the next run reads the portal again: the account may be there.
        if applied.unanswered > 0 {
            remembered.last_verified_on = None;
        } else if verified && applied.finished {
            remembered.last_verified_on = Some(today);
        }
        // Somebody who could not be linked may have an account: their completions go on waiting for the link.
        let is_complete = applied.finished && applied.written.failed == 0 && plan.unlinked == 0;
        if is_complete && configuration.status == Status::Live {
            remembered.last_complete_began_at = Some(began);
        }
        let problems: Vec<_> = plan.problems.into_iter().chain(applied.problems).collect();
        // A draft is not the customer's business yet; what a run did not come to, or was not answered about, is no news.
        let is_news = configuration.status == Status::Live && applied.finished && applied.unanswered == 0;
        let told = if is_news {
            let worklist = Worklist::of_people(&problems, &plan.held);
            self.tell(configuration, &worklist, verified).await?
        } else {
            Told::Nothing
        };
        let summary = UserSyncSummary {
            planned: plan.counts,
            written: applied.written,
            held: plan.held,
            problems,
            verified,
            told,
        };
        Ok(Progress {
            finished: applied.finished,
            counts: summary.counts(),
            outcome: summary,
        })
    }

    /// Reads everything and plans; whether the portal was read, too.
    async fn plan(
        &self,
        configuration: &TenantConfiguration,
        remembered: &JobState,
        today: jiff::civil::Date,
    ) -> Result<(UserPlan, bool), JobFailure> {
        let employees = self.employee_connect.list_employees().await?;
        if employees.is_empty() {
            return Err(JobFailure::NotCredible(
                "EmployeeConnect listed no employees at all".to_owned(),
            ));
        }
        let people = self.store.load_people().await?;
        let verifies = people.is_empty() || remembered.last_verified_on != Some(today);
        let portal = if verifies {
            Some(self.tribal_habits.list_users().await?)
        } else {
            None
        };
        let portal = portal.as_deref();
        let plan = plan_users(&Situation {
            configuration,
            employees: &employees,
            people: &people,
            portal,
            today,
        });
        if plan.counts.adds_up() {
            Ok((plan, verifies))
        } else {
            Err(JobFailure::NotCredible(format!(
                "the plan does not account for everybody: {:?}",
                plan.counts
            )))
        }
    }

    async fn report_failure(
        &self,
        configuration: &TenantConfiguration,
        failure: &JobFailure,
    ) -> Result<(), JobFailure> {
        if failure.owner() == Owner::Customer
            && let Some(worklist) = Worklist::of_failure(failure)
        {
            self.tell(configuration, &worklist, false).await?;
        }
        Ok(())
    }

    async fn tell(
        &self,
        configuration: &TenantConfiguration,
        worklist: &Worklist,
        verified: bool,
    ) -> Result<Told, JobFailure> {
        let news = News {
            configuration,
            subject: Subject::Users,
            worklist,
            at: self.clock.now(),
            verified,
        };
        Ok(tell_customer(self.store, self.mail, self.mail_settings, &news).await?)
    }
}

impl UserSyncSummary {
    /// The numbers, for logs and the run's record.
    #[must_use]
    pub fn counts(&self) -> Counts {
        let PlanCounts {
            read,
            leavers,
            starting_later,
            excluded,
            undecided,
            in_scope,
            unchanged,
        } = self.planned;
        let planned = [
            ("read", read),
            ("leavers", leavers),
            ("starting_later", starting_later),
            ("excluded", excluded),
            ("undecided", undecided),
            ("in_scope", in_scope),
            ("unchanged", unchanged),
            ("held", self.held.len()),
            ("problems", self.problems.len()),
        ];
        let Written {
            created,
            changed,
            reactivated,
            deactivated,
            remembered,
            failed,
        } = self.written;
        let written = [
            ("created", created),
            ("changed", changed),
            ("reactivated", reactivated),
            ("deactivated", deactivated),
            ("remembered", remembered),
            ("failed", failed),
        ];
        let planned = planned
            .into_iter()
            .map(|(name, count)| (name, u64::try_from(count).unwrap_or(u64::MAX)));
        planned
            .chain(written)
            .map(|(name, count)| (name.to_owned(), count))
            .collect()
    }
}
