//! `habitsync holds approve` and `reject`: a word about exactly the plan that was shown.

use std::process::ExitCode;

use habitsync_aws_adapters::SystemClock;
use habitsync_domain::hold::{ActionCounts, HeldPlan, Verdict};
use habitsync_domain::tenant::TenantId;
use habitsync_workflows::holds::{Deciding, decide_hold, list_holds};
use serde::Serialize;

use super::arguments::{ApproveArguments, DecideArguments};
use super::{list, table};
use crate::failure::Failure;
use crate::stage::Stage;
use crate::terminal::answer::grid;
use crate::terminal::out;
use crate::terminal::{Answer, Numbers, PAGE};

/// Approves the plan, once its numbers were said.
pub(super) async fn approve(stage: &Stage, asked: &ApproveArguments) -> Result<ExitCode, Failure> {
    let held = list_holds(&table(stage, &asked.decide.tenant).await?).await?;
    // Whatever else is held is refused below, with what to do.
    if let Some(held) = held.filter(|held| held.id == asked.decide.plan) {
        if asked.numbers == Numbers::default() {
            out::say(grid(&list::COLUMNS, list::rows(&held), PAGE));
        }
        let planned = held.counts();
        must_be(planned, asked.numbers.or_asked(&planned).counts())?;
    }
    decide(stage, &asked.decide, Verdict::Approved).await
}

/// Rejects the plan.
pub(super) async fn reject(stage: &Stage, asked: &DecideArguments) -> Result<ExitCode, Failure> {
    decide(stage, asked, Verdict::Rejected).await
}

async fn decide(stage: &Stage, asked: &DecideArguments, verdict: Verdict) -> Result<ExitCode, Failure> {
    let by = asked.by.name()?;
    let deciding = Deciding {
        plan: &asked.plan,
        verdict,
        by,
    };
    let held = decide_hold(&table(stage, &asked.tenant).await?, &SystemClock, &deciding).await?;
    stage.print(&Decided {
        tenant: asked.tenant.clone(),
        stage: stage.name.clone(),
        verdict,
        by: by.to_owned(),
        plan: held,
    })?;
    Ok(ExitCode::SUCCESS)
}

/// What was decided about whom.
#[derive(Debug, Serialize)]
struct Decided {
    tenant: TenantId,
    stage: String,
    verdict: Verdict,
    by: String,
    #[serde(flatten)]
    plan: HeldPlan,
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
            Verdict::Approved => {
                "the next run makes them, each as long as the employee's evidence stays what it was\n\
                 now: habitsync run {tenant} users --wait"
            }
            Verdict::Rejected => {
                "the accounts stay as they are, and are not asked about again until the evidence changes"
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

fn must_be(planned: ActionCounts, said: ActionCounts) -> Result<(), Failure> {
    if said == planned {
        Ok(())
    } else {
        Err(Failure::NotTheNumbers {
            planned: planned.in_words(),
            flags: planned.flags(),
        })
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use habitsync_domain::hold::PerChange;

    use super::*;
    use crate::terminal::Output;
    use crate::terminal::answer::written;

    fn decided(verdict: Verdict) -> Decided {
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
        vec![serde_json::to_value(decided(Verdict::Approved)).expect("JSON")]
    }

    #[test]
    fn a_decision_is_what_was_done_and_what_follows_for_people_and_the_whole_plan_for_programs() {
        let table = written(&decided(Verdict::Approved), Output::Table, 100).expect("written");
        assert_eq!(table.lines().count(), 3);
        assert!(table.lines().all(|line| line.chars().count() <= 100), "{table}");
        assert!(
            table.contains("5 deactivations, 2 creates, 1 rename and 1 update of plan")
                && table.contains("habitsync run acme users"),
            "{table}"
        );
        let json = written(&decided(Verdict::Rejected), Output::Json, 100).expect("written");
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
