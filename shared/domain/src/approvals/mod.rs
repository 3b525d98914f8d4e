//! Pending approvals, and the decisions about them: a plan id identifies the pending actions, and a decision covers
//! exactly these.

pub mod change;
mod counts;
mod decision;
mod grounds;
mod plan_id;

use std::fmt;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

pub use change::{Agreement, ChangeKind, ChangeMarks, PerChange};
pub use counts::ActionCounts;
pub use decision::{Decision, Proposal};
pub use grounds::{Grounds, Matter, ProposedChange};
pub use plan_id::{InvalidPlanId, PlanId};

use crate::identity::{EmployeeId, UserName};
use crate::people::link::{FieldChange, Person};

/// How long an approval is pending before the operators are reminded of it, and the interval of all later reminders.
pub const REMINDED_EVERY: SignedDuration = SignedDuration::from_hours(7 * 24);

/// Why an action is held.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "why")]
pub enum HoldReason {
    /// The run began without a single link: it is unknown which employees had an account.
    NoLinks,
    /// The read is much smaller than the baseline read.
    Shrunk {
        /// Employees in the baseline read.
        from: u64,
        /// Employees in this read.
        to: u64,
    },
    /// More of its kind than go without being asked.
    OverLimit {
        /// Undecided actions of this kind in the plan.
        planned: u64,
        /// Those of the last 24 hours that no operator approved.
        recent: u64,
        /// How many of both together need no approval.
        allowed: u64,
    },
    /// `EmployeeConnect` does not list them, and has not said that there is no such employee.
    NotConfirmed,
    /// The filter no longer admits them, and values that their record had are gone from it.
    RecordEmptied,
    /// A record with another employee number describes the same employee, according to all known traits.
    Rekeyed,
    /// An active record about which something is undecided claims the account's user name or e-mail.
    Claimed,
    /// The record of this employee number describes another employee than the account, according to all known traits.
    AnotherPerson,
    /// It brings the new address of a manager whose own change is held, and follows that without a decision of its own.
    ManagerWaits,
    /// More accounts would be created than there are: the first load, which an operator agrees to by its number.
    FirstLoad {
        /// Undecided creates in the plan.
        planned: u64,
        /// How many of them need no approval.
        allowed: u64,
    },
    /// A decision about it is stored and cannot be decoded, so it may have been rejected.
    DecisionUnreadable,
    /// The deactivation is approved; EmployeeConnect has to confirm once more that it has no such employee.
    ApprovedNotConfirmed,
}

/// The pending approvals of one customer: the `PLAN` items of the table. Contains names; `Debug` of its employees
/// withholds them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PendingPlan {
    /// The plan id.
    pub id: PlanId,
    /// The version of the configuration since which employees are decided about as when it was held.
    pub version: u64,
    /// The time since which one of its actions has been waiting for a decision.
    pub since: Timestamp,
    /// The pending actions, by employee id; also those that wait with their manager's, and need no decision of their
    /// own.
    pub people: Vec<PendingAction>,
    /// The decisions about it, oldest first; the last one counts.
    #[serde(default)]
    #[serde(rename = "words")]
    pub decisions: Vec<PlanDecision>,
}

/// One employee about whose account an action is held.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PendingAction {
    /// Who.
    pub employee_id: EmployeeId,
    /// Their name as the customer knows it.
    pub person: String,
    /// The account they are linked to; of one that would be created, its user name.
    pub user_name: UserName,
    /// The action, with its evidence.
    pub evidence: Grounds,
    /// Why it is not done.
    #[serde(rename = "because")]
    pub hold_reason: HoldReason,
    /// The first few values of an account that it would change, shortened; values of a new account are not kept.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub changes: Vec<FieldChange>,
    /// The manager whose own change it waits with; none where it is decided about by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waits_with: Option<PendingManager>,
}

/// A manager whose own change is held. Holds a name; `Debug` withholds it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PendingManager {
    /// The manager's employee number.
    pub employee_id: EmployeeId,
    /// Their name as the customer knows it.
    pub person: String,
    /// The change that waits, as a noun.
    pub change: String,
}

