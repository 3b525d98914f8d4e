//! `habitsync holds approve` and `reject`: a word about exactly the plan that was shown.

use std::io::{BufRead, Write};
use std::process::ExitCode;

use habitsync_aws_adapters::SystemClock;
use habitsync_domain::hold::{HeldPlan, Verdict};
use habitsync_domain::tenant::TenantId;
use habitsync_workflows::holds::{Deciding, decide_hold, list_holds};
use serde::Serialize;

use super::arguments::{ApproveArguments, DecideArguments};
use super::{list, table};
use crate::failure::Failure;
use crate::stage::Stage;
use crate::terminal::answer::grid;
use crate::terminal::{Answer, PAGE};

/// Lets the plan's people go, once their number was said.
pub(super) async fn approve(stage: &Stage, asked: &ApproveArguments) -> Result<ExitCode, Failure> {
    let held = list_holds(&table(stage, &asked.decide.tenant).await?).await?;
    // Whatever else is held is refused below, with what to do.
    if let Some(held) = held.filter(|held| held.id == asked.decide.plan) {
        let number = match asked.yes_remove {
            Some(number) => Some(number),
            None => ask(&held, std::io::stdin().lock()),
        };
        must_be(held.people.len(), number)?;
    }
    decide(stage, &asked.decide, Verdict::Approved).await
}

/// Keeps the plan's people.
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
                "they are removed by the next run, each as long as their evidence stays what it was\n\
                 now: habitsync run {tenant} users --wait"
            }
            Verdict::Rejected => "they are kept, and not asked about again until their evidence changes",
        };
        let what_next = what_next.replace("{tenant}", tenant.as_str());
        format!(
            "{tenant}: {} removals of plan {} {} by {by}\n{what_next}",
            plan.people.len(),
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

/// Shows the people, and asks for their number; none where nobody answers with one.
fn ask(held: &HeldPlan, mut answers: impl BufRead) -> Option<usize> {
    println!("{}", grid(&list::COLUMNS, list::rows(held), PAGE));
    print!("How many people are to be removed? ");
    std::io::stdout().flush().ok()?;
    let mut answer = String::new();
    answers.read_line(&mut answer).ok()?;
    answer.trim().parse().ok()
}

fn must_be(people: usize, said: Option<usize>) -> Result<(), Failure> {
    if said == Some(people) {
        Ok(())
    } else {
        Err(Failure::NotTheNumber { people, said })
    }
}

#[cfg(test)]
pub(crate) mod tests {
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
            table.contains("5 removals of plan") && table.contains("habitsync run acme users"),
            "{table}"
        );
        let json = written(&decided(Verdict::Rejected), Output::Json, 100).expect("written");
        assert!(
            json.contains("\"people\"") && json.contains("\"verdict\": \"rejected\""),
            "{json}"
        );
    }

    #[test]
    fn nothing_is_approved_by_the_wrong_number_or_by_none() {
        assert!(must_be(3, Some(3)).is_ok());
        for said in [None, Some(0), Some(2), Some(4)] {
            let refused = must_be(3, said).expect_err("is not the number").to_string();
            assert!(refused.contains("3 people"), "{refused}");
        }
    }
}
