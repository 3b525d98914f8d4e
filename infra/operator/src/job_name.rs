//! A job as it is typed.

use clap::ValueEnum;
use habitsync_domain::jobs::job::Job;

/// A customer's jobs.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum JobName {
    /// Employees become users.
    Users,
    /// Topics become courses.
    Courses,
    /// Completions whose webhook was lost become results.
    Sweep,
}

impl From<JobName> for Job {
    fn from(name: JobName) -> Self {
        match name {
            JobName::Users => Self::Users,
            JobName::Courses => Self::Courses,
            JobName::Sweep => Self::ResultsSweep,
        }
    }
}