/// The verdict about a pending action.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ApprovalVerdict {
    /// It is done.
    Approved,
    /// It is not done, and not asked about again.
    Rejected,
    /// It waits for a decision of its own, however few such actions there are: an operator decided about others of its
    /// plan by name, or withdrew the decision about it.
    Awaits,
}

/// A decision about a plan: the record of its verdict, its actor and its time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlanDecision {
    /// What.
    pub verdict: ApprovalVerdict,
    /// Who.
    #[serde(rename = "by")]
    pub actor: String,
    /// When.
    pub at: Timestamp,
    /// The employees it is about; everyone in the plan where none is named.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub only: Vec<EmployeeId>,
    /// Whether an operator withdrew this decision.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub reopened: bool,
}

impl PlanDecision {
    /// Whether it decides about all of a plan.
    #[must_use]
    pub const fn decides_all(&self) -> bool {
        self.only.is_empty() && !self.reopened
    }
}

impl PendingPlan {
    /// Returns the pending plan of these actions; none where no action waits. `before` is the pending plan until now:
    /// an action that is in both has been waiting since the earlier time.
    #[must_use]
    pub fn new(mut people: Vec<PendingAction>, version: u64, before: Option<&Self>, now: Timestamp) -> Option<Self> {
        if !people.iter().any(PendingAction::is_decided_about) {
            return None;
        }
        people.sort_by(|one, other| one.employee_id.cmp(&other.employee_id));
        let id = PlanId::new(&people, version);
        let waits_still =
            |before: &&Self| before.id == id || (before.conclusion().is_none() && before.shares_somebody_with(&people));
        let since = before.filter(waits_still).map_or(now, |before| before.since);
        Some(Self {
            id,
            version,
            since,
            people,
            decisions: Vec::new(),
        })
    }

    /// How many changes of each kind wait in it.
    #[must_use]
    pub fn counts(&self) -> ActionCounts {
        let mut counts = ActionCounts::default();
        for held in self.people.iter().filter(|held| held.is_decided_about()) {
            match held.evidence.change() {
                Some(kind) => *counts.changes.get_mut(kind) += 1,
                None => counts.deactivations += 1,
            }
        }
        counts
    }

    /// Returns the decision since the plan has been waiting; decisions about the same employees at an earlier time are
    /// history.
    #[must_use]
    pub fn conclusion(&self) -> Option<&PlanDecision> {
        let said = self.decisions.last().filter(|word| word.at >= self.since);
        said.filter(|word| word.decides_all())
    }

    /// How many of its people are decided about by themselves.
    #[must_use]
    pub fn decided_about(&self) -> usize {
        self.people.iter().filter(|held| held.is_decided_about()).count()
    }

    /// The same plan with those alone who pass.
    #[must_use]
    pub fn with_only(&self, passes: impl Fn(&PendingAction) -> bool) -> Self {
        Self {
            people: self.people.iter().filter(|held| passes(held)).cloned().collect(),
            ..self.clone()
        }
    }

    /// When the operators are reminded of it, if it is still undecided.
    #[must_use]
    pub fn next_reminder(&self, now: Timestamp) -> Timestamp {
        let every = REMINDED_EVERY.as_secs();
        let weeks = now.duration_since(self.since).as_secs().max(0) / every + 1;
        let until_then = SignedDuration::from_secs(weeks.saturating_mul(every));
        self.since.checked_add(until_then).unwrap_or(Timestamp::MAX)
    }

    /// Whether an employee waits in it who did not wait in `before`.
    #[must_use]
    pub fn adds_to(&self, before: Option<&Self>) -> bool {
        let is_known =
            |held: &PendingAction| before.is_some_and(|before| before.shares_somebody_with(std::slice::from_ref(held)));
        !self.people.iter().all(is_known)
    }

    /// Returns the decision about each of its employees that follows from this one.
    pub fn decisions<'p>(&'p self, word: &'p PlanDecision) -> impl Iterator<Item = Decision> + 'p {
        let decided = self.people.iter().filter(|held| held.is_decided_about());
        decided.map(move |held| Decision {
            employee_id: held.employee_id.clone(),
            user_name: held.user_name.clone(),
            evidence: held.evidence.clone(),
            version: self.version,
            plan: self.id.clone(),
            made: word.clone(),
            hold_reason: held.hold_reason,
        })
    }

