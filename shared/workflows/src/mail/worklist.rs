//! The worklist as its reader sees it: problems grouped by cause, each group with what to do, each line with the person,
//! the field and the value that was found.

use std::collections::{BTreeMap, BTreeSet};

use habitsync_domain::hold::{HeldBecause, PlanId};
use habitsync_domain::problem::{Cause, ManagerProblem, Problem};
use habitsync_domain::user_plan::{HeldRemoval, LostField};
use serde::Serialize;
use sha2::{Digest, Sha256};

use super::advice::{Advice, advice, held_advice, lost_field_advice};
use super::shown::shown;
use crate::job_run::JobFailure;
use crate::ports::failure::VendorFailureKind;

/// What a mail is about; each has its own thread.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subject {
    /// The user sync.
    Users,
    /// The course sync.
    Courses,
    /// The results.
    Results,
}

impl Subject {
    /// Its name in the table.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::Users => "users",
            Self::Courses => "courses",
            Self::Results => "results",
        }
    }

    /// What it is called in a sentence.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Users => "user sync",
            Self::Courses => "course sync",
            Self::Results => "results",
        }
    }
}

/// Everything the customer should do something about, after one run.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Worklist {
    /// Why the whole run failed, where that is the customer's to mend.
    pub(crate) failure: Option<Advice>,
    /// Problems of people, grouped by cause.
    pub(crate) groups: Vec<Group>,
    /// Whether some of it can be seen by a verifying run alone.
    #[serde(skip)]
    pub(crate) needs_verifying: bool,
    /// The plan under which the held removals are decided about. It is no news by itself: it changes with the people.
    #[serde(skip)]
    pub(crate) held_plan: Option<PlanId>,
}

/// Lines that have one cause.
#[derive(Clone, PartialEq, Serialize)]
pub(crate) struct Group {
    pub(crate) advice: Advice,
    pub(crate) lines: Vec<Line>,
}

/// One person.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub(crate) struct Line {
    pub(crate) person: String,
    pub(crate) employee_id: String,
    pub(crate) field: String,
    pub(crate) seen: Option<String>,
    pub(crate) expected: String,
}

impl Worklist {
    /// The worklist of people's problems and of removals that are held.
    #[must_use]
    pub fn of_people(problems: &[Problem], held: &[HeldRemoval]) -> Self {
        let mut groups: BTreeMap<Advice, Vec<Line>> = BTreeMap::new();
        for problem in problems.iter().filter(|problem| problem.cause.is_for_customer()) {
            groups.entry(advice(&problem.cause)).or_default().push(line(problem));
        }
        for removal in held {
            groups.entry(held_advice(removal)).or_default().push(held_line(removal));
        }
        let groups = groups.into_iter().map(|(advice, mut lines)| {
            lines.sort();
            Group { advice, lines }
        });
        Self {
            failure: None,
            groups: groups.collect(),
            needs_verifying: problems.iter().any(|problem| problem.cause.needs_verifying()),
            held_plan: None,
        }
    }

    /// The same, and a line for each field that many people lost at once.
    #[must_use]
    pub fn with_lost_fields(mut self, lost: &[LostField]) -> Self {
        if !lost.is_empty() {
            self.groups.push(Group {
                advice: lost_field_advice(),
                lines: lost.iter().map(lost_field_line).collect(),
            });
        }
        self
    }

    /// The same, with the plan under which its removals are held.
    #[must_use]
    pub fn held_as(mut self, plan: Option<&PlanId>) -> Self {
        self.held_plan = plan.cloned();
        self
    }

    /// The worklist of a run that failed; none where it is not the customer's to mend.
    #[must_use]
    pub fn of_failure(failure: &JobFailure) -> Option<Self> {
        let JobFailure::Vendor(vendor) = failure else {
            return None;
        };
        if !failure.trouble().is_for_customer() {
            return None;
        }
        let advice = match &vendor.kind {
            VendorFailureKind::ModuleDisabled => Advice {
                title: "EmployeeConnect's Development module is not enabled".to_owned(),
                what_to_do:
                    "Courses and results need the Development module. Ask EmployeeConnect to enable it for your \
                             company; nothing else has to be changed."
                        .to_owned(),
            },
            _ => Advice {
                title: format!("{} refused the integration's credentials", vendor.vendor),
                what_to_do:
                    "The key or the integration codes have been changed, revoked or restricted. Send us new ones; \
                             until then nothing is synchronised, and nothing is lost."
                        .to_owned(),
            },
        };
        Some(Self {
            failure: Some(advice),
            groups: Vec::new(),
            needs_verifying: false,
            held_plan: None,
        })
    }

    /// How many things there are to do.
    #[must_use]
    pub fn len(&self) -> usize {
        usize::from(self.failure.is_some()) + self.groups.iter().map(|group| group.lines.len()).sum::<usize>()
    }

    /// Whether there is nothing to do.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The same for the same set of problems, whenever it is asked: a mail is sent when it changes.
    #[must_use]
    pub fn digest(&self) -> String {
        digest(self)
    }

    /// A digest of each line, to tell what is news.
    pub(crate) fn line_digests(&self) -> BTreeSet<String> {
        self.failure
            .iter()
            .map(digest)
            .chain(self.rows().map(|row| digest(&row)))
            .collect()
    }

