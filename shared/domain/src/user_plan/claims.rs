//! User names and e-mails that undecided active records claim: an account that has one of them is not deactivated
//! meanwhile, since the record may be the same person's.

use std::collections::{BTreeSet, HashMap};

use super::eligibility::Eligibility;
use super::stage::{Compared, Facts, Stage};
use super::unique::Unique;
use super::{Action, PendingApproval, Step};
use crate::approvals::{HoldReason, Matter};
use crate::identity::EmployeeId;
use crate::people::link::Person;
use crate::people::mapping;

/// The claiming employees, by the claimed value as it is compared.
type Claims<'p> = HashMap<String, Vec<&'p EmployeeId>>;

impl<'a> Stage<'a, Compared<'a>> {
    /// Takes out of the actions each deactivation of an account that an undecided active record claims, and holds it. Whether
    /// there was any.
    pub(super) fn hold_claimed(&mut self) -> bool {
        if !self.plan.actions.iter().any(is_deactivation) {
            return false;
        }
        let claims = self.undecided_claims();
        let claimed: Vec<_> = self
            .plan
            .actions
            .iter()
            .map(|action| self.is_claimed(action, &claims))
            .collect();
        let mut claimed = claimed.into_iter();
        let actions = std::mem::take(&mut self.plan.actions).into_iter();
        let (held, rest): (Vec<_>, Vec<_>) = actions.partition(|_| claimed.next() == Some(true));
        self.plan.actions = rest;
        let is_any = !held.is_empty();
        for action in held {
            self.take_back(action);
        }
        is_any
    }

    /// An operator who approved the deactivation and was shown the claim has decided.
    fn is_claimed(&self, action: &Action, claims: &Claims<'_>) -> bool {
        let Step::Deactivate { before, approved, .. } = &action.step else {
            return false;
        };
        let decision = self.decisions.made.get(&(&action.employee_id, Matter::Account));
        let was_shown = decision.is_some_and(|decision| decision.hold_reason.is_same_person());
        !(*approved && was_shown)
            && identifying(before)
                .iter()
                .any(|held| is_claimed_by_other(claims, held, action))
    }

    fn take_back(&mut self, action: Action) {
        let Step::Deactivate { evidence, .. } = &action.step else {
            return;
        };
        let evidence = evidence.clone();
        let counted = self.plan.deactivations.iter().position(|counted| *counted == evidence);
        if let Some(counted) = counted {
            self.plan.deactivations.swap_remove(counted);
        }
        self.plan.held.push(PendingApproval {
            action: action.not_yet(),
            evidence: evidence.into(),
            hold_reason: HoldReason::Claimed,
            waits_with: None,
        });
    }

    /// The claims of employees who would be active once their record is corrected or a question about it is answered.
    fn undecided_claims(&self) -> Claims<'_> {
        let blocking = self
            .plan
            .problems
            .iter()
            .filter(|problem| problem.cause.blocks_person());
        let blocking = blocking.map(|problem| &problem.employee_id);
        let undecided: BTreeSet<_> = blocking.chain(self.plan.other_persons()).collect();
        let mut claims = Claims::new();
        for employee_id in undecided {
            let position = self.facts.organisation.position(employee_id);
            let placement = position.and_then(|position| self.found.eligibility.get(position));
            if let (Some(position), Some(Eligibility::InScope | Eligibility::Undecided)) = (position, placement) {
                for claim in self.facts.claims_at(position) {
                    claims.entry(claim).or_default().push(employee_id);
                }
            }
        }
        claims
    }
}

impl Facts<'_> {
    /// Everything that the record at this position gives as user name or e-mail, usable or not.
    fn claims_at(&self, position: usize) -> BTreeSet<String> {
        let Some(employee) = self.organisation.employee(position) else {
            return BTreeSet::new();
        };
        let scope = self.evaluator.scope(employee, self.manager_record(position));
        mapping::claims(&self.input.configuration.users, employee, &scope)
    }
}

fn is_deactivation(action: &Action) -> bool {
    matches!(action.step, Step::Deactivate { .. })
}

fn is_claimed_by_other(claims: &Claims<'_>, held: &str, action: &Action) -> bool {
    let by = claims.get(held);
    by.is_some_and(|by| by.iter().any(|claimant| **claimant != action.employee_id))
}

/// The user name and the e-mail of an account, as they are compared.
fn identifying(person: &Person) -> Vec<String> {
    Unique::BOTH
        .into_iter()
        .filter_map(|what| person.unique(what))
        .collect()
}
