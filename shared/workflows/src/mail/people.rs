//! The worklist of a user sync: people's problems, removals that are held, and what was given up.

use std::collections::BTreeMap;

use habitsync_domain::parking::Setback;
use habitsync_domain::problem::{Cause, ManagerProblem, Problem};
use habitsync_domain::user_plan::HeldRemoval;

use super::advice::{GIVEN_UP, advice_about, held_advice};
use super::shown::{shown, shown_value, shown_words};
use super::worklist::{Entry, Groups, Labels, PEOPLE, Tried, Worklist};

/// Held removals say why, and ask for no field to be changed.
const HELD: Labels = Labels { field: "Why", ..PEOPLE };

impl Worklist {
    /// The worklist of people's problems and of removals that are held, under the id of the plan that holds them.
    #[must_use]
    pub fn of_people(problems: &[Problem], held: &[HeldRemoval], plan: Option<&str>) -> Self {
        Self::of_people_and_refusals(problems, held, plan, std::iter::empty())
    }

    /// The same, with what Tribal Habits has refused and when each of it is tried again.
    #[must_use]
    pub fn of_people_and_refusals<'a>(
        problems: &[Problem],
        held: &[HeldRemoval],
        plan: Option<&str>,
        setbacks: impl Iterator<Item = &'a Setback>,
    ) -> Self {
        let (given_up, resting): (Vec<_>, Vec<_>) = setbacks.partition(|setback| setback.given_up);
        let resting: BTreeMap<_, _> = resting
            .into_iter()
            .filter(|setback| !setback.was_seen_in_portal())
            .map(|setback| (identity(&setback.problem), setback.due_at))
            .collect();
        let mut groups = Groups::default();
        for removal in held {
            add_held(&mut groups, removal, plan);
        }
        for problem in problems.iter().filter(|problem| problem.cause.is_for_customer()) {
            let tried = resting
                .get(&identity(problem))
                .copied()
                .map_or(Tried::NextRun, Tried::After);
            groups.add(advice_about(&problem.cause), None, entry(problem, tried));
        }
        let mut notes = Groups::default();
        for setback in given_up {
            notes.add(GIVEN_UP, None, entry(&setback.problem, Tried::Never));
        }
        Self {
            failure: None,
            groups: groups.sorted(),
            notes: notes.sorted(),
        }
    }
}

fn identity(problem: &Problem) -> (&str, &Cause) {
    (problem.employee_id.as_str(), &problem.cause)
}

fn entry(problem: &Problem, tried: Tried) -> Entry<'_> {
    let (field, expected) = field_and_expected(&problem.cause);
    let seen = problem.seen.as_deref().map(|seen| shown_value(&field, seen));
    Entry {
        who: shown(&problem.person),
        number: shown(problem.employee_id.as_str()),
        seen: seen.or_else(|| is_about_a_value(&problem.cause).then(|| "empty".to_owned())),
        field: shown(&field),
        expected,
        tried,
        unseen: problem.cause.needs_verifying(),
        raw: problem.seen.as_deref().unwrap_or_default(),
    }
}

/// Whether nothing seen means that a field is empty.
fn is_about_a_value(cause: &Cause) -> bool {
    matches!(
        cause,
        Cause::NoUserName { .. } | Cause::RequiredField { .. } | Cause::InvalidValue { .. }
    )
}

fn add_held(groups: &mut Groups, removal: &HeldRemoval, plan: Option<&str>) {
    let mut advice = held_advice(&removal.evidence);
    advice.labels = HELD;
    let what_to_do = format!(
        "{} None of these accounts is deactivated until somebody decides; without a decision, they stay. Reply to this e-mail \
         with {}\"deactivate\" or \"keep\", for all of them or by name. If a record is wrong, correct it in EmployeeConnect: \
         the person then leaves this list.",
        advice.what_to_do,
        plan.map_or_else(String::new, |plan| format!("\"plan {}\" and ", shown(plan))),
    );
    let entry = Entry {
        who: shown(&removal.action.person),
        number: shown(removal.action.employee_id.as_str()),
        field: shown(&removal.evidence.reason()),
        seen: None,
        expected: String::new(),
        tried: Tried::Never,
        unseen: false,
        raw: plan.unwrap_or_default(),
    };
    groups.add(advice, Some(&what_to_do), entry);
}

