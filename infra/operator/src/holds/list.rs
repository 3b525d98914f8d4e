//! `habitsync holds list`: pending approvals with their reasons, decisions, and settled actions, a line for each
//! employee.

use std::collections::BTreeMap;
use std::process::ExitCode;

use habitsync_domain::approvals::{
    ActionCounts, ChangeKind, Decision, Grounds, HoldReason, PendingAction, PendingPlan, ProposedChange,
};
use habitsync_domain::failure_class::FailureClass;
use habitsync_domain::identity::EmployeeId;
use habitsync_domain::tenant::TenantId;
use habitsync_workflows::user_sync::approvals::{Holds, Settled};
use serde::Serialize;

use super::arguments::ListArguments;
use super::look;
use crate::error::CommandError;
use crate::stage::Stage;
use crate::terminal::answer::{grid, paragraphs, wrapped};
use crate::terminal::{Answer, Old, arrow, counted};

/// A customer's pending approvals and decisions.
#[derive(Debug, Serialize)]
pub(super) struct Listed {
    pub(super) tenant: TenantId,
    pub(super) stage: String,
    /// None where nothing is.
    pub(super) held: Option<PendingPlan>,
    /// How many changes of it are left to be decided.
    pending: usize,
    /// Every decision that stands.
    decisions: Vec<Decision>,
    /// Employees of the plan who need no decision any more, with the reason.
    settled: BTreeMap<EmployeeId, String>,
    #[serde(skip)]
    holds: Holds,
}

/// Prints the pending approvals.
pub(super) async fn list(stage: &Stage, asked: &ListArguments) -> Result<ExitCode, CommandError> {
    let (_, holds) = look(stage, &asked.tenant).await?;
    let listed = Listed::new(&asked.tenant, &stage.name, holds);
    stage.print(&listed)?;
    // An operator has to decide.
    Ok(if listed.pending > 0 {
        ExitCode::from(FailureClass::Data.policy().exit_code)
    } else {
        ExitCode::SUCCESS
    })
}

impl Listed {
    fn new(tenant: &TenantId, stage: &str, holds: Holds) -> Self {
        let settled = holds.settled.iter();
        Self {
            tenant: tenant.clone(),
            stage: stage.to_owned(),
            held: holds.held.clone(),
            pending: holds.pending().map_or(0, |pending| pending.people.len()),
            decisions: holds.decisions.clone(),
            settled: settled.map(|(id, by)| (id.clone(), settled_by(*by))).collect(),
            holds,
        }
    }

    /// Returns the pending approvals: a heading for each kind and reason, and its employees.
    fn groups(&self, width: u16) -> Vec<String> {
        let Some(held) = self.held.as_ref() else {
            return Vec::new();
        };
        let waits = |person: &&PendingAction| self.state(held, person).is_none();
        let mut groups: BTreeMap<(&str, String), Vec<&PendingAction>> = BTreeMap::new();
        for person in held.people.iter().filter(waits) {
            let kind = person.evidence.change().map_or("deactivation", ChangeKind::noun);
            groups.entry((kind, person.why())).or_default().push(person);
        }
        let group = |((kind, why), people): ((&str, String), Vec<&PendingAction>)| {
            let heading = format!("# {}: {why}", counted(people.len(), kind));
            let rows = people
                .into_iter()
                .map(|person| row(person, None)[..3].to_vec())
                .collect();
            let table = grid(&COLUMNS[..3], rows, width);
            format!("{}\n\n{table}", wrapped(&heading, width))
        };
        groups.into_iter().map(group).collect()
    }

    /// Returns the outcome of a change that waited for approval; none where it still waits.
    fn state(&self, held: &PendingPlan, person: &PendingAction) -> Option<String> {
        if let Some(by) = self.holds.settled_by(person) {
            return Some(settled_by(by));
        }
        let decision = person.decision(held, &self.holds.decisions)?;
        Some(format!("{} by {}", decision.made.verdict.as_str(), decision.made.actor))
    }

    fn decided(&self, width: u16) -> String {
        if self.decisions.is_empty() {
            return String::new();
        }
        let heading = format!(
            "# {} in force; the next run follows",
            counted(self.decisions.len(), "decision")
        );
        let rows = self.decisions.iter().map(decision_row).collect();
        let table = grid(&DECISION_COLUMNS, rows, width);
        let reopen = format!("to decide anew:  habitsync holds reopen {} EMPLOYEE…", self.tenant);
        format!("{}\n\n{table}\n\n{reopen}", wrapped(&heading, width))
    }

    fn settled_in_words(&self) -> String {
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        for by in self.settled.values() {
            *counts.entry(by).or_default() += 1;
        }
        let lines = counts
            .into_iter()
            .map(|(by, count)| format!("{count} {by}; the next run follows"));
        lines.collect::<Vec<_>>().join("\n")
    }
}

impl Answer for Listed {
    fn heading(&self) -> String {
        let Self {
            tenant, stage, held, ..
        } = self;
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
        let Some(held) = self.held.as_ref() else {
            return Vec::new();
        };
        let people = held.people.iter();
        people.map(|person| row(person, self.state(held, person))).collect()
    }

