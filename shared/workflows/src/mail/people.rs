//! The worklist of a user sync: people's problems, removals that are held, and what was given up.

use std::collections::BTreeMap;

use habitsync_domain::configuration::UsersConfiguration;
use habitsync_domain::employment::Evidence;
use habitsync_domain::hold::HeldBecause;
use habitsync_domain::identity::EmployeeId;
use habitsync_domain::parking::Setback;
use habitsync_domain::problem::{Cause, ManagerProblem, Problem};
use habitsync_domain::problem_words::works_there_again;
use habitsync_domain::user_plan::{HeldRemoval, LostField};

use super::advice::{GIVEN_UP, LOST_FIELDS, advice_about, held_advice};
use super::hris_fields::{hris_field, source_fields};
use super::line::{Entry, Groups, Labels, PEOPLE, Tried};
use super::shown::{shown, shown_value, shown_words};
use super::worklist::Worklist;

/// Held removals say why, and ask for no field to be changed.
const HELD: Labels = Labels { field: "Why", ..PEOPLE };

impl Worklist {
    /// The worklist of people's problems and of removals that are held, of a customer whose rules are not at hand.
    #[must_use]
    pub fn of_people(problems: &[Problem], held: &[HeldRemoval]) -> Self {
        Self::of_groups(to_be_done(problems, held, None, |_| Tried::NextRun), Groups::default())
    }

    /// The same after a run of a customer with these rules: what is refused says when it is tried again, and fields are called
    /// what they are called in EmployeeConnect.
    #[must_use]
    pub fn of_user_sync<'a>(
        users: &UsersConfiguration,
        problems: &[Problem],
        held: &[HeldRemoval],
        setbacks: impl Iterator<Item = &'a Setback>,
    ) -> Self {
        let (given_up, resting): (Vec<_>, Vec<_>) = setbacks.partition(|setback| setback.given_up);
        let resting: BTreeMap<_, _> = resting
            .into_iter()
            .filter(|setback| !setback.was_seen_in_portal())
            .map(|setback| (identity(&setback.problem), setback.due_at))
            .collect();
        let tried = |problem: &Problem| {
            let due_at = resting.get(&identity(problem)).copied();
            due_at.map_or(Tried::NextRun, Tried::After)
        };
        let mut notes = Groups::default();
        for setback in given_up {
            notes.add(GIVEN_UP, None, entry(&setback.problem, Tried::Never, Some(users)));
        }
        Self::of_groups(to_be_done(problems, held, Some(users), tried), notes)
    }

    fn of_groups(groups: Groups, notes: Groups) -> Self {
        Self {
            groups: groups.sorted(),
            notes: notes.sorted(),
            ..Self::default()
        }
    }

    /// The same, with the fields that many people lost at once.
    #[must_use]
    pub fn with_lost_fields(mut self, lost: &[LostField]) -> Self {
        let mut groups = Groups::default();
        for lost in lost {
            groups.add(LOST_FIELDS, None, lost_field(lost));
        }
        self.groups.extend(groups.sorted());
        self.groups.sort_by_key(|group| group.rank);
        self
    }

    /// The same, with the id of the plan under which its removals are held, which whoever decides has to name.
    #[must_use]
    pub fn held_as(mut self, plan: Option<&str>) -> Self {
        let Some(plan) = plan.map(shown) else { return self };
        let named = format!("Reply to this e-mail with \"plan {plan}\" and ");
        for group in &mut self.groups {
            group.what_to_do = group.what_to_do.replace(REPLY, &named);
        }
        self.plan = Some(plan);
        self
    }
}

/// What waits for a decision, and what the customer can mend.
fn to_be_done(
    problems: &[Problem],
    held: &[HeldRemoval],
    users: Option<&UsersConfiguration>,
    tried: impl Fn(&Problem) -> Tried,
) -> Groups {
    let mut groups = Groups::default();
    // Of somebody who came back under another number, the line of that number says it.
    for removal in held.iter().filter(|removal| removal.because != HeldBecause::Rekeyed) {
        add_held(&mut groups, removal);
    }
    for problem in problems.iter().filter(|problem| problem.cause.is_for_customer()) {
        groups.add(
            advice_about(&problem.cause),
            None,
            entry(problem, tried(problem), users),
        );
    }
    groups
}

/// How to decide about removals, before what to answer.
const REPLY: &str = "Reply to this e-mail with ";

fn identity(problem: &Problem) -> (&str, &Cause) {
    (problem.employee_id.as_str(), &problem.cause)
}

fn entry<'p>(problem: &'p Problem, tried: Tried, users: Option<&UsersConfiguration>) -> Entry<'p> {
    let (field, expected) = field_and_expected(&problem.cause, users);
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

fn lost_field(lost: &LostField) -> Entry<'_> {
    Entry {
        who: format!("{} of {} people", lost.lost, lost.had),
        number: String::new(),
        field: shown(&source_fields(&lost.source)),
        seen: Some("empty".to_owned()),
        expected: format!("the values that {} had", shown(lost.field.as_str())),
        tried: Tried::NextRun,
        unseen: false,
        raw: lost.field.as_str(),
    }
}

