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
    /// What it does, of what this customer relies on. It fails only where nothing could be asked at all.
    fn probe_portal(
        &self,
        asked: &PortalQuestions<'_>,
    ) -> impl Future<Output = Result<Probed<PortalSample>, VendorFailure>> + Send;
}

/// Asks an EmployeeConnect about itself.
pub trait ProbeHris {
    /// What it does, of what this customer relies on. It fails only where nothing could be asked at all.
    fn probe_hris(
        &self,
        asked: &HrisQuestions<'_>,
    ) -> impl Future<Output = Result<Probed<HrisSample>, VendorFailure>> + Send;
}

/// What a portal is asked with.
#[derive(Debug, Clone, Copy)]
pub struct PortalQuestions<'a> {
    /// What the customer relies on.
    pub customer: &'a TenantConfiguration,
    /// The time at which it begins.
    pub now: Timestamp,
    /// User names that the portal should know, if these people have accounts: each costs a request.
    pub user_names: &'a [UserName],
}

/// What an EmployeeConnect is asked with.
#[derive(Debug, Clone, Copy)]
pub struct HrisQuestions<'a> {
    /// What the customer relies on.
    pub customer: &'a TenantConfiguration,
    /// The time at which it begins.
    pub now: Timestamp,
    /// A course that is there, where one is known.
    pub course: Option<&'a CourseId>,
}

/// Outcome of a probe.
#[derive(Debug)]
pub struct Probed<S> {
    /// Findings of the probe.
    pub findings: Vec<AssumptionFinding>,
    /// What could not be asked.
    pub silences: Vec<Silence>,
    /// Requests sent, without tries that were repeated.
    pub requests: u32,
    /// Raw responses, for questions that need both vendors.
    pub sample: S,
}

/// Something that could not be asked, and why: credentials that were refused, no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Silence {
    /// Assumptions whose id begins so.
    pub about: &'static str,
    /// Why; safe to show and to log.
    pub why: String,
}

/// Some of a portal's users.
#[derive(Debug, Default)]
pub struct PortalSample {
    /// Users of a few pages.
    pub users: Vec<PortalUser>,
    /// Of the user names asked for, how many the portal knows; none where it was not asked.
    pub known_names: Option<usize>,
}

/// Some of a customer's employees.
#[derive(Debug, Default)]
pub struct HrisSample {
    /// Employees of a few pages, every field kept.
    pub employees: Vec<Employee>,
    /// Whether that is all of them.
    pub is_whole: bool,
}

impl Silence {
    /// Returns whether this failure is the reason why the assumption could not be decided.
    #[must_use]
    pub fn is_about(&self, assumption: &Assumption) -> bool {
        assumption.id.starts_with(self.about)
    }
}
