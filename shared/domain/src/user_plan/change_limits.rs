//! Decides which creates, renames and updates are made, and which wait for approval: operators' decisions are followed,
//! and of the others a whole kind waits where the plan has more of it, the last 24 hours counted, than the change
//! limits and an agreement admit.

use std::collections::{HashMap, HashSet};

use jiff::Timestamp;

use super::deactivation_limits::{COUNTED_FOR, number};
use super::stage::{Compared, Facts, Stage};
use super::unique::Unique;
use super::{Action, PendingApproval, Permission, Step};
use crate::approvals::{ApprovalVerdict, ChangeKind, HoldReason, PendingManager, PerChange, Proposal};
use crate::configuration::{ChangeLimit, Limits};
use crate::identity::EmployeeId;
use crate::people::link::Person;
use crate::people::user::FieldName;

/// The verdict of one kind's limit on the undecided changes of that kind.
#[derive(Debug, Clone, Copy, Default)]
struct Ruling {
    /// Why they wait, if they do.
    because: Option<HoldReason>,
    /// How many of them an operator agreed to with the configuration.
    agreed: usize,
}

impl<'a> Stage<'a, Compared<'a>> {
    /// Follows operators' decisions, and allows the other changes of those kinds that are within their limits.
    pub(super) fn hold_changes(&mut self) {
        let cascades = self.cascades();
        let actions = std::mem::take(&mut self.plan.actions);
        let judged: Vec<_> = actions
            .iter()
            .map(|action| self.judge_change(action, &cascades))
            .collect();
        let mut rulings = PerChange::<Ruling>::default();
        for kind in ChangeKind::ALL {
            let is_of_kind = |(_, judged): &(&Action, &Judged)| **judged == Judged::Undecided(kind);
            let changes = actions.iter().zip(&judged).filter(is_of_kind);
            let changes: HashSet<_> = changes.map(|(action, _)| &action.employee_id).collect();
            *self.plan.undecided.get_mut(kind) = changes.len();
            let is_beyond = self.over_change_limit(kind, &changes, 0).is_some();
            *self.plan.beyond_limits.get_mut(kind) = if is_beyond { changes.len() } else { 0 };
            let ruling = self.rule(kind, &changes);
            *self.plan.agreed.get_mut(kind) = ruling.agreed;
            *rulings.get_mut(kind) = ruling;
        }
        for (action, judged) in actions.into_iter().zip(judged) {
            self.follow(action, judged, &mut rulings);
        }
        self.hold_cascades(&cascades);
    }

    fn rule(&self, kind: ChangeKind, changes: &HashSet<&EmployeeId>) -> Ruling {
        let agreed = self.left_of_agreement(kind);
        let because = self.over_change_limit(kind, changes, agreed);
        Ruling { because, agreed }
    }

    fn follow(&mut self, action: Action, judged: Judged, rulings: &mut PerChange<Ruling>) {
        let permission = match judged {
            Judged::Goes => action.permission,
            Judged::Approved => Permission::Approved,
            Judged::Rejected => return self.leave_as_it_is(action),
            Judged::Awaits(because) => return self.plan.held.extend(pending(action, because)),
            Judged::Undecided(kind) => {
                let ruling = rulings.get_mut(kind);
                if let Some(because) = ruling.because {
                    self.plan.held.extend(pending(action, because));
                    return;
                }
                self.permit(ruling)
            }
        };
        self.plan.actions.push(Action { permission, ..action });
    }

    /// The first ones are those that were agreed to.
    fn permit(&self, ruling: &mut Ruling) -> Permission {
        let agreed = self.facts.input.limit_input.agreed.filter(|_| ruling.agreed > 0);
        ruling.agreed = ruling.agreed.saturating_sub(1);
        agreed.map_or(Permission::WithinLimit, |agreement| Permission::Agreed(agreement.at))
    }

    fn judge_change(&mut self, action: &Action, cascades: &HashMap<EmployeeId, EmployeeId>) -> Judged {
        let Some(evidence) = action.grounds() else {
            return Judged::Goes;
        };
        let Some(kind) = evidence.change() else {
            return Judged::Goes;
        };
        let proposal = Proposal {
            employee_id: &action.employee_id,
            user_name: action.step.user_name(),
            evidence,
            to_be_shown: None,
        };
        match self.decisions.verdict_on(&proposal) {
            Some(ApprovalVerdict::Approved) => Judged::Approved,
            Some(ApprovalVerdict::Rejected) => Judged::Rejected,
            Some(ApprovalVerdict::Awaits) => {
                match self
                    .decisions
                    .awaits_because((proposal.employee_id, proposal.evidence.matter()))
                {
                    because @ HoldReason::DecisionUnreadable => Judged::Awaits(because),
                    // A number that was agreed to since is a decision, too.
                    _ if self.left_of_agreement(kind) > 0 => Judged::Undecided(kind),
                    because => Judged::Awaits(because),
                }
            }
            None if cascades.contains_key(&action.employee_id) => Judged::Goes,
            None => Judged::Undecided(kind),
        }
    }

    pub(super) fn leave_as_it_is(&mut self, action: Action) {
        self.plan.kept.push(action);
        self.plan.counts.left_alone += 1;
    }

    /// How many changes of this kind an operator agreed to that were not made yet.
    pub(super) fn left_of_agreement(&self, kind: ChangeKind) -> usize {
        let Some(agreement) = self.facts.input.limit_input.agreed else {
            return 0;
        };
        let people = self.facts.input.people.iter();
        let made = people.filter(|person| *person.marks.agreed.get(kind) == Some(agreement.at));
        let unsaved = self
            .found
            .unsaved
            .get(kind)
            .as_ref()
            .is_some_and(|(_, is_agreed)| *is_agreed);
        agreement.left(kind, made.count() + usize::from(unsaved), self.facts.input.now)
    }

    /// Why these wait, if they do.
    fn over_change_limit(&self, kind: ChangeKind, changes: &HashSet<&EmployeeId>, agreed: usize) -> Option<HoldReason> {
        let since = self
            .facts
            .input
            .now
            .saturating_sub(COUNTED_FOR)
            .unwrap_or(Timestamp::MIN);
        let unapproved = |person: &Person, kind| person.marks.unapproved.get(kind).is_some_and(|at| at > since);
        let people = self.facts.input.people;
        let recent = people
            .iter()
            .filter(|person| unapproved(person, kind) && !changes.contains(&person.employee_id))
            .map(|person| &person.employee_id);
        let found = self
            .found
            .unsaved
            .get(kind)
            .as_ref()
            .filter(|(_, is_agreed)| !is_agreed);
        let found = found.map(|(employee, _)| employee);
        let recent: HashSet<_> = recent.chain(found).collect();
        let recent = recent.len();
        let was_active =
            |person: &&Person| person.active || person.removed.as_ref().is_some_and(|removed| removed.at > since);
        // Accounts created today, unapproved, must not raise the limit for those of tonight.
        let managed = people
            .iter()
            .filter(was_active)
            .filter(|person| !unapproved(person, ChangeKind::Created))
            .count();
        let allowed = limit_of(kind, &self.facts.input.configuration.limits).allows(managed);
        let beyond = changes.len().saturating_sub(agreed);
        let (planned, allowed_in_all) = (number(changes.len()), number(allowed.saturating_add(agreed)));
        let is_first_load = kind == ChangeKind::Created && self.facts.has_written_no_account();
        (beyond > 0 && beyond + recent > allowed).then(|| {
            if is_first_load {
                HoldReason::FirstLoad {
                    planned,
                    allowed: allowed_in_all,
                }
            } else {
                HoldReason::OverLimit {
                    planned,
                    recent: number(recent),
                    allowed: allowed_in_all,
                }
            }
        })
    }

    /// Reports who only get their manager's new address, by employee: an update that only follows a manager's own
    /// change does not count as a change. The address is the one that the manager's account has, or has after this run,
    /// since the day before. A report who had the address of another employee gets another manager, which is a change.
    fn cascades(&self) -> HashMap<EmployeeId, EmployeeId> {
        let emails: HashMap<_, _> = self.plan.actions.iter().filter_map(new_email).collect();
        let owners = self.facts.owners_of_emails();
        let actions = self.plan.actions.iter();
        let found = actions.filter_map(|action| {
            let (former, written) = only_manager_email(&action.step)?;
            let position = self.facts.organisation.position(&action.employee_id)?;
            let manager = self.facts.accounts.link(self.facts.manager_record(position)?.id())?;
            let owner = owners.get(&former.to_lowercase());
            let changed = emails.get(&manager.employee_id).copied();
            let changed = changed.or_else(|| {
                self.facts
                    .has_changed_lately(manager)
                    .then(|| manager.field(FieldName::EMAIL))?
            });
            let is_theirs = changed.is_some_and(|email| email.eq_ignore_ascii_case(written));
            let is_same_manager = !former.is_empty() && owner.is_none_or(|owner| **owner == manager.employee_id);
            (is_theirs && is_same_manager).then(|| (action.employee_id.clone(), manager.employee_id.clone()))
        });
        found.collect()
    }

    /// The manager's address is not written anywhere before the manager has it.
    fn hold_cascades(&mut self, cascades: &HashMap<EmployeeId, EmployeeId>) {
        if cascades.is_empty() || self.plan.held.is_empty() {
            return;
        }
        let held = self.plan.held.iter().filter_map(held_manager);
        let managers: HashMap<_, _> = held.map(|held| (held.employee_id.clone(), held)).collect();
        for action in std::mem::take(&mut self.plan.actions) {
            let manager = cascades.get(&action.employee_id);
            let manager = manager.and_then(|manager| managers.get(manager));
            match manager.filter(|_| matches!(action.step, Step::Change { .. })) {
                None => self.plan.actions.push(action),
                Some(manager) => {
                    let pending = pending(action, HoldReason::ManagerWaits);
                    self.plan.held.extend(pending.map(|pending| PendingApproval {
                        waits_with: Some(manager.clone()),
                        ..pending
                    }));
                }
            }
        }
    }
}