fn add_held(groups: &mut Groups, removal: &HeldRemoval) {
    let mut advice = held_advice(&removal.evidence, removal.because);
    advice.labels = HELD;
    let what_to_do = format!(
        "{} None of these accounts is deactivated until somebody decides; without a decision, they stay. {REPLY}\"deactivate\" or \
         \"keep\", for all of them or by name. If a record is wrong, correct it in EmployeeConnect: the person then leaves this \
         list.",
        advice.what_to_do,
    );
    let entry = Entry {
        who: shown(&removal.action.person),
        number: shown(removal.action.employee_id.as_str()),
        field: why_held(removal),
        seen: None,
        expected: String::new(),
        tried: Tried::Never,
        unseen: false,
        raw: "",
    };
    groups.add(advice, Some(&what_to_do), entry);
}

fn why_held(removal: &HeldRemoval) -> String {
    if removal.because == HeldBecause::ApprovedNotConfirmed {
        return "you have decided; EmployeeConnect is asked once more before anything is done".to_owned();
    }
    match &removal.evidence {
        Evidence::Terminated => "the status says that they left".to_owned(),
        Evidence::Ended { last_day } => format!("the last day was {}", last_day.strftime("%-d %B %Y")),
        Evidence::Vanished => "the record is no longer in EmployeeConnect".to_owned(),
        Evidence::OutOfScope => "the record no longer fits the agreed scope".to_owned(),
    }
}

/// The EmployeeConnect field behind a problem, as far as one is named, and what should be in it.
fn field_and_expected(cause: &Cause, users: Option<&UsersConfiguration>) -> (String, String) {
    let of = |field: &str, expected: &str| (field.to_owned(), expected.to_owned());
    let name = |what: &str| hris_field(what, users);
    match cause {
        Cause::NoUserName { source } => (source_fields(source), "the person's user name".to_owned()),
        Cause::RequiredField { source, expected, .. } | Cause::InvalidValue { source, expected, .. } => {
            (source_fields(source), shown(expected))
        }
        Cause::InvalidDate { field } => (field.clone(), "a date, as in 2026-03-31".to_owned()),
        Cause::UnknownStatus => ("status".to_owned(), known_statuses(users)),
        Cause::ActiveAfterLastDay { last_day } => ("terminationDate, status".to_owned(), works_there_again(*last_day)),
        Cause::ExpressionFailed { what, message } => (what.clone(), shown_words(what, message)),
        Cause::Disputed { what, with } => (name(what), format!("different from that of employee {}", some_of(with))),
        Cause::Taken { what, by } => {
            let expected = match by {
                Some(by) => format!("one that employee {} does not have", shown(by.as_str())),
                None => "one that no other account in Tribal Habits has".to_owned(),
            };
            (name(what), expected)
        }
        Cause::FormerEmployee { former } => (
            "user name, e-mail".to_owned(),
            format!("your answer: is this former employee {}?", shown(former.as_str())),
        ),
        Cause::Rekeyed { former } => (
            "employee number".to_owned(),
            format!("your answer: was this employee {} before?", shown(former.as_str())),
        ),
        Cause::ManagerNotSet { manager, why } => {
            let named = manager
                .as_ref()
                .map_or_else(String::new, |manager| format!(" (now employee {})", shown(manager)));
            let expected = format!("{}{named}", manager_expected(*why));
            ("managerEmployeeId".to_owned(), expected)
        }
        Cause::SeveralAccounts => of("user name, e-mail", "on exactly one account in Tribal Habits"),
        Cause::UserNameChanged => (
            name("user name"),
            "your answer: is the account to be renamed?".to_owned(),
        ),
        Cause::DeactivatedByHand => of("status", "an active account, or a termination in EmployeeConnect"),
        Cause::AccountMissing => of("user name", "your answer: a new account?"),
        Cause::RefusedField { field, reason } => (name(field), accepted(field, reason)),
        Cause::RefusedPerson { reason } => of("the record", &accepted("the record", reason)),
        Cause::NotAnswered | Cause::AccountExists => of("", ""),
    }
}

/// The first few employee ids, and how many more there are.
fn some_of(employees: &[EmployeeId]) -> String {
    let first = employees.iter().take(OTHERS_SHOWN).map(|other| shown(other.as_str()));
    let first = first.collect::<Vec<_>>().join(", ");
    match employees.len().saturating_sub(OTHERS_SHOWN) {
        0 => first,
        more => format!("{first} and {more} more"),
    }
}

/// So many of the employees who share a value are named in a line.
const OTHERS_SHOWN: usize = 10;

fn known_statuses(users: Option<&UsersConfiguration>) -> String {
    let Some(users) = users else {
        return "one of the statuses agreed for the integration".to_owned();
    };
    let all = users.active_statuses.iter().chain(&users.terminated_statuses);
    let all: Vec<_> = all.map(|status| shown(status)).collect();
    format!("one of: {}", all.join(", "))
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
