//! Fields that decide who has an account and that many employees lose at once, or have as another kind of value: a fault of the
//! source. What the filter and the user name make of it is suspended for the run.

use super::candidate::Candidate;
use super::eligibility::Eligibility;
use super::field_baseline::{FieldBaseline, FieldCounts, SourceField, Sources};
use super::field_notice::{FieldFault, FieldNotice};
use super::stage::{AT_LEAST, Classified, Facts, Stage};
use super::{LostSource, SourceRule, UserPlan};
use crate::people::employee::Employee;
use crate::people::employment::Evidence;
use crate::people::problem::Cause;

impl<'a> Stage<'a, Classified<'a>> {
    /// Compares the fields behind the filter and the user name with the baseline, and notes the baseline of the reads to come.
    pub(super) fn judge_sources(&mut self) {
        let brakes = &self.facts.input.limit_input;
        let Some(before) = brakes.baseline else {
            self.plan.lost_sources = brakes.lost_sources.to_vec();
            return;
        };
        let sources = Sources::of(&self.facts.input.configuration.users);
        let mut baseline = FieldBaseline::default();
        for field in sources.all() {
            let now = FieldCounts::of(field, self.facts.working(&self.found.eligibility), self.facts.input.now);
            let measure = before.get(field);
            let lost = measure.and_then(|before| self.facts.too_many(before.lost_by(&now)));
            let others = now.of_other_kinds(measure);
            let kept = measure.cloned().filter(|_| lost.is_some());
            baseline.set(field, kept.unwrap_or_else(|| FieldCounts::after(measure, now)));
            let Some((had, lost)) = lost else {
                self.notice_other_kinds(field, &sources, others);
                continue;
            };
            let rules = [
                (SourceRule::Filter, &sources.filter),
                (SourceRule::UserName, &sources.user_name),
            ];
            let reading = rules.into_iter().filter(|(_, fields)| fields.contains(field));
            self.plan.lost_sources.extend(reading.map(|(rule, _)| LostSource {
                field: field.name().to_owned(),
                had,
                lost,
                rule,
            }));
        }
        self.judge_scope(before, &mut baseline);
        self.plan.baseline = Some(baseline);
    }

    /// Notes that a field of the filter holds another kind of value for a few employees: too few to be a fault of the source.
    fn notice_other_kinds(&mut self, field: &SourceField, sources: &Sources, others: Option<(u64, u64)>) {
        let others = others.filter(|_| sources.filter.contains(field));
        let number = |count: u64| usize::try_from(count).unwrap_or(usize::MAX);
        self.plan
            .field_notices
            .extend(others.map(|(others, values)| FieldNotice {
                field: field.name().to_owned(),
                employees: number(others),
                of: number(values),
                what: FieldFault::OtherKind,
            }));
    }

    /// No account is deactivated for its scope because of a field that many employees lost.
    pub(super) fn keep_those_out_of_scope(&mut self) {
        if !self.plan.is_suspended(SourceRule::Filter) {
            return;
        }
        let is_out_of_scope = |candidate: &Candidate<'_>| candidate.evidence == Evidence::OutOfScope;
        let (kept, goes): (Vec<_>, Vec<_>) = std::mem::take(&mut self.found.leaving)
            .into_iter()
            .partition(is_out_of_scope);
        self.found.leaving = goes;
        self.plan.counts.excluded_settled += kept.len();
        self.plan
            .suspended
            .extend(kept.iter().map(|kept| kept.person.employee_id.clone()));
    }
}

impl<'a> Facts<'a> {
    /// All but leavers, whose records HR empties.
    fn working(&self, eligibility: &[Eligibility]) -> impl Iterator<Item = &'a Employee> {
        let employees = self.input.roster.employees.iter().zip(eligibility);
        let working = employees.filter(|(_, placement)| **placement != Eligibility::Left);
        working.map(|(employee, _)| employee)
    }

    #[expect(clippy::cast_precision_loss, reason = "a share of a count of employees")]
    pub(super) fn too_many(&self, (had, lost): (u64, u64)) -> Option<(u64, u64)> {
        let percent = self.input.configuration.limits.field_loss_percent;
        let are_too_many = lost >= AT_LEAST as u64 && lost as f64 * 100.0 > had as f64 * percent;
        are_too_many.then_some((had, lost))
    }
}

impl UserPlan {
    /// Whether a field behind this rule was lost.
    pub(super) fn is_suspended(&self, rule: SourceRule) -> bool {
        self.lost_sources.iter().any(|lost| lost.rule == rule)
    }

    /// Whether the fields that decide about new accounts, and about deactivated ones, are lost.
    pub(super) fn admits_no_new_account(&self) -> bool {
        !self.lost_sources.is_empty()
    }

    /// One line for the field says it all.
    pub(super) fn drop_lines_about_lost_user_names(&mut self) {
        if self.is_suspended(SourceRule::UserName) {
            let is_about_it = |cause: &Cause| matches!(cause, Cause::NoUserName { .. });
            self.problems.retain(|problem| !is_about_it(&problem.cause));
        }
    }
}

impl<F> Stage<'_, F> {
    /// Leaves the employee's account as it is for this run.
    pub(super) fn suspend(&mut self, employee: &Employee) {
        self.plan.counts.set_aside += 1;
        self.plan.suspended.push(employee.id().clone());
    }
}
