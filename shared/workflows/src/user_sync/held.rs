//! Records a run's pending approvals under their plan id, removes decisions that are over, and alerts the operator to
//! new ones, and to fields that many employees lost at once.

use std::collections::BTreeMap;

use habitsync_domain::approvals::PendingPlan;
use habitsync_domain::configuration::TenantConfiguration;
use habitsync_domain::jobs::job::Job;
use habitsync_domain::jobs::state::JobState;
use habitsync_domain::user_plan::{FieldNotice, PendingApproval, UserPlan, digest};

use super::{InForce, UserSync};
use crate::jobs::outcome::JobFailure;
use crate::notifications::{OperatorMail, Worklist, alert_operator};
use crate::ports::clock::Now;
use crate::ports::mail::{AlertState, Audience, RememberAlert, SendMail};
use crate::ports::runs::SaveJobState;
use crate::ports::stores::HoldStore;

/// Cause under which alerts about lost fields are remembered.
const LOST_FIELDS: &str = "lost-fields";

/// Cause under which alerts about fields with the same problem for many employees are remembered.
const FIELD_NOTICES: &str = "field-notices";

/// Cause under which the alert about problems that many employees have at once is remembered.
const COMMON_PROBLEMS: &str = "common-problems";

impl<H, P, S, M, C> UserSync<'_, H, P, S, M, C>
where
    S: HoldStore + RememberAlert + SaveJobState,
    M: SendMail,
    C: Now,
{
    /// Stores the pending approvals of this plan, before the run writes to the portal.
    pub(super) async fn keep_what_is_held(
        &self,
        in_force: InForce<'_>,
        plan: &UserPlan,
        remembered: &mut JobState,
    ) -> Result<(), JobFailure> {
        for decision in &plan.decisions_over {
            self.store.forget_decision(decision).await?;
        }
        self.alert_about_fields(in_force.configuration, plan).await?;
        let before = match &remembered.held_plan {
            Some(id) => self.store.load_hold(id).await?,
            None => None,
        };
        let people = plan.held.iter().filter_map(PendingApproval::to_decide).collect();
        let held = PendingPlan::new(people, in_force.decides_since, before.as_ref(), self.clock.now());
        let id = held.as_ref().map(|held| held.id.clone());
        if id != remembered.held_plan {
            if let Some(before) = &before {
                self.store.close_hold(&before.id).await?;
            }
            // An operator who gets the mail may decide at once, while this run is still running.
            remembered.held_plan = id;
            self.store.save_job(Job::UserSync, remembered).await?;
        }
        match held {
            Some(held) => self.hold(in_force.configuration, held, before.as_ref()).await,
            None => Ok(()),
        }
    }

    async fn hold(
        &self,
        configuration: &TenantConfiguration,
        held: PendingPlan,
        before: Option<&PendingPlan>,
    ) -> Result<(), JobFailure> {
        let known = match before.filter(|before| before.id == held.id) {
            Some(before) => Some(before.clone()),
            None => self.store.load_hold(&held.id).await?,
        };
        // Earlier decisions stay on record, however old they are.
        let words = known.as_ref().map(|known| known.decisions.clone()).unwrap_or_default();
        let held = PendingPlan {
            decisions: words,
            ..held
        };
        if known.as_ref() == Some(&held) {
            return Ok(());
        }
        let remind_at = held.next_reminder(self.clock.now());
        self.store.save_hold(&held, remind_at).await?;
        if held.adds_to(before) {
            self.alert_operators(&notice_of_hold(configuration, &held)).await;
        }
        Ok(())
    }

    /// Returns whether the alert was sent. A mail that fails does not stop any account's changes.
    async fn alert_operators(&self, notice: &OperatorMail) -> bool {
        let told = alert_operator(self.mail, self.mail_settings, notice, None).await;
        if let Err(failure) = &told {
            tracing::error!(error = %failure, "the operator could not be told of what is held");
        }
        told.is_ok()
    }

    /// Alerts operators to fields that many employees lost, and to fields with the same problem for many employees.
    async fn alert_about_fields(&self, configuration: &TenantConfiguration, plan: &UserPlan) -> Result<(), JobFailure> {
        let lost: Vec<_> = lost_names(plan).into_iter().map(str::to_owned).collect();
        let notice = || notice_of_loss(configuration, plan);
        self.alert_once(LOST_FIELDS, &lost, notice).await?;
        let faults: Vec<_> = plan.field_notices.iter().map(FieldNotice::key).collect();
        let notice = || notice_of_faults(configuration, &plan.field_notices);
        self.alert_once(FIELD_NOTICES, &faults, notice).await?;
        let notice = || notice_of_common_problems(configuration, plan);
        self.alert_once(COMMON_PROBLEMS, &subjects(plan), notice).await
    }

    /// Sends the alert once for each set of names, and again when a set has disappeared and come back.
    async fn alert_once(
        &self,
        cause: &'static str,
        names: &[String],
        notice: impl FnOnce() -> OperatorMail,
    ) -> Result<(), JobFailure> {
        let before = self.store.load_alert(cause).await?;
        let digest = digest::of_value(&names.join("\n"));
        let is_known = match &before {
            Some(before) => before.digest == digest,
            None => names.is_empty(),
        };
        if is_known || (!names.is_empty() && !self.alert_operators(&notice()).await) {
            return Ok(());
        }
        let state = AlertState {
            digest,
            problems: u64::try_from(names.len()).unwrap_or(u64::MAX),
            notes_digest: String::new(),
            notes_at: None,
            sent_at: self.clock.now(),
            changed_at: None,
            thread: None,
            reminders: 0,
            remind_at: None,
            fixed: 0,
            audience: Audience::Operator,
            raised_by: Some(Job::UserSync),
            worklist: Worklist::default(),
        };
        Ok(self.store.save_alert(cause, &state).await?)
    }
}

