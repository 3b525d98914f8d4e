//! The planner's results for each employee, for reports about data instead of actions. They are the planner's own
//! judgement, so that a report finds the same as a run.

use std::collections::HashMap;

use super::accounts::{Accounts, Adoptions};
use super::eligibility::Eligibility;
use super::organisation::Organisation;
use super::stage::Stage;
use super::stages::plan_stages;
use super::{PlanInput, UserPlan};
use crate::configuration::MatchKey;
use crate::expressions::evaluator::{EvaluationScope, Evaluator};
use crate::identity::EmployeeId;
use crate::people::dates::DateRules;
use crate::people::employee::Employee;
use crate::people::employment::{Employment, EmploymentRules, Undecided};
use crate::people::last_day::LastDaySeen;
use crate::people::mapping::{self, DesiredUser};
use crate::people::user::PortalUser;

/// A plan, with the eligibility of each employee.
pub(crate) struct Census<'a> {
    /// The plan itself.
    pub(crate) plan: UserPlan,
    /// The reporting lines.
    pub(crate) organisation: Organisation<'a>,
    /// The accounts by employee.
    pub(crate) accounts: Accounts<'a>,
    eligibility: Vec<Eligibility>,
    adoptions: Adoptions,
    input: &'a PlanInput<'a>,
    evaluator: &'a Evaluator,
    employment: EmploymentRules<'a>,
    last_days: HashMap<&'a EmployeeId, &'a LastDaySeen>,
}

/// Plans a run, and keeps what the plan was made of.
pub(crate) fn take_census<'a>(input: &'a PlanInput<'a>, evaluator: &'a Evaluator) -> Census<'a> {
    let Stage { facts, plan, found, .. } = plan_stages(input, evaluator);
    Census {
        plan,
        organisation: facts.organisation,
        accounts: facts.accounts,
        eligibility: found.eligibility,
        adoptions: found.adoptions,
        input,
        evaluator,
        employment: facts.employment,
        last_days: facts.last_days,
    }
}

impl<'a> Census<'a> {
    /// Returns the eligibility of the employee at this position.
    pub(crate) fn placement(&self, position: usize) -> Eligibility {
        self.eligibility
            .get(position)
            .copied()
            .unwrap_or(Eligibility::Undecided)
    }

    /// Returns the employment of this employee.
    pub(crate) fn employment(&self, employee: &Employee) -> Result<Employment, Undecided> {
        Employment::from_record(employee, &self.employment, self.last_days.get(employee.id()).copied())
    }

    /// How dates are read.
    pub(crate) fn dates(&self) -> &'a DateRules {
        self.employment.dates
    }

    /// Returns the values that expressions may use for the employee at this position.
    pub(crate) fn scope(&self, position: usize) -> Option<EvaluationScope<'a>> {
        let employee = self.organisation.employee(position)?;
        Some(
            self.evaluator
                .scope(employee, self.organisation.record_of_manager(position)),
        )
    }

    /// Returns the desired user of the employee at this position, for any eligibility; none where it cannot be mapped.
    pub(crate) fn mapped(&self, position: usize) -> Option<DesiredUser<'a>> {
        let employee = self.organisation.employee(position)?;
        mapping::map_user(&self.input.configuration.users, employee, &self.scope(position)?).ok()
    }

    /// Returns the unlinked accounts that match the employee at this position, each with the first key that finds it;
    /// none for an employee with a link.
    pub(crate) fn recognised(&self, position: usize) -> Vec<(MatchKey, &'a PortalUser)> {
        let employee = self.organisation.employee(position);
        if employee.is_none_or(|employee| self.accounts.link(employee.id()).is_some()) {
            return Vec::new();
        }
        let mapped = self.mapped(position);
        mapped
            .map(|user| self.adoptions.recognised(&self.accounts, &user))
            .unwrap_or_default()
    }
}
