//! What a mail to a customer is about. Each subject has a thread, a worklist and reminders of its own.

use habitsync_domain::jobs::job::Job;

use crate::ports::failure::Vendor;

/// What a mail is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subject {
    /// The user sync.
    Users,
    /// The course sync.
    Courses,
    /// The results.
    Results,
    /// The user sync, which stopped because of one mistake that meets many employees.
    UserSyncStopped,
    /// Whether a vendor can be called at all: mailed once, by the first job that cannot.
    Connection(Vendor),
}

impl Subject {
    /// Every one.
    pub const ALL: [Self; 6] = [
        Self::Users,
        Self::Courses,
        Self::Results,
        Self::UserSyncStopped,
        Self::Connection(Vendor::TribalHabits),
        Self::Connection(Vendor::EmployeeConnect),
    ];

    /// Its name in the table.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::Users => "users",
            Self::Courses => "courses",
            Self::Results => "results",
            Self::UserSyncStopped => "user-sync-stopped",
            Self::Connection(Vendor::TribalHabits) => "tribal-habits",
            Self::Connection(Vendor::EmployeeConnect) => "employee-connect",
        }
    }

    /// The subject of this name.
    #[must_use]
    pub fn of_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|subject| subject.key() == key)
    }

    /// What it is called in a sentence.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Users | Self::UserSyncStopped => "user sync",
            Self::Courses => "course sync",
            Self::Results => "results",
            Self::Connection(Vendor::TribalHabits) => "connection to Tribal Habits",
            Self::Connection(Vendor::EmployeeConnect) => "connection to EmployeeConnect",
        }
    }

    /// The subject line, after the customer's name: the same for every mail of a thread.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Users => "what needs attention in your user sync",
            Self::Courses => "your course sync",
            Self::Results => "your training results",
            Self::UserSyncStopped => "the user sync has stopped",
            Self::Connection(Vendor::TribalHabits) => "the connection to Tribal Habits is interrupted",
            Self::Connection(Vendor::EmployeeConnect) => "the connection to EmployeeConnect is interrupted",
        }
    }

    /// Returns the job that tries again what mails of this subject report; none where several jobs may.
    #[must_use]
    pub const fn job(self) -> Option<Job> {
        match self {
            Self::Users | Self::UserSyncStopped => Some(Job::UserSync),
            Self::Courses => Some(Job::CourseSync),
            Self::Results => Some(Job::ResultSweep),
            Self::Connection(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_subject_is_found_by_its_name_in_the_table() {
        for subject in Subject::ALL {
            assert_eq!(Subject::of_key(subject.key()), Some(subject));
        }
        assert_eq!(Subject::of_key("weather"), None);
    }
}
