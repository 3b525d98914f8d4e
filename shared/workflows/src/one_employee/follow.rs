//! Reports each step of reading and syncing one employee, as it is reached.

use habitsync_domain::identity::EmployeeId;
use habitsync_domain::people::employee::Employee;
use habitsync_domain::people::last_day::LastDaySeen;
use habitsync_domain::people::user::PortalUser;
use jiff::Timestamp;

use super::{ReadBack, SeenPerson};
use crate::user_sync::WriteObserver;

/// A step that has been reached.
#[derive(Debug, Clone, Copy)]
pub enum Reached<'a> {
    /// It is known who is meant.
    Known {
        /// Who.
        employee: &'a EmployeeId,
    },
    /// EmployeeConnect was asked for the person and their manager.
    Read {
        /// The record; none where there is none.
        employee: Option<&'a Employee>,
        /// The manager's record, where the person's names one that is there.
        manager: Option<&'a Employee>,
        /// When runs first saw last days beside an active status.
        last_days: &'a [LastDaySeen],
    },
    /// The portal was asked for the accounts that may be theirs.
    Matched {
        /// Those there are.
        accounts: &'a [PortalUser],
    },
    /// The plan is made.
    Planned(&'a SeenPerson),
    /// The job's lease is ours.
    Leased {
        /// Until then.
        until: Timestamp,
    },
    /// The plan is the one that was shown.
    PlannedAgain,
    /// The account was read back.
    ReadBack(&'a ReadBack),
}

/// Observes the steps, and the writes among them.
pub trait PersonObserver: WriteObserver {
    /// A step was reached.
    fn reached(&self, step: Reached<'_>);
}

/// Observes nothing.
impl PersonObserver for () {
    fn reached(&self, _: Reached<'_>) {}
}