impl Facts<'_> {
    /// Whether every linked account is one that was found and never written: the customer's first load is still to come.
    fn has_written_no_account(&self) -> bool {
        let mut people = self.input.people.iter();
        people.all(|person| person.last_change.is_none())
    }

    /// Returns the employee who has each e-mail before the run.
    fn owners_of_emails(&self) -> HashMap<String, &EmployeeId> {
        let people = self.input.people.iter();
        let emails = people.filter_map(|person| Some((person.unique(Unique::Email)?, &person.employee_id)));
        emails.collect()
    }

    fn has_changed_lately(&self, person: &Person) -> bool {
        let since = self.input.now.saturating_sub(COUNTED_FOR).unwrap_or(Timestamp::MIN);
        person.last_change.as_ref().is_some_and(|change| change.at > since)
    }
}

/// The treatment of one action before the limits are applied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Judged {
    /// It goes: no limit counts it.
    Goes,
    /// An operator approved it.
    Approved,
    /// An operator rejected it.
    Rejected,
    /// It waits for an operator's decision of its own.
    Awaits(HoldReason),
    /// Its kind's limit decides.
    Undecided(ChangeKind),
}

fn pending(action: Action, because: HoldReason) -> Option<PendingApproval> {
    let evidence = action.grounds()?;
    Some(PendingApproval {
        action,
        evidence,
        hold_reason: because,
        waits_with: None,
    })
}