fn notice_of_hold(configuration: &TenantConfiguration, held: &PendingPlan) -> OperatorMail {
    let tenant = &configuration.tenant;
    let counts = held.counts();
    let what = counts.in_words();
    let mut reasons: BTreeMap<String, usize> = BTreeMap::new();
    for person in &held.people {
        *reasons.entry(person.hold_reason.reason()).or_default() += 1;
    }
    let because = reasons
        .into_iter()
        .map(|(reason, count)| format!("  {count} because {reason}"));
    let lines = [
        format!(
            "{what} of {} wait for approval. Everything else goes on.",
            configuration.name
        ),
        String::new(),
    ];
    let commands = [
        String::new(),
        format!("habitsync holds list {tenant}"),
        format!("habitsync holds approve {tenant} {} {}", held.id, counts.flags()),
        format!("habitsync holds reject {tenant} {}", held.id),
        String::new(),
        "None of these accounts is touched before an operator decides.".to_owned(),
    ];
    OperatorMail {
        title: format!("{tenant}: {what} wait for approval (plan {})", held.id),
        lines: lines.into_iter().chain(because).chain(commands).collect(),
    }
}

/// The fields that many employees lost, as the operator's notice names them.
fn lost_names(plan: &UserPlan) -> Vec<&str> {
    let fields = plan.lost_fields.iter().map(|lost| lost.field.as_str());
    let mut names: Vec<_> = fields.collect();
    for lost in &plan.lost_sources {
        if !names.contains(&lost.field.as_str()) {
            names.push(&lost.field);
        }
    }
    names
}

/// Returns the fields that have the same problem for many employees at once.
fn subjects(plan: &UserPlan) -> Vec<String> {
    let subjects = plan
        .common_problems
        .iter()
        .map(|common| common.cause.subject().to_owned());
    subjects
        .chain(plan.scope_loss.map(|_| "the scope".to_owned()))
        .collect()
}

fn notice_of_common_problems(configuration: &TenantConfiguration, plan: &UserPlan) -> OperatorMail {
    let common = plan.common_problems.iter().map(|common| {
        let (what, employees, of) = (common.cause.in_words(), common.employees, common.of);
        format!("  {what} for {employees} of {of} employees: their accounts are left as they are")
    });
    let scope = plan.scope_loss.iter().map(|lost| {
        format!(
            "  {} of {} employees left the scope of the filter; if that is meant to be so, apply the configuration once more",
            lost.lost, lost.had
        )
    });
    let intro = format!(
        "Many records of {} at EmployeeConnect have the same problem at once. Everything else goes on.",
        configuration.name
    );
    OperatorMail {
        title: format!(
            "{}: {} wrong for many employees",
            configuration.tenant,
            subjects(plan).join(", ")
        ),
        lines: [intro, String::new()].into_iter().chain(common).chain(scope).collect(),
    }
}

fn notice_of_loss(configuration: &TenantConfiguration, plan: &UserPlan) -> OperatorMail {
    let fields = plan.lost_fields.iter().map(|lost| {
        format!(
            "  {} is empty for {} of {} people who had a value; it is not updated",
            lost.field, lost.lost, lost.had
        )
    });
    let sources = plan.lost_sources.iter().map(|lost| {
        format!(
            "  {} is empty, or of another kind, for {} of {} people who had a value; {}",
            lost.field,
            lost.lost,
            lost.had,
            lost.effect()
        )
    });
    let intro = format!(
        "EmployeeConnect has lost values of {} all at once. What depends on these fields waits until they are back; everything \
         else goes on.",
        configuration.name
    );
    OperatorMail {
        title: format!(
            "{}: {} held, lost by many people at once",
            configuration.tenant,
            lost_names(plan).join(", ")
        ),
        lines: [intro, String::new()]
            .into_iter()
            .chain(fields)
            .chain(sources)
            .collect(),
    }
}

fn notice_of_faults(configuration: &TenantConfiguration, notices: &[FieldNotice]) -> OperatorMail {
    let fields: Vec<_> = notices.iter().map(|notice| notice.field.as_str()).collect();
    let intro = format!(
        "The user sync of {} found the same with these fields for many employees. Everything else goes on.",
        configuration.name
    );
    let lines = notices.iter().map(|notice| format!("  {}", notice.in_words()));
    OperatorMail {
        title: format!("{}: {} for many employees", configuration.tenant, fields.join(", ")),
        lines: [intro, String::new()].into_iter().chain(lines).collect(),
    }
}
