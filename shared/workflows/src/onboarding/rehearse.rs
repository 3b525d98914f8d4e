//! The set-up call's test on people the operator names: each is read, judged, synced as a run would and read back. The
//! result is the evidence of the sign-off.

use habitsync_domain::configuration::TenantConfiguration;
use habitsync_domain::identity::EmployeeId;
use habitsync_domain::onboarding::explanation::{ClauseSeen, EligibilityVerdict, Explanation};
use habitsync_domain::onboarding::rehearsal::{Judged, Scenario};
use habitsync_domain::people::employee::Employee;
use habitsync_domain::people::fields_seen::FieldSeen;
use habitsync_domain::user_plan::{LostSource, NextAction, PlannedAction};
use jiff::Timestamp;
use serde::Serialize;

use crate::one_employee::{ReadBack, SeenPerson, Synced, explain_person};

/// One scenario, as far as it was come with. Holds personal data: it is the customer's own evidence.
#[derive(Clone, PartialEq, Serialize)]
pub struct Rehearsed {
    /// What happened to the person.
    pub scenario: Scenario,
    /// Who.
    pub employee_id: EmployeeId,
    /// Their name as the customer knows it.
    pub person: String,
    /// When they were looked at.
    pub at: Timestamp,
    /// The planned actions.
    pub planned: Vec<PlannedAction>,
    /// Whether that is what had to be.
    pub judged: Judged,
    /// Why it is not, or what it is.
    pub because: String,
    /// The clauses of the filter that keep them out, with the values that they look at.
    pub clauses: Vec<String>,
    /// Whether it was done; none where nothing had to be written, or it was not agreed to.
    pub done: Option<bool>,
    /// Refused writes and obstacles.
    pub problems: Vec<String>,
    /// The account afterwards.
    pub read_back: Option<ReadBack>,
}

impl Rehearsed {
    /// What a look at the person shows; nothing is done yet.
    #[must_use]
    pub fn seen(scenario: Scenario, seen: &SeenPerson, configuration: &TenantConfiguration) -> Self {
        let explained = explained(seen, configuration);
        let verdict = explained.as_ref().map(|explained| &explained.verdict);
        let problems = seen.plan.plan.problems.iter();
        Self {
            scenario,
            employee_id: seen.employee_id.clone(),
            person: seen.employee.as_ref().map(Employee::display_name).unwrap_or_default(),
            at: seen.at,
            planned: seen.plan.plan.planned(seen.at),
            judged: scenario.judge(&seen.plan, verdict),
            because: because(seen, verdict),
            clauses: explained.as_ref().map(failing_clauses).unwrap_or_default(),
            done: None,
            problems: problems.map(|problem| problem.cause.in_words()).collect(),
            read_back: None,
        }
    }

    /// Returns the outcome of the action.
    #[must_use]
    pub fn synced(mut self, synced: Synced) -> Self {
        self.done = Some(synced.done);
        self.problems
            .extend(synced.problems.iter().map(|problem| problem.cause.in_words()));
        self.problems.dedup();
        self.read_back = synced.read_back;
        self
    }

    /// Whether there is an action to carry out: none is, where the verdict is not the expected one.
    #[must_use]
    pub fn is_to_be_done(&self) -> bool {
        self.judged == Judged::AsExpected && !self.planned.is_empty()
    }

    /// Whether everything is as it had to be, up to the account that was read back.
    #[must_use]
    pub fn has_passed(&self) -> bool {
        let is_written = match (self.is_to_be_done(), self.done) {
            (true, done) => done == Some(true),
            (false, _) => true,
        };
        let is_read_back = self.read_back.as_ref().is_none_or(ReadBack::is_as_expected);
        self.judged == Judged::AsExpected && is_written && is_read_back
    }
}

fn explained(seen: &SeenPerson, configuration: &TenantConfiguration) -> Option<Explanation> {
    let (employee, manager) = (seen.employee.as_ref()?, seen.manager.as_ref());
    Some(explain_person(
        configuration,
        employee,
        manager,
        seen.at,
        seen.link.is_some(),
        &seen.last_days,
    ))
}

/// The clauses that are not as they would have to be for the person to be admitted.
fn failing_clauses(explained: &Explanation) -> Vec<String> {
    let clauses = explained.filter.iter().flat_map(|filter| &filter.clauses);
    let is_in_the_way = |clause: &&ClauseSeen| clause.wanted.is_some() && clause.holds != clause.wanted;
    let failing = clauses.filter(|clause| explained.verdict == EligibilityVerdict::OutOfScope && is_in_the_way(clause));
    failing.map(in_words).collect()
}

/// `` `employee.location in ["Fiji"]` is true: employee.location is Fiji``.
fn in_words(clause: &ClauseSeen) -> String {
    let value = |field: &FieldSeen| {
        let value = field.text();
        format!("{} is {}", field.field, value.as_deref().unwrap_or("empty"))
    };
    let values: Vec<_> = clause.fields.iter().map(value).collect();
    let holds = clause
        .holds
        .map_or("not to be told", |holds| if holds { "true" } else { "false" });
    format!("`{}` is {holds}: {}", clause.source, values.join(", "))
}

/// Returns the reason of the next action.
fn because(seen: &SeenPerson, verdict: Option<&EligibilityVerdict>) -> String {
    match seen.plan.next() {
        NextAction::Act(_) => {
            let reasons = seen.plan.plan.actions.iter().map(|action| action.reason.as_str());
            reasons.collect::<Vec<_>>().join(", ")
        }
        NextAction::Held(held) => format!("held: {}", held.hold_reason.reason()),
        NextAction::Kept => "an operator decided that the account stays as it is".to_owned(),
        NextAction::Waits(others) => {
            let others: Vec<_> = others.iter().map(EmployeeId::as_str).collect();
            format!(
                "{} have to give up first what they take: a run sees to it",
                others.join(", ")
            )
        }
        NextAction::Suspended(lost) => suspended_in_words(lost),
        NextAction::SetAside(problem) => problem.cause.in_words(),
        NextAction::Nothing => nothing_because(verdict),
    }
}

fn suspended_in_words(lost: &[LostSource]) -> String {
    let lost = lost
        .iter()
        .map(|lost| format!("{} is lost by many employees at once: {}", lost.field, lost.effect()));
    lost.collect::<Vec<_>>().join("; ")
}

fn nothing_because(verdict: Option<&EligibilityVerdict>) -> String {
    let why = match verdict {
        None => "EmployeeConnect has no such record, and there is no active account",
        Some(EligibilityVerdict::InScope) => "the account is as it should be already",
        Some(EligibilityVerdict::OutOfScope) => "the filter does not admit them",
        Some(EligibilityVerdict::Left { .. }) => "they have left, and have no active account",
        Some(EligibilityVerdict::StartsLater) => "they start later, and have no account until then",
        Some(EligibilityVerdict::Protected) => "their account is protected",
        Some(EligibilityVerdict::Undecided { problem }) => return problem.cause.in_words(),
    };
    why.to_owned()
}
