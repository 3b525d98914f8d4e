//! What a user sync does: from the employees, the links and (when verifying) the portal to an ordered list of actions.
//!
//! One planner serves every run. Leavers are told first, on employee id, status and dates alone, since HR often clears a
//! leaver's e-mail; then everybody else is scoped, mapped, matched to an account and compared with what was last written.

mod accounts;
mod compare;
mod disputes;
mod order;
mod plan;
mod removals;

use std::collections::HashMap;

use jiff::civil::Date;

pub use plan::{Action, PlanCounts, Step, UserPlan};
pub use removals::HeldRemoval;

use crate::configuration::TenantConfiguration;
use crate::employee::Employee;
use crate::employment::{Employment, Evidence, Undecided};
use crate::evaluator::{Evaluator, Scope};
use crate::identity::EmployeeId;
use crate::mapping::{self, MappedUser, display_name, problem};
use crate::person::Person;
use crate::problem::{Cause, Problem};
use crate::user::{NewUser, PortalUser, UserChange};
use accounts::{Account, Accounts};

/// Everything a plan is made from.
#[derive(Debug, Clone, Copy)]
pub struct Situation<'a> {
    /// The customer's rules.
    pub configuration: &'a TenantConfiguration,
    /// A complete read of EmployeeConnect.
    pub employees: &'a [Employee],
    /// Every linked person.
    pub people: &'a [Person],
    /// The portal's users, when this run verifies: accounts that exist are adopted, drift and hand edits are found.
    pub portal: Option<&'a [PortalUser]>,
    /// The customer's local day.
    pub today: Date,
}

/// Somebody who should have an account, with the user they should be.
struct Wanted<'a> {
    employee: &'a Employee,
    user: MappedUser,
}

/// Plans a user sync.
#[must_use]
pub fn plan_users(situation: &Situation<'_>) -> UserPlan {
    let mut planner = Planner::new(situation);
    let wanted = planner.divide();
    let wanted = planner.set_disputes_aside(wanted);
    planner
        .accounts
        .count_claims(wanted.iter().map(|wanted| (wanted.employee.id(), &wanted.user)));
    for wanted in &wanted {
        planner.plan_account(wanted);
    }
    planner.finish()
}

struct Planner<'a> {
    situation: &'a Situation<'a>,
    employees: HashMap<&'a EmployeeId, &'a Employee>,
    accounts: Accounts<'a>,
    removals: Vec<(Action, Evidence)>,
    plan: UserPlan,
}

impl<'a> Planner<'a> {
    fn new(situation: &'a Situation<'a>) -> Self {
        Self {
            situation,
            employees: situation
                .employees
                .iter()
                .map(|employee| (employee.id(), employee))
                .collect(),
            accounts: Accounts::new(situation),
            removals: Vec::new(),
            plan: UserPlan::default(),
        }
    }

