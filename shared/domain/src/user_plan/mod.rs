//! Plans a user sync: turns the employees, the links and (when verifying) the portal's users into an ordered list of
//! actions.
//!
//! The planner works in stages (`stages`): it classifies the employees, maps the eligible ones to desired accounts,
//! compares these with the values last written, limits the changes, releases identifiers for others, orders the actions
//! and counts. Whole runs and single employees are planned by the same stages.

mod accounts;
mod action;
mod another_person;
mod backing_off;
mod candidate;
mod census;
mod change_limits;
mod claims;
mod classify;
mod common_problems;
mod compare;
mod counts;
mod deactivation_limits;
mod deactivations;
mod decided;
mod desired;
pub mod digest;
mod disputes;
mod drift;
mod eligibility;
mod field_baseline;
mod field_loss;
mod field_notice;
mod former_account;
mod last_days;
mod lost_sources;
mod managers;
mod names;
mod one_person;
mod order;
mod organisation;
mod pending_approval;
mod plan;
mod planned;
mod proposals;
mod rejected;
mod rekeyed;
mod rewrites;
mod seats;
mod stage;
mod stages;
mod unique;
mod unsaved;

use jiff::Timestamp;
use jiff::civil::Date;
use stages::plan_stages;

pub use accounts::adopted;
pub use action::{Action, Permission, Step};
pub(crate) use census::{Census, take_census};
pub use compare::reads_alike;
pub use counts::PlanCounts;
pub use deactivation_limits::LimitInput;
pub use deactivations::Missing;
pub use drift::Drift;
pub(crate) use eligibility::Eligibility;
pub use field_baseline::FieldBaseline;
pub use field_notice::{FieldFault, FieldNotice, ReferenceForm, RewriteForm};
pub use one_person::{NextAction, PersonPlan, plan_person};
pub(crate) use organisation::Named;
pub use pending_approval::PendingApproval;
pub use plan::{
    CommonProblem, LastDayNotes, LostField, LostSource, RekeyedPair, ScopeLoss, Seats, Shared, SourceRule, UserPlan,
};
pub use planned::{ActionKind, PlannedAction};

use crate::approvals::Matter;
use crate::configuration::TenantConfiguration;
use crate::expressions::evaluator::Evaluator;
use crate::identity::EmployeeId;
use crate::people::last_day::LastDaySeen;
use crate::people::link::Person;
use crate::people::rejected_writes::RejectedWrites;
use crate::people::roster::Roster;
use crate::people::user::PortalUser;
use crate::vendors::list::UnusableRecord;

/// Everything a plan is made from.
#[derive(Debug, Clone, Copy)]
pub struct PlanInput<'a> {
    /// The customer's rules.
    pub configuration: &'a TenantConfiguration,
    /// A complete read of EmployeeConnect.
    pub roster: &'a Roster,
    /// Every link.
    pub people: &'a [Person],
    /// Linked, active employees who are not in the roster.
    pub missing: &'a [Missing],
    /// Last days that earlier runs saw beside an active status.
    pub last_days: &'a [LastDaySeen],
    /// The rejected writes so far.
    pub rejected_writes: &'a [RejectedWrites],
    /// The portal's users, when this run verifies: accounts that exist are adopted, drift and hand edits are found.
    pub portal: Option<&'a [PortalUser]>,
    /// Records of accounts and links that cannot be used: the employees concerned are left alone.
    pub unreadable: Unreadable<'a>,
    /// Stored facts that the change limits need.
    pub limit_input: LimitInput<'a>,
    /// The moment that the plan is for.
    pub now: Timestamp,
}

/// Items and portal users that cannot be used, in addition to the records of EmployeeConnect.
#[derive(Debug, Clone, Copy, Default)]
pub struct Unreadable<'a> {
    /// Accounts of the portal, by user name or e-mail.
    pub accounts: &'a [UnusableRecord],
    /// Employees whose stored links cannot be decoded.
    pub links: &'a [EmployeeId],
    /// Stored decisions that cannot be decoded: the employee, and the part of the account.
    pub decisions: &'a [(EmployeeId, Matter)],
}

impl PlanInput<'_> {
    /// The customer's local day.
    #[must_use]
    pub fn today(&self) -> Date {
        self.now.to_zoned(self.configuration.time_zone.zone().clone()).date()
    }

    /// Returns the evaluator of the customer's expressions for the employees of the read.
    pub(crate) fn evaluator(&self) -> Evaluator {
        let custom_fields = self.roster.custom_fields.iter().map(String::as_str);
        self.configuration.evaluator(custom_fields)
    }
}

/// Plans a user sync.
#[must_use]
pub fn plan_users(input: &PlanInput<'_>) -> UserPlan {
    plan_stages(input, &input.evaluator()).plan
}
