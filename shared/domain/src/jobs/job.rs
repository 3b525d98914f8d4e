//! The scheduled jobs of a customer.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::vendors::vendor::Vendor;

/// One of a customer's scheduled jobs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Job {
    /// Employees become users.
    Users,
    /// Topics become courses.
    Courses,
    /// Completions whose webhook was lost become results.
    ResultsSweep,
}

impl Job {
    /// Every job, in the order a customer thinks of them.
    pub const ALL: [Self; 3] = [Self::Users, Self::Courses, Self::ResultsSweep];

    /// The job's name in schedules, leases and runs.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Users => "users",
            Self::Courses => "courses",
            Self::ResultsSweep => "results-sweep",
        }
    }

    /// The vendor that the job cannot succeed without: each of its successes shows that this vendor answers.
    #[must_use]
    pub const fn source(self) -> Vendor {
        match self {
            Self::Users => Vendor::EmployeeConnect,
            Self::Courses | Self::ResultsSweep => Vendor::TribalHabits,
        }
    }
}

impl fmt::Display for Job {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
