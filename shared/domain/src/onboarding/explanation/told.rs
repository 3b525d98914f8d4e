//! The parts of an explanation.

use std::fmt;

use jiff::civil::Date;
use serde::Serialize;

use super::Needed;
use crate::configuration::WriteMode;
use crate::people::employment::Evidence;
use crate::people::fields_seen::FieldSeen;
use crate::people::problem::{Cause, Problem};
use crate::people::user::FieldName;

/// The side of the filter that an employee would be on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ScopeState {
    /// They would have an account.
    In,
    /// They would not be looked after any more.
    Out,
}

/// The changes that would change the verdict.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct MinimalChange {
    /// The new side of the filter.
    pub would_be: ScopeState,
    /// Ways there, any of which is enough; all take the same number of changes. Empty where no change of the record brings it about.
    pub ways: Vec<Vec<Needed>>,
}

/// The explanation of the verdict on one employee. Holds personal data.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Explanation {
    /// The verdict.
    pub verdict: EligibilityVerdict,
    /// Whether they work there, and why.
    pub employment: EmploymentSeen,
    /// Each clause of the filter; none where there is no filter.
    pub filter: Option<FilterSeen>,
    /// The user name that they would have.
    pub user_name: ValueSeen,
    /// Every mapped field, in the order of the configuration.
    pub fields: Vec<ValueSeen>,
    /// The minimal changes that would change the verdict.
    pub flip: MinimalChange,
}

/// The verdict.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "snake_case", tag = "is")]
pub enum EligibilityVerdict {
    /// They should have an account.
    InScope,
    /// They no longer work there.
    Left {
        /// How that is known.
        #[serde(flatten)]
        evidence: Evidence,
    },
    /// They start too far in the future to have an account yet.
    StartsLater,
    /// The filter does not admit them.
    OutOfScope,
    /// Their account is never touched.
    Protected,
    /// Nothing can be decided about them until this is mended.
    Undecided {
        /// What.
        problem: Problem,
    },
}

/// The state of an employee's employment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum EmploymentState {
    /// They work there, or start soon enough to have an account.
    Works,
    /// They start too far in the future to have an account yet.
    StartsLater,
    /// They no longer work there.
    Left,
    /// The record does not decide it.
    Unknown,
}

/// The state of an employee's employment, and the reason.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct EmploymentSeen {
    /// The state of the employment.
    pub standing: EmploymentState,
    /// The reason, in words, with the values of the record.
    pub because: String,
    /// `status`, as the record has it.
    pub status: Option<String>,
    /// `startDate`, as the record has it.
    pub start_date: Option<String>,
    /// `terminationDate`, as the record has it.
    pub termination_date: Option<String>,
    /// The first day on which they have an account, where that is still to come.
    pub account_from: Option<Date>,
}

/// The filter and its clauses.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FilterSeen {
    /// As it is configured.
    pub source: String,
    /// Whether it admits them; none where it fails on them.
    pub admits: Option<bool>,
    /// Its clauses.
    pub clauses: Vec<ClauseSeen>,
}

/// One clause of the filter.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ClauseSeen {
    /// In its own words.
    pub source: String,
    /// Whether it holds; none where it fails.
    pub holds: Option<bool>,
    /// The truth that favours admission: true, or (after a `!`) false; none where it depends on other clauses.
    pub wanted: Option<bool>,
    /// Why it fails.
    pub failure: Option<String>,
    /// The fields that it reads.
    pub fields: Vec<FieldSeen>,
}

/// A value that an account would have. Personal data; `Debug` withholds it.
#[derive(Clone, PartialEq, Serialize)]
pub struct ValueSeen {
    /// `user_name`, or the portal's field.
    pub field: String,
    /// The expression.
    pub source: String,
    /// The fields that it reads.
    pub fields: Vec<FieldSeen>,
    /// When it is written; none for the user name.
    pub write: Option<WriteMode>,
    /// The value; none where it is empty or unusable.
    pub value: Option<String>,
    /// Why there is none.
    pub problem: Option<Problem>,
}

impl ValueSeen {
    /// Whether its problem prevents the account, or prevents a verdict.
    pub(super) fn blocks(&self, has_account: bool) -> bool {
        match self.problem.as_ref().map(|problem| &problem.cause) {
            Some(Cause::RequiredField { .. }) => !has_account,
            Some(cause) => cause.blocks_person(),
            None => false,
        }
    }

    /// Whether this is the field of this name.
    #[must_use]
    pub fn is(&self, name: &FieldName) -> bool {
        self.field == name.as_str()
    }
}

impl fmt::Debug for ValueSeen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ValueSeen")
            .field("field", &self.field)
            .field("problem", &self.problem.as_ref().map(|problem| &problem.cause))
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for EmploymentSeen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EmploymentSeen").finish_non_exhaustive()
    }
}
