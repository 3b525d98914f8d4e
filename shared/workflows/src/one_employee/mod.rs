//! One employee: the plan of a run for them and its reasons, and carrying out just that. A handful of requests, whatever the
//! customer's size: neither the employees' list nor the portal's is read.
//!
//! [`look_at_person`] only reads. [`sync_person`] takes the job's lease, looks again, and carries out the shown plan by the
//! code of a run.

mod account;
mod carry_out;
mod explained;
mod find;
mod follow;
mod gathered;
mod look;
mod seen;

use habitsync_domain::failure_class::FailureClass;
use jiff::Timestamp;

pub use account::{FieldReadBack, Match, ReadBack};
pub use carry_out::{DraftRule, Synced, sync_person};
pub use explained::explain_person;
pub use follow::{PersonObserver, Reached};
pub use look::{look_at_person, look_at_person_afresh};
pub use seen::{SeenPerson, Unknown};

use crate::jobs::outcome::JobFailure;
use crate::ports::failure::{ServiceFailure, VendorFailure};
use crate::ports::lease::SaveFailure;

/// What looking at one person, and syncing them, touches.
#[derive(Debug)]
pub struct OnePerson<'a, H, P, S, C> {
    /// Where they work.
    pub employee_connect: &'a H,
    /// Where their account is.
    pub tribal_habits: &'a P,
    /// The customer's part of the table.
    pub store: &'a S,
    /// The time.
    pub clock: &'a C,
}

/// Why one person could not be looked at, or synced.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum PersonFailure {
    /// No link has this number or user name, and EmployeeConnect has no such employee.
    #[error("nobody is known by this employee number or user name")]
    Nobody,
    /// The user name is several people's.
    #[error("several people have this user name: say the employee number")]
    Ambiguous,
    /// Nothing is done for a paused customer.
    #[error("the customer is paused: nothing is written until they go on")]
    Paused,
    /// Nothing is written for a draft customer, unless that is asked for.
    #[error("the customer is a draft: nothing is written before they go live")]
    Draft,
    /// A run of the job is in progress.
    #[error("a run goes on (its lease ends at {until}, unless it is renewed): nothing was done")]
    Running {
        /// The end of its lease, which it renews as long as it runs.
        until: Timestamp,
    },
    /// Another process took the lease over while this one was stopped; it may have written to the portal before.
    #[error("a run has taken over, since this command had stopped: look again")]
    LeaseLost,
    /// The plan is not the shown one any more: nothing was done.
    #[error("what is to be done has changed since it was shown: nothing was done, look again")]
    Moved,
    /// A vendor did not do what this cannot go on without.
    #[error(transparent)]
    Vendor(#[from] VendorFailure),
    /// The table failed.
    #[error(transparent)]
    Service(#[from] ServiceFailure),
    /// The write was stopped as a run's would be.
    #[error(transparent)]
    Stopped(JobFailure),
}

impl From<JobFailure> for PersonFailure {
    fn from(failure: JobFailure) -> Self {
        match failure {
            JobFailure::LeaseLost => Self::LeaseLost,
            failure => Self::Stopped(failure),
        }
    }
}

impl From<SaveFailure> for PersonFailure {
    fn from(failure: SaveFailure) -> Self {
        JobFailure::from(failure).into()
    }
}

impl PersonFailure {
    /// What kind of trouble it is.
    #[must_use]
    pub fn class(&self) -> FailureClass {
        match self {
            Self::Nobody | Self::Ambiguous | Self::Paused | Self::Draft => FailureClass::Config,
            Self::Running { .. } | Self::LeaseLost | Self::Moved => FailureClass::Data,
            Self::Vendor(failure) => failure.class(),
            Self::Service(_) => FailureClass::Internal,
            Self::Stopped(failure) => failure.class(),
        }
    }
}