    fn next(&self) -> Vec<String> {
        let pending = self.holds.pending();
        pending
            .map(|pending| what_next(&self.tenant, &pending))
            .unwrap_or_default()
    }

    /// The reason once for each kind, above its employees.
    fn text(&self, width: u16) -> String {
        let heading = [wrapped(&self.heading(), width)].into_iter();
        let rest = [self.settled_in_words(), self.next().join("\n"), self.decided(width)];
        paragraphs(heading.chain(self.groups(width)).chain(rest))
    }
}

pub(super) const COLUMNS: [&str; 4] = ["employee", "person", "what", "held because"];

/// The columns of decisions.
pub(super) const DECISION_COLUMNS: [&str; 5] = ["employee", "decision", "by", "at", "about"];

/// An employee each: number, name, what would be done on what evidence, and why it is held.
pub(super) fn rows(held: &PendingPlan) -> Vec<Vec<String>> {
    held.people.iter().map(|person| row(person, None)).collect()
}

fn row(held: &PendingAction, state: Option<String>) -> Vec<String> {
    vec![
        held.employee_id.to_string(),
        held.person.clone(),
        what(held),
        state.unwrap_or_else(|| held.why()),
    ]
}

/// A decision: number, verdict, operator, time, and subject.
pub(super) fn decision_row(decision: &Decision) -> Vec<String> {
    vec![
        decision.employee_id.to_string(),
        decision.made.verdict.as_str().to_owned(),
        decision.made.actor.clone(),
        format!("{:.0}", decision.made.at),
        about(decision),
    ]
}

/// What a decision was made about; of a rename both user names.
fn about(decision: &Decision) -> String {
    match &decision.evidence {
        Grounds::Change(ProposedChange::Rename { to }) => {
            format!("user name: {} → {}", decision.user_name.as_str(), to.as_str())
        }
        Grounds::Change(change) => format!("{}: {}", change.kind().noun(), decision.evidence.reason()),
        Grounds::Deactivation(evidence) => format!("deactivation: {}", evidence.reason()),
    }
}

/// What would be done, with the values that change.
fn what(held: &PendingAction) -> String {
    let changes: Vec<_> = held.changes.iter().map(|change| arrow(change, Old::Shown)).collect();
    match &held.evidence {
        Grounds::Change(ProposedChange::Create) => format!("account {}", held.user_name.as_str()),
        Grounds::Change(ProposedChange::Rename { to }) if changes.is_empty() => {
            format!("user_name: {} → {}", held.user_name.as_str(), to.as_str())
        }
        Grounds::Change(_) if !changes.is_empty() => changes.join(", "),
        Grounds::Change(_) | Grounds::Deactivation(_) => held.evidence.reason(),
    }
}

fn settled_by(by: Settled) -> String {
    match by {
        Settled::ByVersion(version) => format!("settled by version {version} of the configuration"),
        Settled::ByAccount => "settled: the account was changed, moved or unlinked since".to_owned(),
    }
}

fn what_next(tenant: &TenantId, pending: &PendingPlan) -> Vec<String> {
    let (plan, flags) = (&pending.id, flags(pending));
    let rekeyed = pending
        .people
        .iter()
        .filter(|held| held.hold_reason == HoldReason::Rekeyed)
        .count();
    let mut next = vec![
        format!("to make exactly these:  habitsync holds approve {tenant} {plan} {flags}"),
        format!("to leave them:          habitsync holds reject {tenant} {plan}"),
        "for some of them:       add --only EMPLOYEE…".to_owned(),
    ];
    if rekeyed > 0 {
        next.push(format!(
            "for {rekeyed} under new employee numbers, move the accounts instead:  habitsync link rekey {tenant}"
        ));
    }
    if rekeyed == pending.people.len() {
        next.drain(..3);
    }
    next
}

fn flags(pending: &PendingPlan) -> String {
    let counts: ActionCounts = pending.counts();
    counts.flags()
}

#[cfg(test)]
pub(crate) mod tests {
    use habitsync_domain::approvals::{ApprovalVerdict, PendingManager, PlanDecision};
    use habitsync_domain::people::employment::Evidence;
    use habitsync_domain::people::link::FieldChange;
    use insta::assert_snapshot;

    use super::*;
    use crate::terminal::Output;
    use crate::terminal::answer::written;

    fn word(at: jiff::Timestamp) -> PlanDecision {
        PlanDecision {
            verdict: ApprovalVerdict::Rejected,
            actor: "ana".to_owned(),
            at,
            only: Vec::new(),
            reopened: false,
        }
    }

    /// Where the plan has a decision, it covers every employee in the plan.
    fn listed(held: Option<PendingPlan>) -> Listed {
        let said = held.iter().filter_map(|held| Some((held, held.conclusion()?)));
        let decisions = said.flat_map(|(held, word)| held.decisions(word)).collect();
        let holds = Holds {
            decisions,
            settled: Vec::new(),
            held,
        };
        Listed::new(&"acme".parse().expect("a tenant"), "test", holds)
    }

