//! `habitsync holds approve` and `reject`: a decision about exactly the plan that was shown, or some of its employees.

use std::process::ExitCode;

use habitsync_aws_adapters::{SystemClock, TenantTable};
use habitsync_domain::approvals::{ActionCounts, ApprovalVerdict, ChangeKind, PendingAction, PendingPlan};
use habitsync_domain::identity::EmployeeId;
use habitsync_domain::tenant::TenantId;
use habitsync_workflows::user_sync::approvals::{Deciding, Holds, NotDecided, decide_hold, list_holds};
use serde::Serialize;

use super::arguments::{ApproveArguments, DecideArguments, RejectArguments};
use super::{list, look};
use crate::error::CommandError;
use crate::stage::Stage;
use crate::terminal::answer::grid;
use crate::terminal::out;
use crate::terminal::{Answer, Numbers, PAGE};

/// Approves the plan, or the part of it that is named, once its numbers were said.
pub(super) async fn approve(stage: &Stage, asked: &ApproveArguments) -> Result<ExitCode, CommandError> {
    let (table, holds) = look(stage, &asked.decide.tenant).await?;
    let part = part(&holds, &asked.decide)?;
    if asked.numbers == Numbers::default() {
        out::print_line(grid(&list::COLUMNS, list::rows(&part), PAGE));
    }
    let planned = part.counts();
    must_be(planned, asked.numbers.or_asked(&planned).counts())?;
    decide(stage, &table, &part, &asked.decide, ApprovalVerdict::Approved).await
}

/// Rejects the plan, or the part of it that is named, once that was asked.
pub(super) async fn reject(stage: &Stage, asked: &RejectArguments) -> Result<ExitCode, CommandError> {
    let (table, holds) = look(stage, &asked.decide.tenant).await?;
    let part = part(&holds, &asked.decide)?;
    let question = format!("Leave these accounts as they are ({})?", part.counts().in_words());
    if !asked.yes.is_confirmed(&question)? {
        return Ok(ExitCode::SUCCESS);
    }
    decide(stage, &table, &part, &asked.decide, ApprovalVerdict::Rejected).await
}

/// Returns the part of the plan that the decision covers: the employees that the operator named, without those who are
/// settled already.
fn part(holds: &Holds, asked: &DecideArguments) -> Result<PendingPlan, CommandError> {
    let held = holds.held.as_ref().ok_or(NotDecided::NothingHeld)?;
    if held.id != asked.plan {
        return Err(NotDecided::Moved { now: held.id.clone() }.into());
    }
    let is_asked = |id: &EmployeeId| asked.only.is_empty() || asked.only.contains(id);
    let is_open = |person: &PendingAction| person.is_decided_about() && holds.settled_by(person).is_none();
    let part = held.with_only(|person| is_open(person) && is_asked(&person.employee_id));
    let is_left_out = |id: &&EmployeeId| !part.people.iter().any(|person| person.employee_id == **id);
    let left_out: Vec<_> = asked.only.iter().filter(is_left_out).cloned().collect();
    if part.people.is_empty() || !left_out.is_empty() {
        let all = || held.people.iter().map(|person| person.employee_id.clone()).collect();
        return Err(NotDecided::NotThese {
            employees: if left_out.is_empty() { all() } else { left_out },
            reason: "are settled since, wait with their manager, or are not in the plan; list again",
        }
        .into());
    }
    Ok(part)
}

async fn decide(
    stage: &Stage,
    table: &TenantTable,
    part: &PendingPlan,
    asked: &DecideArguments,
    verdict: ApprovalVerdict,
) -> Result<ExitCode, CommandError> {
    let by = asked.by.name()?;
    let held = list_holds(table).await?.map_or(0, |held| held.decided_about());
    let ids: Vec<_> = part.people.iter().map(|person| person.employee_id.clone()).collect();
    let deciding = Deciding {
        plan: &asked.plan,
        verdict,
        only: if ids.len() == held { &[] } else { &ids },
        actor: by,
    };
    let decided = decide_hold(table, &SystemClock, &deciding).await?;
    stage.print(&Decided {
        tenant: asked.tenant.clone(),
        stage: stage.name.clone(),
        verdict,
        by: by.to_owned(),
        plan: decided,
    })?;
    Ok(ExitCode::SUCCESS)
}

