//! The outcome of one mapped field: whether the next run writes it, and if not, which rule prevents it.

use serde::Serialize;

use super::ValueSeen;
use crate::configuration::WriteMode;
use crate::people::problem::{Cause, Problem};
use crate::user_plan::{FieldFault, FieldNotice, PersonPlan, Step};

/// The outcome of one field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FieldOutcome {
    /// It is written.
    Written,
    /// The account has it already.
    Same,
    /// It is written into new accounts alone.
    OnlyOnCreate,
    /// It is written only where the field was seen empty.
    OnlyIfEmpty,
    /// The record has no value, and the account keeps what it has.
    EmptyKeeps,
    /// The value is no use; the account keeps what it has.
    Unusable,
    /// Tribal Habits refused this value: it backs off.
    Refused,
    /// Many employees lost this field at once: no account's field is emptied.
    KeptFull,
    /// Tribal Habits stored this value otherwise, twice: it is not written again.
    Rewritten,
    /// Nothing is written to this account.
    NothingWritten,
}

impl FieldOutcome {
    /// In words.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Written => "written",
            Self::Same => "same",
            Self::OnlyOnCreate => "kept: on_create",
            Self::OnlyIfEmpty => "kept: if_empty",
            Self::EmptyKeeps => "kept: no value",
            Self::Unusable => "unusable",
            Self::Refused => "refused, rests",
            Self::KeptFull => "kept: many lost it",
            Self::Rewritten => "kept: portal changes it",
            Self::NothingWritten => "not written",
        }
    }
}

/// Returns the outcome of this field (or of the user name). `old` is the account's value; none where it has none, or
/// there is no account.
#[must_use]
pub fn outcome(value: &ValueSeen, plan: &PersonPlan, old: Option<&str>) -> FieldOutcome {
    let about = |problem: &&Problem| is_about(problem, &value.field);
    let problem = plan.plan.problems.iter().find(about);
    let is_same = old.is_some_and(|old| is_same(old, value.value.as_deref().unwrap_or_default()));
    if is_written(value, plan) {
        FieldOutcome::Written
    } else if !is_same && plan.plan.lost_fields.iter().any(|lost| value.is(&lost.field)) {
        FieldOutcome::KeptFull
    } else if value.problem.is_some() {
        FieldOutcome::Unusable
    } else if let Some(problem) = problem {
        match problem.cause {
            Cause::RefusedField { .. } => FieldOutcome::Refused,
            _ => FieldOutcome::Unusable,
        }
    } else if is_same {
        FieldOutcome::Same
    } else {
        not_written(value, plan, old)
    }
}

/// Why a usable value that the account does not have is not written.
fn not_written(value: &ValueSeen, plan: &PersonPlan, old: Option<&str>) -> FieldOutcome {
    let is_looked_after = plan.plan.held.is_empty() && plan.waits_for.is_empty() && old.is_some();
    let is_rewritten = |notice: &FieldNotice| {
        notice.field == value.field && matches!(notice.what, FieldFault::RewrittenByPortal { .. })
    };
    match (value.write, &value.value) {
        _ if is_looked_after && plan.plan.field_notices.iter().any(is_rewritten) => FieldOutcome::Rewritten,
        _ if !is_looked_after => FieldOutcome::NothingWritten,
        (Some(WriteMode::OnCreate), _) => FieldOutcome::OnlyOnCreate,
        (Some(WriteMode::IfEmpty), Some(_)) => FieldOutcome::OnlyIfEmpty,
        (Some(_), None) => FieldOutcome::EmptyKeeps,
        (Some(WriteMode::Always) | None, _) => FieldOutcome::NothingWritten,
    }
}

fn is_written(value: &ValueSeen, plan: &PersonPlan) -> bool {
    plan.plan
        .actions
        .iter()
        .any(|action| match (&action.step, value.field.as_str()) {
            (Step::Create(_), "user_name") => true,
            (Step::Change { change, .. }, "user_name") => change.user_name.is_some(),
            (Step::Create(_) | Step::Change { .. }, field) => action
                .fields()
                .is_some_and(|fields| fields.0.keys().any(|name| name.as_str() == field)),
            (Step::Deactivate { .. } | Step::GiveUp { .. } | Step::Remember { .. }, _) => false,
        })
}

fn is_about(problem: &Problem, field: &str) -> bool {
    match &problem.cause {
        Cause::RefusedField { field: refused, .. } => refused == field,
        Cause::ManagerNotSet { .. } => field == "manager_email",
        Cause::UserNameChanged => field == "user_name",
        _ => false,
    }
}

fn is_same(one: &str, other: &str) -> bool {
    crate::user_plan::reads_alike(one, other)
}
