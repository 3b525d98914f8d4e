//! `habitsync holds list`: what waits for approval and why, a line for each employee.

use std::process::ExitCode;

use habitsync_domain::hold::{HeldPerson, HeldPlan};
use habitsync_domain::tenant::TenantId;
use habitsync_domain::trouble::Trouble;
use habitsync_workflows::holds::list_holds;
use serde::Serialize;

use super::arguments::ListArguments;
use super::table;
use crate::failure::Failure;
use crate::stage::Stage;
use crate::terminal::Answer;

/// What is held of a customer.
#[derive(Debug, Serialize)]
pub(super) struct Listed {
    pub(super) tenant: TenantId,
    pub(super) stage: String,
    /// None where nothing is.
    pub(super) held: Option<HeldPlan>,
}

/// Prints what is held.
pub(super) async fn list(stage: &Stage, asked: &ListArguments) -> Result<ExitCode, Failure> {
    let held = Listed {
        tenant: asked.tenant.clone(),
        stage: stage.name.clone(),
        held: list_holds(&table(stage, &asked.tenant).await?).await?,
    };
    stage.print(&held)?;
    let waits = held.held.is_some_and(|held| held.word().is_none());
    // Somebody has to decide.
    Ok(if waits {
        ExitCode::from(Trouble::Data.reaction().exit_code)
    } else {
        ExitCode::SUCCESS
    })
}

impl Answer for Listed {
    fn heading(&self) -> String {
        let Self { tenant, stage, held } = self;
        let Some(held) = held else {
            return format!("# nothing of {tenant} is held on stage {stage}, from the table");
        };
        format!(
            "# plan {} of {tenant} on stage {stage}: {} held since {:.0}, from the table",
            held.id,
            held.counts().in_words(),
            held.since
        )
    }

    fn columns(&self) -> &'static [&'static str] {
        &COLUMNS
    }

    fn rows(&self) -> Vec<Vec<String>> {
        self.held.as_ref().map(rows).unwrap_or_default()
    }

    fn next(&self) -> Vec<String> {
        let next = self.held.as_ref().map(|held| what_next(&self.tenant, held));
        next.unwrap_or_default()
    }
}

pub(super) const COLUMNS: [&str; 4] = ["employee", "person", "evidence", "held because"];

/// An employee each: number, name, what would be done on what evidence, and why it is held.
pub(super) fn rows(held: &HeldPlan) -> Vec<Vec<String>> {
    let row = |held: &HeldPerson| {
        vec![
            held.employee_id.to_string(),
            held.person.clone(),
            held.evidence.reason(),
            held.because.reason(),
        ]
    };
    held.people.iter().map(row).collect()
}

fn what_next(tenant: &TenantId, held: &HeldPlan) -> Vec<String> {
    let plan = &held.id;
    match held.word() {
        Some(word) => vec![format!(
            "{} by {} at {:.0}; the next run follows",
            word.verdict.as_str(),
            word.by,
            word.at
        )],
        None => vec![
            format!(
                "to make exactly these:  habitsync holds approve {tenant} {plan} {}",
                held.counts().flags()
            ),
            format!("to leave them:          habitsync holds reject {tenant} {plan}"),
        ],
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use habitsync_domain::employment::Evidence;
    use habitsync_domain::hold::{Grounds, HeldBecause, ProposedChange, Verdict, Word};
    use insta::assert_snapshot;

    use super::*;
    use crate::terminal::Output;
    use crate::terminal::answer::written;

    fn word(at: jiff::Timestamp) -> Word {
        Word {
            verdict: Verdict::Rejected,
            by: "ana".to_owned(),
            at,
        }
    }

    fn listed(held: Option<HeldPlan>) -> Listed {
        Listed {
            tenant: "acme".parse().expect("a tenant"),
            stage: "test".to_owned(),
            held,
        }
    }

    fn table(plan: Option<HeldPlan>) -> String {
        let table = written(&listed(plan), Output::Table, 100).expect("written");
        // A command stays on one line, however many kinds it agrees to.
        let mut lines = table.lines().filter(|line| !line.contains("holds approve"));
        assert!(lines.all(|line| line.chars().count() <= 100), "{table}");
        table
    }

    /// What `docs/OUTPUT.md` has to name.
    pub(crate) fn examples() -> Vec<serde_json::Value> {
        let plans = [None, Some(plan()), Some(decided())];
        plans
            .map(|plan| serde_json::to_value(listed(plan)).expect("JSON"))
            .into()
    }

    pub(in crate::holds) fn decided() -> HeldPlan {
        let mut plan = plan();
        plan.words.push(word(plan.since));
        plan
    }

    fn rename() -> Grounds {
        let to = "zoe.hart@new.example".parse().expect("a name");
        ProposedChange::Rename { to }.into()
    }

    fn update() -> Grounds {
        let fields = vec!["X-Location".parse().expect("a field")];
        let digest = "6dd07555a1b2".to_owned();
        ProposedChange::Update { fields, digest }.into()
    }

    /// One employee for each reason to hold an action.
    fn plan() -> HeldPlan {
        let at = "2026-11-22T21:05:00Z".parse().expect("a time");
        let person = |id: &str, person: &str, evidence: Grounds, because| HeldPerson {
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
            person("E1001", "Georgia Kovačević", Evidence::Ended { last_day }.into(), limit),
            person(
                "E1002",
                "Mitch Pham",
                Evidence::Terminated.into(),
                HeldBecause::Shrunk { from: 400, to: 250 },
            ),
            person(
                "E1003",
                "Anika Deng",
                Evidence::Vanished.into(),
                HeldBecause::NotConfirmed,
            ),
            person(
                "E1004",
                "Jo Citizen",
                Evidence::OutOfScope.into(),
                HeldBecause::RecordEmptied,
            ),
            person("E1005", "Mei Lin", Evidence::Terminated.into(), HeldBecause::NoLinks),
            person("E1006", "Ana Silva", ProposedChange::Create.into(), limit),
            person("E1007", "Bo Lund", ProposedChange::Reactivate.into(), limit),
            person("E1008", "Zoe Hart", rename(), limit),
            person("E1009", "Kim Ito", update(), limit),
        ];
        HeldPlan::of(people, 3, None, at).expect("somebody is held")
    }

    #[test]
    fn every_person_has_a_line_with_the_evidence_and_why_it_is_held_and_the_end_says_what_to_do() {
        assert_snapshot!(table(Some(plan())));
        assert_snapshot!(
            "held_json",
            written(&listed(Some(decided())), Output::Json, 100).expect("written")
        );
        let decided = table(Some(decided()));
        assert!(
            decided.ends_with("rejected by ana at 2026-11-22T21:05:00Z; the next run follows\n"),
            "{decided}"
        );
        assert!(table(None).contains("nothing of acme is held"));
    }
}
