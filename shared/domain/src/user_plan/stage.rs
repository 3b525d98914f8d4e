//! The facts that every stage of a plan reads, and what each stage finds for the next one.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap, HashSet};

use super::accounts::{Accounts, Adoptions};
use super::candidate::Candidate;
use super::compare::Difference;
use super::eligibility::Eligibility;
use super::organisation::Organisation;
use super::unique::{Key, Unique};
use super::{PlanInput, UserPlan};
use crate::approvals::{ApprovalVerdict, Decision, HoldReason, Matter, PerChange, Proposal};
use crate::expressions::evaluator::Evaluator;
use crate::identity::{EmployeeId, UserName};
use crate::people::employee::Employee;
use crate::people::employment::EmploymentRules;
use crate::people::last_day::LastDaySeen;
use crate::people::link::{Deactivated, Person};
use crate::people::mapping::DesiredUser;
use crate::people::problem::{Cause, Problem};
use crate::people::rejected_writes::RejectedWrites;

/// Fewer employees than this who lose a value are each their own affair, however small the customer.
pub(super) const AT_LEAST: usize = 5;

/// What every stage reads and none changes: the input, by the keys that it is looked up by.
pub(super) struct Facts<'a> {
    pub(super) input: &'a PlanInput<'a>,
    pub(super) evaluator: &'a Evaluator,
    pub(super) employment: EmploymentRules<'a>,
    pub(super) organisation: Organisation<'a>,
    pub(super) accounts: Accounts<'a>,
    pub(super) rejected_writes: HashMap<&'a EmployeeId, &'a RejectedWrites>,
    pub(super) last_days: HashMap<&'a EmployeeId, &'a LastDaySeen>,
    /// Employees whose record, or whose link, cannot be read.
    pub(super) unreadable: BTreeMap<EmployeeId, Cause>,
}

/// One stage: the facts, the plan so far, and what the next stage is made from.
pub(super) struct Stage<'a, Found> {
    pub(super) facts: Facts<'a>,
    pub(super) decisions: Decisions<'a>,
    pub(super) plan: UserPlan,
    pub(super) found: Found,
}

/// The first stage: who is eligible, and which accounts there is evidence against.
#[derive(Default)]
pub(super) struct Classified<'a> {
    /// Of each employee, in the order of the roster.
    pub(super) eligibility: Vec<Eligibility>,
    /// Deactivations that there is evidence for.
    pub(super) leaving: Vec<Candidate<'a>>,
    /// Linked accounts that the portal has deactivated while the mirror says active, and on what evidence they would go.
    pub(super) found_deactivated: Vec<(&'a EmployeeId, Deactivated)>,
}

/// The second stage: the account that each eligible employee should have.
pub(super) struct Desired<'a> {
    pub(super) classified: Classified<'a>,
    pub(super) accounts: Vec<DesiredAccount<'a>>,
    /// Of each mapped field.
    pub(super) losses: Vec<Losses>,
    /// Accounts whose employee is gone, and whose owner a record of another number may describe.
    pub(super) same_person: HashMap<EmployeeId, HoldReason>,
    pub(super) adoptions: Adoptions,
}

/// The third stage: the writes that the accounts need are the plan's actions.
pub(super) struct Compared<'a> {
    pub(super) eligibility: Vec<Eligibility>,
    pub(super) leaving: Vec<Candidate<'a>>,
    pub(super) found_deactivated: Vec<(&'a EmployeeId, Deactivated)>,
    pub(super) losses: Vec<Losses>,
    pub(super) same_person: HashMap<EmployeeId, HoldReason>,
    pub(super) adoptions: Adoptions,
    /// The employee of each kind's write that an unfinished run did not save, and whether it was agreed to.
    pub(super) unsaved: PerChange<Option<(EmployeeId, bool)>>,
}

/// The fourth stage: the actions are those that are made; all others are held, kept or reported.
pub(super) struct Limited {
    pub(super) eligibility: Vec<Eligibility>,
    pub(super) adoptions: Adoptions,
    /// The accounts that have the user names and e-mails that the actions take.
    pub(super) holders: Holders,
}

/// An employee who should have an account.
pub(super) struct DesiredAccount<'a> {
    pub(super) employee: &'a Employee,
    /// The account's user name after this run.
    pub(super) user_name: UserName,
    /// The account's e-mail after this run.
    pub(super) email: Option<Cow<'a, str>>,
    pub(super) intent: Intent<'a>,
}

/// The writes that the account needs, as far as one employee's records show.
pub(super) enum Intent<'a> {
    /// Nothing.
    Unchanged,
    /// Nothing may be done to it: it is protected.
    Protected,
    /// The account cannot be determined, or must not be touched.
    Unclear { cause: Cause, digest: String },
    /// It differs, or the table does not hold it as it is in the portal.
    Linked(Box<Linked<'a>>),
    /// There is no link.
    Unlinked(Box<DesiredUser<'a>>),
}

/// A linked account that needs something.
pub(super) struct Linked<'a> {
    /// As last written, or as seen in this run.
    pub(super) before: Cow<'a, Person>,
    /// The stored link, where it differs from the values read.
    pub(super) stored: Option<&'a Person>,
    pub(super) difference: Difference,
    pub(super) digest: String,
    /// Whether the record describes another person than the account, according to all known traits.
    pub(super) is_another_person: bool,
}

