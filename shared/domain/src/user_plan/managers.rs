//! Whether an employee's manager can be written. A manager who cannot never fails the employee: the old manager stays,
//! the planner reports it, and every run tries again.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::UserPlan;
use super::eligibility::Eligibility;
use super::field_notice::{FieldFault, FieldNotice, ReferenceForm};
use super::organisation::Named;
use super::stage::{AT_LEAST, Desired, Facts, Stage};
use crate::configuration::ManagerOutOfScope;
use crate::people::contract::MANAGER_ID;
use crate::people::employee::Employee;
use crate::people::mapping::DesiredUser;
use crate::people::problem::{Cause, ManagerProblem, Problem};
use crate::people::user::FieldName;

/// Where more than this share of the references name no employee, the field is at fault, not each record.
const MANY_PERCENT: usize = 20;

/// The number of references that are sampled for their usual form.
const SAMPLE: usize = 100;

impl<'a> Facts<'a> {
    /// Returns the record of the manager of the employee at this position.
    pub(super) fn manager_record(&self, position: usize) -> Option<&'a Employee> {
        self.organisation.record_of_manager(position)
    }

    /// Takes a manager who cannot be written out of the desired user, with a line for the worklist.
    pub(super) fn check_manager(
        &self,
        position: usize,
        employee: &Employee,
        user: &mut DesiredUser<'_>,
        eligibility: &[Eligibility],
    ) {
        let mapped = user.fields.iter();
        let Some(index) = mapped.map(|field| field.name).position(FieldName::is_manager_email) else {
            return;
        };
        let value = user.fields[index].value.as_deref();
        let is_own = value.is_some_and(|value| user.email().is_some_and(|email| email.eq_ignore_ascii_case(value)));
        let found = self.manager_problem(position, eligibility, value.is_some());
        if let Some(why) = found.or(is_own.then_some(ManagerProblem::Oneself)) {
            let seen = value.map(str::to_owned);
            let manager = employee.manager_id().map(Cow::into_owned);
            user.fields.remove(index);
            user.problems
                .push(Problem::about(employee, Cause::ManagerNotSet { manager, why }, seen));
        }
    }

    /// Returns why the manager of the employee at this position cannot be written; `has_value` where the expression
    /// gives an address.
    fn manager_problem(&self, position: usize, eligibility: &[Eligibility], has_value: bool) -> Option<ManagerProblem> {
        let manager = match self.organisation.manager(position) {
            Named::Nobody => return None,
            Named::Unknown => return (!has_value).then_some(ManagerProblem::Unknown),
            Named::Oneself => return Some(ManagerProblem::Oneself),
            Named::At(_) if self.organisation.is_in_loop(position) => return Some(ManagerProblem::Loop),
            Named::At(manager) => manager,
        };
        match eligibility.get(manager)? {
            Eligibility::Left => Some(ManagerProblem::Left),
            Eligibility::StartsLater => Some(ManagerProblem::StartsLater),
            Eligibility::OutOfScope if self.keeps_managers_out_of_scope() => Some(ManagerProblem::OutOfScope),
            Eligibility::InScope | Eligibility::OutOfScope | Eligibility::Undecided => {
                (!has_value).then_some(ManagerProblem::NoEmail)
            }
        }
    }

    fn keeps_managers_out_of_scope(&self) -> bool {
        self.input.configuration.users.manager_out_of_scope == ManagerOutOfScope::Keep
    }

    /// Returns the form of most of the first references.
    fn usual_form(&self, references: &[String]) -> ReferenceForm {
        let mut forms: BTreeMap<ReferenceForm, usize> = BTreeMap::new();
        for reference in references.iter().take(SAMPLE) {
            *forms.entry(self.organisation.form_of(reference)).or_default() += 1;
        }
        let usual = forms.into_iter().max_by_key(|(_, count)| *count);
        usual.map_or(ReferenceForm::Other, |(form, _)| form)
    }
}

impl<'a> Stage<'a, Desired<'a>> {
    /// Says once for the field what many employees have in common: references that name no employee, and managers out of scope.
    pub(super) fn gather_manager_problems(&mut self) {
        let reference_of = |(position, placement): (usize, &Eligibility)| {
            let has_one =
                *placement == Eligibility::InScope && self.facts.organisation.manager(position) != Named::Nobody;
            has_one.then_some(())
        };
        let of = self
            .found
            .classified
            .eligibility
            .iter()
            .enumerate()
            .filter_map(reference_of)
            .count();
        let unknown = self.plan.references_not_set(ManagerProblem::Unknown);
        let excluded = self.plan.references_not_set(ManagerProblem::OutOfScope).len();
        if unknown.len() >= AT_LEAST && unknown.len() * 100 > of * MANY_PERCENT {
            let found = self.facts.usual_form(&unknown);
            self.notice(unknown.len(), of, FieldFault::UnknownManagers { found });
            self.plan
                .problems
                .retain(|problem| !is_about(problem, ManagerProblem::Unknown));
        }
        if excluded > 0 {
            self.notice(excluded, of, FieldFault::ManagersOutOfScope);
        }
    }

    fn notice(&mut self, employees: usize, of: usize, what: FieldFault) {
        self.plan.field_notices.push(FieldNotice {
            field: MANAGER_ID.to_owned(),
            employees,
            of,
            what,
        });
    }
}

impl UserPlan {
    /// The references of the employees whose manager cannot be set for this reason.
    fn references_not_set(&self, meant: ManagerProblem) -> Vec<String> {
        let problems = self.problems.iter().filter(|problem| is_about(problem, meant));
        let references = problems.map(|problem| match &problem.cause {
            Cause::ManagerNotSet { manager, .. } => manager.clone().unwrap_or_default(),
            _ => String::new(),
        });
        references.collect()
    }
}

fn is_about(problem: &Problem, meant: ManagerProblem) -> bool {
    matches!(&problem.cause, Cause::ManagerNotSet { why, .. } if *why == meant)
}
