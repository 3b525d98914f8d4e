//! One problem that many employees have at once: a value, a format or a rule that changed. It is one line, not one for
//! each employee.

use std::collections::{BTreeMap, BTreeSet};

use super::eligibility::Eligibility;
use super::field_baseline::{FieldBaseline, FieldCounts};
use super::stage::{Classified, Limited, Stage};
use super::{CommonProblem, ScopeLoss, SourceRule};
use crate::identity::EmployeeId;
use crate::people::problem::{Cause, Problem};
use crate::people::repeated_rejection::is_one_mistake;

/// A missing value is each employee's own affair unless so large a share has none, in percent.
const MISSING_PERCENT: usize = 50;

/// The greatest number of values that are named.
const NAMED: usize = 3;

/// The common part of equal problems.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Common<'p> {
    Status,
    Date(&'p str),
    Invisible(&'p str),
    Expression(&'p str),
    LastDay,
    /// By the lowest employee number of those who share a value: each group is one problem.
    Shared(&'p EmployeeId),
    UserName {
        is_missing: bool,
    },
    Field {
        name: &'p str,
        is_missing: bool,
    },
}

impl<'p> Common<'p> {
    /// Returns the common part of the problem and equal ones; none where it concerns the single employee, or two of
    /// them.
    fn of(cause: &'p Cause, employee: &'p EmployeeId, is_missing: bool) -> Option<Self> {
        Some(match cause {
            Cause::ActiveAfterLastDay { .. } => Self::LastDay,
            Cause::Disputed { with, .. } => {
                Self::Shared(with.iter().min().map_or(employee, |first| first.min(employee)))
            }
            Cause::UnknownStatus => Self::Status,
            Cause::InvalidDate { field } => Self::Date(field),
            Cause::InvisibleCharacters { field } => Self::Invisible(field),
            Cause::ExpressionFailed { what, .. } => Self::Expression(what),
            Cause::NoUserName { .. } => Self::UserName { is_missing },
            Cause::RequiredField { field, .. } | Cause::InvalidValue { field, .. } => Self::Field {
                name: field.as_str(),
                is_missing,
            },
            _ => return None,
        })
    }

    fn of_problem(problem: &'p Problem) -> Option<Self> {
        Self::of(&problem.cause, &problem.employee_id, problem.seen.is_none())
    }

    const fn is_missing(&self) -> bool {
        matches!(
            self,
            Self::UserName { is_missing: true } | Self::Field { is_missing: true, .. }
        )
    }

    fn is_common(&self, employees: usize, of: usize) -> bool {
        let is_share = !self.is_missing() || employees.saturating_mul(100) >= of.saturating_mul(MISSING_PERCENT);
        is_share && is_one_mistake(employees, of)
    }
}

impl CommonProblem {
    /// Whether this employee's problem is the common one.
    #[must_use]
    pub fn covers(&self, problem: &Problem) -> bool {
        let common = Common::of_problem(problem);
        common.is_some() && common == Common::of(&self.cause, &self.first, self.is_missing)
    }
}

impl Stage<'_, Limited> {
    /// Finds the problems that so many employees have that each is one mistake. Only a whole read shows it.
    pub(super) fn find_common_problems(&mut self) {
        if self.facts.input.limit_input.baseline.is_none() {
            return;
        }
        let of = self.plan.counts.in_scope + self.plan.counts.undecided;
        let mut alike: BTreeMap<Common<'_>, Vec<&Problem>> = BTreeMap::new();
        for problem in &self.plan.problems {
            if let Some(common) = Common::of_problem(problem) {
                alike.entry(common).or_default().push(problem);
            }
        }
        let common = alike.into_iter().filter_map(|(common, problems)| {
            let employees: BTreeSet<_> = problems.iter().map(|problem| &problem.employee_id).collect();
            common.is_common(employees.len(), of).then(|| CommonProblem {
                cause: problems[0].cause.clone(),
                first: problems[0].employee_id.clone(),
                is_missing: common.is_missing(),
                words: if common == Common::Status {
                    words(&problems)
                } else {
                    Vec::new()
                },
                employees: employees.len(),
                of,
            })
        });
        self.plan.common_problems = common.collect();
    }
}

impl<'a> Stage<'a, Classified<'a>> {
    /// Compares how many are in scope with the runs before under the same version of the configuration. Where a lost field explains
    /// it, that is said instead.
    pub(super) fn judge_scope(&mut self, before: &FieldBaseline, baseline: &mut FieldBaseline) {
        let count = |placement: Eligibility| {
            self.found
                .eligibility
                .iter()
                .filter(|other| **other == placement)
                .count()
        };
        let admitted = count(Eligibility::InScope);
        let working = admitted + count(Eligibility::OutOfScope) + count(Eligibility::StartsLater);
        let now = FieldCounts::of_scope(admitted, working, self.facts.input.now);
        let version = self.facts.input.limit_input.version;
        let measure = before.scope(version);
        let lost = measure.and_then(|before| self.facts.too_many(before.lost_by(&now)));
        let kept = measure.cloned().filter(|_| lost.is_some());
        baseline.set_scope(version, kept.unwrap_or_else(|| FieldCounts::after(measure, now)));
        if !self.plan.is_suspended(SourceRule::Filter) {
            self.plan.scope_loss = lost.map(|(had, lost)| ScopeLoss { had, lost });
        }
    }
}

/// The most frequent words of a status.
fn words(problems: &[&Problem]) -> Vec<String> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for problem in problems {
        *counts.entry(problem.seen.as_deref().unwrap_or_default()).or_default() += 1;
    }
    let mut counts: Vec<_> = counts.into_iter().collect();
    counts.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    counts
        .into_iter()
        .take(NAMED)
        .map(|(word, _)| word.to_owned())
        .collect()
}