    fn shares_somebody_with(&self, people: &[PendingAction]) -> bool {
        let waits_here = |held: &PendingAction| {
            self.people
                .binary_search_by(|other| other.employee_id.cmp(&held.employee_id))
                .is_ok()
        };
        people.iter().any(waits_here)
    }
}

impl PendingAction {
    /// Whether it is decided about by itself.
    #[must_use]
    pub const fn is_decided_about(&self) -> bool {
        self.waits_with.is_none()
    }

    /// Why it is held, in words for an operator; names a manager.
    #[must_use]
    pub fn why(&self) -> String {
        self.waits_with
            .as_ref()
            .map_or_else(|| self.hold_reason.reason(), PendingManager::in_words)
    }

    /// The decision about just this action, if there is one.
    #[must_use]
    pub fn decision<'d>(&self, plan: &PendingPlan, decisions: &'d [Decision]) -> Option<&'d Decision> {
        let proposal = Proposal {
            employee_id: &self.employee_id,
            user_name: &self.user_name,
            evidence: self.evidence.clone(),
            to_be_shown: None,
        };
        let mut decided = decisions
            .iter()
            .filter(|made| made.made.verdict != ApprovalVerdict::Awaits);
        decided.find(|made| made.stands(&proposal, plan.version))
    }

    /// Whether the account, as the link has it by now, leaves nothing to be decided: it was changed, moved or unlinked since.
    #[must_use]
    pub fn is_settled(&self, link: Option<&Person>) -> bool {
        if matches!(self.evidence, Grounds::Change(ProposedChange::Create)) {
            return link.is_some();
        }
        let Some(link) = link.filter(|link| link.user_name == self.user_name) else {
            return true;
        };
        match &self.evidence {
            Grounds::Deactivation(_) => !link.active,
            Grounds::Change(ProposedChange::Reactivate) => link.active,
            Grounds::Change(_) => false,
        }
    }
}

impl PendingManager {
    /// `waits with the rename of E1008 Grace Pham`.
    #[must_use]
    pub fn in_words(&self) -> String {
        let Self {
            employee_id,
            person,
            change,
        } = self;
        format!("waits with the {change} of {employee_id} {person}")
    }
}

impl fmt::Debug for PendingManager {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HeldManager")
            .field("employee_id", &self.employee_id)
            .finish_non_exhaustive()
    }
}

impl HoldReason {
    /// Whether it is held because another record may describe the same employee.
    #[must_use]
    pub const fn is_same_person(self) -> bool {
        matches!(self, Self::Rekeyed | Self::Claimed)
    }

    /// In words, for an operator; no personal data.
    #[must_use]
    pub fn reason(&self) -> String {
        match self {
            Self::NoLinks => "nobody was linked when the run began".to_owned(),
            Self::Shrunk { from, to } => format!("EmployeeConnect listed {to} people, {from} before"),
            Self::OverLimit {
                planned,
                recent,
                allowed,
            } => format!("{planned} of this kind, {recent} more in the last 24 hours; {allowed} go unasked"),
            Self::NotConfirmed => "EmployeeConnect did not say that there is no such employee".to_owned(),
            Self::RecordEmptied => "values that the record had are gone from it".to_owned(),
            Self::Rekeyed => {
                "a new employee number has the same person; `habitsync link rekey` relinks the account".to_owned()
            }
            Self::Claimed => "an active record that is not clear yet has the same user name or e-mail".to_owned(),
            Self::AnotherPerson => {
                "the record is another person's than the account: approve to hand the account over, or \
                                    `habitsync link remove` to give the employee an account of their own"
                    .to_owned()
            }
            Self::ManagerWaits => "waits with the change of the manager".to_owned(),
            Self::FirstLoad { planned, allowed } => {
                format!("the first load: {planned} accounts; {allowed} go unasked")
            }
            Self::DecisionUnreadable => {
                "the stored decision about it cannot be read; a new decision replaces it".to_owned()
            }
            Self::ApprovedNotConfirmed => {
                "approved; EmployeeConnect has yet to say that there is no such employee".to_owned()
            }
        }
    }
}

impl ApprovalVerdict {
    /// As a past participle, in a sentence.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Approved => "approved",
            Self::Rejected => "rejected",
            Self::Awaits => "left pending",
        }
    }
}

