//! Plans a user sync: turns the employees, the links and (when verifying) the portal's users into an ordered list of
//! actions.
//!
//! One planner serves every run. It finds leavers first; it filters and maps the other employees, matches them to
//! accounts and compares them with the values last written; then it settles disputes, change limits and the order over
//! the whole plan.

mod accounts;
mod action;
mod another_person;
mod brakes;
mod census;
mod change_limits;
mod claims;
mod common_problems;
mod compare;
mod counts;
mod decided;
pub mod digest;
mod disputes;
mod drift;
mod field_baseline;
mod field_loss;
mod field_notice;
mod former_account;
mod last_days;
mod lost_sources;
mod managers;
mod names;
mod one_person;
mod order;
mod organisation;
mod placement;
mod plan;
mod planned;
mod rejected;
mod rekeyed;
mod removals;
mod rewrites;
mod seats;
mod setbacks;
mod unsaved;
mod wanted;

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap, HashSet};

use jiff::Timestamp;
use jiff::civil::Date;

pub use accounts::adopted;
pub use action::{Action, Permission, Step};
pub use brakes::LimitInput;
pub(crate) use census::{Census, take_census};
pub use common_problems::{CommonProblem, ScopeLoss};
pub use compare::reads_alike;
pub use counts::PlanCounts;
pub use drift::Drift;
pub use field_baseline::FieldBaseline;
pub use field_loss::LostField;
pub use field_notice::{FieldFault, FieldNotice, ReferenceForm, RewriteForm};
pub use last_days::LastDayNotes;
pub use lost_sources::{LostSource, SourceRule};
pub use one_person::{LastRun, NextAction, PersonPlan, plan_person};
pub(crate) use organisation::Named;
pub(crate) use placement::Eligibility;
pub use plan::{Seats, UserPlan};
pub use planned::{ActionKind, PlannedAction};
pub use rekeyed::{RekeyedPair, Shared};
pub use removals::{Missing, PendingApproval};

use crate::approvals::{Decision, HoldReason, Matter, PerChange};
use crate::configuration::TenantConfiguration;
use crate::expressions::evaluator::Evaluator;
use crate::identity::EmployeeId;
use crate::people::employee::Employee;
use crate::people::employment::EmploymentRules;
use crate::people::last_day::LastDaySeen;
use crate::people::link::{Deactivated, Person};
use crate::people::mapping::DesiredUser;
use crate::people::problem::{Cause, Problem};
use crate::people::rejected_writes::{RejectedPart, RejectedWrites};
use crate::people::roster::Roster;
use crate::people::user::{NewUser, PortalUser, UserChange};
use crate::vendors::list::UnusableRecord;
use accounts::{Account, Accounts};
use another_person::HandOver;
use compare::Difference;
use field_loss::Losses;
use organisation::Organisation;
use removals::Candidate;
use wanted::{DesiredAccount, Intent, Linked};

/// Everything a plan is made from.
#[derive(Debug, Clone, Copy)]
pub struct PlanInput<'a> {
    /// The customer's rules.
    pub configuration: &'a TenantConfiguration,
    /// A complete read of EmployeeConnect.
    pub roster: &'a Roster,
    /// Every link.
    pub people: &'a [Person],
    /// Linked, active employees who are not in the roster.
    pub missing: &'a [Missing],
    /// Last days that earlier runs saw beside an active status.
    pub last_days: &'a [LastDaySeen],
    /// The rejected writes so far.
    pub parked: &'a [RejectedWrites],
    /// The portal's users, when this run verifies: accounts that exist are adopted, drift and hand edits are found.
    pub portal: Option<&'a [PortalUser]>,
    /// Records of accounts and links that cannot be used: the employees concerned are left alone.
    pub unreadable: Unreadable<'a>,
    /// Stored facts that the change limits need.
    pub brakes: LimitInput<'a>,
    /// The moment that the plan is for.
    pub now: Timestamp,
}

/// Items and portal users that cannot be used, in addition to the records of EmployeeConnect.
#[derive(Debug, Clone, Copy, Default)]
pub struct Unreadable<'a> {
    /// Accounts of the portal, by user name or e-mail.
    pub accounts: &'a [UnusableRecord],
    /// Employees whose stored links cannot be decoded.
    pub links: &'a [EmployeeId],
    /// Stored decisions that cannot be decoded: the employee, and the part of the account.
    pub decisions: &'a [(EmployeeId, Matter)],
}

