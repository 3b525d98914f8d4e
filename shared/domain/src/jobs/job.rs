//! The scheduled jobs of a customer.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::vendors::vendor::Vendor;

/// One of a customer's scheduled jobs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Job {
    /// Employees become users.
    #[serde(alias = "users")]
    UserSync,
    /// Topics become courses.
    #[serde(alias = "courses")]
    CourseSync,
    /// Completions whose webhook was lost become results.
    #[serde(alias = "results-sweep")]
    ResultSweep,
}

impl Job {
    /// Every job, in the order a customer thinks of them.
    pub const ALL: [Self; 3] = [Self::UserSync, Self::CourseSync, Self::ResultSweep];

    /// Returns the name by which the job is typed, printed, logged and measured; its function has the same name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::UserSync => "user-sync",
            Self::CourseSync => "course-sync",
            Self::ResultSweep => "result-sweep",
        }
    }

    /// Returns the job's name in the keys of stored items and in the names of schedules, where it stays as version 0.1 wrote it.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::UserSync => "users",
            Self::CourseSync => "courses",
            Self::ResultSweep => "results-sweep",
        }
    }

    /// The vendor that the job cannot succeed without: each of its successes shows that this vendor answers.
    #[must_use]
    pub const fn source(self) -> Vendor {
        match self {
            Self::UserSync => Vendor::EmployeeConnect,
            Self::CourseSync | Self::ResultSweep => Vendor::TribalHabits,
        }
    }
}

impl fmt::Display for Job {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
