//! A plan for readers: its actions, employee by employee and field by field, before a run makes them.

use std::fmt;

use jiff::Timestamp;
use serde::Serialize;

use super::{Action, Step, UserPlan};
use crate::approvals::{HoldReason, PendingManager};
use crate::identity::{EmployeeId, UserName};
use crate::people::link::{FieldChange, Person};
use crate::people::user::UserChange;

/// The kind of an action on one account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ActionKind {
    /// It is created.
    Create,
    /// An existing account is linked to the employee.
    Adopt,
    /// It becomes active again.
    Reactivate,
    /// Its fields, or its user name, are changed.
    Change,
    /// It is deactivated.
    Deactivate,
    /// A former employee's account gives up a user name or an e-mail that another employee takes over.
    GiveUp,
    /// A change made in the portal is stored in the link; nothing is written there.
    Note,
}

/// One action that a plan makes, or holds. Holds personal data for the operator's eyes; `Debug` withholds it.
#[derive(Clone, PartialEq, Serialize)]
pub struct PlannedAction {
    /// The employee concerned.
    pub employee_id: EmployeeId,
    /// Their name as the customer knows it.
    pub person: String,
    /// The account's user name before; for a new account, its future user name.
    pub user_name: UserName,
    /// The kind of the action.
    #[serde(rename = "deed")]
    pub kind: ActionKind,
    /// Why it waits for approval; none where it does not.
    pub held: Option<HoldReason>,
    /// The manager whose own change it waits with, in words; none where it does not.
    pub waits_with: Option<String>,
    /// The values that stay because an operator rejected this action, in words; none where no operator did.
    pub kept: Option<String>,
    /// Why.
    pub reason: String,
    /// Every value that changes: `user_name`, `active` and the portal's fields, old and new.
    pub fields: Vec<FieldChange>,
}

impl UserPlan {
    /// Returns the actions that a run would make at `now`, in order, then those that it holds, and then those that
    /// operators rejected.
    #[must_use]
    pub fn planned(&self, now: Timestamp) -> Vec<PlannedAction> {
        let done = self.actions.iter().map(|action| action.planned(None, now));
        let held = self.held.iter();
        let held = held.map(|held| PlannedAction {
            waits_with: held.waits_with.as_ref().map(PendingManager::in_words),
            ..held.action.planned(Some(held.hold_reason), now)
        });
        let kept = self.kept.iter().map(|action| PlannedAction {
            kept: Some(action.kept_in_words()),
            ..action.planned(None, now)
        });
        done.chain(held).chain(kept).collect()
    }
}

impl Action {
    fn planned(&self, held: Option<HoldReason>, now: Timestamp) -> PlannedAction {
        PlannedAction {
            employee_id: self.employee_id.clone(),
            person: self.person.clone(),
            user_name: self.step.user_name().clone(),
            kind: self.step.action_kind(),
            held,
            waits_with: None,
            kept: None,
            reason: self.reason.clone(),
            fields: self.change(now).fields,
        }
    }

    /// Returns the values that stay where an operator rejected this action, and for how long. Holds personal data for
    /// the operator's eyes.
    #[must_use]
    pub fn kept_in_words(&self) -> String {
        let stays = match &self.step {
            Step::Change { change, .. } if change.active == Some(true) => "the account stays deactivated".to_owned(),
            Step::Change { before, change } => values_kept(before, change),
            Step::Create(_) => "the employee gets no account".to_owned(),
            Step::Deactivate { .. } | Step::GiveUp { .. } | Step::Remember { .. } => {
                "the account stays as it is".to_owned()
            }
        };
        format!("kept by decision: {stays} until the evidence changes")
    }
}

impl PlannedAction {
    /// Why it waits, in words; none where it does not.
    #[must_use]
    pub fn why_held(&self) -> Option<String> {
        let because = self.held.as_ref()?;
        Some(self.waits_with.clone().unwrap_or_else(|| because.reason()))
    }
}

impl Step {
    /// The kind of the action.
    #[must_use]
    pub fn action_kind(&self) -> ActionKind {
        match self {
            Self::Create(_) => ActionKind::Create,
            Self::Remember { stored: None, .. } => ActionKind::Adopt,
            Self::Remember { stored: Some(_), .. } => ActionKind::Note,
            Self::Change { change, .. } if change.active == Some(true) => ActionKind::Reactivate,
            Self::Change { .. } => ActionKind::Change,
            Self::Deactivate { .. } => ActionKind::Deactivate,
            Self::GiveUp { .. } => ActionKind::GiveUp,
        }
    }

    /// Returns the account's user name before the step; for a new account, its future user name.
    pub(super) fn user_name(&self) -> &UserName {
        match self {
            Self::Create(user) => &user.user_name,
            Self::Remember { seen, .. } => &seen.user_name,
            Self::Change { before, .. } | Self::Deactivate { before, .. } | Self::GiveUp { before, .. } => {
                &before.user_name
            }
        }
    }
}

/// `user name stays jo@acme.com.au, X-Location stays Perth`.
fn values_kept(before: &Person, change: &UserChange) -> String {
    let name = change.user_name.as_ref();
    let name = name.map(|_| format!("user name stays {}", before.user_name.as_str()));
    let fields = change.fields.0.keys().map(|field| match before.field(field.as_str()) {
        Some(value) if !value.is_empty() => format!("{field} stays {value}"),
        Some(_) | None => format!("{field} stays empty"),
    });
    name.into_iter().chain(fields).collect::<Vec<_>>().join(", ")
}

impl ActionKind {
    /// Returns its name, as printed.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Adopt => "adopt",
            Self::Reactivate => "reactivate",
            Self::Change => "change",
            Self::Deactivate => "deactivate",
            Self::GiveUp => "give up",
            Self::Note => "note",
        }
    }
}

impl fmt::Debug for PlannedAction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Planned")
            .field("employee_id", &self.employee_id)
            .field("deed", &self.kind)
            .field("held", &self.held)
            .finish_non_exhaustive()
    }
}