impl PlanInput<'_> {
    /// The customer's local day.
    #[must_use]
    pub fn today(&self) -> Date {
        self.now.to_zoned(self.configuration.time_zone.zone().clone()).date()
    }

    /// Returns the evaluator of the customer's expressions for the employees of the read.
    pub(crate) fn evaluator(&self) -> Evaluator {
        let custom_fields = self.roster.custom_fields.iter().map(String::as_str);
        self.configuration.evaluator(custom_fields)
    }
}

/// Plans a user sync.
#[must_use]
pub fn plan_users(situation: &PlanInput<'_>) -> UserPlan {
    let evaluator = situation.evaluator();
    let mut planner = Planner::new(situation, &evaluator);
    planner.work_out();
    planner.plan
}

fn unreadable(situation: &PlanInput<'_>) -> BTreeMap<EmployeeId, Cause> {
    let records = situation.roster.unusable_employees().into_iter();
    let records = records.map(|(employee, why)| (employee, Cause::UnusableRecord { why }));
    let links = situation.unreadable.links.iter();
    records
        .chain(links.map(|employee| (employee.clone(), Cause::NotStored)))
        .collect()
}

struct Planner<'a> {
    situation: &'a PlanInput<'a>,
    evaluator: &'a Evaluator,
    employment: EmploymentRules<'a>,
    organisation: Organisation<'a>,
    accounts: Accounts<'a>,
    parked: HashMap<&'a EmployeeId, &'a RejectedWrites>,
    decisions: HashMap<(&'a EmployeeId, Matter), &'a Decision>,
    unreadable_decisions: HashSet<(&'a EmployeeId, Matter)>,
    last_days: HashMap<&'a EmployeeId, &'a LastDaySeen>,
    /// For each decision with a proposal: whether it is about exactly this proposal.
    proposed: HashMap<(&'a EmployeeId, Matter), bool>,
    /// Employees whose record, or whose link, cannot be read.
    unreadable: BTreeMap<EmployeeId, Cause>,
    removals: Vec<Candidate<'a>>,
    /// Linked accounts that the portal has deactivated while the mirror says active, and on what evidence they would go.
    found_deactivated: Vec<(&'a EmployeeId, Deactivated)>,
    /// The employee of each kind's write that an unfinished run did not save, and whether it was agreed to.
    unsaved: PerChange<Option<(EmployeeId, bool)>>,
    /// Accounts whose employee is gone, and whose owner a record of another number may describe.
    same_person: HashMap<EmployeeId, HoldReason>,
    losses: Vec<Losses>,
    plan: UserPlan,
}

impl<'a> Planner<'a> {
    fn new(situation: &'a PlanInput<'a>, evaluator: &'a Evaluator) -> Self {
        let parked = situation.parked.iter();
        let decisions = situation.brakes.decisions.iter();
        let last_days = situation.last_days.iter();
        let unreadable_decisions = situation.unreadable.decisions.iter();
        Self {
            situation,
            evaluator,
            employment: EmploymentRules {
                users: &situation.configuration.users,
                dates: evaluator.dates(),
                today: situation.today(),
            },
            organisation: Organisation::new(&situation.roster.employees),
            accounts: Accounts::new(situation),
            parked: parked.map(|parked| (&parked.employee_id, parked)).collect(),
            decisions: decisions.map(|decision| (decision.about(), decision)).collect(),
            unreadable_decisions: unreadable_decisions
                .map(|(employee, matter)| (employee, *matter))
                .collect(),
            last_days: last_days.map(|seen| (&seen.employee_id, seen)).collect(),
            proposed: HashMap::new(),
            unreadable: unreadable(situation),
            removals: Vec::new(),
            found_deactivated: Vec::new(),
            unsaved: PerChange::default(),
            same_person: HashMap::new(),
            losses: Vec::new(),
            plan: UserPlan::default(),
        }
    }

    /// Reports the records that cannot be used.
    fn report_unusable(&mut self) {
        let roster = &self.situation.roster;
        self.plan.counts.read += roster.unusable.len();
        self.plan.counts.unusable = roster.unusable.len();
        for employee_id in self.situation.unreadable.links {
            if self.organisation.position(employee_id).is_none() {
                let name = format!("employee {employee_id}");
                self.report(Problem::new(employee_id.clone(), &name, Cause::NotStored, None));
            }
        }
        for (employee_id, why) in roster.unusable_employees() {
            let link = self.accounts.link(&employee_id);
            let name = link.map_or_else(|| format!("employee {employee_id}"), Person::display_name);
            self.report(Problem::new(employee_id, &name, Cause::UnusableRecord { why }, None));
        }
    }

    /// Makes the plan, and returns the eligibility of each employee, in the order of the roster.
    fn work_out(&mut self) -> Vec<Eligibility> {
        let placements = self.place_everybody();
        self.report_unusable();
        self.judge_sources(&placements);
        self.keep_those_out_of_scope();
        self.remove_missing();
        let wanted = self.map_those_in_scope(&placements);
        self.gather_manager_problems(&placements);
        self.keep_renamed(&wanted);
        let wanted = self.set_disputes_aside(wanted);
        let wanted = self.set_rekeyed_aside(wanted, &placements);
        self.count_claims(&wanted);
        for wanted in wanted {
            self.decide(wanted);
        }
        self.count_unsaved_writes();
        self.let_setbacks_rest();
        self.hold_lost_fields();
        self.hold_removals();
        self.hold_claimed(&placements);
        self.settle_names_and_limits(&placements);
        self.note_decisions_over(&placements);
        self.drop_lines_about_lost_user_names();
        self.find_common_problems();
        order::order(&mut self.plan.actions, &self.organisation);
        self.plan.count_actions();
        self.count_seats();
        placements
    }

    /// Only what can be done counts towards the limits; what they hold frees no name for others.
    fn settle_names_and_limits(&mut self, placements: &[Eligibility]) {
        self.leave_out_rejected();
        let holders = self.settle_conflicts(placements);
        self.hold_changes();
        let holders = if self.plan.held.is_empty() && self.plan.kept.is_empty() {
            holders
        } else {
            self.settle_conflicts(placements)
        };
        self.give_up_former_names(&holders);
    }

    /// Reports a problem that prevents a verdict on an employee, or the match with an account.
    fn report(&mut self, problem: Problem) {
        if self.accounts.link(&problem.employee_id).is_none() {
            self.plan.unlinked += 1;
        }
        self.plan.problems.push(problem);
    }

    /// Marks accounts that already have their employee's new user name as linked, so that no other employee adopts
    /// them.
    fn keep_renamed(&mut self, wanted: &[DesiredAccount<'a>]) {
        for wanted in wanted {
            if let Intent::Linked(linked) = &wanted.intent
                && linked.stored.is_some()
            {
                self.accounts.keep(&linked.before.user_name);
            }
        }
    }

    fn count_claims(&mut self, wanted: &[DesiredAccount<'a>]) {
        let unlinked = wanted.iter().filter_map(|wanted| match &wanted.intent {
            Intent::Unlinked(user) => Some(user.as_ref()),
            _ => None,
        });
        self.accounts.count_claims(unlinked);
    }

    /// Plans the writes of a desired account.
    fn decide(&mut self, wanted: DesiredAccount<'a>) {
        let employee = wanted.employee;
        match wanted.intent {
            Intent::Unchanged => self.plan.counts.unchanged += 1,
            Intent::Protected => self.plan.counts.left_alone += 1,
            Intent::Unclear { cause, digest } => self.leave_unclear(employee, cause, digest),
            Intent::Linked(linked) => self.change(employee, *linked),
            Intent::Unlinked(user) => self.decide_unlinked(employee, &user),
        }
    }

    fn decide_unlinked(&mut self, employee: &'a Employee, user: &DesiredUser<'a>) {
        if self.admits_no_new_account() {
            self.suspend(employee);
            self.plan.unlinked += 1;
            return;
        }
        match self.accounts.of_unlinked(employee.id(), user) {
            Account::None => self.create(employee, user),
            Account::Protected => self.plan.counts.left_alone += 1,
            Account::Unclear(cause) => self.leave_unclear(employee, cause, digest::of_user(user)),
            Account::Known(before) => self.decide_adopted(employee, user, before),
            Account::Seen(seen) => self.decide_adopted(employee, user, Cow::Owned(seen)),
        }
    }

    fn decide_adopted(&mut self, employee: &'a Employee, user: &DesiredUser<'a>, seen: Cow<'a, Person>) {
        if let Intent::Linked(linked) = self.compare(employee, user, seen, None) {
            self.change(employee, *linked);
        }
    }

    /// Reported, and left alone by the runs that do not read the portal, until one that does sees it differently.
    fn leave_unclear(&mut self, employee: &Employee, cause: Cause, digest: String) {
        self.plan.counts.set_aside += 1;
        let problem = Problem::about(employee, cause, None);
        self.plan.rest(RejectedPart::Person, digest, problem.clone());
        self.report(problem);
    }

    fn create(&mut self, employee: &Employee, user: &DesiredUser<'_>) {
        if !self.situation.configuration.users.create {
            self.plan.counts.left_alone += 1;
        } else if user.problems.iter().any(|problem| problem.cause.blocks_person()) {
            self.plan.counts.set_aside += 1;
        } else {
            let step = Step::Create(NewUser {
                user_name: user.user_name.clone(),
                fields: compare::fields_of_new(user),
            });
            let reason = "works there and has no account".to_owned();
            self.act(employee, step, reason, digest::of_user(user));
        }
    }

    fn change(&mut self, employee: &Employee, linked: Linked<'a>) {
        let Linked {
            before,
            stored,
            mut difference,
            digest,
            is_another_person,
        } = linked;
        if difference.change.active == Some(true) && self.admits_no_new_account() {
            return self.suspend(employee);
        }
        if self.is_suspended(SourceRule::UserName) {
            difference.change.user_name = None;
        }
        let seen = match &before {
            Cow::Owned(seen) => Some(seen.clone()),
            Cow::Borrowed(_) => None,
        };
        let action = self.action_of_change(employee, before.into_owned(), &difference, digest);
        if is_another_person && let Some(action) = &action {
            match self.decided_hand_over(action) {
                HandOver::Approved => {}
                HandOver::Rejected => return self.leave_as_it_is(action.clone()),
                HandOver::Undecided => {
                    self.plan.unlinked += usize::from(seen.is_some() && stored.is_none());
                    return self.hold_hand_over(action.clone());
                }
            }
        }
        if let Some(seen) = seen {
            self.remember(employee, stored, &seen, &difference.change);
        }
        self.plan.problems.extend(difference.problem);
        match action {
            Some(action) => self.plan.actions.push(action),
            None if difference.change == UserChange::default() => self.plan.counts.unchanged += 1,
            None => self.plan.counts.left_alone += 1,
        }
    }

    /// The write that the difference needs; none where it needs none, or the configuration switches updates off.
    fn action_of_change(
        &self,
        employee: &Employee,
        before: Person,
        difference: &Difference,
        digest: String,
    ) -> Option<Action> {
        let is_written = difference.change != UserChange::default() && self.situation.configuration.users.update;
        is_written.then(|| Action {
            employee_id: employee.id().clone(),
            person: employee.display_name(),
            step: Step::Change {
                before,
                change: difference.change.clone(),
            },
            reason: difference.reason.clone(),
            digest,
            permission: Permission::NotNeeded,
        })
    }

    /// Plans to store the values read from the portal, and notes changes that were made there outside HabitSync.
    fn remember(&mut self, employee: &Employee, stored: Option<&Person>, seen: &Person, change: &UserChange) {
        let drift = stored.map(|stored| Drift::between(stored, seen, &employee.display_name(), change));
        self.plan.drift.extend(drift.into_iter().flatten());
        let step = Step::Remember {
            stored: stored.cloned(),
            seen: Box::new(seen.clone()),
        };
        let reason = if stored.is_some() {
            "changed in Tribal Habits"
        } else {
            "adopted"
        };
        self.act(employee, step, reason.to_owned(), String::new());
    }

    fn act(&mut self, employee: &Employee, step: Step, reason: String, digest: String) {
        self.plan.actions.push(Action {
            employee_id: employee.id().clone(),
            person: employee.display_name(),
            step,
            reason,
            digest,
            permission: Permission::NotNeeded,
        });
    }
}