/// The EmployeeConnect field behind a problem, as far as one is named, and what should be in it.
fn field_and_expected(cause: &Cause) -> (String, String) {
    let of = |field: &str, expected: &str| (field.to_owned(), expected.to_owned());
    match cause {
        Cause::NoUserName { source } => (source_field(source), "the person's user name".to_owned()),
        Cause::RequiredField { source, expected, .. } | Cause::InvalidValue { source, expected, .. } => {
            (source_field(source), shown(expected))
        }
        Cause::InvalidDate { field } => (field.clone(), "a date, as in 2026-03-31".to_owned()),
        Cause::UnknownStatus => of("status", "one of the statuses agreed for the integration"),
        Cause::ExpressionFailed { what, message } => (what.clone(), shown_words(what, message)),
        Cause::Disputed { what, with } => {
            let others: Vec<_> = with.iter().map(|other| shown(other.as_str())).collect();
            (
                what.clone(),
                format!("different from that of employee {}", others.join(", ")),
            )
        }
        Cause::Taken { what, by } => {
            let expected = match by {
                Some(by) => format!("one that employee {} does not have", shown(by.as_str())),
                None => "one that no other account in Tribal Habits has".to_owned(),
            };
            (what.clone(), expected)
        }
        Cause::FormerEmployee { former } => (
            "user name, e-mail".to_owned(),
            format!("your answer: is this former employee {}?", shown(former.as_str())),
        ),
        Cause::ManagerNotSet { manager, why } => {
            let named = manager
                .as_ref()
                .map_or_else(String::new, |manager| format!(" (now employee {})", shown(manager)));
            let expected = format!("{}{named}", manager_expected(*why));
            ("managerEmployeeId".to_owned(), expected)
        }
        Cause::SeveralAccounts => of("user name, e-mail", "on exactly one account in Tribal Habits"),
        Cause::UserNameChanged => of("user name", "your answer: is the account to be renamed?"),
        Cause::DeactivatedByHand => of("status", "an active account, or a termination in EmployeeConnect"),
        Cause::AccountMissing => of("user name", "your answer: a new account?"),
        Cause::RefusedField { field, reason } => (field.clone(), accepted(field, reason)),
        Cause::RefusedPerson { reason } => of("the record", &accepted("the record", reason)),
        Cause::NotAnswered | Cause::AccountExists => of("", ""),
    }
}

const fn manager_expected(why: ManagerProblem) -> &'static str {
    match why {
        ManagerProblem::Unknown => "an employee who is in EmployeeConnect, or a manager's e-mail",
        ManagerProblem::Left => "somebody who still works for you: this manager has left",
        ManagerProblem::OutOfScope => "somebody in scope of the integration: this manager is not",
        ManagerProblem::StartsLater => "somebody who has started: this manager has not yet",
        ManagerProblem::NoEmail => "a manager with a work e-mail: this one has none",
        ManagerProblem::Oneself => "somebody else: nobody is their own manager",
        ManagerProblem::Loop => "a manager who does not report, by way of others, to this person",
    }
}

/// The portal's own words, as part of a sentence.
fn accepted(field: &str, reason: &str) -> String {
    format!("what Tribal Habits accepts; it says: {}", shown_words(field, reason))
}

/// `employee.workEmail` reads as `workEmail`, `employee.customFields['Desk']` as `Desk`, a longer expression as itself.
fn source_field(source: &str) -> String {
    let custom = source
        .strip_prefix("employee.customFields['")
        .and_then(|rest| rest.strip_suffix("']"))
        .filter(|name| !name.contains('\''));
    let field = source
        .strip_prefix("employee.")
        .filter(|rest| rest.chars().all(char::is_alphanumeric));
    custom.or(field).unwrap_or(source).to_owned()
}