    /// Divides everybody who was read; returns those who should have an account.
    fn divide(&mut self) -> Vec<Wanted<'a>> {
        let evaluator = Evaluator::new(
            self.situation.employees,
            self.situation.configuration.users.expressions(),
        );
        self.plan.counts.read = self.situation.employees.len();
        self.situation
            .employees
            .iter()
            .filter_map(|employee| self.place(employee, &evaluator))
            .collect()
    }

    fn place(&mut self, employee: &'a Employee, evaluator: &Evaluator) -> Option<Wanted<'a>> {
        let users = &self.situation.configuration.users;
        match Employment::of(employee, users, self.situation.today) {
            Ok(Employment::Left(evidence)) => {
                self.plan.counts.leavers += 1;
                self.remove(employee, evidence);
                None
            }
            Ok(Employment::StartsLater) => {
                self.plan.counts.starting_later += 1;
                None
            }
            Ok(Employment::Works) => {
                let manager = employee.manager_id().and_then(|id| self.employees.get(&id).copied());
                self.want(employee, &evaluator.scope(employee, manager))
            }
            Err(undecided) => {
                self.leave_alone(undecided_problem(employee, undecided));
                None
            }
        }
    }

    fn want(&mut self, employee: &'a Employee, scope: &Scope<'_>) -> Option<Wanted<'a>> {
        let users = &self.situation.configuration.users;
        match mapping::is_in_scope(users, employee, scope) {
            Ok(true) => {}
            Ok(false) => {
                self.exclude(employee);
                return None;
            }
            Err(problem) => {
                self.leave_alone(problem);
                return None;
            }
        }
        match mapping::map_user(users, employee, scope) {
            Ok(user) if self.accounts.is_protected(&user.user_name) => {
                self.plan.counts.excluded += 1;
                None
            }
            Ok(user) => {
                self.plan.counts.in_scope += 1;
                self.plan.problems.extend(user.problems.iter().cloned());
                Some(Wanted { employee, user })
            }
            Err(problem) => {
                self.leave_alone(problem);
                None
            }
        }
    }

    fn leave_alone(&mut self, problem: Problem) {
        self.plan.counts.undecided += 1;
        self.report(problem);
    }

    /// A problem that keeps a person from being told, or matched to an account.
    fn report(&mut self, problem: Problem) {
        if self.accounts.link(&problem.employee_id).is_none() {
            self.plan.unlinked += 1;
        }
        self.plan.problems.push(problem);
    }

    /// Plans what the account of somebody who should have one needs.
    fn plan_account(&mut self, wanted: &Wanted<'_>) {
        match self.accounts.of(wanted.employee.id(), &wanted.user) {
            Account::None => self.create(wanted),
            Account::Linked(person) => self.change(wanted, person, false),
            Account::Seen(person) => self.change(wanted, person, true),
            Account::Protected => {}
            Account::Unclear(cause) => self.report(problem(wanted.employee, cause, None)),
        }
    }

    fn create(&mut self, wanted: &Wanted<'_>) {
        let users = &self.situation.configuration.users;
        let is_complete = !wanted.user.problems.iter().any(|problem| problem.cause.blocks_person());
        if users.create && is_complete {
            let fields = compare::fields_of_new(&wanted.user);
            let user = NewUser {
                user_name: wanted.user.user_name.clone(),
                fields,
            };
            self.act(
                wanted.employee,
                Step::Create(user),
                "works there and has no account".to_owned(),
            );
        }
    }

    /// `remember` where the table does not hold this link or mirror yet.
    fn change(&mut self, wanted: &Wanted<'_>, before: Person, remember: bool) {
        let users = &self.situation.configuration.users;
        if remember {
            self.act(
                wanted.employee,
                Step::Remember(before.clone()),
                "seen in the portal".to_owned(),
            );
        }
        let difference = compare::difference(users, wanted, &before);
        self.plan.problems.extend(difference.problem);
        if difference.change == UserChange::default() {
            self.plan.counts.unchanged += 1;
        } else if users.update {
            let step = Step::Change {
                before,
                change: difference.change,
            };
            self.act(wanted.employee, step, difference.reason);
        }
    }

    fn act(&mut self, employee: &Employee, step: Step, reason: String) {
        let (employee_id, person) = (employee.id().clone(), display_name(employee));
        self.plan.actions.push(Action {
            employee_id,
            person,
            step,
            reason,
        });
    }

    fn finish(mut self) -> UserPlan {
        self.hold_removals();
        order::order(&mut self.plan.actions, &self.employees);
        self.plan
    }
}

fn undecided_problem(employee: &Employee, undecided: Undecided) -> Problem {
    match undecided {
        Undecided::InvalidDate(invalid) => {
            let seen = employee.text(invalid.field).map(str::to_owned);
            problem(
                employee,
                Cause::InvalidDate {
                    field: invalid.field.to_owned(),
                },
                seen,
            )
        }
        Undecided::UnknownStatus => problem(employee, Cause::UnknownStatus, employee.status().map(str::to_owned)),
    }
}
