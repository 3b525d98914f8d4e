//! A job as it is typed.

use clap::ValueEnum;
use habitsync_domain::jobs::job::Job;

/// A customer's jobs.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum JobName {
    /// Employees become users.
    #[value(alias = "users")]
    UserSync,
    /// Topics become courses.
    #[value(alias = "courses")]
    CourseSync,
    /// Completions whose webhook was lost become results.
    #[value(aliases = ["sweep", "results-sweep"])]
    ResultSweep,
}

impl From<JobName> for Job {
    fn from(name: JobName) -> Self {
        match name {
            JobName::UserSync => Self::UserSync,
            JobName::CourseSync => Self::CourseSync,
            JobName::ResultSweep => Self::ResultSweep,
        }
    }
}
