//! How a run is started, how far it came, and how it ended.

use std::collections::BTreeMap;

use habitsync_domain::failure_class::FailureClass;
use habitsync_domain::fleet::failure_streak::{FailureSignature, VendorFault};
use habitsync_domain::jobs::job::Job;
use habitsync_domain::people::repeated_rejection::RepeatedRejection;
use habitsync_domain::vendors::vendor::Vendor;
use jiff::Timestamp;

use crate::ports::failure::{ServiceFailure, VendorFailure, VendorFailureKind};
use crate::ports::lease::SaveFailure;

/// Named counts of a run's work; for logs, the run's record and the operator.
pub type Counts = BTreeMap<String, u64>;

/// The count of mails that were due after a run and could not be sent; only there where it is not zero.
pub const MAILS_FAILED: &str = "mails_failed";

/// Outcome of a run that did not fail.
#[derive(Debug, Clone, PartialEq)]
pub enum RunOutcome<T> {
    /// Another run of the same job holds the lease; this one did nothing.
    AlreadyRunning {
        /// The end of its lease, which it renews until it ends.
        until: Timestamp,
    },
    /// Another run took the job's lease over, since this one had not renewed it: that run continues the work, and
    /// records this in the record of this one.
    Superseded,
    /// The runs before it failed for reasons that pass by themselves: the job stays away until then. Nothing was done.
    BackingOff {
        /// The end of the wait.
        until: Timestamp,
    },
    /// The customer is paused, or does not use this job (yet); nothing was done.
    Paused,
    /// The work is complete.
    Finished(T),
    /// The time ran out; the rest is left to the next run.
    Unfinished(T),
}

/// How and until when a run was started.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Start {
    /// End of the invocation. The lease may end before: the run renews it.
    pub deadline: Timestamp,
    /// Whether an operator requested this run: it ignores the job's back-off.
    pub asked_for: bool,
}

impl Start {
    /// Returns a start by a schedule or the watchdog.
    #[must_use]
    pub const fn by_itself(deadline: Timestamp) -> Self {
        Self {
            deadline,
            asked_for: false,
        }
    }
}

/// Progress of a run's work.
#[derive(Debug, Clone, PartialEq)]
pub struct Progress<T> {
    /// Whether the work is complete.
    pub finished: bool,
    /// Whether the run made any progress: repeated slices without progress are reported to operators.
    pub advanced: bool,
    /// Counts of the work that was done.
    pub counts: Counts,
    /// The result, for the caller.
    pub outcome: T,
}

/// Reason why a run stopped before it could do its work.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum JobFailure {
    /// A vendor did not do what the run cannot go on without.
    #[error(transparent)]
    Vendor(#[from] VendorFailure),
    /// The table, the queue or the mail failed.
    #[error(transparent)]
    Service(#[from] ServiceFailure),
    /// One refusal of so many writes that it is one mistake. Earlier writes stay.
    #[error("{0}")]
    RefusedAlike(RepeatedRejection),
    /// A read that cannot be true or does not add up: nothing was written because of it.
    #[error("{0}")]
    NotCredible(String),
    /// The program panicked. The message is a literal of the program and quotes no data.
    #[error("the program panicked: {0}")]
    Panicked(&'static str),
    /// Another process took the job's lease over and does the work.
    #[error("another process has taken the lease over, and carries the work on")]
    LeaseLost,
}

impl From<SaveFailure> for JobFailure {
    fn from(failure: SaveFailure) -> Self {
        match failure {
            SaveFailure::LeaseLost => Self::LeaseLost,
            SaveFailure::ItemRefused(failure) | SaveFailure::Service(failure) => Self::Service(failure),
        }
    }
}

impl JobFailure {
    /// Returns the failure's class.
    #[must_use]
    pub fn class(&self) -> FailureClass {
        match self {
            Self::Vendor(failure) => failure.class(),
            Self::RefusedAlike(_) => FailureClass::Config,
            Self::NotCredible(_) => FailureClass::Vendor,
            Self::Service(_) | Self::Panicked(_) | Self::LeaseLost => FailureClass::Internal,
        }
    }

    /// Returns whether the configuration leads to no address that may be called: no run under it can succeed.
    #[must_use]
    pub fn is_of_configuration(&self) -> bool {
        matches!(self, Self::Vendor(failure) if failure.kind == VendorFailureKind::Misconfigured)
    }

    /// The failure signature. A read that is not credible is blamed on the vendor that the job reads first.
    #[must_use]
    pub fn signature(&self, job: Job) -> FailureSignature {
        match self {
            Self::Vendor(failure) => failure.signature(),
            Self::Service(failure) => FailureSignature::Service {
                service: failure.service.to_owned(),
            },
            Self::Panicked(_) | Self::LeaseLost => FailureSignature::Service {
                service: "HabitSync".to_owned(),
            },
            Self::RefusedAlike(_) => FailureSignature::Vendor {
                vendor: Vendor::TribalHabits,
                kind: VendorFault::RefusesAlike,
            },
            Self::NotCredible(_) => FailureSignature::Vendor {
                vendor: match job {
                    Job::UserSync => Vendor::EmployeeConnect,
                    Job::CourseSync | Job::ResultSweep => Vendor::TribalHabits,
                },
                kind: VendorFault::NotCredible,
            },
        }
    }
}
