//! Read-only probes of a vendor that test the product's assumptions about it. The clients implement these.

use std::future::Future;

use habitsync_domain::configuration::TenantConfiguration;
use habitsync_domain::identity::{CourseId, UserName};
use habitsync_domain::onboarding::assumptions::{Assumption, AssumptionFinding};
use habitsync_domain::people::employee::Employee;
use habitsync_domain::people::user::PortalUser;
use jiff::Timestamp;

use super::failure::VendorFailure;

/// Asks a Tribal Habits portal about itself.
pub trait ProbePortal {
    /// Probes the assumptions on which this customer relies. It fails only where no question could be asked at all.
    fn probe_portal(
        &self,
        asked: &PortalQuestions<'_>,
    ) -> impl Future<Output = Result<Probed<PortalSample>, VendorFailure>> + Send;
}

/// Asks an EmployeeConnect about itself.
pub trait ProbeHris {
    /// Probes the assumptions on which this customer relies. It fails only where no question could be asked at all.
    fn probe_hris(
        &self,
        asked: &HrisQuestions<'_>,
    ) -> impl Future<Output = Result<Probed<HrisSample>, VendorFailure>> + Send;
}

/// Input of a portal's probe.
#[derive(Debug, Clone, Copy)]
pub struct PortalQuestions<'a> {
    /// Configuration of the customer, which decides the assumptions to check.
    pub customer: &'a TenantConfiguration,
    /// The time at which it begins.
    pub now: Timestamp,
    /// User names that the portal should know, if these employees have accounts: each costs a request.
    pub user_names: &'a [UserName],
}

/// Input of an EmployeeConnect's probe.
#[derive(Debug, Clone, Copy)]
pub struct HrisQuestions<'a> {
    /// Configuration of the customer, which decides the assumptions to check.
    pub customer: &'a TenantConfiguration,
    /// The time at which it begins.
    pub now: Timestamp,
    /// An existing course, where one is known.
    pub course: Option<&'a CourseId>,
}

/// Outcome of a probe.
#[derive(Debug)]
pub struct Probed<S> {
    /// Findings of the probe.
    pub findings: Vec<AssumptionFinding>,
    /// Questions that could not be asked.
    pub silences: Vec<Silence>,
    /// Requests sent, without tries that were repeated.
    pub requests: u32,
    /// Raw responses, for questions that need both vendors.
    pub sample: S,
}

/// A question that could not be asked, and the reason: refused credentials, no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Silence {
    /// Prefix of the ids of the assumptions concerned.
    pub about: &'static str,
    /// Reason; safe to show and to log.
    pub why: String,
}

/// Some of a portal's users.
#[derive(Debug, Default)]
pub struct PortalSample {
    /// Users of a few pages.
    pub users: Vec<PortalUser>,
    /// Number of the requested user names that the portal knows; none where it was not asked.
    pub known_names: Option<usize>,
}

/// Some of a customer's employees.
#[derive(Debug, Default)]
pub struct HrisSample {
    /// Employees of a few pages, every field kept.
    pub employees: Vec<Employee>,
    /// Whether the sample has all employees.
    pub is_whole: bool,
}

impl Silence {
    /// Returns whether this failure is the reason why the assumption could not be decided.
    #[must_use]
    pub fn is_about(&self, assumption: &Assumption) -> bool {
        assumption.id.starts_with(self.about)
    }
}