impl<'a> DesiredAccount<'a> {
    /// Returns the user name of an account that has its employee's new one already, while the table holds the old one.
    pub(super) fn renamed(&self) -> Option<String> {
        match &self.intent {
            Intent::Linked(linked) if linked.stored.is_some() => Some(linked.before.user_name.key()),
            _ => None,
        }
    }

    /// Returns the desired user of an employee without a link.
    pub(super) fn unlinked(&self) -> Option<&DesiredUser<'a>> {
        match &self.intent {
            Intent::Unlinked(user) => Some(user),
            _ => None,
        }
    }

    /// Returns the value that only one account may have.
    pub(super) fn unique(&self, what: Unique) -> Option<&str> {
        match what {
            Unique::UserName => Some(self.user_name.as_str()),
            Unique::Email => self.email.as_deref(),
        }
    }
}

/// How many people had a value of a field, and how many of them lost it.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Losses {
    pub(super) had: usize,
    pub(super) lost: usize,
}

impl Losses {
    #[expect(clippy::cast_precision_loss, reason = "a share of a count of people")]
    pub(super) fn are_too_many(self, percent: f64) -> bool {
        self.lost >= AT_LEAST && self.lost as f64 * 100.0 > self.had as f64 * percent
    }
}

/// The account that has a user name or an e-mail.
pub(super) enum Holder {
    /// An account that no employee has.
    Stranger,
    /// The account of an employee who works there, or may.
    Linked(Person),
    /// The deactivated account of a former employee, which can give the value up.
    Former(Person),
}

pub(super) type Holders = HashMap<Key, Holder>;

impl<'a, Found> Stage<'a, Found> {
    pub(super) fn with<Next>(self, next: impl FnOnce(Found) -> Next) -> Stage<'a, Next> {
        Stage {
            facts: self.facts,
            decisions: self.decisions,
            plan: self.plan,
            found: next(self.found),
        }
    }

    /// Reports a problem that prevents a verdict on an employee, or the match with an account.
    pub(super) fn report(&mut self, problem: Problem) {
        if self.facts.accounts.link(&problem.employee_id).is_none() {
            self.plan.unlinked += 1;
        }
        self.plan.problems.push(problem);
    }
}

impl<'a> Facts<'a> {
    pub(super) fn new(input: &'a PlanInput<'a>, evaluator: &'a Evaluator) -> Self {
        let parked = input.rejected_writes.iter();
        let last_days = input.last_days.iter();
        Self {
            input,
            evaluator,
            employment: EmploymentRules {
                users: &input.configuration.users,
                dates: evaluator.dates(),
                today: input.today(),
            },
            organisation: Organisation::new(&input.roster.employees),
            accounts: Accounts::new(input),
            rejected_writes: parked.map(|parked| (&parked.employee_id, parked)).collect(),
            last_days: last_days.map(|seen| (&seen.employee_id, seen)).collect(),
            unreadable: unreadable(input),
        }
    }
}

fn unreadable(input: &PlanInput<'_>) -> BTreeMap<EmployeeId, Cause> {
    let records = input.roster.unusable_employees().into_iter();
    let records = records.map(|(employee, why)| (employee, Cause::UnusableRecord { why }));
    let links = input.unreadable.links.iter();
    records
        .chain(links.map(|employee| (employee.clone(), Cause::NotStored)))
        .collect()
}

/// The operators' decisions, and which of them are about what this plan proposes.
pub(super) struct Decisions<'a> {
    pub(super) made: HashMap<(&'a EmployeeId, Matter), &'a Decision>,
    unreadable: HashSet<(&'a EmployeeId, Matter)>,
    version: u64,
    /// For each decision with a proposal: whether it is about exactly this proposal.
    pub(super) proposed: HashMap<(&'a EmployeeId, Matter), bool>,
}

impl<'a> Decisions<'a> {
    pub(super) fn new(input: &'a PlanInput<'a>) -> Self {
        let made = input.limit_input.decisions.iter();
        let unreadable = input.unreadable.decisions.iter();
        Self {
            made: made.map(|decision| (decision.about(), decision)).collect(),
            unreadable: unreadable.map(|(employee, matter)| (employee, *matter)).collect(),
            version: input.limit_input.version,
            proposed: HashMap::new(),
        }
    }

    /// Returns the decision about exactly this proposal, if there is one.
    pub(super) fn verdict_on(&mut self, proposal: &Proposal<'_>) -> Option<ApprovalVerdict> {
        let about = (proposal.employee_id, proposal.evidence.matter());
        let Some(decision) = self.made.get(&about).copied() else {
            let is_unreadable = self.unreadable.contains(&about);
            return is_unreadable.then_some(ApprovalVerdict::Awaits);
        };
        let stands = decision.stands(proposal, self.version);
        *self.proposed.entry(decision.about()).or_default() |= stands;
        stands.then_some(decision.made.verdict)
    }

    /// Why an action waits that was left pending: for the reason that it was held for when the others of its plan were decided
    /// about, or since the decision about it cannot be decoded.
    pub(super) fn awaits_because(&self, about: (&EmployeeId, Matter)) -> HoldReason {
        let decision = self.made.get(&about);
        decision.map_or(HoldReason::DecisionUnreadable, |decision| decision.hold_reason)
    }
}
