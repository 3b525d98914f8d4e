//! The links and mirrors of one customer's employees, the changes made to them, and the rejected writes.

use std::future::Future;

use habitsync_domain::identity::{EmployeeId, UserName};
use habitsync_domain::people::last_day::LastDaySeen;
use habitsync_domain::people::link::{Person, PersonChange};
use habitsync_domain::people::rejected_writes::RejectedWrites;
use jiff::Timestamp;

use super::failure::ServiceFailure;
use super::lease::SaveFailure;

/// The stored links of one customer.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct StoredPeople {
    /// Links that can be decoded, in no particular order.
    pub people: Vec<Person>,
    /// The employees of the others.
    pub unreadable: Vec<EmployeeId>,
}

/// Reads every link.
pub trait LoadPeople {
    /// Loads every stored link; one that cannot be decoded is named.
    fn load_people(&self) -> impl Future<Output = Result<StoredPeople, ServiceFailure>> + Send;
}

/// Reads one employee's link.
pub trait LoadPerson {
    /// The link and the mirror; none where this employee number has no link.
    fn load_person(&self, employee: &EmployeeId)
    -> impl Future<Output = Result<Option<Person>, ServiceFailure>> + Send;
}

/// Writes one employee's link, under the lease of the user sync.
pub trait SavePerson {
    /// Stores the link and the mirror, the employee's claim to the user name (and to each former one), and the record
    /// of the change: all of it or nothing.
    fn save_person(
        &self,
        person: &Person,
        change: &PersonChange,
    ) -> impl Future<Output = Result<(), SaveFailure>> + Send;
}

/// Puts another link in the place of one, or none, under the lease of the user sync.
pub trait ReplaceLink {
    /// Removes the link `before` with its mirror and every user name that only it claims, stores the link `after` in
    /// its place where there is one, and records the change: all of it or nothing. The record of the change stays for
    /// its 90 days.
    fn replace_link(
        &self,
        before: &Person,
        after: Option<&Person>,
        change: &PersonChange,
    ) -> impl Future<Output = Result<(), SaveFailure>> + Send;
}

/// Reads the changes made to one account.
pub trait LoadChanges {
    /// The changes of the last 90 days, the newest first.
    fn load_changes(
        &self,
        employee: &EmployeeId,
    ) -> impl Future<Output = Result<Vec<PersonChange>, ServiceFailure>> + Send;
}

/// Reads what the portal refuses.
pub trait LoadRejectedWrites {
    /// The rejected writes of every employee who has any, in no particular order.
    fn load_parked(&self) -> impl Future<Output = Result<Vec<RejectedWrites>, ServiceFailure>> + Send;
}

/// Writes one employee's rejected writes, under the lease of the user sync.
pub trait SaveRejectedWrites {
    /// Stores it; where nothing is refused any more, removes it.
    fn save_parked(&self, parked: &RejectedWrites) -> impl Future<Output = Result<(), SaveFailure>> + Send;
}

/// Reads the last days that were seen together with an active status.
pub trait LoadLastDays {
    /// Loads all stored last days, in no particular order.
    fn load_last_days(&self) -> impl Future<Output = Result<Vec<LastDaySeen>, ServiceFailure>> + Send;
}

/// Writes the last days that were seen together with an active status.
pub trait SaveLastDay {
    /// Stores when the last day of one employee was first seen, in the place of an earlier last day.
    fn save_last_day(&self, seen: &LastDaySeen) -> impl Future<Output = Result<(), SaveFailure>> + Send;

    /// Removes the item of one employee.
    fn forget_last_day(&self, employee: &EmployeeId) -> impl Future<Output = Result<(), SaveFailure>> + Send;
}

/// Finds the employee behind a user name.
pub trait FindPersonByUserName {
    /// The employee who had this user name at that moment; none where no employee had it.
    fn find_person(
        &self,
        name: &UserName,
        at: Timestamp,
    ) -> impl Future<Output = Result<Option<EmployeeId>, ServiceFailure>> + Send;
}