    /// Each line with its group's advice, for the attached CSV.
    pub(crate) fn rows(&self) -> impl Iterator<Item = (&Advice, &Line)> {
        self.groups
            .iter()
            .flat_map(|group| group.lines.iter().map(move |line| (&group.advice, line)))
    }
}

fn digest(of: &impl Serialize) -> String {
    hex::encode(Sha256::digest(serde_json::to_vec(of).unwrap_or_default()))
}

fn line(problem: &Problem) -> Line {
    let (field, expected) = field_and_expected(&problem.cause);
    Line {
        person: shown(&problem.person),
        employee_id: problem.employee_id.to_string(),
        field,
        seen: problem
            .seen
            .as_deref()
            .map(shown)
            .or_else(|| is_about_a_value(&problem.cause).then(|| "empty".to_owned())),
        expected,
    }
}

/// Whether nothing seen means that a field is empty.
fn is_about_a_value(cause: &Cause) -> bool {
    matches!(
        cause,
        Cause::NoUserName { .. } | Cause::RequiredField { .. } | Cause::InvalidValue { .. }
    )
}

fn lost_field_line(lost: &LostField) -> Line {
    Line {
        person: format!("{} of {} people", lost.lost, lost.had),
        employee_id: "various".to_owned(),
        field: source_field(&lost.source),
        seen: Some("empty".to_owned()),
        expected: format!("the values that {} had", lost.field),
    }
}

fn held_line(removal: &HeldRemoval) -> Line {
    Line {
        person: shown(&removal.action.person),
        employee_id: removal.action.employee_id.to_string(),
        field: "terminationDate, status".to_owned(),
        seen: Some(removal.evidence.reason()),
        expected: match removal.because {
            HeldBecause::ApprovedNotConfirmed => "nothing: you have given your word; it is being confirmed".to_owned(),
            _ => "your word that they left".to_owned(),
        },
    }
}

/// The EmployeeConnect field behind a problem, as far as one is named, and what should be in it.
fn field_and_expected(cause: &Cause) -> (String, String) {
    let of = |field: &str, expected: &str| (field.to_owned(), expected.to_owned());
    match cause {
        Cause::NoUserName { source } => (source_field(source), "the person's user name".to_owned()),
        Cause::RequiredField { source, expected, .. } | Cause::InvalidValue { source, expected, .. } => {
            (source_field(source), expected.clone())
        }
        Cause::InvalidDate { field } => (field.clone(), "a date (yyyy-mm-dd)".to_owned()),
        Cause::UnknownStatus => of("status", "a status that the integration knows"),
        Cause::ExpressionFailed { what, message } => (what.clone(), message.clone()),
        Cause::Disputed { what, with } => {
            let others: Vec<_> = with.iter().map(ToString::to_string).collect();
            (what.clone(), format!("not the same as employee {}", others.join(", ")))
        }
        Cause::Taken { what, by } => (
            what.clone(),
            match by {
                Some(by) => format!("one that employee {by} does not have"),
                None => "one that no other account in Tribal Habits has".to_owned(),
            },
        ),
        Cause::FormerEmployee { former } => (
            "user name, e-mail".to_owned(),
            format!("your word whether this is former employee {former}"),
        ),
        Cause::ManagerNotSet { manager, why } => {
            let named = manager
                .as_ref()
                .map_or_else(String::new, |manager| format!(" (employee {manager})"));
            (
                "managerEmployeeId".to_owned(),
                format!("{}{named}", manager_expected(*why)),
            )
        }
        Cause::SeveralAccounts => of("user name, e-mail", "exactly one account in Tribal Habits"),
        Cause::UserNameChanged => of("user name", "your word whether the account is to be renamed"),
        Cause::DeactivatedByHand => of("status", "an active account, or a terminated employee"),
        Cause::AccountMissing => of("user name", "an account of this name in Tribal Habits"),
        Cause::RefusedField { field, reason } => (field.clone(), accepted(reason)),
        Cause::RefusedPerson { reason } => of("the record", &accepted(reason)),
        Cause::NotAnswered | Cause::AccountExists => of("", ""),
    }
}

fn manager_expected(why: ManagerProblem) -> &'static str {
    match why {
        ManagerProblem::Unknown => "an employee who is in EmployeeConnect, or a manager's e-mail",
        ManagerProblem::Left => "somebody who still works there: this manager has left",
        ManagerProblem::OutOfScope => "somebody in scope of the integration: this manager is not",
        ManagerProblem::StartsLater => "somebody who has started: this manager has not yet",
        ManagerProblem::NoEmail => "a manager with a work e-mail: this one has none",
        ManagerProblem::Oneself => "somebody else: nobody is their own manager",
        ManagerProblem::Loop => "a manager who does not report, by way of others, to this person",
    }
}

/// The portal's own words, as part of a sentence.
fn accepted(reason: &str) -> String {
    format!("what Tribal Habits accepts; it says: {reason}")
}

/// `employee.workEmail` reads as `workEmail`; a longer expression as itself.
fn source_field(source: &str) -> String {
    source
        .strip_prefix("employee.")
        .filter(|rest| rest.chars().all(char::is_alphanumeric))
        .unwrap_or(source)
        .to_owned()
}

impl std::fmt::Debug for Group {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Group")
            .field("title", &self.advice.title)
            .field("lines", &self.lines.len())
            .finish()
    }
}
