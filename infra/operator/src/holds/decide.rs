//! `habitsync holds approve` and `reject`: a word about exactly the plan that was shown.

use std::io::{BufRead, Write};
use std::process::ExitCode;

use habitsync_aws_adapters::SystemClock;
use habitsync_domain::hold::{HeldPlan, Verdict};
use habitsync_workflows::holds::{Deciding, decide_hold, list_holds};

use super::arguments::{ApproveArguments, DecideArguments};
use super::{list, table};
use crate::failure::Failure;
use crate::stage::Stage;
use crate::terminal::Output;

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
    match stage.output {
        Output::Json => println!("{}", serde_json::to_string_pretty(&held)?),
        Output::Table | Output::Csv => println!("{}", told(asked, verdict, &held, by)),
    }
    Ok(ExitCode::SUCCESS)
}

fn told(asked: &DecideArguments, verdict: Verdict, held: &HeldPlan, by: &str) -> String {
    let (tenant, count) = (&asked.tenant, held.people.len());
    let what_next = match verdict {
        Verdict::Approved => {
            "they are removed by the next run, each as long as their evidence stays what it was \
             (now: habitsync run {tenant} users)"
        }
        Verdict::Rejected => "they are kept, and not asked about again until their evidence changes",
    };
    let what_next = what_next.replace("{tenant}", tenant.as_str());
    format!(
        "{tenant}: {count} removals of plan {} {} by {by}; {what_next}",
        held.id,
        verdict.as_str()
    )
}

/// Shows the people, and asks for their number; none where nobody answers with one.
fn ask(held: &HeldPlan, mut answers: impl BufRead) -> Option<usize> {
    for person in &held.people {
        println!("{}", list::line(person));
    }
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
mod tests {
    use super::*;

    #[test]
    fn nothing_is_approved_by_the_wrong_number_or_by_none() {
        assert!(must_be(3, Some(3)).is_ok());
        for said in [None, Some(0), Some(2), Some(4)] {
            let refused = must_be(3, said).expect_err("is not the number").to_string();
            assert!(refused.contains("3 people"), "{refused}");
        }
    }
}
