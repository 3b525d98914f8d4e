//! Accounts that another person's record would take over: an employee number that was given to a new employee, swapped,
//! or shifted by a row. The account holds its owner's training, so the change waits for an operator.

use std::collections::BTreeSet;

use jiff::civil::Date;

use super::rekeyed::start_of;
use super::stage::{Compared, Facts, Stage};
use super::{Action, PendingApproval, UserPlan, former_account};
use crate::approvals::{ApprovalVerdict, HoldReason, Proposal};
use crate::identity::EmployeeId;
use crate::people::dates::DateRules;
use crate::people::employee::Employee;
use crate::people::link::Person;
use crate::people::mapping::DesiredUser;
use crate::people::user::FieldName;

/// The number of equal traits (first name, last name, an address, first day) below which a deactivated account counts
/// as another person's.
const SHARED_BY_ONE_PERSON: usize = 2;

/// The traits that distinguish people, in the form in which they are compared.
struct Traits {
    first_name: BTreeSet<String>,
    last_name: BTreeSet<String>,
    /// The part of each user name and e-mail before the `@`.
    addresses: BTreeSet<String>,
    start: Option<Date>,
}

/// The treatment of a change that would hand an account over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum HandOver {
    /// An operator approved it after being shown both names.
    Approved,
    /// An operator rejected it.
    Rejected,
    /// No operator has decided.
    Undecided,
}

impl Facts<'_> {
    /// Whether the record describes another person than the account.
    pub(super) fn is_another_person(&self, account: &Person, employee: &Employee, user: &DesiredUser<'_>) -> bool {
        if account.last_change.as_ref().is_some_and(|last| last.linked_by_hand) {
            return false;
        }
        let users = &self.input.configuration.users;
        let mut starts = users.start_fields().filter_map(|field| account.field(field.as_str()));
        let start = starts.find_map(super::compare::portal_date);
        let before = Traits::of_account(account, start);
        let now = Traits::of_record(employee, user, self.evaluator.dates());
        before.has_name() && now.has_name() && !before.are_one_persons(&now, account.active)
    }
}

impl<'a> Stage<'a, Compared<'a>> {
    /// Returns the operators' decision about an action that hands an account over to another person.
    pub(super) fn decided_hand_over(&mut self, action: &Action) -> HandOver {
        let Some(evidence) = action.grounds() else {
            return HandOver::Undecided;
        };
        let proposal = Proposal {
            employee_id: &action.employee_id,
            user_name: action.step.user_name(),
            evidence,
            to_be_shown: Some(HoldReason::AnotherPerson),
        };
        match self.decisions.verdict_on(&proposal) {
            Some(ApprovalVerdict::Approved) => HandOver::Approved,
            Some(ApprovalVerdict::Rejected) => HandOver::Rejected,
            Some(ApprovalVerdict::Awaits) | None => HandOver::Undecided,
        }
    }

    /// Holds a change that would hand an account over.
    pub(super) fn hold_hand_over(&mut self, action: Action) {
        let Some(evidence) = action.grounds() else { return };
        self.plan.held.push(PendingApproval {
            action,
            evidence,
            hold_reason: HoldReason::AnotherPerson,
            waits_with: None,
        });
    }
}

impl UserPlan {
    /// Returns the employees whose records describe other people than their accounts.
    pub(super) fn other_persons(&self) -> impl Iterator<Item = &EmployeeId> {
        let held = self.held.iter();
        held.filter(|held| held.hold_reason == HoldReason::AnotherPerson)
            .map(|held| &held.action.employee_id)
    }
}

impl Traits {
    fn of_account(account: &Person, start: Option<Date>) -> Self {
        let former = account.former_names.iter().map(|former| former.user_name.as_str());
        let email = account.field(FieldName::EMAIL).into_iter();
        let names = [account.user_name.as_str()].into_iter().chain(former).chain(email);
        Self {
            first_name: words(account.field(FieldName::FIRST_NAME)),
            last_name: words(account.field(FieldName::LAST_NAME)),
            addresses: addresses(names, &account.employee_id),
            start,
        }
    }

    fn of_record(employee: &Employee, user: &DesiredUser<'_>, dates: &DateRules) -> Self {
        let first = ["firstName", "preferredName"].map(|field| employee.text(field));
        let first = first.into_iter().flatten().chain(user.value(FieldName::FIRST_NAME));
        let last = employee
            .text("lastName")
            .into_iter()
            .chain(user.value(FieldName::LAST_NAME));
        let names = [user.user_name.as_str()].into_iter().chain(user.email());
        Self {
            first_name: words(first),
            last_name: words(last),
            addresses: addresses(names, employee.id()),
            start: start_of(employee, dates),
        }
    }

    fn has_name(&self) -> bool {
        !self.first_name.is_empty() || !self.last_name.is_empty()
    }

    /// Whether the record and the account belong to one person. For an active account the employee number is enough
    /// unless no other trait agrees; a deactivated one may belong to a former employee whose number was reused.
    fn are_one_persons(&self, other: &Self, is_active: bool) -> bool {
        let is_crossed = shares(&self.first_name, &other.last_name) && shares(&self.last_name, &other.first_name);
        let names = [
            is_crossed || shares(&self.first_name, &other.first_name),
            is_crossed || shares(&self.last_name, &other.last_name),
            shares(&self.addresses, &other.addresses),
        ];
        let shared = names.into_iter().filter(|is_shared| *is_shared).count();
        let has_same_start = self.start.is_some() && self.start == other.start;
        if is_active {
            shared > 0
        } else {
            shared + usize::from(has_same_start) >= SHARED_BY_ONE_PERSON
        }
    }
}

fn shares(one: &BTreeSet<String>, other: &BTreeSet<String>) -> bool {
    !one.is_disjoint(other)
}

/// The words of names, in lower case.
fn words<'n>(names: impl IntoIterator<Item = &'n str>) -> BTreeSet<String> {
    let words = names
        .into_iter()
        .flat_map(|name| name.split(|letter: char| !letter.is_alphanumeric()));
    words.filter(|word| !word.is_empty()).map(str::to_lowercase).collect()
}

/// The local parts of user names and e-mails. One that is the employee number says no more than that, and one that was given to
/// a former account says nothing.
fn addresses<'n>(names: impl Iterator<Item = &'n str>, employee: &EmployeeId) -> BTreeSet<String> {
    let own = names.filter(|name| !former_account::is_email(name));
    let local = own.map(|name| name.split('@').next().unwrap_or_default().to_lowercase());
    let is_telling =
        |local: &String| !local.is_empty() && *local != employee.as_str().to_lowercase() && !is_former(local, employee);
    local.filter(is_telling).collect()
}

fn is_former(local: &str, employee: &EmployeeId) -> bool {
    former_account::user_name(employee).is_some_and(|name| name.key() == local)
}
