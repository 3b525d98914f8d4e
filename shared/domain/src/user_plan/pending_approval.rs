//! An action that waits for an operator's approval, and what the operator is shown of it.

use jiff::Timestamp;

use super::{Action, Step};
use crate::approvals::{Grounds, HoldReason, PendingAction, PendingManager};
use crate::people::link::FieldChange;

/// An action that waits for an operator's approval.
#[derive(Debug, Clone, PartialEq)]
pub struct PendingApproval {
    /// The action.
    pub action: Action,
    /// Its evidence.
    pub evidence: Grounds,
    /// Why it is not done.
    pub hold_reason: HoldReason,
    /// The manager whose own change it waits with; none where it is decided about by itself.
    pub waits_with: Option<PendingManager>,
}

/// The greatest number of changed values that are shown with a pending approval, and of letters of each.
const CHANGES_SHOWN: usize = 6;

const LETTERS_SHOWN: usize = 80;

impl PendingApproval {
    /// Returns the pending action for operators, to decide or to show beside its manager's; none where an operator has
    /// decided.
    #[must_use]
    pub fn to_decide(&self) -> Option<PendingAction> {
        (self.hold_reason != HoldReason::ApprovedNotConfirmed).then(|| PendingAction {
            employee_id: self.action.employee_id.clone(),
            person: self.action.person.clone(),
            user_name: self.action.step.user_name().clone(),
            evidence: self.evidence.clone(),
            hold_reason: self.hold_reason,
            changes: self.changes(),
            waits_with: self.waits_with.clone(),
        })
    }

    /// The first few values that a change of an account writes; those of a new account are as the record has them.
    fn changes(&self) -> Vec<FieldChange> {
        if !matches!(self.action.step, Step::Change { .. }) {
            return Vec::new();
        }
        let changes = self.action.change(Timestamp::UNIX_EPOCH).fields.into_iter();
        let shown = changes.filter(|change| change.field != "active").take(CHANGES_SHOWN);
        shown.map(shortened).collect()
    }
}

fn shortened(change: FieldChange) -> FieldChange {
    let short = |text: String| clip_letters(&text);
    FieldChange {
        before: change.before.map(short),
        after: clip_letters(&change.after),
        ..change
    }
}

fn clip_letters(text: &str) -> String {
    if text.chars().count() <= LETTERS_SHOWN {
        return text.to_owned();
    }
    let start: String = text.chars().take(LETTERS_SHOWN - 1).collect();
    format!("{start}…")
}
