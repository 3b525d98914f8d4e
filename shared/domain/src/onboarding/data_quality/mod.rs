//! Data quality before a customer goes live: mistakes in employees' records, and the owners of the portal's accounts.
//!
//! The judgement is the planner's: a plan against the portal says which employees would be left out and why. This
//! module adds findings that no plan needs: whole loops of managers, personal addresses, leavers whose accounts can
//! still log in, and the part that each account of the portal belongs to.

mod accounts;
mod claims;
mod entities;
mod fields;
mod finding;
mod kind;
mod leavers;
mod managers;
mod parts;
mod people;
mod problems;
mod public_mail;

pub use finding::{AffectedPerson, DataQualityFinding};
pub use kind::{Kind, Severity, UnknownKind};
pub use parts::{AccountCounts, NotAdopted, Part, PortalAccount};
pub use public_mail::is_personal_address;

use serde::Serialize;

use crate::people::employee::Employee;
use crate::user_plan::{Census, PlanCounts, PlanInput, Seats, take_census};
use claims::Claims;

/// The findings about a customer's employees and accounts. Holds personal data for the operator and the customer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DataQuality {
    /// How the people who were read divide.
    #[serde(skip)]
    pub people: PlanCounts,
    /// Active accounts now, and after everything that the rules ask for.
    #[serde(skip)]
    pub seats: Seats,
    /// The worst kind first, people of one kind by their employee number.
    pub findings: Vec<DataQualityFinding>,
    /// Every account of the portal with the part that it belongs to; none where the portal was not read.
    pub accounts: Option<Vec<PortalAccount>>,
}

impl DataQuality {
    /// Whether any finding keeps an employee from being synced.
    #[must_use]
    pub fn keeps_people_out(&self) -> bool {
        let mut findings = self.findings.iter();
        findings.any(|finding| finding.kind.severity() == Severity::KeepsOut)
    }

    /// How the accounts divide; none where the portal was not read.
    #[must_use]
    pub fn account_counts(&self) -> Option<AccountCounts> {
        self.accounts.as_deref().map(AccountCounts::of)
    }
}

/// Looks at everything that a run would be planned from, and at the accounts that it would not touch.
#[must_use]
pub fn assess(input: &PlanInput<'_>) -> DataQuality {
    let evaluator = input.evaluator();
    let census = take_census(input, &evaluator);
    let claims = Claims::new(&census, input.roster.employees.len());
    let accounts = input
        .portal
        .map(|portal| accounts::divide(input, &census, &claims, portal));
    let mut survey = Survey {
        input,
        census: &census,
        claims: &claims,
        findings: Vec::new(),
    };
    survey.report_records_without_id();
    survey.report_emails();
    survey.report_problems();
    survey.report_managers();
    survey.report_dates();
    survey.report_leavers();
    survey.report_missing();
    survey.report_without_account();
    survey.report_reactivated();
    survey.report_fields();
    survey.report_entities();
    survey.report_accounts(accounts.as_deref().unwrap_or_default());
    let mut findings = survey.findings;
    findings.sort_by(|one, other| one.rank().cmp(&other.rank()));
    DataQuality {
        people: census.plan.counts,
        seats: census.plan.seats,
        findings,
        accounts,
    }
}

/// The scan in progress, with its findings so far.
struct Survey<'a> {
    input: &'a PlanInput<'a>,
    census: &'a Census<'a>,
    claims: &'a Claims<'a>,
    findings: Vec<DataQualityFinding>,
}

impl<'a> Survey<'a> {
    /// Returns all employees of the read, with their positions.
    fn employees(&self) -> impl Iterator<Item = (usize, &'a Employee)> + use<'a> {
        self.input.roster.employees.iter().enumerate()
    }

    fn report(&mut self, kind: Kind, people: Vec<AffectedPerson>) {
        self.findings.push(DataQualityFinding { kind, people });
    }

    /// One finding for each of these people.
    fn report_each(&mut self, kind: Kind, people: impl IntoIterator<Item = AffectedPerson>) {
        for concerned in people {
            self.report(kind, vec![concerned]);
        }
    }

    fn report_records_without_id(&mut self) {
        let nobody = || AffectedPerson::named("a record without an employee number".to_owned());
        self.report_each(
            Kind::RecordWithoutId,
            (0..self.input.roster.without_id()).map(|_| nobody()),
        );
    }
}