/// A manager whose own change is held.
fn held_manager(held: &PendingApproval) -> Option<PendingManager> {
    let change = held.evidence.change()?;
    Some(PendingManager {
        employee_id: held.action.employee_id.clone(),
        person: held.action.person.clone(),
        change: change.noun().to_owned(),
    })
}

/// Returns the employee and the new e-mail of the account.
fn new_email(action: &Action) -> Option<(&EmployeeId, &str)> {
    let Step::Change { change, .. } = &action.step else {
        return None;
    };
    let email = change.fields.0.get(&FieldName::email())?;
    Some((&action.employee_id, email))
}

/// The manager's address before and after, where it is all that is written.
fn only_manager_email(step: &Step) -> Option<(&str, &str)> {
    let Step::Change { before, change } = step else {
        return None;
    };
    let is_alone = change.active.is_none() && change.user_name.is_none() && change.fields.0.len() == 1;
    let email = change.fields.0.get(&FieldName::manager_email())?;
    let former = before.field(FieldName::MANAGER_EMAIL).unwrap_or_default();
    is_alone.then_some((former, email.as_str()))
}

const fn limit_of(kind: ChangeKind, limits: &Limits) -> ChangeLimit {
    match kind {
        ChangeKind::Created => limits.created,
        ChangeKind::Renamed => limits.renamed,
        ChangeKind::Updated => limits.updated,
    }
}
