//! The mail about a run that failed because of the customer's own set-up.

use habitsync_domain::jobs::job::Job;
use habitsync_domain::people::repeated_rejection::RepeatedRejection;
use jiff::Timestamp;

use super::shown::{shown, shown_words};
use super::subject::Subject;
use super::worklist::{Failure, Worklist};
use crate::jobs::outcome::JobFailure;
use crate::ports::failure::{Vendor, VendorFailureKind};

impl Worklist {
    /// What the customer has to do about a run that failed, and under which subject; none where it is not theirs to mend.
    /// `last_success_at` is when the job last did its work.
    #[must_use]
    pub fn of_failure(failure: &JobFailure, job: Job, last_success_at: Option<Timestamp>) -> Option<(Subject, Self)> {
        if !failure.class().is_for_customer() {
            return None;
        }
        let (subject, title, what_to_do) = match failure {
            JobFailure::Vendor(vendor) => of_vendor(&vendor.kind, vendor.vendor, job)?,
            JobFailure::RefusedAlike(repeated) => of_repeated(repeated),
            JobFailure::NotCredible(_) | JobFailure::Service(_) | JobFailure::Panicked(_) | JobFailure::LeaseLost => {
                return None;
            }
        };
        let failure = Failure {
            title,
            what_to_do,
            last_success_at,
        };
        let worklist = Self {
            failure: Some(failure),
            ..Self::default()
        };
        Some((subject, worklist))
    }
}

/// The texts of a vendor's failure; none where an operator mends it without the customer.
fn of_vendor(kind: &VendorFailureKind, vendor: Vendor, job: Job) -> Option<(Subject, String, String)> {
    if *kind == VendorFailureKind::Forbidden {
        return Some(of_missing_right(vendor, job));
    }
    let (subject, (title, what_to_do)) = match (kind, vendor) {
        (VendorFailureKind::Misconfigured, _) => return None,
        (VendorFailureKind::ModuleDisabled, _) => (Subject::Courses, MODULE),
        (_, Vendor::TribalHabits) => (Subject::Connection(vendor), PORTAL_KEY),
        (_, Vendor::EmployeeConnect) => (Subject::Connection(vendor), HRIS_CODES),
    };
    Some((subject, title.to_owned(), what_to_do.to_owned()))
}

/// The texts of a right that the credentials lack.
fn of_missing_right(vendor: Vendor, job: Job) -> (Subject, String, String) {
    let right = match (vendor, job) {
        (Vendor::EmployeeConnect, Job::UserSync) => "read employees",
        (Vendor::EmployeeConnect, Job::CourseSync) => "read and write courses",
        (Vendor::EmployeeConnect, Job::ResultSweep) => "read and write results",
        (Vendor::TribalHabits, Job::UserSync) => "read and write users",
        (Vendor::TribalHabits, Job::CourseSync) => "read topics",
        (Vendor::TribalHabits, Job::ResultSweep) => "read enrolments",
    };
    let (owner, keys) = match vendor {
        Vendor::EmployeeConnect => (
            "EmployeeConnect's support, or the administrator of EmployeeConnect in your company",
            "The integration codes are good",
        ),
        Vendor::TribalHabits => ("the administrator of your Tribal Habits portal", "The API key is good"),
    };
    let title = format!("{vendor} does not let the integration {right}");
    let what_to_do = format!(
        "{keys}, and one right is missing: to {right}. Ask {owner} to give the integration this right; no new codes or keys are \
         needed. Nothing is lost meanwhile: everything follows once the right is given."
    );
    (Subject::Connection(vendor), title, what_to_do)
}

/// The texts of a refusal that met many employees. The title stays the same as long as the mistake does.
fn of_repeated(repeated: &RepeatedRejection) -> (Subject, String, String) {
    let fields: Vec<_> = repeated.fields().into_iter().map(shown).collect();
    let (title, what_to_do) = if fields.is_empty() {
        let title = "Tribal Habits refuses many of your employees for one reason".to_owned();
        (title, REFUSED_USERS)
    } else {
        (
            format!("Tribal Habits refuses a field of many employees: {}", fields.join(", ")),
            REFUSED_FIELD,
        )
    };
    let words = repeated.reasons().into_iter().map(|reason| shown_words("", reason));
    let words: Vec<_> = words.collect();
    let says = if words.is_empty() {
        String::new()
    } else {
        format!("Tribal Habits says: {}. ", words.join("; "))
    };
    (Subject::UserSyncStopped, title, format!("{says}{what_to_do}"))
}

const REFUSED_FIELD: &str = "So many equal refusals are no mistake in single records: you need not correct them. If your portal lacks \
     the field, or a value in the field's list, ask the administrator of your portal to add it. If the field is none of yours, \
     reply to this e-mail, and we correct the agreed fields. People who left are deactivated all the same.";
const REFUSED_USERS: &str = "So many equal refusals are no mistake in single records: you need not correct them. Often a limit of \
     your Tribal Habits plan is reached. Ask the administrator of your portal, or reply to this e-mail. People who left \
     are deactivated all the same.";
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
