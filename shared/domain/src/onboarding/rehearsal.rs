//! The rehearsal of the set-up call: one employee for each kind of change, and the outcome that is expected before a
//! customer goes live.

use std::fmt;

use serde::Serialize;

use crate::onboarding::explanation::EligibilityVerdict;
use crate::people::employment::Evidence;
use crate::people::user::UserChange;
use crate::user_plan::{NextAction, PersonPlan, Step};

/// A change to an employee in EmployeeConnect.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Scenario {
    /// They are entered.
    New,
    /// A field of theirs that is mapped is changed.
    Updated,
    /// Their employment ends.
    Terminated,
    /// Their employment begins again.
    Rehired,
    /// They work there, and the filter does not admit them.
    FilteredOut,
}

/// The outcome, compared with the expected one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Judged {
    /// The expected outcome.
    AsExpected,
    /// The deactivation waits for approval, as the limits require: once approved, it is as expected.
    Held,
    /// Something else, or nothing.
    Otherwise,
}

impl Scenario {
    /// Every scenario, in the order of the rehearsal: the employee who is rehired was terminated before.
    pub const ALL: [Self; 5] = [
        Self::New,
        Self::Updated,
        Self::Terminated,
        Self::Rehired,
        Self::FilteredOut,
    ];

    /// Returns the scenario's name, as typed and printed.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Updated => "updated",
            Self::Terminated => "terminated",
            Self::Rehired => "rehired",
            Self::FilteredOut => "filtered-out",
        }
    }

    /// Returns the change to make in EmployeeConnect beforehand.
    #[must_use]
    pub const fn beforehand(self) -> &'static str {
        match self {
            Self::New => "enter somebody who works there now and whom the filter admits",
            Self::Updated => {
                "change a mapped field (a job title, a location, a manager) of somebody who has an account"
            }
            Self::Terminated => {
                "terminate somebody who has an account: a termination date that has passed, or the status"
            }
            Self::Rehired => "undo the termination of somebody whose account was deactivated, or start them again",
            Self::FilteredOut => "nothing: name somebody who works there and whom the filter does not admit",
        }
    }

    /// Returns the expected outcome, in words.
    #[must_use]
    pub const fn expectation(self) -> &'static str {
        match self {
            Self::New => "an account is created, or one that is there is adopted",
            Self::Updated => "the account is changed, and stays active",
            Self::Terminated => "the account is deactivated",
            Self::Rehired => "the same account is active again",
            Self::FilteredOut => "the filter keeps them without an account, or has it deactivated",
        }
    }

    /// Compares the employee's plan with the expected outcome. `verdict` is none for an employee without a record.
    #[must_use]
    pub fn judge(self, plan: &PersonPlan, verdict: Option<&EligibilityVerdict>) -> Judged {
        let is_as_expected = match (self, plan.next()) {
            (Self::Terminated | Self::FilteredOut, NextAction::Held(_)) => return Judged::Held,
            (Self::New, NextAction::Act(Step::Create(_) | Step::Remember { stored: None, .. }))
            | (Self::Terminated, NextAction::Act(Step::Deactivate { .. })) => true,
            (Self::New, NextAction::Act(Step::Change { .. })) => adopts(plan),
            (Self::Updated, NextAction::Act(Step::Change { change, .. })) => !reactivates(change),
            (Self::Rehired, NextAction::Act(Step::Change { change, .. })) => reactivates(change),
            (Self::FilteredOut, NextAction::Act(Step::Deactivate { evidence, .. })) => {
                *evidence == Evidence::OutOfScope
            }
            (Self::FilteredOut, NextAction::Nothing) => verdict == Some(&EligibilityVerdict::OutOfScope),
            _ => false,
        };
        if is_as_expected {
            Judged::AsExpected
        } else {
            Judged::Otherwise
        }
    }
}

/// An account that is there already may be adopted and changed at once.
fn adopts(plan: &PersonPlan) -> bool {
    let mut actions = plan.plan.actions.iter();
    actions.any(|action| matches!(action.step, Step::Remember { stored: None, .. }))
}

fn reactivates(change: &UserChange) -> bool {
    change.active == Some(true)
}

impl fmt::Display for Scenario {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