/// The decision and its employees.
#[derive(Debug, Serialize)]
struct Decided {
    tenant: TenantId,
    stage: String,
    verdict: ApprovalVerdict,
    by: String,
    #[serde(flatten)]
    plan: PendingPlan,
}

impl Answer for Decided {
    fn heading(&self) -> String {
        let Self {
            tenant,
            verdict,
            by,
            plan,
            ..
        } = self;
        let what_next = match verdict {
            ApprovalVerdict::Approved => {
                "the next run makes them, each as long as the employee's evidence stays what it was\n\
                 now: habitsync run {tenant} user-sync --wait"
            }
            ApprovalVerdict::Rejected if *plan.counts().changes.get(ChangeKind::Renamed) > 0 => {
                "the user names stay as they are until the evidence changes; other values are still written\n\
                 to decide anew: habitsync holds reopen {tenant} EMPLOYEE…"
            }
            ApprovalVerdict::Rejected | ApprovalVerdict::Awaits => {
                "the accounts stay as they are, and are not asked about again until the evidence changes\n\
                 to decide anew: habitsync holds reopen {tenant} EMPLOYEE…"
            }
        };
        let what_next = what_next.replace("{tenant}", tenant.as_str());
        format!(
            "{tenant}: {} of plan {} {} by {by}\n{what_next}",
            plan.counts().in_words(),
            plan.id,
            verdict.as_str()
        )
    }

    fn columns(&self) -> &'static [&'static str] {
        &list::COLUMNS
    }

    fn rows(&self) -> Vec<Vec<String>> {
        list::rows(&self.plan)
    }

    /// What it did, and what follows.
    fn text(&self, _: u16) -> String {
        format!("{}\n", self.heading())
    }
}

fn must_be(planned: ActionCounts, said: ActionCounts) -> Result<(), CommandError> {
    if said == planned {
        Ok(())
    } else {
        Err(CommandError::NotTheNumbers {
            planned: planned.in_words(),
            flags: planned.flags(),
        })
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use habitsync_domain::approvals::PerChange;

    use super::*;
    use crate::terminal::Output;
    use crate::terminal::answer::written;

    fn decided(verdict: ApprovalVerdict) -> Decided {
        Decided {
            tenant: "acme".parse().expect("a tenant"),
            stage: "test".to_owned(),
            verdict,
            by: "ana".to_owned(),
            plan: list::tests::decided(),
        }
    }

    /// What `docs/OUTPUT.md` has to name.
    pub(crate) fn examples() -> Vec<serde_json::Value> {
        vec![serde_json::to_value(decided(ApprovalVerdict::Approved)).expect("JSON")]
    }

    #[test]
    fn a_decision_is_what_was_done_and_what_follows_for_people_and_the_whole_plan_for_programs() {
        let table = written(&decided(ApprovalVerdict::Approved), Output::Table, 100).expect("written");
        assert_eq!(table.lines().count(), 3);
        assert!(table.lines().all(|line| line.chars().count() <= 100), "{table}");
        assert!(
            table.contains("5 deactivations, 2 creates, 1 rename and 1 update of plan")
                && table.contains("habitsync run acme user-sync"),
            "{table}"
        );
        let json = written(&decided(ApprovalVerdict::Rejected), Output::Json, 100).expect("written");
        assert!(
            json.contains("\"people\"") && json.contains("\"verdict\": \"rejected\""),
            "{json}"
        );
    }

    #[test]
    fn nothing_is_approved_by_the_wrong_numbers_or_by_none() {
        let of = |deactivations, created| ActionCounts {
            deactivations,
            changes: PerChange {
                created,
                ..PerChange::default()
            },
        };
        let planned = of(3, 40);
        assert!(must_be(planned, planned).is_ok());
        for said in [of(0, 0), of(3, 0), of(3, 39)] {
            let refused = must_be(planned, said).expect_err("are not the numbers").to_string();
            assert!(refused.contains("--yes-deactivate 3 --yes-create 40"), "{refused}");
        }
    }
}
