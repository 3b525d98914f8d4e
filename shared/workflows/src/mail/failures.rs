//! What a customer is told of a run that failed because of their own set-up.

use jiff::Timestamp;

use super::subject::Subject;
use super::worklist::{Failure, Worklist};
use crate::job_run::JobFailure;
use crate::ports::failure::{Vendor, VendorFailureKind};

impl Worklist {
    /// What the customer has to do about a run that failed, and under which subject; none where it is not theirs to mend.
    /// `last_success_at` is when the job last did its work.
    #[must_use]
    pub fn of_failure(failure: &JobFailure, last_success_at: Option<Timestamp>) -> Option<(Subject, Self)> {
        let JobFailure::Vendor(vendor) = failure else {
            return None;
        };
        if !failure.trouble().is_for_customer() {
            return None;
        }
        let (subject, title, what_to_do) = match (&vendor.kind, vendor.vendor) {
            (VendorFailureKind::ModuleDisabled, _) => (Subject::Courses, MODULE.0, MODULE.1),
            (_, Vendor::TribalHabits) => (Subject::Connection(vendor.vendor), PORTAL_KEY.0, PORTAL_KEY.1),
            (_, Vendor::EmployeeConnect) => (Subject::Connection(vendor.vendor), HRIS_CODES.0, HRIS_CODES.1),
        };
        let failure = Failure {
            title: title.to_owned(),
            what_to_do: what_to_do.to_owned(),
            last_success_at,
        };
        let worklist = Self {
            failure: Some(failure),
            ..Self::default()
        };
        Some((subject, worklist))
    }
}

const MODULE: (&str, &str) = (
    "EmployeeConnect's Development module is not enabled",
    "Courses and results need it. Ask EmployeeConnect's support to enable the Development module for your company; nothing else \
     has to be changed. Nothing is lost meanwhile: topics and completions follow once it is enabled.",
);
const PORTAL_KEY: (&str, &str) = (
    "Tribal Habits refused the integration's key",
    "The API key of your Tribal Habits portal was changed, revoked or restricted. Reply to this e-mail, and we set up a new key \
     with the administrator of your portal. Please send no key by e-mail. Nothing is lost meanwhile: everything follows once the \
     new key is in place.",
);
const HRIS_CODES: (&str, &str) = (
    "EmployeeConnect refused the integration's codes",
    "The integration codes were changed, revoked or restricted. Ask EmployeeConnect's support, or whoever administers \
     EmployeeConnect in your company, for new integration codes for Tribal Habits, with the right to read employees and to \
     write courses and results. Then reply to this e-mail, and we tell you how to hand them over. Please send no codes by \
     e-mail. Nothing is lost meanwhile: everything follows once the new codes are in place.",
);