impl fmt::Debug for PendingAction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HeldPerson")
            .field("employee_id", &self.employee_id)
            .field("evidence", &self.evidence)
            .field("because", &self.hold_reason)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::people::employment::Evidence;

    fn at(text: &str) -> Timestamp {
        text.parse().expect("a time")
    }

    fn held(id: &str, evidence: impl Into<Grounds>) -> PendingAction {
        PendingAction {
            employee_id: id.parse().expect("an id"),
            person: "Jo Citizen".to_owned(),
            user_name: format!("{id}@acme.com.au").parse().expect("a name"),
            evidence: evidence.into(),
            hold_reason: HoldReason::NotConfirmed,
            changes: Vec::new(),
            waits_with: None,
        }
    }

    fn plan(people: &[PendingAction], version: u64) -> PendingPlan {
        PendingPlan::new(people.to_vec(), version, None, at("2026-11-22T21:00:00Z")).expect("somebody is held")
    }

    #[test]
    fn the_same_set_has_the_same_id_whatever_its_order_and_why_it_is_held() {
        let (one, two) = (held("E1", Evidence::Vanished), held("E2", Evidence::Terminated));
        let hold_reason = HoldReason::Shrunk { from: 9, to: 3 };
        let id = plan(&[one.clone(), two.clone()], 3).id;
        assert_eq!(
            plan(
                &[
                    PendingAction {
                        hold_reason,
                        ..two.clone()
                    },
                    one.clone()
                ],
                3
            )
            .id,
            id
        );
        assert_eq!(id.as_str().len(), 12);
        let renamed = PendingAction {
            user_name: "other@acme.com.au".parse().expect("a name"),
            ..one.clone()
        };
        let others = [
            plan(&[one.clone(), two.clone()], 4),
            plan(std::slice::from_ref(&one), 3),
            plan(&[one, held("E2", Evidence::Vanished)], 3),
            plan(&[renamed, two], 3),
        ];
        assert!(others.iter().all(|other| other.id != id));
    }

    #[test]
    fn what_waits_goes_on_waiting_when_somebody_joins_and_begins_anew_once_it_was_decided() {
        let (one, two) = (held("E1", Evidence::Vanished), held("E2", Evidence::Vanished));
        let mut first = plan(std::slice::from_ref(&one), 1);
        let later = at("2026-11-25T21:00:00Z");
        let next =
            |before: &PendingPlan, people: &[PendingAction]| PendingPlan::new(people.to_vec(), 1, Some(before), later);
        let both = next(&first, &[one.clone(), two.clone()]).expect("held");
        assert_eq!(both.since, first.since);
        assert_eq!(next(&first, std::slice::from_ref(&two)).expect("held").since, later);
        first.decisions.push(PlanDecision {
            verdict: ApprovalVerdict::Rejected,
            actor: "ana".to_owned(),
            at: later,
            only: Vec::new(),
            reopened: false,
        });
        assert_eq!(next(&first, &[one, two]).expect("held").since, later);
    }

    #[test]
    fn the_operator_is_reminded_every_week_from_the_beginning_on() {
        let plan = plan(&[held("E1", Evidence::Vanished)], 1);
        let reminder = |now| plan.next_reminder(at(now)).to_string();
        assert_eq!(reminder("2026-11-22T21:00:00Z"), "2026-11-29T21:00:00Z");
        assert_eq!(reminder("2026-11-29T21:00:00Z"), "2026-12-06T21:00:00Z");
        assert_eq!(reminder("2026-12-01T00:00:00Z"), "2026-12-06T21:00:00Z");
    }

    #[test]
    fn neither_people_nor_decisions_are_named_in_debug() {
        let plan = plan(&[held("E1", Evidence::Vanished)], 1);
        let word = PlanDecision {
            verdict: ApprovalVerdict::Approved,
            actor: "ana".to_owned(),
            at: plan.since,
            only: Vec::new(),
            reopened: false,
        };
        let printed = format!("{plan:?} {:?}", plan.decisions(&word).collect::<Vec<_>>());
        assert!(
            printed.contains("E1") && !printed.contains("Citizen") && !printed.contains("acme"),
            "{printed}"
        );
    }
}
