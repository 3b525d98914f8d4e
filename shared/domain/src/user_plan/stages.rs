//! The stages of a plan, each made from the one before: who is eligible, which accounts are desired, which writes they need,
//! which of these are within the limits, which identifiers are released, and in which order. The types fix the order.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::accounts::{Accounts, Adoptions};
use super::deactivations::Candidate;
use super::desired::DesiredAccount;
use super::eligibility::Eligibility;
use super::field_loss::Losses;
use super::names::Holders;
use super::order::order;
use super::organisation::Organisation;
use super::{PlanInput, UserPlan};
use crate::approvals::{ApprovalVerdict, Decision, HoldReason, Matter, PerChange, Proposal};
use crate::expressions::evaluator::Evaluator;
use crate::identity::EmployeeId;
use crate::people::employment::EmploymentRules;
use crate::people::last_day::LastDaySeen;
use crate::people::link::{Deactivated, Person};
use crate::people::problem::{Cause, Problem};
use crate::people::rejected_writes::RejectedWrites;

/// What every stage reads and none changes: the input, by the keys that it is looked up by.
pub(super) struct Facts<'a> {
    pub(super) situation: &'a PlanInput<'a>,
    pub(super) evaluator: &'a Evaluator,
    pub(super) employment: EmploymentRules<'a>,
    pub(super) organisation: Organisation<'a>,
    pub(super) accounts: Accounts<'a>,
    pub(super) parked: HashMap<&'a EmployeeId, &'a RejectedWrites>,
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

/// Plans, and returns the last stage.
pub(super) fn plan_stages<'a>(situation: &'a PlanInput<'a>, evaluator: &'a Evaluator) -> Stage<'a, Limited> {
    let mut released = Stage::classify(situation, evaluator).desire().compare().limit();
    released.give_up_former_names();
    released.order_and_count();
    released
}

impl<'a> Stage<'a, Classified<'a>> {
    fn classify(situation: &'a PlanInput<'a>, evaluator: &'a Evaluator) -> Self {
        let mut stage = Self {
            facts: Facts::new(situation, evaluator),
            decisions: Decisions::new(situation),
            plan: UserPlan::default(),
            found: Classified::default(),
        };
        stage.found.eligibility = stage.place_everybody();
        stage.report_unusable();
        stage.judge_sources();
        stage.keep_those_out_of_scope();
        stage.remove_missing();
        stage
    }

    fn desire(self) -> Stage<'a, Desired<'a>> {
        let mut stage = self.with(|classified| Desired {
            classified,
            accounts: Vec::new(),
            losses: Vec::new(),
            same_person: HashMap::new(),
            adoptions: Adoptions::default(),
        });
        let desired = stage.map_those_in_scope();
        stage.gather_manager_problems();
        stage.found.adoptions = Adoptions::beside_renamed(&desired);
        let desired = stage.set_disputes_aside(desired);
        stage.found.accounts = stage.set_rekeyed_aside(desired);
        stage
    }

    /// Reports the records that cannot be used.
    fn report_unusable(&mut self) {
        let roster = &self.facts.situation.roster;
        self.plan.counts.read += roster.unusable.len();
        self.plan.counts.unusable = roster.unusable.len();
        for employee_id in self.facts.situation.unreadable.links {
            if self.facts.organisation.position(employee_id).is_none() {
                let name = format!("employee {employee_id}");
                self.report(Problem::new(employee_id.clone(), &name, Cause::NotStored, None));
            }
        }
        for (employee_id, why) in roster.unusable_employees() {
            let link = self.facts.accounts.link(&employee_id);
            let name = link.map_or_else(|| format!("employee {employee_id}"), Person::display_name);
            self.report(Problem::new(employee_id, &name, Cause::UnusableRecord { why }, None));
        }
    }
}

impl<'a> Stage<'a, Desired<'a>> {
    fn compare(mut self) -> Stage<'a, Compared<'a>> {
        let desired = std::mem::take(&mut self.found.accounts);
        self.found.adoptions.count_claims(&self.facts.accounts, &desired);
        let mut stage = self.with(|found| Compared {
            eligibility: found.classified.eligibility,
            leaving: found.classified.leaving,
            found_deactivated: found.classified.found_deactivated,
            losses: found.losses,
            same_person: found.same_person,
            adoptions: found.adoptions,
            unsaved: PerChange::default(),
        });
        for account in desired {
            stage.decide(account);
        }
        stage
    }
}

impl<'a> Stage<'a, Compared<'a>> {
    fn limit(mut self) -> Stage<'a, Limited> {
        self.count_unsaved_writes();
        self.let_setbacks_rest();
        self.hold_lost_fields();
        self.hold_removals();
        self.hold_claimed();
        let holders = self.settle_names_and_limits();
        self.with(|found| Limited {
            eligibility: found.eligibility,
            adoptions: found.adoptions,
            holders,
        })
    }

    /// Only what can be done counts towards the limits; what they hold frees no name for others.
    fn settle_names_and_limits(&mut self) -> Holders {
        self.leave_out_rejected();
        let holders = self.settle_conflicts();
        self.hold_changes();
        if self.plan.held.is_empty() && self.plan.kept.is_empty() {
            holders
        } else {
            self.settle_conflicts()
        }
    }
}

impl Stage<'_, Limited> {
    fn order_and_count(&mut self) {
        self.note_decisions_over();
        self.plan.drop_lines_about_lost_user_names();
        self.find_common_problems();
        order(&mut self.plan.actions, &self.facts.organisation);
        self.plan.count_actions();
        self.count_seats();
    }
}

impl<'a, Found> Stage<'a, Found> {
    fn with<Next>(self, next: impl FnOnce(Found) -> Next) -> Stage<'a, Next> {
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
    fn new(situation: &'a PlanInput<'a>, evaluator: &'a Evaluator) -> Self {
        let parked = situation.parked.iter();
        let last_days = situation.last_days.iter();
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
            last_days: last_days.map(|seen| (&seen.employee_id, seen)).collect(),
            unreadable: unreadable(situation),
        }
    }
}

fn unreadable(situation: &PlanInput<'_>) -> BTreeMap<EmployeeId, Cause> {
    let records = situation.roster.unusable_employees().into_iter();
    let records = records.map(|(employee, why)| (employee, Cause::UnusableRecord { why }));
    let links = situation.unreadable.links.iter();
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
    fn new(situation: &'a PlanInput<'a>) -> Self {
        let made = situation.brakes.decisions.iter();
        let unreadable = situation.unreadable.decisions.iter();
        Self {
            made: made.map(|decision| (decision.about(), decision)).collect(),
            unreadable: unreadable.map(|(employee, matter)| (employee, *matter)).collect(),
            version: situation.brakes.version,
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
        stands.then_some(decision.word.verdict)
    }

    /// Why an action waits that was left pending: for the reason that it was held for when the others of its plan were decided
    /// about, or since the decision about it cannot be decoded.
    pub(super) fn awaits_because(&self, about: (&EmployeeId, Matter)) -> HoldReason {
        let decision = self.made.get(&about);
        decision.map_or(HoldReason::DecisionUnreadable, |decision| decision.because)
    }
}