    /// A decision about each employee of the plan.
    pub(in crate::holds) fn decisions() -> Vec<Decision> {
        listed(Some(decided())).decisions
    }

    fn table(plan: Option<PendingPlan>) -> String {
        let table = written(&listed(plan), Output::Table, 100).expect("written");
        // A command stays on one line, however many kinds it agrees to.
        let mut lines = table.lines().filter(|line| !line.contains("holds approve"));
        assert!(lines.all(|line| line.chars().count() <= 100), "{table}");
        table
    }

    /// What `docs/OUTPUT.md` has to name.
    pub(crate) fn examples() -> Vec<serde_json::Value> {
        let plans = [None, Some(plan()), Some(decided())].map(listed);
        let settled = Holds {
            settled: vec![(plan().people[0].employee_id.clone(), Settled::ByVersion(4))],
            ..listed(Some(plan())).holds
        };
        let settled = Listed::new(&"acme".parse().expect("a tenant"), "test", settled);
        let all = plans.into_iter().chain([settled]);
        all.map(|listed| serde_json::to_value(listed).expect("JSON")).collect()
    }

    pub(in crate::holds) fn decided() -> PendingPlan {
        let mut plan = plan();
        let withdrawn = PlanDecision {
            only: vec![plan.people[0].employee_id.clone()],
            reopened: true,
            ..word(plan.since)
        };
        plan.decisions.extend([withdrawn, word(plan.since)]);
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
    fn plan() -> PendingPlan {
        let at = "2026-11-22T21:05:00Z".parse().expect("a time");
        let person = |id: &str, person: &str, evidence: Grounds, because| PendingAction {
            employee_id: id.parse().expect("an id"),
            person: person.to_owned(),
            user_name: format!("{id}@acme.com.au").parse().expect("a name"),
            evidence,
            hold_reason: because,
            changes: Vec::new(),
            waits_with: None,
        };
        let last_day = "2026-11-20".parse().expect("a date");
        let limit = HoldReason::OverLimit {
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
                HoldReason::Shrunk { from: 400, to: 250 },
            ),
            person(
                "E1003",
                "Anika Deng",
                Evidence::Vanished.into(),
                HoldReason::NotConfirmed,
            ),
            person(
                "E1004",
                "Jo Citizen",
                Evidence::OutOfScope.into(),
                HoldReason::RecordEmptied,
            ),
            person("E1005", "Mei Lin", Evidence::Terminated.into(), HoldReason::NoLinks),
            person("E1006", "Ana Silva", ProposedChange::Create.into(), limit),
            person("E1007", "Bo Lund", ProposedChange::Reactivate.into(), limit),
            person("E1008", "Zoe Hart", rename(), limit),
            PendingAction {
                changes: vec![FieldChange {
                    field: "X-Location".to_owned(),
                    before: Some("Perth".to_owned()),
                    after: "Sydney".to_owned(),
                }],
                ..person("E1009", "Kim Ito", update(), limit)
            },
            PendingAction {
                waits_with: Some(PendingManager {
                    employee_id: "E1008".parse().expect("an id"),
                    person: "Zoe Hart".to_owned(),
                    change: "rename".to_owned(),
                }),
                ..person("E1010", "Una Ray", update(), HoldReason::ManagerWaits)
            },
        ];
        PendingPlan::new(people, 3, None, at).expect("somebody is held")
    }

    #[test]
    fn every_person_has_a_line_with_the_evidence_and_why_it_is_held_and_the_end_says_what_to_do() {
        assert_snapshot!(table(Some(plan())));
        assert_snapshot!(
            "held_json",
            written(&listed(Some(decided())), Output::Json, 100).expect("written")
        );
        assert_snapshot!("decided", table(Some(decided())));
        assert!(table(None).contains("nothing of acme is held"));
    }

    #[test]
    fn what_is_settled_since_is_offered_no_more_and_re_keyed_pairs_end_with_how_to_move_them() {
        let every = |by| {
            plan()
                .people
                .iter()
                .map(|person| (person.employee_id.clone(), by))
                .collect()
        };
        let holds = Holds {
            settled: every(Settled::ByVersion(4)),
            ..listed(Some(plan())).holds
        };
        let listed_settled = Listed::new(&"acme".parse().expect("a tenant"), "test", holds);
        let text = written(&listed_settled, Output::Table, 100).expect("written");
        assert!(
            text.contains("10 settled by version 4 of the configuration; the next run follows")
                && !text.contains("approve"),
            "{text}"
        );
        let rekeyed = plan().with_only(|person| person.employee_id.as_str() == "E1002");
        let people = rekeyed.people.into_iter().map(|person| PendingAction {
            hold_reason: HoldReason::Rekeyed,
            ..person
        });
        let rekeyed = PendingPlan::new(people.collect(), 3, None, jiff::Timestamp::UNIX_EPOCH);
        let text = written(&listed(rekeyed), Output::Table, 100).expect("written");
        assert!(
            text.trim_end().ends_with("habitsync link rekey acme") && !text.contains("approve"),
            "{text}"
        );
    }
}
