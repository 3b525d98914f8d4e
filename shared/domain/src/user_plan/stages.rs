//! The stages of a plan, each made from the one before: who is eligible, which accounts are desired, which writes they need,
//! which of these are within the limits, which identifiers are released, and in which order. The types fix the order.

use std::collections::HashMap;

use super::accounts::Adoptions;
use super::order::order;
use super::stage::{Classified, Compared, Decisions, Desired, DesiredAccount, Facts, Holders, Limited, Stage};
use super::{PlanInput, UserPlan};
use crate::approvals::PerChange;
use crate::expressions::evaluator::Evaluator;
use crate::people::link::Person;
use crate::people::problem::{Cause, Problem};

/// Plans, and returns the last stage.
pub(super) fn plan_stages<'a>(input: &'a PlanInput<'a>, evaluator: &'a Evaluator) -> Stage<'a, Limited> {
    let mut released = Stage::classify(input, evaluator).desire().compare().limit();
    released.give_up_former_names();
    released.order_and_count();
    released
}

impl<'a> Stage<'a, Classified<'a>> {
    fn classify(input: &'a PlanInput<'a>, evaluator: &'a Evaluator) -> Self {
        let mut stage = Self {
            facts: Facts::new(input, evaluator),
            decisions: Decisions::new(input),
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
        stage.found.adoptions = Adoptions::beside_renamed(desired.iter().filter_map(DesiredAccount::renamed));
        let desired = stage.set_disputes_aside(desired);
        stage.found.accounts = stage.set_rekeyed_aside(desired);
        stage
    }

    /// Reports the records that cannot be used.
    fn report_unusable(&mut self) {
        let roster = &self.facts.input.roster;
        self.plan.counts.read += roster.unusable.len();
        self.plan.counts.unusable = roster.unusable.len();
        for employee_id in self.facts.input.unreadable.links {
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
        let unlinked = desired.iter().filter_map(DesiredAccount::unlinked);
        self.found.adoptions.count_claims(&self.facts.accounts, unlinked);
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
