//! The owners of the portal's accounts: each account is in exactly one part.

use std::collections::{HashMap, HashSet};

use super::claims::{Claim, Claims};
use super::finding::name_of;
use super::{AffectedPerson, Kind, NotAdopted, Part, PortalAccount, Survey};
use crate::configuration::MatchKey;
use crate::identity::EmployeeId;
use crate::people::employee::Employee;
use crate::people::user::{FieldName, PortalUser};
use crate::user_plan::{Census, Eligibility, PlanInput, Step};

/// Every account of the portal with its part, in the portal's order.
pub(super) fn divide(
    input: &PlanInput<'_>,
    census: &Census<'_>,
    claims: &Claims<'_>,
    portal: &[PortalUser],
) -> Vec<PortalAccount> {
    let division = Division {
        managed: managed(input, census),
        adopted: adopted(census),
        census,
        claims,
    };
    let account = |user: &PortalUser| PortalAccount {
        user_name: user.user_name.clone(),
        person: name_of(user),
        email: user
            .fields
            .0
            .get(&FieldName::email())
            .filter(|email| !email.is_empty())
            .cloned(),
        active: user.active,
        part: division.part(user),
    };
    portal.iter().map(account).collect()
}

struct Division<'d, 'a> {
    /// The employee of each linked user name.
    managed: HashMap<String, &'d EmployeeId>,
    /// The adopted user names, each with its employee.
    adopted: HashSet<(String, &'d EmployeeId)>,
    census: &'d Census<'a>,
    claims: &'d Claims<'a>,
}

impl Division<'_, '_> {
    fn part(&self, user: &PortalUser) -> Part {
        let key = user.user_name.key();
        if self.census.accounts.is_protected(&user.user_name) {
            return Part::Protected;
        }
        if let Some(employee_id) = self.managed.get(&key) {
            return Part::Managed {
                employee_id: (*employee_id).clone(),
            };
        }
        let claims = self.claims.of_account(&user.user_name);
        let adopter = claims.iter().find_map(|claim| {
            let employee_id = self.id(claim)?;
            let adopts = self.adopted.contains(&(key.clone(), employee_id));
            adopts.then(|| (employee_id.clone(), claim.by))
        });
        match adopter {
            Some((employee_id, by)) => Part::Matchable { employee_id, by },
            None => self.claimed(claims),
        }
    }

    fn claimed(&self, claims: &[Claim]) -> Part {
        let ids = |claims: &[&Claim]| -> Vec<_> { claims.iter().filter_map(|claim| self.id(claim).cloned()).collect() };
        let placement = |claim: &Claim| self.census.placement(claim.position);
        let (in_scope, others): (Vec<_>, Vec<_>) = claims
            .iter()
            .partition(|claim| placement(claim) == Eligibility::InScope);
        let told = if in_scope.is_empty() { &others } else { &in_scope };
        match (in_scope.as_slice(), told.first()) {
            (_, None) => Part::Unknown,
            ([], Some(first)) => Part::NotAdopted {
                employee_ids: ids(told),
                why: NotAdopted::of(placement(first)),
            },
            ([only], Some(_)) if only.is_only => Part::NotAdopted {
                employee_ids: ids(told),
                why: NotAdopted::SetAside,
            },
            ([..], Some(_)) => Part::Disputed { claimed_by: ids(told) },
        }
    }

    fn id(&self, claim: &Claim) -> Option<&EmployeeId> {
        self.census.organisation.employee(claim.position).map(Employee::id)
    }
}

/// Returns the employee of each linked user name; an account that already has its new name counts under that.
fn managed<'d>(input: &PlanInput<'d>, census: &'d Census<'_>) -> HashMap<String, &'d EmployeeId> {
    let people = input.people.iter();
    let linked = people
        .filter(|person| census.accounts.owns(person))
        .map(|person| (person.user_name.key(), &person.employee_id));
    let seen = census.plan.actions.iter().filter_map(|action| match &action.step {
        Step::Remember { stored: Some(_), seen } => Some((seen.user_name.key(), &action.employee_id)),
        _ => None,
    });
    linked.chain(seen).collect()
}

fn adopted<'d>(census: &'d Census<'_>) -> HashSet<(String, &'d EmployeeId)> {
    let actions = census.plan.actions.iter();
    let adopted = actions.filter_map(|action| match &action.step {
        Step::Remember { stored: None, seen } => Some((seen.user_name.key(), &action.employee_id)),
        _ => None,
    });
    adopted.collect()
}

impl Survey<'_> {
    /// Reports accounts without an employee, and accounts that several employees claim.
    pub(super) fn report_accounts(&mut self, accounts: &[PortalAccount]) {
        let portal = self.input.portal.unwrap_or_default();
        for (user, account) in portal.iter().zip(accounts) {
            let state = if user.active { "active" } else { "deactivated" };
            let concerned = AffectedPerson::account(user).with("email", account.email.as_deref());
            match &account.part {
                Part::Unknown => self.report(Kind::AccountUnknown, vec![concerned.noting(state)]),
                Part::Disputed { .. } => self.report_disputed(user, concerned.noting(state)),
                Part::Managed { .. } | Part::Matchable { .. } | Part::NotAdopted { .. } | Part::Protected => {}
            }
        }
    }

    /// Reports the account first, then each employee who claims it, with the match key.
    fn report_disputed(&mut self, user: &PortalUser, account: AffectedPerson) {
        let claims = self.claims.of_account(&user.user_name).iter();
        let in_scope = claims.filter(|claim| self.census.placement(claim.position) == Eligibility::InScope);
        let claimant = |claim: &Claim| {
            let employee = self.census.organisation.employee(claim.position)?;
            let by = match claim.by {
                MatchKey::UserName => "claims it by user name",
                MatchKey::Email => "claims it by e-mail",
            };
            let concerned = AffectedPerson::employee(employee).noting(by);
            Some(AffectedPerson {
                user_name: Some(user.user_name.clone()),
                ..concerned
            })
        };
        let people = [account].into_iter().chain(in_scope.filter_map(claimant)).collect();
        self.report(Kind::AccountDisputed, people);
    }
}
