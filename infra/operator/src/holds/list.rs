//! `habitsync holds list`: whose removal is held, and why, a line each.

use std::process::ExitCode;

use habitsync_domain::hold::{HeldPerson, HeldPlan};
use habitsync_domain::tenant::TenantId;
use habitsync_domain::trouble::Trouble;
use habitsync_workflows::holds::list_holds;
use serde_json::json;

use super::arguments::ListArguments;
use super::table;
use crate::failure::Failure;
use crate::stage::Stage;
use crate::terminal::{Output, printable};

/// Prints what is held.
pub(super) async fn list(stage: &Stage, asked: &ListArguments) -> Result<ExitCode, Failure> {
    let held = list_holds(&table(stage, &asked.tenant).await?).await?;
    match stage.output {
        Output::Json => println!("{}", serde_json::to_string_pretty(&json!({ "held": held }))?),
        Output::Table | Output::Csv => println!("{}", shown(&asked.tenant, &stage.name, held.as_ref())),
    }
    let waits = held.is_some_and(|held| held.word().is_none());
    // Somebody has to decide.
    Ok(if waits {
        ExitCode::from(Trouble::Data.reaction().exit_code)
    } else {
        ExitCode::SUCCESS
    })
}

fn shown(tenant: &TenantId, stage: &str, held: Option<&HeldPlan>) -> String {
    let Some(held) = held else {
        return format!("# nothing of {tenant} is held on stage {stage}, from the table");
    };
    let count = held.people.len();
    let first = format!(
        "# plan {} of {tenant} on stage {stage}: {count} removals held since {:.0}, from the table",
        held.id, held.since
    );
    let lines = [first]
        .into_iter()
        .chain(held.people.iter().map(line))
        .chain(what_next(tenant, held));
    lines.collect::<Vec<_>>().join("\n")
}

/// One person: name, employee number, evidence, and why it is held.
pub(super) fn line(held: &HeldPerson) -> String {
    format!(
        "{:<12} {:<28} {:<36} held: {}",
        held.employee_id.as_str(),
        printable(&held.person),
        held.evidence.reason(),
        held.because.reason()
    )
}

fn what_next(tenant: &TenantId, held: &HeldPlan) -> Vec<String> {
    let (plan, count) = (&held.id, held.people.len());
    match held.word() {
        Some(word) => vec![format!(
            "{} by {} at {:.0}; the next run follows",
            word.verdict.as_str(),
            word.by,
            word.at
        )],
        None => vec![
            format!("to remove exactly these: habitsync holds approve {tenant} {plan} --yes-remove {count}"),
            format!("to keep them:            habitsync holds reject {tenant} {plan}"),
        ],
    }
}

#[cfg(test)]
mod tests {
    use habitsync_domain::employment::Evidence;
    use habitsync_domain::hold::{HeldBecause, Verdict, Word};
    use insta::assert_snapshot;

    use super::*;

    #[test]
    fn every_person_has_a_line_with_the_evidence_and_why_it_is_held_and_the_end_says_what_to_do() {
        let at = "2026-11-22T21:05:00Z".parse().expect("a time");
        let held = |id: &str, person: &str, evidence, because| HeldPerson {
            employee_id: id.parse().expect("an id"),
            person: person.to_owned(),
            user_name: format!("{id}@acme.com.au").parse().expect("a name"),
            evidence,
            because,
        };
        let last_day = "2026-11-20".parse().expect("a date");
        let limit = HeldBecause::OverLimit {
            planned: 7,
            recent: 2,
            allowed: 8,
        };
        let people = vec![
            held("E1001", "Georgia Kovačević", Evidence::Ended { last_day }, limit),
            held(
                "E1002",
                "Mitch Pham",
                Evidence::Terminated,
                HeldBecause::Shrunk { from: 400, to: 250 },
            ),
            held("E1003", "Anika Deng", Evidence::Vanished, HeldBecause::NotConfirmed),
            held("E1004", "Jo Citizen", Evidence::OutOfScope, HeldBecause::RecordEmptied),
            held("E1005", "Mei Lin", Evidence::Terminated, HeldBecause::NoLinks),
        ];
        let mut plan = HeldPlan::of(people, 3, None, at).expect("somebody is held");
        let tenant = "acme".parse().expect("a tenant");
        assert_snapshot!(shown(&tenant, "test", Some(&plan)));
        plan.words.push(Word {
            verdict: Verdict::Rejected,
            by: "ana".to_owned(),
            at,
        });
        let decided = shown(&tenant, "test", Some(&plan));
        assert!(
            decided.ends_with("rejected by ana at 2026-11-22T21:05:00Z; the next run follows"),
            "{decided}"
        );
        assert!(shown(&tenant, "test", None).contains("nothing of acme is held"));
    }
}
